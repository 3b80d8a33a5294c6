// Matchers of mock functions, and of functions that throw.

import type { Verdict } from 'cronflow:internal/testing/assertion';
import { areEqual, isAsymmetric } from 'cronflow:internal/testing/equals';
import { type Calls, dataOf, givenName, isMockFunction } from 'cronflow:internal/testing/mock';
import { brief } from 'cronflow:internal/testing/pretty';
import { need, type Matcher, type MatcherContext } from 'cronflow:internal/testing/values';
import { When } from 'cronflow:internal/testing/when';

/** Spies in the style of Jasmine know their calls, too. */
const callsOf = (fn: any): any[][] => (typeof fn?.calls?.all === 'function' ? fn.calls.all().map((call: any) => call.args) : mockOf(fn).calls);

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

function noMore(args: unknown[], instead: string): void {
  if (args.length > 0) throw new TypeError(`this matcher takes no argument, and it is given ${args.map(arg => brief(arg)).join(', ')}; there is ${instead}()`);
}

const called: Matcher = function (fn, ...args) {
  noMore(args, 'toHaveBeenCalledWith');
  const calls = callsOf(fn);
  return verdict(this, calls.length > 0, fn, 'been called', `it was called ${times(calls.length)}`);
};

const isCount = (value: unknown) => Number.isInteger(value) && (value as number) >= 0;
const calledTimes: Matcher = function (fn, count) {
  need(isCount(count), 'no number of calls', count);
  const calls = callsOf(fn);
  return verdict(this, calls.length === count, fn, `been called ${times(count)}`, `it was called ${times(calls.length)}`);
};

function calledWith(choose: (calls: any[][], args: any[]) => [any[][], any[]], how: string): Matcher {
  return function (fn, ...given) {
    const calls = callsOf(fn);
    const [candidates, args] = choose(calls, given);
    const pass = candidates.some(call => call !== undefined && areEqual(call, args));
    const one = candidates.length === 1 ? { expected: args, actual: candidates[0], diff: !this.isNot && !pass } : {};
    return { ...verdict(this, pass, fn, `been ${how} ${brief(args)}`, listed('its calls are:', calls)), ...one };
  };
}

const calledOnceWith: Matcher = function (fn, ...args) {
  const calls = callsOf(fn);
  const pass = calls.length === 1 && areEqual(calls[0], args);
  return verdict(this, pass, fn, `been called exactly once with ${brief(args)}`, listed('its calls are:', calls));
};

/** Whether a call ended well at all. */
function ended(good: string, settled: boolean): Matcher {
  return function (fn, ...args) {
    noMore(args, settled ? 'toHaveResolvedWith' : 'toHaveReturnedWith');
    const mock = mockOf(fn);
    const all = settled ? mock.settledResults : mock.results;
    return verdict(this, all.some(result => result?.type === good), fn, settled ? 'resolved' : 'returned', listed('its results are:', all.map(result => result?.value)));
  };
}

function returned(choose: (results: any[], args: any[]) => [any[], any[]], good: string, settled = false): Matcher {
  return function (fn, ...given) {
    const mock = mockOf(fn);
    const all = settled ? mock.settledResults : mock.results;
    const [candidates, [value]] = choose(all, given);
    const pass = candidates.some(result => result?.type === good && areEqual(result.value, value));
    return verdict(this, pass, fn, `${settled ? 'resolved' : 'returned'} ${brief(value)}`, listed('its results are:', all.map(result => result?.value)));
  };
}

function returnedTimes(good: string, settled: boolean): Matcher {
  return function (fn, count) {
    need(isCount(count), 'no number of calls', count);
    const mock = mockOf(fn);
    const found = (settled ? mock.settledResults : mock.results).filter(result => result?.type === good).length;
    const verb = settled ? 'resolved' : 'returned';
    return verdict(this, found === count, fn, `${verb} ${times(count)}`, `it ${verb} ${times(found)}`);
  };
}

/** `must`: the one that comes first has to be called at all. */
function order(isBefore: boolean): Matcher {
  return function (fn, other, must = true) {
    const [first, second] = (isBefore ? [fn, other] : [other, fn]).map(one => mockOf(one).invocationCallOrder);
    const pass = first.length === 0 ? !must : second.length > 0 && first[0] < second[0];
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
const nth = (list: any[], [index, ...args]: any[]): [any[], any[]] => {
  need(Number.isInteger(index) && index > 0, 'no number of a call; they begin at 1', index);
  return [[list[index - 1]], args];
};

/** Calls the function, or takes what a promise rejected with. */
const toThrow: Matcher = function (actual, ...rest) {
  const [expected] = rest;
  let thrown: { error: any } | undefined;
  // What a promise resolved with has not been thrown, unless it is a function that throws.
  if (this.promise === 'rejects' && typeof actual !== 'function') thrown = { error: actual };
  else if (this.promise !== 'resolves' || typeof actual === 'function') {
    if (typeof actual !== 'function') throw new TypeError(`expect() needs a function for toThrow(), not ${brief(actual)}; write expect(() => ...)`);
    try {
      actual();
    } catch (error) {
      thrown = { error };
    }
  }
  const what = expected === undefined ? 'to throw' : `to throw ${typeof expected === 'function' ? expected.name : brief(expected)}`;
  const found = thrown === undefined ? 'it threw nothing' : `it threw ${brief(thrown.error)}`;
  const pass = thrown !== undefined && (expected === undefined || fits(thrown.error, expected));
  const isValue = thrown !== undefined && typeof expected === 'object' && expected !== null && !(expected instanceof RegExp);
  return { pass, subject: thrown?.error, expected, actual: thrown?.error, diff: isValue && !this.isNot, message: () => `expected the function ${this.isNot ? 'not ' : ''}${what}, and ${found}` };
};

function fits(error: any, expected: any): boolean {
  const message = typeof error?.message === 'string' ? error.message : String(error);
  if (typeof expected === 'string') return message.includes(expected);
  if (expected instanceof RegExp) return new RegExp(expected).test(message);
  if (isAsymmetric(expected)) return expected.asymmetricMatch(error);
  if (typeof expected === 'function') return error instanceof expected;
  return isLike(error, expected);
}

/** As Jest has it, an object with a message stands for an error, and for a cause. */
function isLike(error: any, expected: any): boolean {
  const standsFor = error instanceof Error && !(expected instanceof Error) && typeof expected?.message === 'string';
  return standsFor ? error.message === expected.message && isLike(error.cause, expected.cause) : areEqual(error, expected);
}

const matchers: Record<string, Matcher> = {
  toThrow,
  toHaveBeenCalled: called,
  toHaveBeenCalledTimes: calledTimes,
  toHaveBeenCalledOnce: function (fn, ...args) {
    noMore(args, 'toHaveBeenCalledExactlyOnceWith');
    return calledTimes.call(this, fn, 1);
  },
  toHaveBeenCalledWith: calledWith(all, 'called with'),
  toHaveBeenLastCalledWith: calledWith(last, 'last called with'),
  toHaveBeenNthCalledWith: calledWith(nth, 'called then with'),
  toHaveBeenCalledExactlyOnceWith: calledOnceWith,
  toHaveBeenCalledBefore: order(true),
  toHaveBeenCalledAfter: order(false),
  toHaveReturned: ended('return', false),
  toHaveReturnedTimes: returnedTimes('return', false),
  toHaveReturnedWith: returned(all, 'return'),
  toHaveLastReturnedWith: returned(last, 'return'),
  toHaveNthReturnedWith: returned(nth, 'return'),
  toHaveBeenExhausted: exhausted,
  toHaveResolved: ended('fulfilled', true),
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
