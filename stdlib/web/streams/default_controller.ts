// The controller of readable streams of any values (https://streams.spec.whatwg.org/#rs-default-controller-class).

import { INTERNAL, defineInterface } from 'cronflow:internal/web/webidl';
import { reactTo, resolvedWith } from 'cronflow:internal/web/streams/promises';
import { type SizedQueue, dequeueValue, enqueueValueWithSize, resetQueue } from 'cronflow:internal/web/streams/queue';
import {
  type ReadRequest, Readable, isReadableStreamLocked, readableStreamAddReadRequest, readableStreamClose, readableStreamError,
  readableStreamFulfillReadRequest, readableStreamGetNumReadRequests,
} from 'cronflow:internal/web/streams/readable_operations';
import type { SizeAlgorithm } from 'cronflow:internal/web/streams/strategies';

export type PullAlgorithm = () => Promise<void>;
export type CancelAlgorithm = (reason: unknown) => Promise<void>;

/** The slots of a ReadableStreamDefaultController, and its abstract operations. */
export class DefaultController implements SizedQueue {
  readonly isByte = false;
  queue: SizedQueue['queue'] = [];
  queueTotalSize = 0;
  closeRequested = false;
  private started = false;
  private pulling = false;
  private pullAgain = false;
  private pullAlgorithm: PullAlgorithm | undefined;
  private cancelAlgorithm: CancelAlgorithm | undefined;
  private size: SizeAlgorithm | undefined;
  /** The object that programs see. */
  object: ReadableStreamDefaultController | undefined;

  constructor(readonly stream: Readable, private readonly highWaterMark: number, size: SizeAlgorithm) {
    this.size = size;
    stream.controller = this;
  }

  /** The end of SetUpReadableStreamDefaultController. */
  start(start: () => unknown, pull: PullAlgorithm, cancel: CancelAlgorithm): void {
    this.pullAlgorithm = pull;
    this.cancelAlgorithm = cancel;
    const begin = () => {
      this.started = true;
      this.callPullIfNeeded();
    };
    reactTo(resolvedWith(start()), begin, error => this.error(error));
  }

  cancelSteps(reason: unknown): Promise<void> {
    resetQueue(this);
    const result = this.cancelAlgorithm!(reason);
    this.clearAlgorithms();
    return result;
  }

  pullSteps(request: ReadRequest): void {
    if (this.queue.length === 0) {
      readableStreamAddReadRequest(this.stream, request);
      this.callPullIfNeeded();
      return;
    }
    const chunk = dequeueValue(this);
    if (this.closeRequested && this.queue.length === 0) {
      this.clearAlgorithms();
      readableStreamClose(this.stream);
    } else this.callPullIfNeeded();
    request.chunkSteps(chunk);
  }

  releaseSteps(): void {}

  callPullIfNeeded(): void {
    if (!this.shouldCallPull()) return;
    if (this.pulling) {
      this.pullAgain = true;
      return;
    }
    this.pulling = true;
    const pulled = () => {
      this.pulling = false;
      if (!this.pullAgain) return;
      this.pullAgain = false;
      this.callPullIfNeeded();
    };
    reactTo(this.pullAlgorithm!(), pulled, error => this.error(error));
  }

  private shouldCallPull(): boolean {
    if (!this.canCloseOrEnqueue() || !this.started) return false;
    if (isReadableStreamLocked(this.stream) && readableStreamGetNumReadRequests(this.stream) > 0) return true;
    return this.desiredSize()! > 0;
  }

  private clearAlgorithms(): void {
    this.pullAlgorithm = undefined;
    this.cancelAlgorithm = undefined;
    this.size = undefined;
  }

  close(): void {
    if (!this.canCloseOrEnqueue()) return;
    this.closeRequested = true;
    if (this.queue.length > 0) return;
    this.clearAlgorithms();
    readableStreamClose(this.stream);
  }

  enqueue(chunk: unknown): void {
    if (!this.canCloseOrEnqueue()) return;
    if (isReadableStreamLocked(this.stream) && readableStreamGetNumReadRequests(this.stream) > 0) {
      readableStreamFulfillReadRequest(this.stream, chunk, false);
    } else {
      try {
        enqueueValueWithSize(this, chunk, this.size!(chunk));
      } catch (error) {
        this.error(error);
        throw error;
      }
    }
    this.callPullIfNeeded();
  }

  error(error: unknown): void {
    if (this.stream.state !== 'readable') return;
    resetQueue(this);
    this.clearAlgorithms();
    readableStreamError(this.stream, error);
  }

  desiredSize(): number | null {
    if (this.stream.state === 'errored') return null;
    return this.stream.state === 'closed' ? 0 : this.highWaterMark - this.queueTotalSize;
  }

  hasBackpressure(): boolean {
    return !this.shouldCallPull();
  }

  canCloseOrEnqueue(): boolean {
    return !this.closeRequested && this.stream.state === 'readable';
  }
}

export class ReadableStreamDefaultController {
  #slots: DefaultController;

  constructor(mark?: typeof INTERNAL, slots?: DefaultController) {
    if (mark !== INTERNAL) throw new TypeError('Illegal constructor');
    this.#slots = slots!;
  }

  get desiredSize(): number | null {
    return this.#slots.desiredSize();
  }

  close(): void {
    if (!this.#slots.canCloseOrEnqueue()) throw new TypeError('The stream cannot be closed: it is closed, errored or about to close');
    this.#slots.close();
  }

  enqueue(chunk: unknown = undefined): void {
    if (!this.#slots.canCloseOrEnqueue()) throw new TypeError('The stream takes no chunk: it is closed, errored or about to close');
    this.#slots.enqueue(chunk);
  }

  error(error: unknown = undefined): void {
    this.#slots.error(error);
  }
}

Object.defineProperty(ReadableStreamDefaultController, 'length', { value: 0 });
defineInterface(ReadableStreamDefaultController, 'ReadableStreamDefaultController');

/** The object of a controller that programs see. */
export function defaultControllerObject(slots: DefaultController): ReadableStreamDefaultController {
  return (slots.object ??= new ReadableStreamDefaultController(INTERNAL, slots));
}
