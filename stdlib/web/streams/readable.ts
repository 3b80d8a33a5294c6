// ReadableStream (https://streams.spec.whatwg.org/#rs-class).

import { ByteController } from 'cronflow:internal/web/streams/byte_controller';
import { byteControllerObject } from 'cronflow:internal/web/streams/byte_objects';
import { type CancelAlgorithm, DefaultController, type PullAlgorithm, defaultControllerObject } from 'cronflow:internal/web/streams/default_controller';
import { readableStreamFromIterable } from 'cronflow:internal/web/streams/from';
import { atLeast, dictionary, enforceRange, isObject, member, read } from 'cronflow:internal/web/streams/idl';
import { INTERNAL, defineInterface } from 'cronflow:internal/web/webidl';
import { readableStreamIterator } from 'cronflow:internal/web/streams/iterator';
import { type PipeOptions, convertPipeOptions, readableStreamPipeTo } from 'cronflow:internal/web/streams/pipe';
import { markAsHandled, promiseCall, promiseOf, rejectedWith, resolvedWith } from 'cronflow:internal/web/streams/promises';
import {
  Readable, acquireReadableStreamBYOBReader, acquireReadableStreamDefaultReader, isReadableStreamLocked, readableStreamCancel,
} from 'cronflow:internal/web/streams/readable_operations';
import { ReadableStreamBYOBReader, ReadableStreamDefaultReader } from 'cronflow:internal/web/streams/readers';
import {
  type SizeAlgorithm, type Strategy, convertStrategy, extractHighWaterMark, extractSizeAlgorithm,
} from 'cronflow:internal/web/streams/strategies';
import { readableStreamTee } from 'cronflow:internal/web/streams/tee';
import { isWritableStream, isWritableStreamLocked, writableSlots } from 'cronflow:internal/web/streams/writable';

interface UnderlyingSource {
  autoAllocateChunkSize?: number;
  cancel?: (reason: unknown) => unknown;
  pull?: (controller: unknown) => unknown;
  start?: (controller: unknown) => unknown;
  type?: string;
}

/** The dictionary UnderlyingSource. */
function convertSource(from: any): UnderlyingSource {
  const size = read(from, 'autoAllocateChunkSize');
  const source: UnderlyingSource = {
    autoAllocateChunkSize: size === undefined ? undefined : enforceRange(size, 'autoAllocateChunkSize'),
    cancel: member(from, 'cancel', 'The underlying source'),
    pull: member(from, 'pull', 'The underlying source'),
    start: member(from, 'start', 'The underlying source'),
  };
  const type = read(from, 'type');
  if (type !== undefined) source.type = `${type}`;
  if (source.type !== undefined && source.type !== 'bytes') throw new TypeError(`'${source.type}' is no type of underlying source: leave it out, or use 'bytes'`);
  return source;
}

/** SetUpReadableStreamDefaultControllerFromUnderlyingSource, and the same for streams of bytes. */
function setUpFromSource(stream: Readable, object: any, strategy: Strategy): void {
  const source = convertSource(object);
  const isByte = source.type === 'bytes';
  if (isByte && strategy.size !== undefined) throw new RangeError('A stream of bytes takes no size()');
  const size = isByte ? undefined : extractSizeAlgorithm(strategy);
  const highWaterMark = extractHighWaterMark(strategy, isByte ? 0 : 1);
  if (isByte && source.autoAllocateChunkSize === 0) throw new TypeError('autoAllocateChunkSize must not be 0');
  const controller = isByte
    ? new ByteController(stream, highWaterMark, source.autoAllocateChunkSize)
    : new DefaultController(stream, highWaterMark, size!);
  const shown = controller.isByte ? byteControllerObject(controller) : defaultControllerObject(controller);
  const { start, pull, cancel } = source;
  controller.start(
    start === undefined ? () => undefined : () => Reflect.apply(start, object, [shown]),
    pull === undefined ? () => resolvedWith(undefined) : () => promiseCall(pull, object, [shown]),
    cancel === undefined ? () => resolvedWith(undefined) : reason => promiseCall(cancel, object, [reason]),
  );
}

/** The slots of a value that must be a ReadableStream. */
export let readableSlots: (value: any) => Readable;
export let isReadableStream: (value: any) => boolean;

export class ReadableStream {
  #slots: Readable;

