// The controller of writable streams (https://streams.spec.whatwg.org/#ws-default-controller-class).

import { AbortController } from 'cronflow:internal/events';
import { INTERNAL, defineInterface } from 'cronflow:internal/web/webidl';
import { reactTo, resolvedWith } from 'cronflow:internal/web/streams/promises';
import { type SizedQueue, dequeueValue, enqueueValueWithSize, peekQueueValue, resetQueue } from 'cronflow:internal/web/streams/queue';
import type { SizeAlgorithm } from 'cronflow:internal/web/streams/strategies';
import {
  Writable, writableStreamCloseQueuedOrInFlight, writableStreamDealWithRejection, writableStreamFinishErroring,
  writableStreamFinishInFlightClose, writableStreamFinishInFlightCloseWithError, writableStreamFinishInFlightWrite,
  writableStreamFinishInFlightWriteWithError, writableStreamMarkCloseRequestInFlight, writableStreamMarkFirstWriteRequestInFlight,
  writableStreamStartErroring, writableStreamUpdateBackpressure,
} from 'cronflow:internal/web/streams/writable_operations';

export interface SinkAlgorithms {
  start(): unknown;
  write(chunk: any): Promise<void>;
  close(): Promise<void>;
  abort(reason: unknown): Promise<void>;
}

/** Stands in the queue for the end. */
const CLOSE = {};

/** The slots of a WritableStreamDefaultController, and its abstract operations. */
export class WritableController implements SizedQueue {
  queue: SizedQueue['queue'] = [];
  queueTotalSize = 0;
  started = false;
  private algorithms: SinkAlgorithms | undefined = undefined;
  private size: SizeAlgorithm | undefined;
  private aborter: any = undefined;
  /** The object that programs see. */
  object: WritableStreamDefaultController | undefined;

  constructor(readonly stream: Writable, private readonly highWaterMark: number, size: SizeAlgorithm) {
    this.size = size;
    stream.controller = this;
  }

  /** The end of SetUpWritableStreamDefaultController. */
  start(algorithms: SinkAlgorithms): void {
    const { stream } = this;
    this.algorithms = algorithms;
    writableStreamUpdateBackpressure(stream, this.hasBackpressure());
    const begin = () => {
      this.started = true;
      this.advanceQueueIfNeeded();
    };
    reactTo(resolvedWith(algorithms.start()), begin, error => {
      this.started = true;
      writableStreamDealWithRejection(stream, error);
    });
  }

  get signal(): any {
    return (this.aborter ??= new AbortController()).signal;
  }

  abortSignal(reason: unknown): void {
    (this.aborter ??= new AbortController()).abort(reason);
  }

  abortSteps(reason: unknown): Promise<void> {
    const result = this.algorithms!.abort(reason);
    this.clearAlgorithms();
    return result;
  }

  errorSteps(): void {
    resetQueue(this);
  }

  private clearAlgorithms(): void {
    this.algorithms = undefined;
    this.size = undefined;
  }

  close(): void {
    enqueueValueWithSize(this, CLOSE, 0);
    this.advanceQueueIfNeeded();
  }

  chunkSize(chunk: unknown): number {
    if (this.size === undefined) return 1;
    try {
      return this.size(chunk);
    } catch (error) {
      this.errorIfNeeded(error);
      return 1;
    }
  }

  desiredSize(): number {
    return this.highWaterMark - this.queueTotalSize;
  }

  hasBackpressure(): boolean {
    return this.desiredSize() <= 0;
  }

  write(chunk: unknown, size: number): void {
    const { stream } = this;
    try {
      enqueueValueWithSize(this, chunk, size);
    } catch (error) {
      this.errorIfNeeded(error);
      return;
    }
    if (!writableStreamCloseQueuedOrInFlight(stream) && stream.state === 'writable') {
      writableStreamUpdateBackpressure(stream, this.hasBackpressure());
    }
    this.advanceQueueIfNeeded();
  }

  private advanceQueueIfNeeded(): void {
    const { stream } = this;
    if (!this.started || stream.inFlightWriteRequest !== undefined) return;
    if (stream.state === 'erroring') {
      writableStreamFinishErroring(stream);
      return;
    }
    if (this.queue.length === 0) return;
    const value = peekQueueValue(this);
    if (value === CLOSE) this.processClose();
    else this.processWrite(value);
  }

  private processClose(): void {
    const { stream } = this;
    writableStreamMarkCloseRequestInFlight(stream);
    dequeueValue(this);
    const closed = this.algorithms!.close();
    this.clearAlgorithms();
    const failed = (reason: unknown) => writableStreamFinishInFlightCloseWithError(stream, reason);
    reactTo(closed, () => writableStreamFinishInFlightClose(stream), failed);
  }

  private processWrite(chunk: unknown): void {
    const { stream } = this;
    writableStreamMarkFirstWriteRequestInFlight(stream);
    const written = () => {
      writableStreamFinishInFlightWrite(stream);
      dequeueValue(this);
      if (!writableStreamCloseQueuedOrInFlight(stream) && stream.state === 'writable') {
        writableStreamUpdateBackpressure(stream, this.hasBackpressure());
      }
      this.advanceQueueIfNeeded();
    };
    reactTo(this.algorithms!.write(chunk), written, reason => {
      if (stream.state === 'writable') this.clearAlgorithms();
      writableStreamFinishInFlightWriteWithError(stream, reason);
    });
  }

  errorIfNeeded(error: unknown): void {
    if (this.stream.state === 'writable') this.error(error);
  }

  error(error: unknown): void {
    this.clearAlgorithms();
    writableStreamStartErroring(this.stream, error);
  }
}

export class WritableStreamDefaultController {
  #slots: WritableController;

  constructor(mark?: typeof INTERNAL, slots?: WritableController) {
    if (mark !== INTERNAL) throw new TypeError('Illegal constructor');
    this.#slots = slots!;
  }

  get signal(): any {
    return this.#slots.signal;
  }

  error(error: unknown = undefined): void {
    this.#slots.errorIfNeeded(error);
  }
}

Object.defineProperty(WritableStreamDefaultController, 'length', { value: 0 });
defineInterface(WritableStreamDefaultController, 'WritableStreamDefaultController');

/** The object of a controller that programs see. */
export function writableControllerObject(slots: WritableController): WritableStreamDefaultController {
  return (slots.object ??= new WritableStreamDefaultController(INTERNAL, slots));
}
