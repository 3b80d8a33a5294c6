// node:events.

import { builtinModule } from 'cronflow:internal/ops';
import { nodeError } from 'cronflow:internal/node/errors';

type Name = string | symbol;
type Listener = (...args: any[]) => any;
type Entry = Listener & { listener?: Listener };

const errorMonitor = Symbol('events.errorMonitor');
const captureRejectionSymbol = Symbol.for('nodejs.rejection');

function checkListener(listener: unknown): asserts listener is Listener {
  if (typeof listener !== 'function') throw nodeError('ERR_INVALID_ARG_TYPE', 'The "listener" argument must be of type function', TypeError);
}

class Emitter {
  static defaultMaxListeners = 10;
  static readonly errorMonitor = errorMonitor;
  static readonly captureRejectionSymbol = captureRejectionSymbol;
  static captureRejections = false;
  declare _events: Map<Name, Entry[]>;
  declare _maxListeners: number | undefined;

  static init(this: any): void {
    eventsOf(this);
  }

  addListener(name: Name, listener: Listener): this {
    return add(this, name, listener, false);
  }

  on(name: Name, listener: Listener): this {
    return add(this, name, listener, false);
  }

  prependListener(name: Name, listener: Listener): this {
    return add(this, name, listener, true);
  }

  once(name: Name, listener: Listener): this {
    checkListener(listener);
    // A subclass that acts on listeners, as streams do, sees this one too.
    return this.on(name, onceWrapper(this, name, listener));
  }

  prependOnceListener(name: Name, listener: Listener): this {
    checkListener(listener);
    return this.prependListener(name, onceWrapper(this, name, listener));
  }

  removeListener(name: Name, listener: Listener): this {
    checkListener(listener);
    const known = listOf(this, name);
    if (known === undefined) return this;
    const index = known.findLastIndex(entry => entry === listener || entry.listener === listener);
    if (index < 0) return this;
    const rest = known.toSpliced(index, 1);
    if (rest.length > 0) this._events.set(name, rest);
    else this._events.delete(name);
    if (this._events.has('removeListener')) this.emit('removeListener', name, listener);
    return this;
  }

  off(name: Name, listener: Listener): this {
    return this.removeListener(name, listener);
  }

  removeAllListeners(name?: Name): this {
    if (name === undefined) for (const each of this.eventNames()) removeAll(this, each);
    else removeAll(this, name);
    return this;
  }

  emit(name: Name, ...args: any[]): boolean {
    if (name === 'error') {
      for (const listener of listOf(this, errorMonitor) ?? []) listener.apply(this, args);
    }
    const listeners = listOf(this, name);
    if (listeners === undefined) {
      if (name !== 'error') return false;
      const error = args[0];
      if (error instanceof Error) throw error;
      const failure = nodeError('ERR_UNHANDLED_ERROR', `Unhandled error. (${typeof error === 'string' ? `'${error}'` : String(error)})`);
      throw Object.assign(failure, { context: error });
    }
    // Lists are never changed, so this one is what it was when the event came.
    for (let index = 0; index < listeners.length; index++) listeners[index].apply(this, args);
    return true;
  }

  listeners(name: Name): Listener[] {
    return (listOf(this, name) ?? []).map(entry => entry.listener ?? entry);
  }

  rawListeners(name: Name): Listener[] {
    return [...(listOf(this, name) ?? [])];
  }

  listenerCount(name: Name, listener?: Listener): number {
    const all = listOf(this, name) ?? [];
    return listener === undefined ? all.length : all.filter(entry => entry === listener || entry.listener === listener).length;
  }

  eventNames(): Name[] {
    return [...eventsOf(this).keys()];
  }

  setMaxListeners(most: number): this {
    if (typeof most !== 'number' || most < 0 || Number.isNaN(most)) {
      throw nodeError('ERR_OUT_OF_RANGE', `The value of "n" is out of range. It must be a non-negative number. Received ${String(most)}`, RangeError);
    }
    Object.defineProperty(this, '_maxListeners', { value: most, writable: true, configurable: true });
    return this;
  }

  getMaxListeners(): number {
    return this._maxListeners ?? Emitter.defaultMaxListeners;
  }
}

// Functions, not methods: classes that extend EventEmitter have methods of their own.

/** Made for the first listener: many emitters never have one. Not that of a prototype which is an emitter itself. */
function eventsOf(emitter: Emitter): Map<Name, Entry[]> {
  if (!Object.hasOwn(emitter, '_events')) Object.defineProperty(emitter, '_events', { value: new Map(), writable: true, configurable: true });
  return emitter._events;
}

function listOf(emitter: Emitter, name: Name): Entry[] | undefined {
  return Object.hasOwn(emitter, '_events') ? emitter._events.get(name) : undefined;
}

function add<T extends Emitter>(emitter: T, name: Name, listener: Entry, first: boolean): T {
  checkListener(listener);
  const events = eventsOf(emitter);
  if (events.has('newListener')) emitter.emit('newListener', name, listener.listener ?? listener);
  const known = events.get(name);
  events.set(name, known === undefined ? [listener] : first ? [listener, ...known] : [...known, listener]);
  return emitter;
}

function onceWrapper(emitter: Emitter, name: Name, listener: Listener): Entry {
  let isCalled = false;
  const wrapper: Entry = function (this: unknown, ...args: any[]) {
    if (isCalled) return undefined;
    isCalled = true;
    emitter.removeListener(name, wrapper);
    return listener.apply(this, args);
  };
  wrapper.listener = listener;
  return wrapper;
}

