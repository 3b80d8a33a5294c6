// The controller of readable streams of bytes (https://streams.spec.whatwg.org/#rbs-controller-class).

import {
  type ViewConstructor, cloneArrayBuffer, copyBytes, isDetachedBuffer, kindOfView, transferArrayBuffer,
} from 'cronflow:internal/web/streams/buffers';
import type { ReadableByteStreamController, ReadableStreamBYOBRequest } from 'cronflow:internal/web/streams/byte_objects';
import type { CancelAlgorithm, PullAlgorithm } from 'cronflow:internal/web/streams/default_controller';
import { reactTo, resolvedWith } from 'cronflow:internal/web/streams/promises';
import { resetQueue } from 'cronflow:internal/web/streams/queue';
import {
  type ReadIntoRequest, type ReadRequest, Readable, readableStreamAddReadIntoRequest, readableStreamAddReadRequest,
  readableStreamClose, readableStreamError, readableStreamFulfillReadIntoRequest, readableStreamFulfillReadRequest,
  readableStreamGetNumReadIntoRequests, readableStreamGetNumReadRequests, readableStreamHasBYOBReader,
  readableStreamHasDefaultReader,
} from 'cronflow:internal/web/streams/readable_operations';

interface QueueEntry {
  buffer: ArrayBuffer;
  byteOffset: number;
  byteLength: number;
}

/** A read that waits for bytes, and the buffer that they go into. */
interface PullIntoDescriptor {
  buffer: ArrayBuffer;
  bufferByteLength: number;
  byteOffset: number;
  byteLength: number;
  bytesFilled: number;
  minimumFill: number;
  elementSize: number;
  viewConstructor: ViewConstructor;
  readerType: 'default' | 'byob' | 'none';
}

/** The slots of a ReadableStreamBYOBRequest. */
export class ByobRequest {
  object: ReadableStreamBYOBRequest | undefined;

  constructor(public controller: ByteController | undefined, public view: Uint8Array<ArrayBuffer> | null) {}
}

/** The slots of a ReadableByteStreamController, and its abstract operations. */
export class ByteController {
  readonly isByte = true;
  queue: QueueEntry[] = [];
  queueTotalSize = 0;
  closeRequested = false;
  pendingPullIntos: PullIntoDescriptor[] = [];
  private byobRequest: ByobRequest | null = null;
  private started = false;
  private pulling = false;
  private pullAgain = false;
  private pullAlgorithm: PullAlgorithm | undefined;
  private cancelAlgorithm: CancelAlgorithm | undefined;
  /** The object that programs see. */
  object: ReadableByteStreamController | undefined;

  constructor(readonly stream: Readable, private readonly highWaterMark: number, private readonly autoAllocateChunkSize?: number) {
    stream.controller = this;
  }

