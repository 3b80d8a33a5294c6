// expect(): a value, and the matchers that are called on it.

import { AbortController, type AbortSignal } from 'cronflow:internal/events';
import { callSite } from 'cronflow:internal/ops';
import { clearTimeout, setTimeout } from 'cronflow:internal/timers';
import { AssertionError, diffOf, type Verdict } from 'cronflow:internal/testing/assertion';
import { asymmetric, fromMatcher } from 'cronflow:internal/testing/asymmetric';
import { callMatchers } from 'cronflow:internal/testing/calls';
import { chaiMethods, chaiStates, flagging, flags, words } from 'cronflow:internal/testing/chai';
import { advanceTimersByTimeAsync, isFake } from 'cronflow:internal/testing/clock';
import { currentTest, mustRun } from 'cronflow:internal/testing/current';
import { addEqualityTesters, equals, testers } from 'cronflow:internal/testing/equals';
import { addSnapshotSerializer, brief } from 'cronflow:internal/testing/pretty';
import { snapshotMatchers } from 'cronflow:internal/testing/snapshot';
import { utils } from 'cronflow:internal/testing/utils';
import { valueMatchers, type Matcher } from 'cronflow:internal/testing/values';

interface Settings {
  isNot: boolean;
  promise: '' | 'resolves' | 'rejects';
  soft: boolean;
  message?: string;
  /** What words of the chain have said, such as `deep`. */
  flags: Record<string, unknown>;
  /** Whether it is asked again until it holds. */
  poll?: boolean;
}

/** The end of an assertion that takes its time. A test waits for it, also when nobody awaits it. */
class Pending extends Promise<unknown> {
  isAwaited = false;

  static get [Symbol.species]() {
    return Promise;
  }

  then(...args: any[]): any {
    this.isAwaited = true;
    return super.then(...args);
  }
}

function pending(work: PromiseLike<unknown>): Promise<unknown> {
  const one = new Pending((resolve, reject) => void work.then(resolve, reject));
  currentTest()?.pending.push(one);
  return one;
}

const matchers: Record<string, Matcher> = Object.assign(Object.create(null), valueMatchers, callMatchers, snapshotMatchers);
/** What test files have set with expect.setState(). */
let state: object = {};

function contextOf(settings: Settings): any {
  const { isNot, promise, flags, poll, soft } = settings;
  return { ...getState(), customTesters: [...testers], dontThrow() {}, equals, expand: false, flags, isNot, poll, promise, soft, suppressedErrors: [], utils };
}

/** Throws unless the verdict is what was asked for. */
function judge(name: string, verdict: Verdict, settings: Settings, site: object | undefined): void {
  if (verdict === null || typeof verdict !== 'object' || typeof verdict.pass !== 'boolean') {
    throw new TypeError(`the matcher ${name}() must return { pass, message }, and it returned ${brief(verdict)}`);
  }
  if (verdict.pass !== settings.isNot) return;
  const text = typeof verdict.message === 'function' ? verdict.message() : String(verdict.message ?? `${name}() failed`);
  const diff = verdict.diff === true ? diffOf(verdict.expected, verdict.actual) : undefined;
  const message = settings.message === undefined ? text : `${settings.message}: ${text}`;
  const error = new AssertionError(message, { expected: verdict.expected, actual: verdict.actual, diff, matcher: name });
  // Tools around Jest read this.
  Object.defineProperty(error, 'matcherResult', { value: { actual: verdict.actual, expected: verdict.expected, message, name, pass: verdict.pass } });
  if (site !== undefined) Object.defineProperty(error, 'site', { value: site });
  if (!settings.soft) throw error;
  currentTest()?.soft.push(error);
}

/** `then` makes what the call gives of its verdict. */
function call(name: string, matcher: Matcher, value: unknown, settings: Settings, args: unknown[], then: (verdict: Verdict) => unknown = () => {}): unknown {
  const test = currentTest();
  if (test !== undefined && settings.poll !== true) test.assertions += 1;
  const end = (verdict: Verdict, site?: object) => {
    judge(name, verdict, settings, site);
    return then(verdict);
  };
  if (settings.promise === '') {
    const verdict: any = matcher.call(contextOf(settings), value, ...args);
    if (typeof verdict?.then !== 'function') return end(verdict);
    const site = callSite();
    return pending(verdict.then((settled: Verdict) => end(settled, site)));
  }
  const site = callSite();
  return pending(settle(value, settings, site).then(async settled => end(await matcher.call({ ...contextOf(settings), site }, settled, ...args), site)));
}

