// Mock functions: they note how they are called and do what they are told.

export type Fn = (...args: any[]) => any;

/** What a mock function has noted; the lists are new ones after `mockClear()`. */
export interface Calls {
  calls: any[][];
  contexts: any[];
  instances: any[];
  invocationCallOrder: number[];
  results: { type: 'return' | 'throw' | 'incomplete'; value: any }[];
  settledResults: { type: 'fulfilled' | 'rejected' | 'incomplete'; value: any }[];
  readonly lastCall: any[] | undefined;
}

/** Chooses what some calls do by their arguments. */
export interface Route {
  find(args: any[]): Fn | undefined;
  /** The mock is reset. */
  reset(): void;
}

export interface MockOptions {
  /** What it does when it is told nothing else. */
  original?: Fn;
  name?: string;
  /** Whose name and length it has, when it does not call it. */
  like?: Fn;
  /** Whether `mockReset()` forgets the implementation it was made with, as Jest does. */
  forgets?: boolean;
  /** Puts back what the mock stands for. */
  restore?: () => void;
  /** The mock of the prototype, which notes the calls of all instances. */
  shared?: any;
  /** Called with each instance that was made. */
  prepare?: (instance: object) => void;
}

/** What a mock function is told, and has noted. */
interface Mocked extends MockOptions {
  mock: any;
  state: Calls;
  given: Fn | undefined;
  implementation: Fn | undefined;
  once: Fn[];
  /** What single calls do, by their number. */
  at: Map<number, Fn>;
  /** Stands before all others, while `withImplementation()` works. */
  temporary: Fn | undefined;
  routes: Route[];
  shownName: string;
}

const DATA = Symbol('mock');
let order = 0;
/** All mocks of this file, so that they can be cleared together. */
const all = new Set<any>();

const noted = () => ({ calls: [], contexts: [], instances: [], invocationCallOrder: [], results: [], settledResults: [] });

export function isMockFunction(value: any): boolean {
  return typeof value === 'function' && value[DATA] !== undefined;
}

/** The name that somebody gave it, or that of what it stands for; else none. */
export function givenName(mock: any): string {
  const name = mock.getMockName?.() ?? '';
  return ['vi.fn()', 'jest.fn()'].includes(name) ? '' : name;
}

export const dataOf = (mock: any): Mocked => mock[DATA];

/** A mock function; `given` is what it does when nothing else is said. */
export function fn(given?: Fn, options: MockOptions = {}): any {
  const state: Calls = { ...noted(), get lastCall() { return this.calls.at(-1); } };
  const data: Mocked = {
    name: 'vi.fn()', ...options, mock: undefined, state, given, implementation: given, once: [], at: new Map(), temporary: undefined, routes: [], shownName: '',
  };
  data.shownName = data.name!;
  const mock = function (this: any, ...args: any[]): any {
    return invoke(data, this, args, new.target);
  };
  data.mock = mock;
  const base = given ?? options.original;
  if (base !== undefined) for (const [key, own] of staticsOf(base)) Object.defineProperty(mock, key, own);
  if (base !== undefined || options.like !== undefined) resemble(mock, base ?? options.like!);
  Object.setPrototypeOf(mock, methods);
  Object.defineProperties(mock, {
    [DATA]: { value: data },
    mock: { configurable: true, get: () => state },
  });
  inherit(data, base);
  all.add(mock);
  return mock;
}

/** Properties of functions that a mock has of its own. */
const OWN = new Set<PropertyKey>(['length', 'name', 'prototype', 'arguments', 'caller', Symbol.for('nodejs.util.promisify.custom'), DATA, 'mock']);

/** The static properties of a function, inherited ones included. */
export function staticsOf(base: Fn): Map<PropertyKey, PropertyDescriptor> {
  const found = new Map<PropertyKey, PropertyDescriptor>();
  for (let at = base; typeof at === 'function' && at !== Function.prototype && at !== methods; at = Object.getPrototypeOf(at)) {
    for (const key of Reflect.ownKeys(at)) if (!OWN.has(key) && !found.has(key)) found.set(key, Object.getOwnPropertyDescriptor(at, key)!);
  }
  return found;
}

function resemble(mock: any, { length, name }: Fn): void {
  Object.defineProperty(mock, 'length', { value: length, writable: true, configurable: true });
  Object.defineProperty(mock, 'name', { value: name, configurable: true });
}

/** Instances of the mock are instances of what makes them, too. */
function inherit({ mock, given, original }: Mocked, act: Fn | undefined): void {
  const prototype = [act, given, original].find(one => typeof one?.prototype === 'object')?.prototype ?? Object.prototype;
  if (typeof mock.prototype === 'object' && mock.prototype !== null && Object.getPrototypeOf(mock.prototype) !== prototype) Object.setPrototypeOf(mock.prototype, prototype);
}

