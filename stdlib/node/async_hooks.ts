// node:async_hooks: AsyncLocalStorage and AsyncResource. What is stored follows a call through its awaits and timers.

import { asyncFrame, withAsyncFrame } from 'cronflow:internal/ops';
import { EventEmitter } from 'node:events';
import { unavailable } from 'cronflow:internal/node/errors';

/** What is stored here and now: never changed, only replaced. */
type Frame = Map<AsyncLocalStorage<any>, unknown> | undefined;

export class AsyncLocalStorage<T> {
  private readonly _default: T | undefined;
  readonly name: string;

  constructor(options: { defaultValue?: T; name?: string } = {}) {
    this._default = options.defaultValue;
    this.name = options.name ?? '';
  }

  getStore(): T | undefined {
    const frame = asyncFrame() as Frame;
    return frame?.has(this) ? (frame.get(this) as T) : this._default;
  }

  private _with(store: T | undefined): Frame {
    return new Map(asyncFrame() as Frame).set(this, store);
  }

  run<R>(store: T, fn: (...args: any[]) => R, ...args: any[]): R {
    return withAsyncFrame(this._with(store), () => fn(...args), false);
  }

  exit<R>(fn: (...args: any[]) => R, ...args: any[]): R {
    return withAsyncFrame(this._with(undefined), () => fn(...args), false);
  }

  /** For the rest of this call and what it starts. */
  enterWith(store: T): void {
    withAsyncFrame(this._with(store), () => undefined, true);
  }

  disable(): void {
    this.enterWith(undefined as T);
  }

  static bind<F extends (...args: any[]) => any>(fn: F): F {
    return AsyncResource.bind(fn);
  }

  static snapshot(): <R>(fn: (...args: any[]) => R, ...args: any[]) => R {
    const frame = asyncFrame();
    return (fn, ...args) => withAsyncFrame(frame, () => fn(...args), false);
  }
}

let lastId = 1;

export class AsyncResource {
  private readonly _frame = asyncFrame();
  private readonly _id = ++lastId;
  readonly type: string;

  constructor(type = 'AsyncResource') {
    this.type = type;
  }

  runInAsyncScope<R>(fn: (...args: any[]) => R, self?: unknown, ...args: any[]): R {
    return withAsyncFrame(this._frame, () => fn.apply(self, args), false);
  }

  bind<F extends (...args: any[]) => any>(fn: F, self?: unknown): F {
    const resource = this;
    return function (this: unknown, ...args: any[]) {
      return resource.runInAsyncScope(fn, self ?? this, ...args);
    } as F;
  }

  static bind<F extends (...args: any[]) => any>(fn: F, _type?: string, self?: unknown): F {
    return new AsyncResource().bind(fn, self);
  }

  asyncId(): number {
    return this._id;
  }

  triggerAsyncId(): number {
    return 0;
  }

  emitDestroy(): this {
    return this;
  }
}

export class EventEmitterAsyncResource extends EventEmitter {
  readonly asyncResource = new AsyncResource('EventEmitterAsyncResource');

  emit(...args: any[]): boolean {
    return this.asyncResource.runInAsyncScope(() => super.emit(...args));
  }
}

export const { createHook } = unavailable('async_hooks', ['createHook'], 'use AsyncLocalStorage');
export const executionAsyncId = () => 1;
export const triggerAsyncId = () => 0;
export const executionAsyncResource = () => ({});
export const asyncWrapProviders = {};
export default { AsyncLocalStorage, AsyncResource, createHook, executionAsyncId, executionAsyncResource, triggerAsyncId, asyncWrapProviders };
