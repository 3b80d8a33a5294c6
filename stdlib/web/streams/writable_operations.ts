// What happens to a writable stream and its writer (https://streams.spec.whatwg.org/#ws-abstract-ops).
//
// The algorithms work on records of internal slots; the objects that programs see are in writable.ts.

import { type Deferred, markAsHandled, newPromise, reactTo, rejectedWith, resolvedWith, settled } from 'cronflow:internal/web/streams/promises';
import type { WritableController } from 'cronflow:internal/web/streams/writable_controller';

interface AbortRequest {
  deferred: Deferred;
  reason: unknown;
  wasAlreadyErroring: boolean;
}

/** The slots of a WritableStream. */
export class Writable {
  state: 'writable' | 'erroring' | 'errored' | 'closed' = 'writable';
  storedError: unknown = undefined;
  writer: Writer | undefined = undefined;
  controller!: WritableController;
  writeRequests: Deferred[] = [];
  inFlightWriteRequest: Deferred | undefined = undefined;
  closeRequest: Deferred | undefined = undefined;
  inFlightCloseRequest: Deferred | undefined = undefined;
  pendingAbortRequest: AbortRequest | undefined = undefined;
  backpressure = false;
  /** The object that programs see, once there is one. */
  object: any = undefined;
}

function handledRejection(reason: unknown): Deferred {
  const promise = rejectedWith(reason);
  markAsHandled(promise);
  return settled(promise);
}

/** The slots of a WritableStreamDefaultWriter. */
export class Writer {
  stream: Writable | undefined;
  ready: Deferred;
  closed: Deferred;

  /** SetUpWritableStreamDefaultWriter. */
  constructor(stream: Writable) {
    if (stream.writer !== undefined) throw new TypeError('The stream is locked to a writer');
    this.stream = stream;
    stream.writer = this;
    const { state, storedError } = stream;
    if (state === 'writable') {
      const mustWait = !writableStreamCloseQueuedOrInFlight(stream) && stream.backpressure;
      this.ready = mustWait ? newPromise() : settled(resolvedWith(undefined));
      this.closed = newPromise();
    } else if (state === 'erroring') {
      this.ready = handledRejection(storedError);
      this.closed = newPromise();
    } else if (state === 'closed') {
      this.ready = settled(resolvedWith(undefined));
      this.closed = settled(resolvedWith(undefined));
    } else {
      this.ready = handledRejection(storedError);
      this.closed = handledRejection(storedError);
    }
  }
}

export function isWritableStreamLocked(stream: Writable): boolean {
  return stream.writer !== undefined;
}

export function writableStreamAbort(stream: Writable, reason: unknown): Promise<void> {
  if (stream.state === 'closed' || stream.state === 'errored') return resolvedWith(undefined);
  stream.controller.abortSignal(reason);
  // The listeners of the signal have run.
  const state = stream.state as Writable['state'];
  if (state === 'closed' || state === 'errored') return resolvedWith(undefined);
  if (stream.pendingAbortRequest !== undefined) return stream.pendingAbortRequest.deferred.promise;
  const wasAlreadyErroring = state === 'erroring';
  const deferred = newPromise<void>();
  stream.pendingAbortRequest = { deferred, reason: wasAlreadyErroring ? undefined : reason, wasAlreadyErroring };
  if (!wasAlreadyErroring) writableStreamStartErroring(stream, reason);
  return deferred.promise;
}

export function writableStreamClose(stream: Writable): Promise<void> {
  const { state, writer } = stream;
  if (state === 'closed' || state === 'errored') return rejectedWith(new TypeError(`The stream is ${state}: it cannot be closed`));
  const request = newPromise<void>();
  stream.closeRequest = request;
  if (writer !== undefined && stream.backpressure && state === 'writable') writer.ready.resolve();
  stream.controller.close();
  return request.promise;
}

export function writableStreamAddWriteRequest(stream: Writable): Promise<void> {
  const request = newPromise<void>();
  stream.writeRequests.push(request);
  return request.promise;
}

export function writableStreamCloseQueuedOrInFlight(stream: Writable): boolean {
  return stream.closeRequest !== undefined || stream.inFlightCloseRequest !== undefined;
}

export function writableStreamDealWithRejection(stream: Writable, error: unknown): void {
  if (stream.state === 'writable') writableStreamStartErroring(stream, error);
  else writableStreamFinishErroring(stream);
}

export function writableStreamStartErroring(stream: Writable, reason: unknown): void {
  stream.state = 'erroring';
  stream.storedError = reason;
  if (stream.writer !== undefined) writableStreamDefaultWriterEnsureReadyPromiseRejected(stream.writer, reason);
  if (!writableStreamHasOperationMarkedInFlight(stream) && stream.controller.started) writableStreamFinishErroring(stream);
}

