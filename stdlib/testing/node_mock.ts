// The mocks of `node:test`: a tracker makes them, and puts back what stood in their places.

import { dataOf, fn } from 'cronflow:internal/testing/mock';
import { nodeModule } from 'cronflow:internal/testing/modules';
import { spyOn } from 'cronflow:internal/testing/spy';
import { vi } from 'cronflow:internal/testing/vi';

type Fn = (...args: any[]) => any;

const outcome = (result: any) => (result?.type === 'throw' ? { error: result.value } : { result: result?.value });

/** Node's view of a mock: its calls as objects, and what it does from now on. */
class MockFunctionContext {
  #mocked: any;

  constructor(mocked: any) {
    this.#mocked = mocked;
  }

  get calls(): object[] {
    const { calls, contexts, results } = dataOf(this.#mocked).state;
    return calls.map((args, at) => ({ arguments: args, this: contexts[at], ...outcome(results[at]) }));
  }

  callCount(): number {
    return dataOf(this.#mocked).state.calls.length;
  }

  mockImplementation(act: Fn): void {
    this.#mocked.mockImplementation(mustBeFunction('mockImplementation', act));
  }

  /** For the next call, or for that of the number. */
  mockImplementationOnce(act: Fn, onCall: number = this.callCount()): void {
    if (!Number.isInteger(onCall) || onCall < this.callCount()) throw new RangeError(`mockImplementationOnce(): the call ${onCall} is over, or is no number; ${this.callCount()} is the next`);
    dataOf(this.#mocked).at.set(onCall, mustBeFunction('mockImplementationOnce', act));
  }

  resetCalls(): void {
    this.#mocked.mockClear();
  }

  restore(): void {
    // The calls stay: Node forgets only what the mock does.
    const { state } = dataOf(this.#mocked);
    const { lastCall: _, ...noted } = state;
    this.#mocked.mockRestore();
    Object.assign(state, noted);
  }
}

function mustBeFunction(method: string, act: unknown): Fn {
  if (typeof act !== 'function') throw new TypeError(`${method}() needs a function`);
  return act as Fn;
}

/** Options at the end of the arguments, and the functions before them. */
function apart(method: string, args: unknown[], known: string[]): { acts: Fn[]; options: any } {
  const acts = args.filter(one => typeof one === 'function') as Fn[];
  const options: any = args.find(one => typeof one === 'object' && one !== null) ?? {};
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw new TypeError(`mock.${method}() has no option '${key}'; it takes ${known.join(', ')}`);
  }
  if (options.times !== undefined && (!Number.isInteger(options.times) || options.times < 1)) throw new RangeError(`mock.${method}(): times is a number from 1 on`);
  return { acts, options };
}

/** A property that was mocked, and what is done to it. */
class MockPropertyContext {
  #object: any;
  #key: PropertyKey;
  #before: PropertyDescriptor | undefined;
  #value: unknown;
  #once = new Map<number, unknown>();
  #accesses: object[] = [];

  constructor(object: any, key: PropertyKey, given: unknown[]) {
    if (!(key in Object(object))) throw new TypeError(`mock.property(): the object has no property '${String(key)}'`);
    this.#object = object;
    this.#key = key;
    this.#before = Object.getOwnPropertyDescriptor(object, key);
    this.#value = given.length > 0 ? given[0] : object[key];
    const note = (type: string, value: unknown) => {
      this.#accesses.push({ type, value });
      return value;
    };
    Object.defineProperty(object, key, {
      configurable: true,
      enumerable: this.#before?.enumerable ?? true,
      get: () => {
        const at = this.#accesses.length;
        return note('get', this.#once.has(at) ? this.#once.get(at) : this.#value);
      },
      set: value => {
        this.#value = note('set', value);
      },
    });
  }

  get accesses(): object[] {
    return [...this.#accesses];
  }

  accessCount(): number {
    return this.#accesses.length;
  }

  mockImplementation(value: unknown): void {
    this.#value = value;
  }

  mockImplementationOnce(value: unknown, onAccess: number = this.accessCount()): void {
    this.#once.set(onAccess, value);
  }

  resetAccesses(): void {
    this.#accesses = [];
  }

  restore(): void {
    if (this.#before === undefined) delete this.#object[this.#key];
    else Object.defineProperty(this.#object, this.#key, this.#before);
  }
}

/** Makes mocks, and forgets them together. */
export class MockTracker {
  #restorers: (() => void)[] = [];

  #tracked(mocked: any, acts: Fn[], times: number | undefined): any {
    const context = new MockFunctionContext(mocked);
    Object.defineProperty(mocked, 'mock', { configurable: true, value: context });
    const act = acts[0];
    if (act !== undefined && times === undefined) mocked.mockImplementation(act);
    for (let left = act === undefined ? 0 : times ?? 0; left > 0; left--) mocked.mockImplementationOnce(act);
    this.#restorers.push(() => context.restore());
    return mocked;
  }

  /** `(original?, implementation?, { times }?)` */
  fn(...args: unknown[]): any {
    const { acts, options } = apart('fn', args, ['times']);
    return this.#tracked(fn(acts[0]), acts.slice(1), options.times);
  }

  /** `(object, name, implementation?, { getter, setter, times }?)` */
  method(object: any, name: PropertyKey, ...rest: unknown[]): any {
    const { acts, options } = apart('method', rest, ['getter', 'setter', 'times']);
    if (options.getter === true && options.setter === true) throw new TypeError('mock.method(): getter and setter exclude each other');
    return this.#tracked(spyOn(object, name, options.getter === true ? 'get' : options.setter === true ? 'set' : undefined), acts, options.times);
  }

  getter(object: any, name: PropertyKey, ...rest: unknown[]): any {
    const { acts, options } = apart('getter', rest, ['times']);
    return this.#tracked(spyOn(object, name, 'get'), acts, options.times);
  }

  setter(object: any, name: PropertyKey, ...rest: unknown[]): any {
    const { acts, options } = apart('setter', rest, ['times']);
    return this.#tracked(spyOn(object, name, 'set'), acts, options.times);
  }

  /** Gives the object back, with the property's context as `mock`. */
  property(object: any, name: PropertyKey, ...value: unknown[]): any {
    const context = new MockPropertyContext(object, name, value);
    this.#restorers.push(() => context.restore());
    return new Proxy(object, { get: (target, key) => (key === 'mock' ? context : Reflect.get(target, key)) });
  }

  module(name: unknown, options?: any): { restore: () => void } {
    const mocked = nodeModule(name, options);
    this.#restorers.push(mocked.restore);
    return mocked;
  }

  /** Everything is as it was; the mocks stay what they are. */
  restoreAll(): void {
    for (const restore of [...this.#restorers].reverse()) restore();
  }

  /** The same, and the tracker forgets its mocks. */
  reset(): void {
    this.restoreAll();
    this.#restorers = [];
    if (this.#ownsTimers) this.timers.reset();
  }

  #ownsTimers = false;

  readonly timers = {
    enable: (options: any = {}) => {
      const { now = 0, ...others } = options;
      for (const key of Object.keys(others)) {
        if (key !== 'apis') throw new TypeError(`mock.timers.enable() has no option '${key}'; it takes now`);
        throw new TypeError('mock.timers.enable(): apis is not supported: there is one clock, and timers and Date stand still together');
      }
      this.#ownsTimers = true;
      vi.useFakeTimers({ now });
    },
    tick: (millis = 1) => void vi.advanceTimersByTime(millis),
    runAll: () => void vi.runAllTimers(),
    setTime: (millis: number) => void vi.setSystemTime(millis),
    reset: () => {
      this.#ownsTimers = false;
      vi.useRealTimers();
    },
    [Symbol.dispose]: () => this.timers.reset(),
  };
}
