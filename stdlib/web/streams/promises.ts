// Promises as the streams standard's algorithms use them: what a program puts over Promise.prototype does not reach them.

export interface Deferred<T = any> {
  promise: Promise<T>;
  resolve(value?: T | PromiseLike<T>): void;
  reject(reason: unknown): void;
  /** Whether nothing has settled it yet. */
  pending: boolean;
}

const NativePromise = Promise;
const call = Function.prototype.call;
const withResolvers: (constructor: unknown) => any = call.bind((Promise as any).withResolvers);
const originalThen = call.bind(Promise.prototype.then) as (promise: unknown, onFulfilled?: unknown, onRejected?: unknown) => Promise<any>;

export function noop(): void {}

/** "A new promise". */
export function newPromise<T = any>(): Deferred<T> {
  const { promise, resolve, reject } = withResolvers(NativePromise);
  const deferred: Deferred<T> = {
    promise,
    resolve(value) {
      deferred.pending = false;
      resolve(value);
    },
    reject(reason) {
      deferred.pending = false;
      reject(reason);
    },
    pending: true,
  };
  return deferred;
}

/** "A promise resolved with": always a new one, as WebIDL has it. */
export function resolvedWith<T = any>(value: T | PromiseLike<T>): Promise<T> {
  const { promise, resolve } = withResolvers(NativePromise);
  resolve(value);
  return promise;
}

export function rejectedWith(reason: unknown): Promise<never> {
  const { promise, reject } = withResolvers(NativePromise);
  reject(reason);
  return promise;
}

/** A deferred that is settled from the start. */
export function settled(promise: Promise<any>): Deferred {
  return { promise, resolve: noop, reject: noop, pending: false };
}

/** "Reacting to" a promise; the result is the promise of the reaction. */
export function reactTo<T>(promise: Promise<T>, onFulfilled?: (value: T) => unknown, onRejected?: (reason: any) => unknown): Promise<any> {
  return originalThen(promise, onFulfilled, onRejected);
}

/** "Set promise.[[PromiseIsHandled]] to true". */
export function markAsHandled(promise: Promise<unknown>): void {
  originalThen(promise, undefined, noop);
}

/** Calls a method of the author's object the way WebIDL calls a callback that returns a promise. */
export function promiseCall(method: (...args: any[]) => unknown, self: unknown, args: unknown[]): Promise<any> {
  try {
    return resolvedWith(Reflect.apply(method, self, args));
  } catch (error) {
    return rejectedWith(error);
  }
}

/** Runs a method whose exceptions become rejections, as WebIDL has it for methods that return promises. */
export function promiseOf<T>(work: () => Promise<T>): Promise<T> {
  try {
    return work();
  } catch (error) {
    return rejectedWith(error);
  }
}

/** "Getting a promise to wait for all". */
export function allOf(promises: Promise<any>[]): Promise<void> {
  const all = newPromise<void>();
  let left = promises.length;
  if (left === 0) all.resolve();
  for (const promise of promises) {
    reactTo(promise, () => {
      left -= 1;
      if (left === 0) all.resolve();
    }, all.reject);
  }
  return all.promise;
}