export function writableStreamFinishErroring(stream: Writable): void {
  stream.state = 'errored';
  stream.controller.errorSteps();
  for (const request of stream.writeRequests) request.reject(stream.storedError);
  stream.writeRequests = [];
  const abort = stream.pendingAbortRequest;
  stream.pendingAbortRequest = undefined;
  if (abort === undefined || abort.wasAlreadyErroring) {
    abort?.deferred.reject(stream.storedError);
    rejectCloseAndClosedPromiseIfNeeded(stream);
    return;
  }
  const aborted = () => {
    abort.deferred.resolve();
    rejectCloseAndClosedPromiseIfNeeded(stream);
  };
  reactTo(stream.controller.abortSteps(abort.reason), aborted, reason => {
    abort.deferred.reject(reason);
    rejectCloseAndClosedPromiseIfNeeded(stream);
  });
}

function rejectCloseAndClosedPromiseIfNeeded(stream: Writable): void {
  stream.closeRequest?.reject(stream.storedError);
  stream.closeRequest = undefined;
  if (stream.writer === undefined) return;
  stream.writer.closed.reject(stream.storedError);
  markAsHandled(stream.writer.closed.promise);
}

export function writableStreamHasOperationMarkedInFlight(stream: Writable): boolean {
  return stream.inFlightWriteRequest !== undefined || stream.inFlightCloseRequest !== undefined;
}

export function writableStreamMarkFirstWriteRequestInFlight(stream: Writable): void {
  stream.inFlightWriteRequest = stream.writeRequests.shift();
}

export function writableStreamMarkCloseRequestInFlight(stream: Writable): void {
  stream.inFlightCloseRequest = stream.closeRequest;
  stream.closeRequest = undefined;
}

export function writableStreamFinishInFlightWrite(stream: Writable): void {
  stream.inFlightWriteRequest!.resolve();
  stream.inFlightWriteRequest = undefined;
}

export function writableStreamFinishInFlightWriteWithError(stream: Writable, error: unknown): void {
  stream.inFlightWriteRequest!.reject(error);
  stream.inFlightWriteRequest = undefined;
  writableStreamDealWithRejection(stream, error);
}

export function writableStreamFinishInFlightClose(stream: Writable): void {
  stream.inFlightCloseRequest!.resolve();
  stream.inFlightCloseRequest = undefined;
  if (stream.state === 'erroring') {
    // It was too late to abort: the sink has closed.
    stream.storedError = undefined;
    stream.pendingAbortRequest?.deferred.resolve();
    stream.pendingAbortRequest = undefined;
  }
  stream.state = 'closed';
  stream.writer?.closed.resolve();
}

export function writableStreamFinishInFlightCloseWithError(stream: Writable, error: unknown): void {
  stream.inFlightCloseRequest!.reject(error);
  stream.inFlightCloseRequest = undefined;
  stream.pendingAbortRequest?.deferred.reject(error);
  stream.pendingAbortRequest = undefined;
  writableStreamDealWithRejection(stream, error);
}

export function writableStreamUpdateBackpressure(stream: Writable, backpressure: boolean): void {
  const { writer } = stream;
  if (writer !== undefined && backpressure !== stream.backpressure) {
    if (backpressure) writer.ready = newPromise();
    else writer.ready.resolve();
  }
  stream.backpressure = backpressure;
}

export function writableStreamDefaultWriterCloseWithErrorPropagation(writer: Writer): Promise<void> {
  const stream = writer.stream!;
  if (writableStreamCloseQueuedOrInFlight(stream) || stream.state === 'closed') return resolvedWith(undefined);
  if (stream.state === 'errored') return rejectedWith(stream.storedError);
  return writableStreamClose(stream);
}

function ensureRejected(deferred: Deferred, error: unknown): Deferred {
  if (!deferred.pending) return handledRejection(error);
  deferred.reject(error);
  markAsHandled(deferred.promise);
  return deferred;
}

function writableStreamDefaultWriterEnsureReadyPromiseRejected(writer: Writer, error: unknown): void {
  writer.ready = ensureRejected(writer.ready, error);
}

export function writableStreamDefaultWriterGetDesiredSize(writer: Writer): number | null {
  const stream = writer.stream!;
  if (stream.state === 'errored' || stream.state === 'erroring') return null;
  return stream.state === 'closed' ? 0 : stream.controller.desiredSize();
}

export function writableStreamDefaultWriterRelease(writer: Writer): void {
  const stream = writer.stream!;
  const error = new TypeError('The writer was released');
  writableStreamDefaultWriterEnsureReadyPromiseRejected(writer, error);
  writer.closed = ensureRejected(writer.closed, error);
  stream.writer = undefined;
  writer.stream = undefined;
}

export function writableStreamDefaultWriterWrite(writer: Writer, chunk: unknown): Promise<void> {
  const stream = writer.stream!;
  const size = stream.controller.chunkSize(chunk);
  // size() is the author's: it may have done anything.
  if (stream !== writer.stream) return rejectedWith(new TypeError('The writer was released'));
  if (stream.state === 'errored') return rejectedWith(stream.storedError);
  if (writableStreamCloseQueuedOrInFlight(stream) || stream.state === 'closed') {
    return rejectedWith(new TypeError('The stream is closed or about to close: nothing can be written'));
  }
  if (stream.state === 'erroring') return rejectedWith(stream.storedError);
  const promise = writableStreamAddWriteRequest(stream);
  stream.controller.write(chunk, size);
  return promise;
}