function removeAll(emitter: Emitter, name: Name): void {
  for (const entry of [...(listOf(emitter, name) ?? [])].reverse()) emitter.removeListener(name, entry);
}

function isTarget(emitter: any): boolean {
  return typeof emitter?.addEventListener === 'function' && typeof emitter.on !== 'function';
}

function aborted(signal: any): Error {
  const error = nodeError('ABORT_ERR', 'The operation was aborted', Error, { cause: signal.reason });
  error.name = 'AbortError';
  return error;
}

/** A promise of the arguments of the next event. */
export function once(emitter: any, name: Name, options: { signal?: any } = {}): Promise<any[]> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(aborted(signal));
    const target = isTarget(emitter);
    const done = (settle: () => void) => {
      if (target) emitter.removeEventListener(name, onEvent);
      else emitter.removeListener(name, onEvent).removeListener('error', onError);
      signal?.removeEventListener('abort', onAbort);
      settle();
    };
    const onEvent = (...args: any[]) => done(() => resolve(args));
    const onError = (error: unknown) => done(() => reject(error));
    const onAbort = () => done(() => reject(aborted(signal)));
    if (target) emitter.addEventListener(name, onEvent, { once: true });
    else {
      emitter.on(name, onEvent);
      if (name !== 'error') emitter.on('error', onError);
    }
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** The events as they come, for `for await`. */
export function on(emitter: any, name: Name, options: { signal?: any; close?: Name[] } = {}): AsyncIterableIterator<any[]> {
  const { signal } = options;
  const waiting: { resolve: (result: any) => void; reject: (error: unknown) => void }[] = [];
  const ready: any[][] = [];
  let failure: unknown;
  let isOver = false;
  const push = (...args: any[]) => {
    const next = waiting.shift();
    if (next === undefined) ready.push(args);
    else next.resolve({ value: args, done: false });
  };
  const fail = (error: unknown) => {
    failure = error;
    finish();
  };
  const onAbort = () => fail(aborted(signal));
  const finish = () => {
    isOver = true;
    if (isTarget(emitter)) emitter.removeEventListener(name, push);
    else {
      emitter.removeListener(name, push).removeListener('error', fail);
      for (const end of options.close ?? []) emitter.removeListener(end, finish);
    }
    signal?.removeEventListener('abort', onAbort);
    for (const { resolve, reject } of waiting.splice(0)) {
      if (failure !== undefined) reject(failure);
      else resolve({ value: undefined, done: true });
    }
  };
  if (signal?.aborted) throw aborted(signal);
  if (isTarget(emitter)) emitter.addEventListener(name, push);
  else {
    emitter.on(name, push);
    if (name !== 'error') emitter.on('error', fail);
    for (const end of options.close ?? []) emitter.on(end, finish);
  }
  signal?.addEventListener('abort', onAbort, { once: true });
  return {
    next: () => {
      if (ready.length > 0) return Promise.resolve({ value: ready.shift()!, done: false });
      if (failure !== undefined) {
        const error = failure;
        failure = undefined;
        return Promise.reject(error);
      }
      if (isOver) return Promise.resolve({ value: undefined, done: true });
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    return: () => {
      finish();
      return Promise.resolve({ value: undefined, done: true });
    },
    throw: (error: unknown) => {
      fail(error);
      return Promise.resolve({ value: undefined, done: true });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  } as AsyncIterableIterator<any[]>;
}

export function listenerCount(emitter: any, name: Name): number {
  return emitter.listenerCount(name);
}

export function getEventListeners(emitter: any, name: Name): Listener[] {
  return isTarget(emitter) ? [] : emitter.listeners(name);
}

/** There is no warning about many listeners, so there is nothing to limit but the emitters' own figure. */
export function setMaxListeners(most: number, ...emitters: any[]): void {
  if (emitters.length === 0) Emitter.defaultMaxListeners = most;
  for (const emitter of emitters) emitter.setMaxListeners?.(most);
}

export function getMaxListeners(emitter: any): number {
  return emitter.getMaxListeners?.() ?? Emitter.defaultMaxListeners;
}

export function addAbortListener(signal: any, listener: (event: any) => void): any {
  signal.addEventListener('abort', listener, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', listener) };
}

/** A function, not a class: code from before classes calls `EventEmitter.call(this)`. There is nothing to set up. */
export const EventEmitter: any = function EventEmitter(_options?: unknown) {};
EventEmitter.prototype = Emitter.prototype;
Object.defineProperty(Emitter.prototype, 'constructor', { value: EventEmitter, writable: true, configurable: true });
for (const name of ['defaultMaxListeners', 'captureRejections'] as const) {
  const set = (value: any) => {
    (Emitter as any)[name] = value;
  };
  Object.defineProperty(EventEmitter, name, { get: () => Emitter[name], set, enumerable: true });
}
Object.assign(EventEmitter, {
  errorMonitor, captureRejectionSymbol, once, on, listenerCount, getEventListeners, setMaxListeners, getMaxListeners, addAbortListener,
  init: Emitter.init, EventEmitter, usingDomains: false,
});
Object.defineProperty(EventEmitter, 'EventEmitterAsyncResource', { get: () => builtinModule('node:async_hooks').EventEmitterAsyncResource });

export { errorMonitor, captureRejectionSymbol };
export const defaultMaxListeners = 10;
export default EventEmitter;
