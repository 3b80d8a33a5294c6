// What readable and writable streams share: being destroyed, and the old `Stream` with its pipe().

import { EventEmitter } from 'node:events';
import { nodeError } from 'cronflow:internal/node/errors';

export type Done = (error?: Error | null, ...rest: any[]) => void;

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
  destroyed = false;
  closed = false;
  errored: Error | null = null;
  _autoDestroy = true;
  _emitClose = true;
  _isConstructed = true;
  _destroyGiven: ((error: Error | null, done: Done) => void) | undefined;

  constructor(options: any = {}) {
    super();
    this._autoDestroy = options.autoDestroy ?? true;
    this._emitClose = options.emitClose ?? true;
    this._destroyGiven = options.destroy;
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
      queueMicrotask(() => {
        if (failure) {
          this.errored = failure;
          this.emit('error', failure);
        }
        this.closed = true;
        if (this._emitClose) this.emit('close');
      });
    });
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.destroy();
  }
}

export function abortError(signal: any): Error {
  return Object.assign(nodeError('ABORT_ERR', 'The operation was aborted', Error, { cause: signal?.reason }), { name: 'AbortError' });
}

export function notImplemented(method: string): Error {
  return nodeError('ERR_METHOD_NOT_IMPLEMENTED', `The ${method} method is not implemented`);
}