/** What the promise brings, when it ends as it should. */
function settle(value: any, settings: Settings, site: object): Promise<unknown> {
  const given = typeof value === 'function' ? value() : value;
  if (typeof given?.then !== 'function') throw new TypeError(`.${settings.promise} needs a promise, and it is given ${brief(given)}`);
  const promise = Promise.resolve(given);
  const fail = (text: string, more: { cause?: unknown; actual?: unknown }) => {
    const message = settings.message === undefined ? text : `${settings.message}: ${text}`;
    throw Object.defineProperty(Object.assign(new AssertionError(message), more), 'site', { value: site });
  };
  if (settings.promise === 'resolves') return promise.then((result: unknown) => result, (cause: unknown) => fail(`expected the promise to resolve, and it rejected with ${brief(cause)}`, { cause }));
  return promise.then((actual: unknown) => fail(`expected the promise to reject, and it resolved with ${brief(actual)}`, { actual }), (error: unknown) => error);
}

/** All matchers of a value. They hang on the prototype. */
class Assertion {
  _value: unknown;
  _settings: Settings;

  constructor(value: unknown, settings: Settings) {
    this._value = value;
    this._settings = settings;
  }

  get not(): Assertion {
    return this._with({ isNot: !this._settings.isNot });
  }

  get resolves(): Assertion {
    return this._with({ promise: 'resolves' });
  }

  get rejects(): Assertion {
    return this._with({ promise: 'rejects' });
  }

  _with(more: Partial<Settings>): Assertion {
    return new Assertion(this._value, { ...this._settings, ...more });
  }

  _flag(name: string): Assertion {
    return this._with({ flags: { ...this._settings.flags, [name]: true } });
  }
}

const getter = (name: string, get: (this: Assertion) => unknown) => Object.defineProperty(Assertion.prototype, name, { configurable: true, get });

function provide(name: string): void {
  Object.defineProperty(Assertion.prototype, name, {
    configurable: true,
    writable: true,
    value(this: Assertion, ...args: unknown[]) {
      return call(name, matchers[name], this._value, this._settings, args);
    },
  });
}

/** Chains of Chai's style go on, with what the verdict is about. */
function chained(one: Assertion, name: string, matcher: Matcher, args: unknown[]): unknown {
  return call(name, matcher, one._value, one._settings, args, verdict => new Assertion('subject' in verdict ? verdict.subject : one._value, { ...one._settings, promise: '', flags: { ...one._settings.flags, ...verdict.flags } }));
}

for (const name of words) {
  getter(name, function () {
    return this;
  });
}
for (const name of flags) {
  getter(name, function () {
    return this._flag(name);
  });
}
for (const [name, matcher] of Object.entries(chaiStates)) {
  getter(name, function () {
    return chained(this, name, matcher, []);
  });
}
for (const [name, matcher] of Object.entries(chaiMethods)) {
  getter(name, function () {
    const act = (...args: unknown[]) => chained(this, name, matcher, args);
    if (!(name in flagging)) return act;
    const word = flagging[name] === undefined ? this : this._flag(flagging[name]);
    return new Proxy(act, { get: (_, key) => Reflect.get(word, key, word) });
  });
}
Object.keys(matchers).forEach(provide);

const plain: Settings = { isNot: false, promise: '', soft: false, flags: {} };
const settingsOf = (message: string | undefined): Settings => (message === undefined || message === '' ? plain : { ...plain, message });

export function expect(value?: unknown, message?: string): any {
  return new Assertion(value, settingsOf(message));
}

/** `expect.toBeOneOf([1, 2])` stands for every value for which the matcher holds. */
function provideAsymmetric(name: string): void {
  const make = (inverse: boolean) => (...args: unknown[]) => fromMatcher(name, args, inverse, value => {
    const verdict = matchers[name].call(contextOf({ ...plain, isNot: inverse }), value, ...args) as Verdict;
    if (typeof verdict?.pass !== 'boolean') throw new TypeError(`${name}() must return { pass, message } at once where it stands for a value`);
    return verdict.pass;
  });
  (expect as any)[name] = make(false);
  (expect as any).not[name] = make(true);
}

/** Adds matchers: `{ name(received, ...args) { return { pass, message } } }`. */
function extend(more: Record<string, Matcher>): void {
  for (const [name, matcher] of Object.entries(more)) {
    if (typeof matcher !== 'function') throw new TypeError(`expect.extend(): the matcher ${name} must be a function, and it is ${brief(matcher)}`);
    matchers[name] = matcher;
    provide(name);
    provideAsymmetric(name);
  }
}

