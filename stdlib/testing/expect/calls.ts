// Matchers of mock functions, and of functions that throw.

import type { Verdict } from 'cronflow:internal/testing/assertion';
import { equals, isAsymmetric, matchesObject } from 'cronflow:internal/testing/equals';
import { type Calls, dataOf, givenName, isMockFunction } from 'cronflow:internal/testing/mock';
import { brief } from 'cronflow:internal/testing/pretty';
import type { Matcher, MatcherContext } from 'cronflow:internal/testing/values';
import { When } from 'cronflow:internal/testing/when';

function mockOf(fn: any): Pick<Calls, 'calls' | 'results' | 'settledResults' | 'invocationCallOrder'> {
  // Node's mocks show their calls otherwise.
  if (isMockFunction(fn)) return dataOf(fn).state;
  if (typeof fn !== 'function' || fn.mock === undefined) throw new TypeError(`${brief(fn)} is no mock function; make one with vi.fn() or vi.spyOn()`);
  return fn.mock;
}

const nameOf = (fn: any) => givenName(fn) || 'the mock function';
const times = (count: number) => (count === 1 ? 'once' : `${count} times`);

function verdict(context: MatcherContext, pass: boolean, fn: any, what: string, more: string): Verdict {
  return { pass, message: () => `expected ${nameOf(fn)} ${context.isNot ? 'not ' : ''}to have ${what}, and ${more}` };
}

function listed(title: string, lists: unknown[]): string {
  if (lists.length === 0) return `${title} none`;
  return `${title}\n${lists.slice(0, 10).map((list, index) => `  ${index + 1}: ${brief(list)}`).join('\n')}`;
}

const called: Matcher = function (fn) {
  const { calls } = mockOf(fn);
  return verdict(this, calls.length > 0, fn, 'been called', `it was called ${times(calls.length)}`);
};

const calledTimes: Matcher = function (fn, count) {
  const { calls } = mockOf(fn);
  return verdict(this, calls.length === count, fn, `been called ${times(count)}`, `it was called ${times(calls.length)}`);
};

function calledWith(choose: (calls: any[][], args: any[]) => [any[][], any[]], how: string): Matcher {
  return function (fn, ...given) {
    const { calls } = mockOf(fn);
    const [candidates, args] = choose(calls, given);
    const pass = candidates.some(call => call !== undefined && equals(call, args));
    const one = candidates.length === 1 ? { expected: args, actual: candidates[0], diff: !this.isNot && !pass } : {};
    return { ...verdict(this, pass, fn, `been ${how} ${brief(args)}`, listed('its calls are:', calls)), ...one };
  };
}

const calledOnceWith: Matcher = function (fn, ...args) {
  const { calls } = mockOf(fn);
  const pass = calls.length === 1 && equals(calls[0], args);
  return verdict(this, pass, fn, `been called exactly once with ${brief(args)}`, listed('its calls are:', calls));
};

function returned(choose: (results: any[], args: any[]) => [any[], any[]], good: string, settled = false): Matcher {
  return function (fn, ...given) {
    const mock = mockOf(fn);
    const all = settled ? mock.settledResults : mock.results;
    const [candidates, args] = choose(all, given);
    const values = candidates.filter(result => result?.type === good).map(result => result.value);
    const pass = args.length === 0 ? values.length > 0 : values.some(value => equals(value, args[0]));
    const what = `${settled ? 'resolved' : 'returned'}${args.length === 0 ? '' : ` ${brief(args[0])}`}`;
    return verdict(this, pass, fn, what, listed('its results are:', all.map(result => result?.value)));
  };
}

function returnedTimes(good: string, settled: boolean): Matcher {
  return function (fn, count) {
    const mock = mockOf(fn);
    const found = (settled ? mock.settledResults : mock.results).filter(result => result?.type === good).length;
    const verb = settled ? 'resolved' : 'returned';
    return verdict(this, found === count, fn, `${verb} ${times(count)}`, `it ${verb} ${times(found)}`);
  };
}

function order(isBefore: boolean): Matcher {
  return function (fn, other) {
    const [a, b] = [mockOf(fn).invocationCallOrder, mockOf(other).invocationCallOrder];
    const pass = a.length > 0 && b.length > 0 && (isBefore ? a[0] < b[0] : a.at(-1)! > b.at(-1)!);
    return verdict(this, pass, fn, `been called ${isBefore ? 'before' : 'after'} ${nameOf(other)}`, 'it was not so');
  };
}

