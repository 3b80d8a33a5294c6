// ReadableStreamDefaultReader and ReadableStreamBYOBReader (https://streams.spec.whatwg.org/#default-reader-class).

import { isDetachedBuffer } from 'cronflow:internal/web/streams/buffers';
import { arrayBufferView, atLeast, dictionary, enforceRange, read } from 'cronflow:internal/web/streams/idl';
import { INTERNAL, defineInterface } from 'cronflow:internal/web/webidl';
import { newPromise, promiseOf, rejectedWith } from 'cronflow:internal/web/streams/promises';
import { readableSlots } from 'cronflow:internal/web/streams/readable';
import {
  Reader, acquireReadableStreamBYOBReader, acquireReadableStreamDefaultReader, readableStreamBYOBReaderRead, readableStreamCancel,
  readableStreamDefaultReaderRead, readableStreamReaderRelease,
} from 'cronflow:internal/web/streams/readable_operations';

type Result<T = any> = { value: T; done: boolean };

const released = () => rejectedWith(new TypeError('The reader was released'));

function cancel(reader: Reader, reason: unknown): Promise<void> {
  return reader.stream === undefined ? released() : readableStreamCancel(reader.stream, reason);
}

export class ReadableStreamDefaultReader {
  #slots: Reader;

  constructor(stream: any, slots?: Reader) {
    if (stream === INTERNAL) this.#slots = slots!;
    else {
      atLeast(1, arguments.length, 'ReadableStreamDefaultReader');
      this.#slots = acquireReadableStreamDefaultReader(readableSlots(stream));
    }
  }

  get closed(): Promise<void> {
    return promiseOf(() => this.#slots.closed.promise);
  }

  cancel(reason: unknown = undefined): Promise<void> {
    return promiseOf(() => cancel(this.#slots, reason));
  }

  read(): Promise<Result> {
    return promiseOf(() => {
      const reader = this.#slots;
      if (reader.stream === undefined) return released();
      const { promise, resolve, reject } = newPromise<Result>();
      readableStreamDefaultReaderRead(reader, {
        chunkSteps: value => resolve({ value, done: false }),
        closeSteps: () => resolve({ value: undefined, done: true }),
        errorSteps: reject,
      });
      return promise;
    });
  }

  releaseLock(): void {
    const reader = this.#slots;
    if (reader.stream !== undefined) readableStreamReaderRelease(reader);
  }
}

/** The view and the least number of elements, checked. */
function checkedRead(view: any, options: unknown): { target: any; min: number } {
  const target = arrayBufferView(view, 'The view') as any;
  const asked = read(dictionary(options, 'The options of read()'), 'min');
  const min = asked === undefined ? 1 : enforceRange(asked, 'min');
  if (target.byteLength === 0) throw new TypeError('The view must not be empty');
  if (target.buffer.byteLength === 0) throw new TypeError('The buffer of the view must not be empty');
  if (isDetachedBuffer(target.buffer)) throw new TypeError('The buffer of the view is detached');
  if (min === 0) throw new TypeError('min must be more than 0');
  if (min > (target instanceof DataView ? target.byteLength : target.length)) throw new RangeError('min is more than the view holds');
  return { target, min };
}

export class ReadableStreamBYOBReader {
  #slots: Reader;

  constructor(stream: any, slots?: Reader) {
    if (stream === INTERNAL) this.#slots = slots!;
    else {
      atLeast(1, arguments.length, 'ReadableStreamBYOBReader');
      this.#slots = acquireReadableStreamBYOBReader(readableSlots(stream));
    }
  }

  get closed(): Promise<void> {
    return promiseOf(() => this.#slots.closed.promise);
  }

  cancel(reason: unknown = undefined): Promise<void> {
    return promiseOf(() => cancel(this.#slots, reason));
  }

  read<T extends ArrayBufferView>(view: T, options: { min?: number } = {}): Promise<Result<T>> {
    const given = arguments.length;
    return promiseOf(() => {
      const reader = this.#slots;
      atLeast(1, given, 'read()');
      const { target, min } = checkedRead(view, options);
      if (reader.stream === undefined) return released();
      const { promise, resolve, reject } = newPromise<Result>();
      readableStreamBYOBReaderRead(reader, target, min, {
        chunkSteps: value => resolve({ value, done: false }),
        closeSteps: value => resolve({ value, done: true }),
        errorSteps: reject,
      });
      return promise;
    });
  }

  releaseLock(): void {
    const reader = this.#slots;
    if (reader.stream !== undefined) readableStreamReaderRelease(reader);
  }
}

for (const constructor of [ReadableStreamDefaultReader, ReadableStreamBYOBReader]) {
  Object.defineProperty(constructor, 'length', { value: 1 });
}
defineInterface(ReadableStreamDefaultReader, 'ReadableStreamDefaultReader');
defineInterface(ReadableStreamBYOBReader, 'ReadableStreamBYOBReader');
