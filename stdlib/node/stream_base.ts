// What readable and writable streams share: being destroyed, and the old `Stream` with its pipe().

import { EventEmitter } from 'node:events';
import { nodeError } from 'cronflow:internal/node/errors';

export type Done = (error?: Error | null, ...rest: any[]) => void;

/** What objects of a class begin with. On the prototype, so that making one does not define each of them again. */
export function beginWith(Class: { prototype: object }, values: object): void {
  for (const [name, value] of Object.entries(values)) Object.defineProperty(Class.prototype, name, { value, writable: true, configurable: true });
}

/** A property that is made when somebody asks for it. */
export function lazily(Class: { prototype: object }, name: string, make: (object: any) => unknown): void {
  const keep = (object: object, value: unknown) => Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  Object.defineProperty(Class.prototype, name, {
    get() {
      keep(this, make(this));
      return this[name];
    },
    set(value) {
      keep(this, value);
    },
    configurable: true,
  });
}

/** A class that may also be called on an object that inherits from it, as code from before classes does. */
export function callable<T extends new (...args: any[]) => any>(Class: T): T {
  const made: any = function (this: any, ...args: any[]) {
    if (new.target !== undefined) return Reflect.construct(Class, args, new.target === made ? Class : new.target);
    Object.defineProperties(this, Object.getOwnPropertyDescriptors(new Class(...args)));
    return undefined;
  };
  const { prototype: _, length: __, ...statics } = Object.getOwnPropertyDescriptors(Class) as any;
  Object.defineProperties(made, statics);
  made.prototype = Class.prototype;
  Object.defineProperty(Class.prototype, 'constructor', { value: made, writable: true, configurable: true });
  return Object.setPrototypeOf(made, Object.getPrototypeOf(Class));
}

/** The base class; `require('stream')` is this class. */
export class Stream extends EventEmitter {
  declare destroyed: boolean;
  declare closed: boolean;
  declare errored: Error | null;
  declare _autoDestroy: boolean;
  declare _emitClose: boolean;
  declare _isConstructed: boolean;
  declare _destroyGiven: ((error: Error | null, done: Done) => void) | undefined;

  constructor(options?: any) {
    super();
    if (options === undefined) return;
    if (!(options.autoDestroy ?? true)) this._autoDestroy = false;
    if (!(options.emitClose ?? true)) this._emitClose = false;
    if (options.destroy !== undefined) this._destroyGiven = options.destroy;
    if (typeof options.construct === 'function') {
      this._isConstructed = false;
      queueMicrotask(() => options.construct.call(this, (error?: Error) => {
        if (error) return void this.destroy(error);
        this._isConstructed = true;
        this.emit('_constructed');
      }));
    }
    options.signal?.addEventListener('abort', () => this.destroy(abortError(options.signal)), { once: true });
  }

  /** Runs now, or once `construct` is through. */
  _whenReady(work: () => void): void {
    if (this._isConstructed) work();
    else this.once('_constructed', work);
  }

  _destroy(error: Error | null, done: Done): void {
    if (this._destroyGiven !== undefined) this._destroyGiven.call(this, error, done);
    else done(error);
  }

  destroy(error?: Error | null): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    if (error) this.errored = error;
    this._destroy(error ?? null, after => {
      const failure = after ?? error ?? null;
      queueMicrotask(() => this._destroyedBy(failure));
    });
    return this;
  }

  /** The last that is heard of it. */
  _destroyedBy(failure: Error | null): void {
    if (failure) {
      this.errored = failure;
      this.emit('error', failure);
    }
    this.closed = true;
    if (this._emitClose) this.emit('close');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.destroy();
  }
}
beginWith(Stream, { destroyed: false, closed: false, errored: null, _autoDestroy: true, _emitClose: true, _isConstructed: true, _destroyGiven: undefined });

export function abortError(signal: any): Error {
  return Object.assign(nodeError('ABORT_ERR', 'The operation was aborted', Error, { cause: signal?.reason }), { name: 'AbortError' });
}

export function notImplemented(method: string): Error {
  return nodeError('ERR_METHOD_NOT_IMPLEMENTED', `The ${method} method is not implemented`);
}
