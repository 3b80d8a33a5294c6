// The asynchronous iterator of a ReadableStream (https://streams.spec.whatwg.org/#rs-asynciterator, WebIDL's default
// asynchronous iterator objects).

import { newPromise, promiseOf, reactTo, resolvedWith } from 'cronflow:internal/web/streams/promises';
import { type Reader, readableStreamCancel, readableStreamDefaultReaderRead, readableStreamReaderRelease } from 'cronflow:internal/web/streams/readable_operations';

type Result = { value: any; done: boolean };

/** What an iterator remembers. */
interface Iteration {
  reader: Reader;
  preventCancel: boolean;
  ongoing: Promise<any> | undefined;
  isFinished: boolean;
}

const iterations = new WeakMap<object, Iteration>();
const AsyncIteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}.prototype));

function iterationOf(object: any): Iteration {
  const iteration = iterations.get(object);
  if (iteration === undefined) throw new TypeError('this is no iterator of a ReadableStream');
  return iteration;
}

/** What a read gives at the end of the stream. */
const END = {};

/** "Get the next iteration result", and what follows from it. */
function nextResult(iteration: Iteration): Promise<Result> {
  const { reader } = iteration;
  const { promise, resolve, reject } = newPromise();
  readableStreamDefaultReaderRead(reader, {
    // Within an object: a chunk may be a promise or have a then().
    chunkSteps: value => resolve({ value, done: false }),
    closeSteps: () => {
      readableStreamReaderRelease(reader);
      resolve(END);
    },
    errorSteps: error => {
      readableStreamReaderRelease(reader);
      reject(error);
    },
  });
  const fulfilled = (result: Result) => {
    iteration.ongoing = undefined;
    if (result !== END) return result;
    iteration.isFinished = true;
    return { value: undefined, done: true };
  };
  return reactTo(promise, fulfilled, error => {
    iteration.ongoing = undefined;
    iteration.isFinished = true;
    throw error;
  });
}

/** "Asynchronous iterator return". */
function finishEarly({ reader, preventCancel }: Iteration, reason: unknown): Promise<unknown> {
  if (preventCancel) {
    readableStreamReaderRelease(reader);
    return resolvedWith(undefined);
  }
  const result = readableStreamCancel(reader.stream!, reason);
  readableStreamReaderRelease(reader);
  return result;
}

const prototype = {
  next(this: any): Promise<Result> {
    return promiseOf(() => {
      const iteration = iterationOf(this);
      const step = (): Promise<Result> => {
        if (iteration.isFinished) return resolvedWith({ value: undefined, done: true });
        return nextResult(iteration);
      };
      const { ongoing } = iteration;
      iteration.ongoing = ongoing === undefined ? step() : reactTo(ongoing, step, step);
      return iteration.ongoing;
    });
  },

  return(this: any, value: unknown): Promise<Result> {
    return promiseOf(() => {
      const iteration = iterationOf(this);
      const step = (): Promise<unknown> => {
        if (iteration.isFinished) return resolvedWith(undefined);
        iteration.isFinished = true;
        return finishEarly(iteration, value);
      };
      const { ongoing } = iteration;
      iteration.ongoing = ongoing === undefined ? step() : reactTo(ongoing, step, step);
      return reactTo(iteration.ongoing, () => ({ value, done: true }));
    });
  },
};
Object.setPrototypeOf(prototype, AsyncIteratorPrototype);
Object.defineProperty(prototype, Symbol.toStringTag, { value: 'ReadableStream AsyncIterator', configurable: true });

export function readableStreamIterator(reader: Reader, preventCancel: boolean): AsyncIterator<any> {
  const object = Object.create(prototype);
  iterations.set(object, { reader, preventCancel, ongoing: undefined, isFinished: false });
  return object;
}