/** Asking again cannot help these, or they would hold at once. */
const UNPOLLED = [...Object.keys(snapshotMatchers), 'throw', 'throws', 'Throw', 'toThrow', 'toThrowError', 'resolves', 'rejects'];

/** Asks again until the matcher holds: `await expect.poll(() => value).toBe(1)`. */
function poll(get: (context: { signal: AbortSignal }) => unknown, options: { timeout?: number; interval?: number; message?: string } = {}): any {
  if (typeof get !== 'function') throw new TypeError(`expect.poll() needs a function, and it is given ${brief(get)}`);
  const chain = (path: string[]): any => new Proxy(() => {}, {
    get(_, key) {
      const name = String(key);
      if (name === 'then') return undefined;
      if (UNPOLLED.includes(name)) throw new SyntaxError(`expect.poll() is not supported in combination with .${name}; await the promise, or use vi.waitFor()`);
      return name in chaiStates ? pending(ask(get, options, at => follow(at, [...path, name]))) : chain([...path, name]);
    },
    apply: (_, __, args) => pending(ask(get, options, at => (follow(at, path.slice(0, -1)) as any)[path.at(-1)!](...args))),
  });
  return chain([]);
}

const follow = (at: any, path: string[]): unknown => path.reduce((one, word) => one[word], at);

async function ask(get: (context: { signal: AbortSignal }) => unknown, { timeout = 1_000, interval = 50, message }: { timeout?: number; interval?: number; message?: string }, attempt: (at: Assertion) => unknown): Promise<unknown> {
  const site = callSite();
  const controller = new AbortController();
  const over = Symbol('over');
  let timer: any;
  let pause: any;
  const test = currentTest();
  // However often it is tried, it is one.
  if (test !== undefined) test.assertions += 1;
  const end = new Promise(done => {
    timer = setTimeout(() => {
      controller.abort();
      done(over);
    }, timeout);
  });
  let failure: unknown;
  const inTime = async (work: unknown, what: string) => {
    const value = await Promise.race([work, end]);
    if (value === over) throw failure ?? new AssertionError(`the ${what} of expect.poll() did not end in time`);
    return value;
  };
  try {
    for (;;) {
      try {
        const value = await inTime((async () => get({ signal: controller.signal }))(), 'function');
        return await inTime(attempt(new Assertion(value, { ...settingsOf(message), poll: true })), 'assertion');
      } catch (error) {
        failure = error;
        if (controller.signal.aborted) throw failure;
      }
      if (isFake()) await advanceTimersByTimeAsync(interval);
      else await Promise.race([new Promise(done => (pause = setTimeout(done, interval))), end]);
      if (controller.signal.aborted) throw failure;
    }
  } catch (error: any) {
    throw error instanceof Error && !('site' in error) ? Object.defineProperty(error, 'site', { value: site }) : error;
  } finally {
    clearTimeout(timer);
    clearTimeout(pause);
  }
}

function getState(): any {
  const test = currentTest();
  return { assertionCalls: test?.assertions ?? 0, currentTestName: test?.fullName, expectedAssertionsNumber: typeof test?.expected === 'number' ? test.expected : null, isExpectingAssertions: test?.expected === true, ...state };
}

Object.assign(expect, asymmetric, {
  extend,
  poll,
  soft: (value?: unknown, message?: string) => new Assertion(value, { ...settingsOf(message), soft: true }),
  addSnapshotSerializer,
  addEqualityTesters,
  getState,
  setState(more: object) {
    state = { ...state, ...more };
  },
  assertions(count: number) {
    if (!Number.isInteger(count) || count < 0) throw new TypeError(`expect.assertions() needs a number, and it is given ${brief(count)}`);
    mustRun('expect.assertions()').expected = count;
  },
  hasAssertions(...args: unknown[]) {
    if (args.length > 0) throw new TypeError('expect.hasAssertions() takes no argument; there is expect.assertions()');
    mustRun('expect.hasAssertions()').expected ??= true;
  },
  unreachable(message?: string) {
    throw new AssertionError(message ?? 'expected not to come here');
  },
  /** Also as Chai has it: `(actual, expected, message)`. */
  fail(...args: any[]) {
    throw new AssertionError((args.length > 1 ? args[2] : args[0]) ?? 'expect.fail() was called');
  },
});
for (const name of ['toSatisfy', 'toBeOneOf']) provideAsymmetric(name);