/** What `vi.when()` was told has all been done. */
const exhausted: Matcher = function (when) {
  if (!(when instanceof When)) throw new TypeError(`${brief(when)} was not made by vi.when()`);
  const left = when._left;
  const what = left === undefined ? 'nothing was said' : left.length === 0 ? 'nothing is left' : `this is left:\n${left.map(line => `  ${line}`).join('\n')}`;
  return { pass: left?.length === 0, message: () => `expected ${this.isNot ? 'something that was said with vi.when() to be left' : 'everything that was said with vi.when() to have been done'}, and ${what}` };
};

const all = (list: any[], args: any[]): [any[], any[]] => [list, args];
const last = (list: any[], args: any[]): [any[], any[]] => [list.slice(-1), args];
const nth = (list: any[], [index, ...args]: any[]): [any[], any[]] => [[list[index - 1]], args];

/** Calls the function, or takes what a promise rejected with. */
const toThrow: Matcher = function (actual, expected) {
  let thrown: { error: any } | undefined;
  if (this.promise === 'rejects') thrown = { error: actual };
  else if (typeof actual !== 'function') throw new TypeError(`expect() needs a function for toThrow(), not ${brief(actual)}`);
  else {
    try {
      actual();
    } catch (error) {
      thrown = { error };
    }
  }
  const what = expected === undefined ? 'to throw' : `to throw ${typeof expected === 'function' ? expected.name : brief(expected)}`;
  const found = thrown === undefined ? 'it threw nothing' : `it threw ${brief(thrown.error)}`;
  const pass = thrown !== undefined && fits(thrown.error, expected);
  return { pass, message: () => `expected the function ${this.isNot ? 'not ' : ''}${what}, and ${found}` };
};

function fits(error: any, expected: any): boolean {
  const message = typeof error?.message === 'string' ? error.message : String(error);
  if (expected === undefined) return true;
  if (typeof expected === 'string') return message.includes(expected);
  if (expected instanceof RegExp) return expected.test(message);
  if (typeof expected === 'function') return error instanceof expected;
  if (isAsymmetric(expected)) return expected.asymmetricMatch(error);
  if (expected instanceof Error) return message === expected.message && (expected.cause === undefined || equals(error.cause, expected.cause));
  return matchesObject(error, expected);
}

const matchers: Record<string, Matcher> = {
  toThrow,
  toHaveBeenCalled: called,
  toHaveBeenCalledTimes: calledTimes,
  toHaveBeenCalledOnce: function (fn) {
    return calledTimes.call(this, fn, 1);
  },
  toHaveBeenCalledWith: calledWith(all, 'called with'),
  toHaveBeenLastCalledWith: calledWith(last, 'last called with'),
  toHaveBeenNthCalledWith: calledWith(nth, 'called then with'),
  toHaveBeenCalledExactlyOnceWith: calledOnceWith,
  toHaveBeenCalledBefore: order(true),
  toHaveBeenCalledAfter: order(false),
  toHaveReturned: returned(all, 'return'),
  toHaveReturnedTimes: returnedTimes('return', false),
  toHaveReturnedWith: returned(all, 'return'),
  toHaveLastReturnedWith: returned(last, 'return'),
  toHaveNthReturnedWith: returned(nth, 'return'),
  toHaveBeenExhausted: exhausted,
  toHaveResolved: returned(all, 'fulfilled', true),
  toHaveResolvedTimes: returnedTimes('fulfilled', true),
  toHaveResolvedWith: returned(all, 'fulfilled', true),
  toHaveLastResolvedWith: returned(last, 'fulfilled', true),
  toHaveNthResolvedWith: returned(nth, 'fulfilled', true),
};

/** Names that mean the same. */
const ALIASES: Record<string, string> = {
  toThrowError: 'toThrow', toBeCalled: 'toHaveBeenCalled', toBeCalledTimes: 'toHaveBeenCalledTimes', toBeCalledWith: 'toHaveBeenCalledWith',
  lastCalledWith: 'toHaveBeenLastCalledWith', nthCalledWith: 'toHaveBeenNthCalledWith', toReturn: 'toHaveReturned', toReturnTimes: 'toHaveReturnedTimes',
  toReturnWith: 'toHaveReturnedWith', lastReturnedWith: 'toHaveLastReturnedWith', nthReturnedWith: 'toHaveNthReturnedWith',
};
for (const [alias, name] of Object.entries(ALIASES)) matchers[alias] = matchers[name];

export const callMatchers = matchers;