  constructor(underlyingSource: any = undefined, strategy: any = {}) {
    if (underlyingSource === INTERNAL) {
      this.#slots = strategy;
      return;
    }
    if (underlyingSource !== undefined && !isObject(underlyingSource)) throw new TypeError('The underlying source must be an object');
    const converted = convertStrategy(strategy);
    this.#slots = new Readable();
    this.#slots.object = this;
    setUpFromSource(this.#slots, underlyingSource ?? null, converted);
  }

  static from(asyncIterable: any): ReadableStream {
    atLeast(1, arguments.length, 'ReadableStream.from()');
    return readableObject(readableStreamFromIterable(asyncIterable));
  }

  static {
    isReadableStream = value => isObject(value) && #slots in value;
    readableSlots = value => {
      if (!isReadableStream(value)) throw new TypeError('A ReadableStream is needed here');
      return value.#slots;
    };
  }

  get locked(): boolean {
    return isReadableStreamLocked(this.#slots);
  }

  cancel(reason: unknown = undefined): Promise<void> {
    return promiseOf(() => {
      const stream = this.#slots;
      if (isReadableStreamLocked(stream)) return rejectedWith(new TypeError('The stream is locked to a reader'));
      return readableStreamCancel(stream, reason);
    });
  }

  getReader(options: { mode?: 'byob' } = {}): ReadableStreamDefaultReader | ReadableStreamBYOBReader {
    const stream = this.#slots;
    const mode = read(dictionary(options, 'The options of getReader()'), 'mode');
    if (mode === undefined) return new ReadableStreamDefaultReader(INTERNAL, acquireReadableStreamDefaultReader(stream));
    if (`${mode}` !== 'byob') throw new TypeError(`'${mode}' is no mode of a reader: leave it out, or use 'byob'`);
    return new ReadableStreamBYOBReader(INTERNAL, acquireReadableStreamBYOBReader(stream));
  }

  pipeThrough(transform: any, options: PipeOptions = {}): ReadableStream {
    const stream = this.#slots;
    atLeast(1, arguments.length, 'pipeThrough()');
    const { readable, writable } = convertPair(transform);
    const { preventClose, preventAbort, preventCancel, signal } = convertPipeOptions(options);
    if (isReadableStreamLocked(stream)) throw new TypeError('The stream is locked to a reader');
    const target = writableSlots(writable);
    if (isWritableStreamLocked(target)) throw new TypeError('The writable side is locked to a writer');
    markAsHandled(readableStreamPipeTo(stream, target, preventClose, preventAbort, preventCancel, signal));
    return readable;
  }

  pipeTo(destination: any, options: PipeOptions = {}): Promise<void> {
    const given = arguments.length;
    return promiseOf(() => {
      const stream = this.#slots;
      atLeast(1, given, 'pipeTo()');
      const target = writableSlots(destination);
      const { preventClose, preventAbort, preventCancel, signal } = convertPipeOptions(options);
      if (isReadableStreamLocked(stream)) throw new TypeError('The stream is locked to a reader');
      if (isWritableStreamLocked(target)) throw new TypeError('The destination is locked to a writer');
      return readableStreamPipeTo(stream, target, preventClose, preventAbort, preventCancel, signal);
    });
  }

  tee(): [ReadableStream, ReadableStream] {
    const [first, second] = readableStreamTee(this.#slots, false);
    return [readableObject(first), readableObject(second)];
  }

  values(options: { preventCancel?: boolean } = {}): AsyncIterator<any> {
    const stream = this.#slots;
    const preventCancel = Boolean(read(dictionary(options, 'The options of values()'), 'preventCancel'));
    return readableStreamIterator(acquireReadableStreamDefaultReader(stream), preventCancel);
  }
}

/** The dictionary ReadableWritablePair. */
function convertPair(transform: unknown): { readable: ReadableStream; writable: unknown } {
  const pair = dictionary(transform, 'The transform');
  const readable = read(pair, 'readable');
  if (!isReadableStream(readable)) throw new TypeError('The transform needs a ReadableStream under `readable`');
  const writable = read(pair, 'writable');
  if (!isWritableStream(writable)) throw new TypeError('The transform needs a WritableStream under `writable`');
  return { readable, writable };
}

Object.defineProperty(ReadableStream, 'length', { value: 0 });
defineInterface(ReadableStream, 'ReadableStream');
Object.defineProperty(ReadableStream.prototype, Symbol.asyncIterator, { value: ReadableStream.prototype.values, writable: true, configurable: true });

/** The object that programs see of a stream. */
export function readableObject(slots: Readable): ReadableStream {
  return (slots.object ??= new ReadableStream(INTERNAL, slots));
}

/** CreateReadableStream. */
export function createReadableStream(
  start: () => unknown, pull: PullAlgorithm, cancel: CancelAlgorithm, highWaterMark = 1, size: SizeAlgorithm = () => 1,
): Readable {
  const stream = new Readable();
  new DefaultController(stream, highWaterMark, size).start(start, pull, cancel);
  return stream;
}

/** CreateReadableByteStream, with a high water mark for streams that native code feeds. */
export function createReadableByteStream(start: () => unknown, pull: PullAlgorithm, cancel: CancelAlgorithm, highWaterMark = 0): Readable {
  const stream = new Readable();
  new ByteController(stream, highWaterMark).start(start, pull, cancel);
  return stream;
}
