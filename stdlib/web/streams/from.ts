// ReadableStream.from(): a stream of what an iterable gives (https://streams.spec.whatwg.org/#rs-from).

import { isObject } from 'cronflow:internal/web/streams/idl';
import { reactTo, rejectedWith, resolvedWith } from 'cronflow:internal/web/streams/promises';
import { createReadableStream } from 'cronflow:internal/web/streams/readable';
import type { DefaultController } from 'cronflow:internal/web/streams/default_controller';
import type { Readable } from 'cronflow:internal/web/streams/readable_operations';

/** An iterator, and how its results are asked for. */
interface AsyncIteration {
  next(): unknown;
  /** `undefined` when the iterator has no return(). */
  finish(reason: unknown): unknown;
}

function methodOf(value: any, key: PropertyKey): ((...args: any[]) => any) | undefined {
  const method = value[key];
  if (method === undefined || method === null) return undefined;
  if (typeof method !== 'function') throw new TypeError(`${String(key)} must be a function`);
  return method;
}

function iteratorOf(iterable: any, method: (...args: any[]) => any): any {
  const iterator = Reflect.apply(method, iterable, []);
  if (!isObject(iterator)) throw new TypeError('The iterator must be an object');
  return iterator;
}

/** GetIterator(iterable, async). */
function getAsyncIterator(iterable: any): AsyncIteration {
  if (iterable === undefined || iterable === null) throw new TypeError('ReadableStream.from() needs an iterable');
  const asyncMethod = methodOf(iterable, Symbol.asyncIterator);
  if (asyncMethod !== undefined) {
    const iterator = iteratorOf(iterable, asyncMethod);
    const { next } = iterator;
    return {
      next: () => Reflect.apply(next, iterator, []),
      finish: reason => {
        const method = methodOf(iterator, 'return');
        return method === undefined ? undefined : resultOf(Reflect.apply(method, iterator, [reason]));
      },
    };
  }
  const syncMethod = methodOf(iterable, Symbol.iterator);
  if (syncMethod === undefined) throw new TypeError('ReadableStream.from() needs an iterable');
  return fromSyncIterator(iteratorOf(iterable, syncMethod));
}

function resultOf(result: unknown): Promise<void> {
  return reactTo(resolvedWith(result), done => {
    if (!isObject(done)) throw new TypeError('return() must give an object');
  });
}

/** CreateAsyncFromSyncIterator. */
function fromSyncIterator(iterator: any): AsyncIteration {
  const { next } = iterator;
  const close = () => {
    try {
      methodOf(iterator, 'return')?.call(iterator);
    } catch {
      // The first error counts.
    }
  };
  const unwrapped = (result: any, mustClose: boolean): Promise<unknown> => {
    if (!isObject(result)) throw new TypeError('An iterator must give objects');
    const done = Boolean(result.done);
    const value = resolvedWith(result.value);
    return reactTo(value, value => ({ value, done }), error => {
      if (mustClose && !done) close();
      throw error;
    });
  };
  return {
    next: () => unwrapped(Reflect.apply(next, iterator, []), true),
    finish: reason => {
      const method = methodOf(iterator, 'return');
      return method === undefined ? undefined : unwrapped(Reflect.apply(method, iterator, [reason]), false);
    },
  };
}

export function readableStreamFromIterable(iterable: unknown): Readable {
  const iteration = getAsyncIterator(iterable);
  const pull = () => {
    let result;
    try {
      result = iteration.next();
    } catch (error) {
      return rejectedWith(error);
    }
    return reactTo(resolvedWith(result), (given: any) => {
      if (!isObject(given)) throw new TypeError('An iterator must give objects');
      const controller = stream.controller as DefaultController;
      if (given.done) controller.close();
      else controller.enqueue(given.value);
    });
  };
  const cancel = (reason: unknown) => {
    try {
      return reactTo(resolvedWith(iteration.finish(reason)), () => undefined);
    } catch (error) {
      return rejectedWith(error);
    }
  };
  const stream = createReadableStream(() => undefined, pull, cancel, 0);
  return stream;
}
