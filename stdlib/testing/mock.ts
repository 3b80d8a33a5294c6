// Mock functions and spies: they note how they are called and do what they are told.

type Fn = (...args: any[]) => any;

let order = 0;
/** All mocks of this file, so that they can be cleared together. */
const all = new Set<any>();

interface State {
  calls: any[][];
  contexts: any[];
  instances: any[];
  invocationCallOrder: number[];
  results: { type: 'return' | 'throw' | 'incomplete'; value: any }[];
  settledResults: ({ type: 'fulfilled' | 'rejected' | 'incomplete'; value: any })[];
}

const fresh = (): State => ({ calls: [], contexts: [], instances: [], invocationCallOrder: [], results: [], settledResults: [] });

export function isMockFunction(value: any): boolean {
  return typeof value === 'function' && value._isMockFunction === true;
}

/** A mock function; `original` is what it does when nothing else is said. */
export function fn(original?: Fn): any {
  let state = fresh();
  let implementation: Fn | undefined = original;
  let once: Fn[] = [];
  /** What single calls do, by their number. */
  let at = new Map<number, Fn>();
  let name = '';

  function mock(this: any, ...args: any[]): any {
    state.calls.push(args);
    state.contexts.push(this);
    state.instances.push(this);
    state.invocationCallOrder.push(++order);
    const result: State['results'][number] = { type: 'incomplete', value: undefined };
    const settled: State['settledResults'][number] = { type: 'incomplete', value: undefined };
    state.results.push(result);
    state.settledResults.push(settled);
    const act = at.get(state.calls.length - 1) ?? once.shift() ?? implementation;
    try {
      const value = new.target ? construct(act, args, this) : act?.apply(this, args);
      Object.assign(result, { type: 'return', value });
      follow(value, settled);
      return value;
    } catch (error) {
      Object.assign(result, { type: 'throw', value: error });
      throw error;
    }
  }

  const chain = (act: () => void) => {
    act();
    return mock;
  };
  Object.defineProperties(mock, {
    _isMockFunction: { value: true },
    _state: { value: () => state },
    _at: { value: (call: number, act: Fn) => void at.set(call, act) },
    mock: { configurable: true, get: () => Object.assign(Object.create({ get lastCall() { return state.calls.at(-1); } }), state) },
  });
  Object.assign(mock, {
    getMockName: () => name,
    mockName: (text: string) => chain(() => (name = text)),
    getMockImplementation: () => once[0] ?? implementation,
    mockClear: () => chain(() => (state = fresh())),
    mockReset: () => chain(() => {
      state = fresh();
      implementation = original;
      once = [];
      at = new Map();
    }),
    mockRestore: () => chain(() => {
      state = fresh();
      implementation = original;
      once = [];
      at = new Map();
    }),
    mockImplementation: (act: Fn) => chain(() => (implementation = act)),
    mockImplementationOnce: (act: Fn) => chain(() => once.push(act)),
    mockReturnThis: () => chain(() => (implementation = function (this: any) { return this; })),
    mockReturnValue: (value: any) => chain(() => (implementation = () => value)),
    mockReturnValueOnce: (value: any) => chain(() => once.push(() => value)),
    mockResolvedValue: (value: any) => chain(() => (implementation = async () => value)),
    mockResolvedValueOnce: (value: any) => chain(() => once.push(async () => value)),
    mockRejectedValue: (error: any) => chain(() => (implementation = async () => { throw error; })),
    mockRejectedValueOnce: (error: any) => chain(() => once.push(async () => { throw error; })),
    mockThrow: (error: any) => chain(() => (implementation = () => { throw error; })),
    mockThrowOnce: (error: any) => chain(() => once.push(() => { throw error; })),
    withImplementation(act: Fn, work: Fn) {
      const before = implementation;
      implementation = act;
      const restore = () => { implementation = before; };
      const value = work();
      if (typeof value?.then === 'function') return value.then((result: any) => (restore(), result));
      restore();
      return mock;
    },
  });
  all.add(mock);
  return mock;
}

