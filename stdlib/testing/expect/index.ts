// expect(): a value, and the matchers that are called on it.

import { callSite } from 'cronflow:internal/ops';
import { setTimeout } from 'cronflow:internal/timers';
import { AssertionError, diffOf, type Verdict } from 'cronflow:internal/testing/assertion';
import { asymmetric, Asymmetric } from 'cronflow:internal/testing/asymmetric';
import { callMatchers } from 'cronflow:internal/testing/calls';
import { currentTest } from 'cronflow:internal/testing/current';
import { addEqualityTesters, equals } from 'cronflow:internal/testing/equals';
import { addSnapshotSerializer, brief, pretty } from 'cronflow:internal/testing/pretty';
import { snapshotMatchers } from 'cronflow:internal/testing/snapshot';
import { valueMatchers, type Matcher } from 'cronflow:internal/testing/values';

interface Settings {
  isNot: boolean;
  promise: '' | 'resolves' | 'rejects';
  soft: boolean;
  message?: string;
}

const matchers: Record<string, Matcher> = Object.assign(Object.create(null), valueMatchers, callMatchers, snapshotMatchers);

const utils = {
  stringify: pretty,
  printReceived: pretty,
  printExpected: pretty,
  diff: (a: unknown, b: unknown) => diffOf(a, b) ?? '',
  matcherHint: (name: string, received = 'received', expected = 'expected') => `expect(${received}).${name}(${expected})`,
};

function contextOf(settings: Settings): any {
  return { isNot: settings.isNot, promise: settings.promise, equals, utils, expand: false, ...getState() };
}

/** Throws unless the verdict is what was asked for. */
function judge(name: string, verdict: Verdict, settings: Settings, site: object | undefined): void {
  if (verdict === null || typeof verdict !== 'object' || typeof verdict.pass !== 'boolean') {
    throw new TypeError(`the matcher ${name}() must return { pass, message }`);
  }
  if (verdict.pass !== settings.isNot) return;
  const text = typeof verdict.message === 'function' ? verdict.message() : String(verdict.message ?? `${name}() failed`);
  const diff = verdict.diff === true ? diffOf(verdict.expected, verdict.actual) : undefined;
  const message = settings.message === undefined ? text : `${settings.message}: ${text}`;
  const error = new AssertionError(message, { expected: verdict.expected, actual: verdict.actual, diff, matcher: name });
  if (site !== undefined) Object.defineProperty(error, 'site', { value: site });
  if (!settings.soft) throw error;
  currentTest()?.soft.push(error);
}

function call(name: string, value: unknown, settings: Settings, args: unknown[]): unknown {
  const test = currentTest();
  if (test !== undefined) test.assertions += 1;
  const matcher = matchers[name];
  if (settings.promise === '') {
    const verdict = matcher.call(contextOf(settings), value, ...args);
    if (typeof (verdict as any)?.then !== 'function') return judge(name, verdict as Verdict, settings, undefined);
    const site = callSite();
    return (verdict as Promise<Verdict>).then(settled => judge(name, settled, settings, site));
  }
  const site = callSite();
  return settle(value, settings, site).then(async settled => judge(name, await matcher.call(contextOf(settings), settled, ...args), settings, site));
}

/** What the promise brings, when it ends as it should. */
async function settle(value: any, settings: Settings, site: object): Promise<unknown> {
  const promise = typeof value === 'function' && settings.promise === 'rejects' ? value() : value;
  const fail = (text: string) => Object.defineProperty(new AssertionError(text), 'site', { value: site });
  if (typeof promise?.then !== 'function') throw fail(`expected a promise, and it is ${brief(value)}`);
  if (settings.promise === 'resolves') {
    return promise.then((result: unknown) => result, (error: unknown) => {
      throw fail(`expected the promise to resolve, and it rejected with ${brief(error)}`);
    });
  }
  return promise.then((result: unknown) => {
    throw fail(`expected the promise to reject, and it resolved with ${brief(result)}`);
  }, (error: unknown) => error);
}

/** All matchers of a value. They hang on prototypes, one for each combination of settings. */
class Assertion {
  _value: unknown;
  _settings: Settings;

  constructor(value: unknown, settings: Settings) {
    this._value = value;
    this._settings = settings;
  }

  get not(): Assertion {
    return new Assertion(this._value, { ...this._settings, isNot: !this._settings.isNot });
  }

  get resolves(): Assertion {
    return new Assertion(this._value, { ...this._settings, promise: 'resolves' });
  }

  get rejects(): Assertion {
    return new Assertion(this._value, { ...this._settings, promise: 'rejects' });
  }
}

function provide(name: string): void {
  Object.defineProperty(Assertion.prototype, name, {
    configurable: true,
    value(this: Assertion, ...args: unknown[]) {
      return call(name, this._value, this._settings, args);
    },
  });
}
Object.keys(matchers).forEach(provide);

const plain: Settings = { isNot: false, promise: '', soft: false };

export function expect(value?: unknown, message?: string): any {
  return new Assertion(value, message === undefined ? plain : { ...plain, message });
}

/** Adds matchers: `{ name(received, ...args) { return { pass, message } } }`. */
function extend(more: Record<string, Matcher>): void {
  for (const [name, matcher] of Object.entries(more)) {
    matchers[name] = matcher;
    provide(name);
    const make = (inverse: boolean) => (...args: unknown[]) => {
      const match = (value: unknown) => (matcher.call(contextOf({ ...plain, isNot: inverse }), value, ...args) as Verdict).pass;
      return new Asymmetric(name, `<${args.map(arg => brief(arg)).join(', ')}>`, match, inverse);
    };
    (expect as any)[name] = make(false);
    (expect as any).not[name] = make(true);
  }
}

/** Asks again until the matcher holds: `await expect.poll(() => value).toBe(1)`. */
function poll(get: () => unknown, options: { timeout?: number; interval?: number } = {}): any {
  const { timeout = 1_000, interval = 50 } = options;
  const site = callSite();
  const attempt = (isNot: boolean): any => new Proxy({}, {
    get: (_, name) => {
      if (name === 'not') return attempt(!isNot);
      return async (...args: unknown[]) => {
        for (let waited = 0; ; waited += interval) {
          try {
            return await call(String(name), await get(), { ...plain, isNot }, args);
          } catch (error: any) {
            if (waited >= timeout) throw Object.defineProperty(error, 'site', { value: site });
            await new Promise(done => setTimeout(done, interval));
          }
        }
      };
    },
  });
  return attempt(false);
}

function getState(): any {
  const test = currentTest();
  return { currentTestName: test?.fullName, assertionCalls: test?.assertions ?? 0 };
}

Object.assign(expect, asymmetric, {
  extend,
  poll,
  soft: (value?: unknown, message?: string) => new Assertion(value, { ...plain, soft: true, message }),
  addSnapshotSerializer,
  addEqualityTesters,
  getState,
  assertions(count: number) {
    const test = currentTest();
    if (test !== undefined) test.expected = count;
  },
  hasAssertions() {
    const test = currentTest();
    if (test !== undefined) test.expected ??= true;
  },
  unreachable(message?: string) {
    throw new AssertionError(message ?? 'expected not to come here');
  },
  fail(message?: string) {
    throw new AssertionError(message ?? 'expect.fail() was called');
  },
});