  /** The end of SetUpReadableByteStreamController. */
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
    this.clearPendingPullIntos();
    resetQueue(this);
    const result = this.cancelAlgorithm!(reason);
    this.clearAlgorithms();
    return result;
  }

  pullSteps(request: ReadRequest): void {
    if (this.queueTotalSize > 0) {
      this.fillReadRequestFromQueue(request);
      return;
    }
    const size = this.autoAllocateChunkSize;
    if (size !== undefined) {
      let buffer;
      try {
        buffer = new ArrayBuffer(size);
      } catch (error) {
        request.errorSteps(error);
        return;
      }
      this.pendingPullIntos.push({
        buffer, bufferByteLength: size, byteOffset: 0, byteLength: size, bytesFilled: 0, minimumFill: 1, elementSize: 1,
        viewConstructor: Uint8Array as any, readerType: 'default',
      });
    }
    readableStreamAddReadRequest(this.stream, request);
    this.callPullIfNeeded();
  }

  releaseSteps(): void {
    if (this.pendingPullIntos.length === 0) return;
    const first = this.pendingPullIntos[0];
    first.readerType = 'none';
    this.pendingPullIntos = [first];
  }

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
    const { stream } = this;
    if (stream.state !== 'readable' || this.closeRequested || !this.started) return false;
    if (readableStreamGetNumReadRequests(stream) > 0 || readableStreamGetNumReadIntoRequests(stream) > 0) return true;
    return this.desiredSize()! > 0;
  }

  private clearAlgorithms(): void {
    this.pullAlgorithm = undefined;
    this.cancelAlgorithm = undefined;
  }

  private clearPendingPullIntos(): void {
    this.invalidateBYOBRequest();
    this.pendingPullIntos = [];
  }

  close(): void {
    if (this.closeRequested || this.stream.state !== 'readable') return;
    if (this.queueTotalSize > 0) {
      this.closeRequested = true;
      return;
    }
    const first = this.pendingPullIntos[0];
    if (first !== undefined && first.bytesFilled % first.elementSize !== 0) {
      const error = new TypeError('The stream was closed in the middle of an element');
      this.error(error);
      throw error;
    }
    this.clearAlgorithms();
    readableStreamClose(this.stream);
  }

  error(error: unknown): void {
    if (this.stream.state !== 'readable') return;
    this.clearPendingPullIntos();
    resetQueue(this);
    this.clearAlgorithms();
    readableStreamError(this.stream, error);
  }

  desiredSize(): number | null {
    if (this.stream.state === 'errored') return null;
    return this.stream.state === 'closed' ? 0 : this.highWaterMark - this.queueTotalSize;
  }

  enqueue(chunk: any): void {
    const { stream } = this;
    if (this.closeRequested || stream.state !== 'readable') return;
    const { byteOffset, byteLength } = chunk;
    const buffer = transferArrayBuffer(chunk.buffer);
    const first = this.pendingPullIntos[0];
    if (first !== undefined) {
      if (isDetachedBuffer(first.buffer)) throw new TypeError("The buffer of the reader's view is detached");
      this.invalidateBYOBRequest();
      first.buffer = transferArrayBuffer(first.buffer);
      if (first.readerType === 'none') this.enqueueDetachedPullIntoToQueue(first);
    }
    if (readableStreamHasDefaultReader(stream)) {
      this.processReadRequestsUsingQueue();
      if (readableStreamGetNumReadRequests(stream) === 0) this.enqueueChunkToQueue(buffer, byteOffset, byteLength);
      else {
        if (this.pendingPullIntos.length > 0) this.shiftPendingPullInto();
        readableStreamFulfillReadRequest(stream, new Uint8Array(buffer, byteOffset, byteLength), false);
      }
    } else {
      this.enqueueChunkToQueue(buffer, byteOffset, byteLength);
      if (readableStreamHasBYOBReader(stream)) this.commitAll(this.processPullIntoDescriptorsUsingQueue());
    }
    this.callPullIfNeeded();
  }

  private enqueueChunkToQueue(buffer: ArrayBuffer, byteOffset: number, byteLength: number): void {
    this.queue.push({ buffer, byteOffset, byteLength });
    this.queueTotalSize += byteLength;
  }

  private enqueueClonedChunkToQueue(buffer: ArrayBuffer, byteOffset: number, byteLength: number): void {
    let clone;
    try {
      clone = cloneArrayBuffer(buffer, byteOffset, byteLength);
    } catch (error) {
      this.error(error);
      throw error;
    }
    this.enqueueChunkToQueue(clone, 0, byteLength);
  }

  private enqueueDetachedPullIntoToQueue(descriptor: PullIntoDescriptor): void {
    if (descriptor.bytesFilled > 0) {
      this.enqueueClonedChunkToQueue(descriptor.buffer, descriptor.byteOffset, descriptor.bytesFilled);
    }
    this.shiftPendingPullInto();
  }

  private shiftPendingPullInto(): PullIntoDescriptor {
    return this.pendingPullIntos.shift()!;
  }

  private commitAll(descriptors: PullIntoDescriptor[]): void {
    for (const descriptor of descriptors) this.commitPullIntoDescriptor(descriptor);
  }

  private commitPullIntoDescriptor(descriptor: PullIntoDescriptor): void {
    const done = this.stream.state === 'closed';
    const view = convertPullIntoDescriptor(descriptor);
    if (descriptor.readerType === 'default') readableStreamFulfillReadRequest(this.stream, view, done);
    else readableStreamFulfillReadIntoRequest(this.stream, view, done);
  }

  /** `true` when the descriptor has as many bytes as its read asked for. */
  private fillPullIntoDescriptorFromQueue(descriptor: PullIntoDescriptor): boolean {
    const maxToCopy = Math.min(this.queueTotalSize, descriptor.byteLength - descriptor.bytesFilled);
    const maxFilled = descriptor.bytesFilled + maxToCopy;
    const maxAligned = maxFilled - (maxFilled % descriptor.elementSize);
    const ready = maxAligned >= descriptor.minimumFill;
    let left = ready ? maxAligned - descriptor.bytesFilled : maxToCopy;
    while (left > 0) {
      const head = this.queue[0];
      const count = Math.min(left, head.byteLength);
      copyBytes(descriptor.buffer, descriptor.byteOffset + descriptor.bytesFilled, head.buffer, head.byteOffset, count);
      if (head.byteLength === count) this.queue.shift();
      else {
        head.byteOffset += count;
        head.byteLength -= count;
      }
      this.queueTotalSize -= count;
      this.fillHeadPullIntoDescriptor(count, descriptor);
      left -= count;
    }
    return ready;
  }

  private fillHeadPullIntoDescriptor(size: number, descriptor: PullIntoDescriptor): void {
    this.invalidateBYOBRequest();
    descriptor.bytesFilled += size;
  }

  private fillReadRequestFromQueue(request: ReadRequest): void {
    const { buffer, byteOffset, byteLength } = this.queue.shift()!;
    this.queueTotalSize -= byteLength;
    this.handleQueueDrain();
    request.chunkSteps(new Uint8Array(buffer, byteOffset, byteLength));
  }

  private handleQueueDrain(): void {
    if (this.queueTotalSize === 0 && this.closeRequested) {
      this.clearAlgorithms();
      readableStreamClose(this.stream);
    } else this.callPullIfNeeded();
  }

  getBYOBRequest(): ByobRequest | null {
    const first = this.pendingPullIntos[0];
    if (this.byobRequest === null && first !== undefined) {
      const { buffer, byteOffset, byteLength, bytesFilled } = first;
      this.byobRequest = new ByobRequest(this, new Uint8Array(buffer, byteOffset + bytesFilled, byteLength - bytesFilled));
    }
    return this.byobRequest;
  }

  private invalidateBYOBRequest(): void {
    if (this.byobRequest === null) return;
    this.byobRequest.controller = undefined;
    this.byobRequest.view = null;
    this.byobRequest = null;
  }

  private processPullIntoDescriptorsUsingQueue(): PullIntoDescriptor[] {
    const filled: PullIntoDescriptor[] = [];
    while (this.pendingPullIntos.length > 0 && this.queueTotalSize > 0) {
      if (!this.fillPullIntoDescriptorFromQueue(this.pendingPullIntos[0])) continue;
      filled.push(this.shiftPendingPullInto());
    }
    return filled;
  }

  private processReadRequestsUsingQueue(): void {
    const requests = this.stream.reader!.readRequests;
    while (requests.length > 0 && this.queueTotalSize > 0) this.fillReadRequestFromQueue(requests.shift()!);
  }

  pullInto(view: any, min: number, request: ReadIntoRequest): void {
    const { stream } = this;
    const { constructor, elementSize } = kindOfView(view);
    const { byteOffset, byteLength } = view;
    let buffer;
    try {
      buffer = transferArrayBuffer(view.buffer);
    } catch (error) {
      request.errorSteps(error);
      return;
    }
    const descriptor: PullIntoDescriptor = {
      buffer, bufferByteLength: buffer.byteLength, byteOffset, byteLength, bytesFilled: 0, minimumFill: min * elementSize,
      elementSize, viewConstructor: constructor, readerType: 'byob',
    };
    if (this.pendingPullIntos.length > 0) {
      this.pendingPullIntos.push(descriptor);
      readableStreamAddReadIntoRequest(stream, request);
      return;
    }
    if (stream.state === 'closed') {
      request.closeSteps(new constructor(buffer, byteOffset, 0));
      return;
    }
    if (this.queueTotalSize > 0) {
      if (this.fillPullIntoDescriptorFromQueue(descriptor)) {
        const filled = convertPullIntoDescriptor(descriptor);
        this.handleQueueDrain();
        request.chunkSteps(filled);
        return;
      }
      if (this.closeRequested) {
        const error = new TypeError('The stream ends in the middle of an element');
        this.error(error);
        request.errorSteps(error);
        return;
      }
    }
    this.pendingPullIntos.push(descriptor);
    readableStreamAddReadIntoRequest(stream, request);
    this.callPullIfNeeded();
  }

  respond(bytesWritten: number): void {
    const first = this.pendingPullIntos[0];
    if (this.stream.state === 'closed') {
      if (bytesWritten !== 0) throw new TypeError('The stream is closed: respond() must be called with 0');
    } else {
      if (bytesWritten === 0) throw new TypeError('respond() needs more than 0 bytes');
      if (first.bytesFilled + bytesWritten > first.byteLength) throw new RangeError('respond() was told more bytes than the view has');
    }
    first.buffer = transferArrayBuffer(first.buffer);
    this.respondInternal(bytesWritten);
  }

  respondWithNewView(view: any): void {
    const first = this.pendingPullIntos[0];
    if (this.stream.state === 'closed') {
      if (view.byteLength !== 0) throw new TypeError('The stream is closed: the view must be empty');
    } else if (view.byteLength === 0) throw new TypeError('The view must not be empty');
    if (first.byteOffset + first.bytesFilled !== view.byteOffset) throw new RangeError('The view begins at another place of its buffer');
    if (first.bufferByteLength !== view.buffer.byteLength) throw new RangeError('The buffer of the view has another length');
    if (first.bytesFilled + view.byteLength > first.byteLength) throw new RangeError('The view is longer than what was asked for');
    const { byteLength } = view;
    first.buffer = transferArrayBuffer(view.buffer);
    this.respondInternal(byteLength);
  }

  private respondInternal(bytesWritten: number): void {
    const first = this.pendingPullIntos[0];
    this.invalidateBYOBRequest();
    if (this.stream.state === 'closed') this.respondInClosedState(first);
    else this.respondInReadableState(bytesWritten, first);
    this.callPullIfNeeded();
  }

  private respondInClosedState(first: PullIntoDescriptor): void {
    if (first.readerType === 'none') this.shiftPendingPullInto();
    if (!readableStreamHasBYOBReader(this.stream)) return;
    const filled: PullIntoDescriptor[] = [];
    while (filled.length < readableStreamGetNumReadIntoRequests(this.stream)) filled.push(this.shiftPendingPullInto());
    this.commitAll(filled);
  }

  private respondInReadableState(bytesWritten: number, descriptor: PullIntoDescriptor): void {
    this.fillHeadPullIntoDescriptor(bytesWritten, descriptor);
    if (descriptor.readerType === 'none') {
      this.enqueueDetachedPullIntoToQueue(descriptor);
      this.commitAll(this.processPullIntoDescriptorsUsingQueue());
      return;
    }
    if (descriptor.bytesFilled < descriptor.minimumFill) return;
    this.shiftPendingPullInto();
    const remainder = descriptor.bytesFilled % descriptor.elementSize;
    if (remainder > 0) {
      const end = descriptor.byteOffset + descriptor.bytesFilled;
      this.enqueueClonedChunkToQueue(descriptor.buffer, end - remainder, remainder);
    }
    descriptor.bytesFilled -= remainder;
    const filled = this.processPullIntoDescriptorsUsingQueue();
    this.commitPullIntoDescriptor(descriptor);
    this.commitAll(filled);
  }
}

function convertPullIntoDescriptor(descriptor: PullIntoDescriptor): any {
  const buffer = transferArrayBuffer(descriptor.buffer);
  return new descriptor.viewConstructor(buffer, descriptor.byteOffset, descriptor.bytesFilled / descriptor.elementSize);
}
