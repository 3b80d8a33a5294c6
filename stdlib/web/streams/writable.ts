// WritableStream and WritableStreamDefaultWriter (https://streams.spec.whatwg.org/#ws-class).

import { atLeast, isObject, member, read } from 'cronflow:internal/web/streams/idl';
import { INTERNAL, defineInterface } from 'cronflow:internal/web/webidl';
import { promiseCall, promiseOf, rejectedWith, resolvedWith } from 'cronflow:internal/web/streams/promises';
import {
  type SizeAlgorithm, convertStrategy, extractHighWaterMark, extractSizeAlgorithm,
} from 'cronflow:internal/web/streams/strategies';
import { type SinkAlgorithms, WritableController, writableControllerObject } from 'cronflow:internal/web/streams/writable_controller';
import {
  Writable, Writer, isWritableStreamLocked, writableStreamAbort, writableStreamClose, writableStreamCloseQueuedOrInFlight,
  writableStreamDefaultWriterGetDesiredSize, writableStreamDefaultWriterRelease, writableStreamDefaultWriterWrite,
} from 'cronflow:internal/web/streams/writable_operations';

export { isWritableStreamLocked };

/** The algorithms of an author's sink (SetUpWritableStreamDefaultControllerFromUnderlyingSink). */
function sinkAlgorithms(object: any, stream: Writable): SinkAlgorithms {
  const [abort, close, start, write] = ['abort', 'close', 'start', 'write'].map(key => member(object, key, 'The underlying sink'));
  if (read(object, 'type') !== undefined) throw new RangeError('An underlying sink takes no type');
  const done = () => resolvedWith(undefined);
  const shown = () => writableControllerObject(stream.controller);
  return {
    start: () => (start === undefined ? undefined : Reflect.apply(start, object, [shown()])),
    write: write === undefined ? done : chunk => promiseCall(write, object, [chunk, shown()]),
    close: close === undefined ? done : () => promiseCall(close, object, []),
    abort: abort === undefined ? done : reason => promiseCall(abort, object, [reason]),
  };
}

/** The slots of a value that must be a WritableStream. */
export let writableSlots: (value: any) => Writable;
export let isWritableStream: (value: any) => boolean;

export class WritableStream {
  #slots: Writable;

  constructor(underlyingSink: any = undefined, strategy: any = {}) {
    if (underlyingSink === INTERNAL) {
      this.#slots = strategy;
      return;
    }
    if (underlyingSink !== undefined && !isObject(underlyingSink)) throw new TypeError('The underlying sink must be an object');
    const converted = convertStrategy(strategy);
    const slots = new Writable();
    this.#slots = slots;
    slots.object = this;
    const algorithms = sinkAlgorithms(underlyingSink, slots);
    const size = extractSizeAlgorithm(converted);
    new WritableController(slots, extractHighWaterMark(converted, 1), size).start(algorithms);
  }

  static {
    isWritableStream = value => isObject(value) && #slots in value;
    writableSlots = value => {
      if (!isWritableStream(value)) throw new TypeError('A WritableStream is needed here');
      return value.#slots;
    };
  }

  get locked(): boolean {
    return isWritableStreamLocked(this.#slots);
  }

  abort(reason: unknown = undefined): Promise<void> {
    return promiseOf(() => {
      const stream = this.#slots;
      if (isWritableStreamLocked(stream)) return rejectedWith(new TypeError('The stream is locked to a writer'));
      return writableStreamAbort(stream, reason);
    });
  }

  close(): Promise<void> {
    return promiseOf(() => {
      const stream = this.#slots;
      if (isWritableStreamLocked(stream)) return rejectedWith(new TypeError('The stream is locked to a writer'));
      if (writableStreamCloseQueuedOrInFlight(stream)) return rejectedWith(new TypeError('The stream is about to close'));
      return writableStreamClose(stream);
    });
  }

  getWriter(): WritableStreamDefaultWriter {
    return new WritableStreamDefaultWriter(INTERNAL, new Writer(this.#slots));
  }
}

const released = () => new TypeError('The writer was released');

export class WritableStreamDefaultWriter {
  #slots: Writer;

  constructor(stream: any, slots?: Writer) {
    if (stream === INTERNAL) this.#slots = slots!;
    else {
      atLeast(1, arguments.length, 'WritableStreamDefaultWriter');
      this.#slots = new Writer(writableSlots(stream));
    }
  }

  get closed(): Promise<void> {
    return promiseOf(() => this.#slots.closed.promise);
  }

  get desiredSize(): number | null {
    const writer = this.#slots;
    if (writer.stream === undefined) throw released();
    return writableStreamDefaultWriterGetDesiredSize(writer);
  }

  get ready(): Promise<void> {
    return promiseOf(() => this.#slots.ready.promise);
  }

  abort(reason: unknown = undefined): Promise<void> {
    return promiseOf(() => {
      const { stream } = this.#slots;
      return stream === undefined ? rejectedWith(released()) : writableStreamAbort(stream, reason);
    });
  }

  close(): Promise<void> {
    return promiseOf(() => {
      const { stream } = this.#slots;
      if (stream === undefined) return rejectedWith(released());
      if (writableStreamCloseQueuedOrInFlight(stream)) return rejectedWith(new TypeError('The stream is about to close'));
      return writableStreamClose(stream);
    });
  }

  releaseLock(): void {
    const writer = this.#slots;
    if (writer.stream !== undefined) writableStreamDefaultWriterRelease(writer);
  }

  write(chunk: unknown = undefined): Promise<void> {
    return promiseOf(() => {
      const writer = this.#slots;
      return writer.stream === undefined ? rejectedWith(released()) : writableStreamDefaultWriterWrite(writer, chunk);
    });
  }
}

Object.defineProperty(WritableStreamDefaultWriter, 'length', { value: 1 });
Object.defineProperty(WritableStream, 'length', { value: 0 });
defineInterface(WritableStream, 'WritableStream');
defineInterface(WritableStreamDefaultWriter, 'WritableStreamDefaultWriter');

/** The object that programs see of a stream. */
export function writableObject(slots: Writable): WritableStream {
  return (slots.object ??= new WritableStream(INTERNAL, slots));
}

/** CreateWritableStream. */
export function createWritableStream(algorithms: SinkAlgorithms, highWaterMark = 1, size: SizeAlgorithm = () => 1): Writable {
  const stream = new Writable();
  new WritableController(stream, highWaterMark, size).start(algorithms);
  return stream;
}
