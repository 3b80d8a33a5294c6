// TransformStream (https://streams.spec.whatwg.org/#ts).

import type { DefaultController } from 'cronflow:internal/web/streams/default_controller';
import { isObject, member, read } from 'cronflow:internal/web/streams/idl';
import { INTERNAL, defineInterface } from 'cronflow:internal/web/webidl';
import { type Deferred, newPromise, promiseCall, reactTo, rejectedWith, resolvedWith } from 'cronflow:internal/web/streams/promises';
import { type ReadableStream, createReadableStream, readableObject } from 'cronflow:internal/web/streams/readable';
import type { Readable } from 'cronflow:internal/web/streams/readable_operations';
import {
  type SizeAlgorithm, convertStrategy, extractHighWaterMark, extractSizeAlgorithm,
} from 'cronflow:internal/web/streams/strategies';
import { type WritableStream, createWritableStream, writableObject } from 'cronflow:internal/web/streams/writable';
import type { Writable } from 'cronflow:internal/web/streams/writable_operations';

export interface TransformAlgorithms {
  transform(chunk: any): Promise<void>;
  flush(): Promise<void>;
  cancel(reason: unknown): Promise<void>;
}

/** A side of a transform stream: how much waits in it, and how that is counted. */
interface Side {
  highWaterMark: number;
  size: SizeAlgorithm;
}

const ONE: SizeAlgorithm = () => 1;

/** The slots of a TransformStream and of its controller, and their abstract operations. */
export class Transform {
  readonly readable: Readable;
  readonly writable: Writable;
  private backpressure = true;
  private backpressureChange: Deferred = newPromise();
  private finish: Deferred | undefined = undefined;
  algorithms: TransformAlgorithms | undefined = undefined;
  /** The controller that programs see. */
  object: TransformStreamDefaultController | undefined;

  /** InitializeTransformStream. */
  constructor(started: Promise<unknown>, writable: Side = { highWaterMark: 1, size: ONE }, readable: Side = { highWaterMark: 0, size: ONE }) {
    const start = () => started;
    this.writable = createWritableStream({
      start,
      write: chunk => this.sinkWrite(chunk),
      close: () => this.sinkClose(),
      abort: reason => this.sinkAbort(reason),
    }, writable.highWaterMark, writable.size);
    const pull = () => this.sourcePull();
    this.readable = createReadableStream(start, pull, reason => this.sourceCancel(reason), readable.highWaterMark, readable.size);
  }

  get readableController(): DefaultController {
    return this.readable.controller as DefaultController;
  }

  error(error: unknown): void {
    this.readableController.error(error);
    this.errorWritableAndUnblockWrite(error);
  }

  private errorWritableAndUnblockWrite(error: unknown): void {
    this.algorithms = undefined;
    this.writable.controller.errorIfNeeded(error);
    this.unblockWrite();
  }

  private unblockWrite(): void {
    if (this.backpressure) this.setBackpressure(false);
  }

  private setBackpressure(backpressure: boolean): void {
    this.backpressureChange.resolve();
    this.backpressureChange = newPromise();
    this.backpressure = backpressure;
  }

  enqueue(chunk: unknown): void {
    const { readableController } = this;
    if (!readableController.canCloseOrEnqueue()) throw new TypeError('The readable side takes no chunk: it is closed, errored or about to close');
    try {
      readableController.enqueue(chunk);
    } catch (error) {
      this.errorWritableAndUnblockWrite(error);
      throw this.readable.storedError;
    }
    if (readableController.hasBackpressure() !== this.backpressure) this.setBackpressure(true);
  }

  terminate(): void {
    this.readableController.close();
    this.errorWritableAndUnblockWrite(new TypeError('The stream was terminated'));
  }

  private performTransform(chunk: unknown): Promise<void> {
    return reactTo(this.algorithms!.transform(chunk), undefined, error => {
      this.error(error);
      throw error;
    });
  }

  private sinkWrite(chunk: unknown): Promise<void> {
    if (!this.backpressure) return this.performTransform(chunk);
    return reactTo(this.backpressureChange.promise, () => {
      if (this.writable.state === 'erroring') throw this.writable.storedError;
      return this.performTransform(chunk);
    });
  }

  /** The shape of abort, close and cancel: one end only, `work` first, then the other side. */
  private end(work: (algorithms: TransformAlgorithms) => Promise<void>, other: Readable | Writable, done: () => void, failed: (error: unknown) => void): Promise<void> {
    if (this.finish !== undefined) return this.finish.promise;
    const finish = (this.finish = newPromise<void>());
    const result = work(this.algorithms!);
    this.algorithms = undefined;
    const worked = () => {
      if (other.state === 'errored') finish.reject(other.storedError);
      else {
        done();
        finish.resolve();
      }
    };
    reactTo(result, worked, error => {
      failed(error);
      finish.reject(error);
    });
    return finish.promise;
  }

  private sinkAbort(reason: unknown): Promise<void> {
    const fail = (error: unknown) => this.readableController.error(error);
    return this.end(algorithms => algorithms.cancel(reason), this.readable, () => fail(reason), fail);
  }