/** Notes a call and does what it is to do. `told`: by a mock of an instance, to that of the prototype. */
function invoke(data: Mocked, self: any, args: any[], target?: Function, told?: { act: Fn | undefined; order: number }): any {
  const { state } = data;
  const { contexts, instances } = state;
  const index = state.calls.push(args) - 1;
  contexts.push(self);
  instances.push(self);
  const turn = told?.order ?? ++order;
  state.invocationCallOrder.push(turn);
  const result: Calls['results'][number] = { type: 'incomplete', value: undefined };
  const settled: Calls['settledResults'][number] = { type: 'incomplete', value: undefined };
  state.results.push(result);
  state.settledResults.push(settled);
  const act = told?.act ?? chosen(data, args, index);
  try {
    let value;
    if (target !== undefined) value = contexts[index] = instances[index] = construct(data, act, args, self, target);
    else value = data.shared === undefined ? act?.apply(self, args) : invoke(dataOf(data.shared), self, args, undefined, { act, order: turn });
    Object.assign(result, { type: 'return', value });
    follow(value, settled);
    return value;
  } catch (error) {
    Object.assign(result, { type: 'throw', value: error });
    Object.assign(settled, { type: 'rejected', value: error });
    throw error;
  }
}

/** What the mock does in a call. */
function chosen({ temporary, at, once, routes, implementation, original }: Mocked, args: any[], index: number): Fn | undefined {
  if (temporary !== undefined) return temporary;
  const now = at.get(index) ?? once.shift();
  if (now !== undefined) return now;
  for (let last = routes.length - 1; last >= 0; last--) {
    const act = routes[last].find(args);
    if (act !== undefined) return act;
  }
  return implementation ?? original;
}

/** What `new mock()` gives. */
function construct(data: Mocked, act: Fn | undefined, args: any[], self: any, target: Function): any {
  inherit(data, act);
  const instance = act === undefined ? self : isConstructor(act) ? Reflect.construct(act, args, target) : made(act.apply(self, args), self);
  data.prepare?.(instance);
  return instance;
}

/** A function that makes an object is taken for a constructor also when it is none, as in Jest. */
const made = (value: any, self: any) => ((typeof value === 'object' && value !== null) || typeof value === 'function' ? value : self);

function isConstructor(act: Fn): boolean {
  try {
    // Looks whether it could be one, without calling it.
    Reflect.construct(Object, [], act);
    return true;
  } catch {
    return false;
  }
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

/**
 * What a mock does from now on, and by the name with `Once` in its next call, made of what the method is given. Those that
 * are made here are no constructors, so instances stay what they are.
 */
const ACTS: Record<string, (given: any) => Fn> = {
  mockImplementation: act => act,
  mockReturnValue: value => () => value,
  mockResolvedValue: value => () => Promise.resolve(value),
  mockRejectedValue: error => () => Promise.reject(error),
  mockThrow: error => () => { throw error; },
};

function always(mock: any, act: Fn | undefined): any {
  const data = dataOf(mock);
  data.implementation = act;
  inherit(data, act);
  return mock;
}

function next(mock: any, act: Fn): any {
  dataOf(mock).once.push(act);
  return mock;
}

/** The methods of mock functions. */
const methods: any = Object.create(Function.prototype, Object.getOwnPropertyDescriptors({
  /** Other runners ask for this. */
  get _isMockFunction(): boolean {
    return isMockFunction(this);
  },
  getMockName(): string {
    return dataOf(this).shownName;
  },
  mockName(name: string): any {
    dataOf(this).shownName = name;
    return this;
  },
  getMockImplementation(): Fn | undefined {
    const { temporary, once, implementation } = dataOf(this);
    return temporary ?? once[0] ?? implementation;
  },
  mockClear(): any {
    Object.assign(dataOf(this).state, noted());
    return this;
  },
  mockReset(): any {
    const data = dataOf(this);
    Object.assign(data.state, noted());
    for (const route of data.routes) route.reset();
    if (data.forgets) data.original = undefined;
    Object.assign(data, { once: [], at: new Map(), routes: [], shownName: data.name });
    return always(this, data.forgets ? undefined : data.given);
  },
  mockRestore(): any {
    const { restore } = dataOf(this);
    (this as any).mockReset();
    restore?.();
    return this;
  },
  mockReturnThis(): any {
    return always(this, { act(this: any) { return this; } }.act);
  },
  /** Does another thing while `work` runs, also when that takes time. */
  withImplementation(act: Fn, work: Fn): any {
    const data = dataOf(this);
    const before = data.temporary;
    const end = () => {
      data.temporary = before;
      return this;
    };
    data.temporary = act;
    let returned;
    try {
      returned = work();
    } catch (error) {
      end();
      throw error;
    }
    if (typeof returned?.then !== 'function') return end();
    return returned.then(end, (error: unknown) => {
      end();
      throw error;
    });
  },
  [Symbol.dispose](): void {
    (this as any).mockRestore();
  },
}));

for (const [name, make] of Object.entries(ACTS)) {
  addMethod(name, function (this: any, given: unknown) {
    return always(this, make(given));
  });
  addMethod(`${name}Once`, function (this: any, given: unknown) {
    return next(this, make(given));
  });
}

/** Adds a method to mock functions. */
export function addMethod(name: string, value: Fn): void {
  Object.defineProperty(methods, name, { value, writable: true, configurable: true });
}

export function clearAllMocks(): void {
  for (const mock of all) mock.mockClear();
}

export function resetAllMocks(): void {
  for (const mock of all) mock.mockReset();
}