/** What `new mock()` gives. */
function construct(act: Fn | undefined, args: any[], self: any): any {
  if (act === undefined) return self;
  const value = act.prototype === undefined ? act(...args) : isClass(act) ? Reflect.construct(act, args) : act.apply(self, args);
  return typeof value === 'object' && value !== null ? value : self;
}

function isClass(act: Fn): boolean {
  return Object.getOwnPropertyDescriptor(act, 'prototype')?.writable === false;
}

/** Notes how a promise ends, without handling its rejection for others. */
function follow(value: any, settled: { type: string; value: any }): void {
  if (typeof value?.then !== 'function') {
    Object.assign(settled, { type: 'fulfilled', value });
    return;
  }
  value.then(
    (result: any) => Object.assign(settled, { type: 'fulfilled', value: result }),
    (error: any) => Object.assign(settled, { type: 'rejected', value: error }),
  );
}

/** Puts a mock in the place of a method, or of a getter or setter. It calls the original. */
export function spyOn(object: any, key: PropertyKey, access?: 'get' | 'set'): any {
  if (object === null || (typeof object !== 'object' && typeof object !== 'function')) throw new TypeError('spyOn() needs an object');
  const owner = ownerOf(object, key);
  const own = owner === undefined ? undefined : Object.getOwnPropertyDescriptor(owner, key);
  if (own === undefined) throw new Error(`spyOn(): the object has no property '${String(key)}'`);
  const original = access === undefined ? (own.get === undefined ? own.value : own.get.call(object)) : own[access];
  if (isMockFunction(original)) return original;
  if (typeof original !== 'function') throw new Error(`spyOn(): '${String(key)}' is no function${access === undefined ? '; for a property use vi.stubGlobal() or spyOn(object, key, "get")' : ''}`);
  const had = Object.hasOwn(object, key);
  const spy = fn(original);
  spy.mockName(String(key));
  const put = access === undefined ? { value: spy, writable: true } : { ...own, [access]: spy };
  Object.defineProperty(object, key, { ...put, configurable: true, enumerable: own.enumerable });
  const reset = spy.mockRestore;
  spy.mockRestore = () => {
    reset();
    if (had) Object.defineProperty(object, key, own);
    else delete object[key];
    return spy;
  };
  return spy;
}

/** Properties in whose place others stand. */
const replaced = new Set<{ restore(): void }>();

/** Another value for a property that is no function, until it is restored. */
export function replaceProperty(object: any, key: PropertyKey, value: unknown): { replaceValue(value: unknown): unknown; restore(): void } {
  const owner = ownerOf(Object(object), key);
  const own = owner === undefined ? undefined : Object.getOwnPropertyDescriptor(owner, key)!;
  if (own === undefined) throw new Error(`replaceProperty(): the object has no property '${String(key)}'`);
  if (typeof own.value === 'function') throw new Error(`replaceProperty(): '${String(key)}' is a function; use spyOn()`);
  const had = Object.hasOwn(object, key);
  const one = {
    replaceValue(next: unknown) {
      Object.defineProperty(object, key, { value: next, writable: true, configurable: true, enumerable: own.enumerable });
      return one;
    },
    restore() {
      if (had) Object.defineProperty(object, key, own);
      else delete object[key];
      replaced.delete(one);
    },
  };
  replaced.add(one);
  one.replaceValue(value);
  return one;
}

function ownerOf(object: any, key: PropertyKey): any {
  for (let owner = object; owner !== null && owner !== undefined; owner = Object.getPrototypeOf(owner)) if (Object.hasOwn(owner, key)) return owner;
  return undefined;
}

export function clearAllMocks(): void {
  for (const mock of all) mock.mockClear();
}

export function resetAllMocks(): void {
  for (const mock of all) mock.mockReset();
}

export function restoreAllMocks(): void {
  for (const mock of all) mock.mockRestore();
  for (const one of [...replaced]) one.restore();
}