  private sinkClose(): Promise<void> {
    const { readableController } = this;
    return this.end(algorithms => algorithms.flush(), this.readable, () => readableController.close(), error => readableController.error(error));
  }

  private sourceCancel(reason: unknown): Promise<void> {
    const fail = (error: unknown) => {
      this.writable.controller.errorIfNeeded(error);
      this.unblockWrite();
    };
    return this.end(algorithms => algorithms.cancel(reason), this.writable, () => fail(reason), fail);
  }

  private sourcePull(): Promise<void> {
    this.setBackpressure(false);
    return this.backpressureChange.promise;
  }
}

/** The algorithms of an author's transformer (SetUpTransformStreamDefaultControllerFromTransformer). */
function transformerAlgorithms(object: any, { cancel, flush, transform }: any, slots: Transform): TransformAlgorithms {
  const done = () => resolvedWith(undefined);
  const shown = () => controllerObject(slots);
  const identity = (chunk: unknown) => {
    try {
      slots.enqueue(chunk);
      return done();
    } catch (error) {
      return rejectedWith(error);
    }
  };
  return {
    transform: transform === undefined ? identity : chunk => promiseCall(transform, object, [chunk, shown()]),
    flush: flush === undefined ? done : () => promiseCall(flush, object, [shown()]),
    cancel: cancel === undefined ? done : reason => promiseCall(cancel, object, [reason]),
  };
}

/** The dictionary Transformer. */
function convertTransformer(from: any): any {
  const what = 'The transformer';
  const cancel = member(from, 'cancel', what);
  const flush = member(from, 'flush', what);
  const readableType = read(from, 'readableType');
  const start = member(from, 'start', what);
  const transform = member(from, 'transform', what);
  const writableType = read(from, 'writableType');
  if (readableType !== undefined) throw new RangeError('A transformer takes no readableType');
  if (writableType !== undefined) throw new RangeError('A transformer takes no writableType');
  return { cancel, flush, start, transform };
}

function sideOf(strategy: ReturnType<typeof convertStrategy>, fallback: number): Side {
  return { highWaterMark: extractHighWaterMark(strategy, fallback), size: extractSizeAlgorithm(strategy) };
}

export class TransformStream {
  #slots: Transform;

  constructor(transformer: any = undefined, writableStrategy: any = {}, readableStrategy: any = {}) {
    if (transformer !== undefined && !isObject(transformer)) throw new TypeError('The transformer must be an object');
    const forWritable = convertStrategy(writableStrategy);
    const forReadable = convertStrategy(readableStrategy);
    const methods = convertTransformer(transformer);
    const readable = sideOf(forReadable, 0);
    const started = newPromise();
    const slots = new Transform(started.promise, sideOf(forWritable, 1), readable);
    this.#slots = slots;
    slots.algorithms = transformerAlgorithms(transformer, methods, slots);
    const { start } = methods;
    started.resolve(start === undefined ? undefined : Reflect.apply(start, transformer, [controllerObject(slots)]));
  }

  get readable(): ReadableStream {
    return readableObject(this.#slots.readable);
  }

  get writable(): WritableStream {
    return writableObject(this.#slots.writable);
  }
}

export class TransformStreamDefaultController {
  #slots: Transform;

  constructor(mark?: typeof INTERNAL, slots?: Transform) {
    if (mark !== INTERNAL) throw new TypeError('Illegal constructor');
    this.#slots = slots!;
  }

  get desiredSize(): number | null {
    return this.#slots.readableController.desiredSize();
  }

  enqueue(chunk: unknown = undefined): void {
    this.#slots.enqueue(chunk);
  }

  error(reason: unknown = undefined): void {
    this.#slots.error(reason);
  }

  terminate(): void {
    this.#slots.terminate();
  }
}

function controllerObject(slots: Transform): TransformStreamDefaultController {
  return (slots.object ??= new TransformStreamDefaultController(INTERNAL, slots));
}

for (const constructor of [TransformStream, TransformStreamDefaultController]) {
  Object.defineProperty(constructor, 'length', { value: 0 });
}
defineInterface(TransformStream, 'TransformStream');
defineInterface(TransformStreamDefaultController, 'TransformStreamDefaultController');

/** The sides of a transform stream of the platform. */
export const readableSide = (slots: Transform): ReadableStream => readableObject(slots.readable);
export const writableSide = (slots: Transform): WritableStream => writableObject(slots.writable);

/** "Set up" a transform stream of the platform: what `transform` and `flush` throw ends it. */
export function setUpTransform(transform: (chunk: any, stream: Transform) => unknown, flush: (stream: Transform) => unknown, cancel: () => void = () => {}): Transform {
  const slots = new Transform(resolvedWith(undefined));
  slots.algorithms = {
    transform: chunk => promiseCall(transform, undefined, [chunk, slots]),
    flush: () => promiseCall(flush, undefined, [slots]),
    cancel: () => promiseCall(cancel, undefined, []),
  };
  return slots;
}
