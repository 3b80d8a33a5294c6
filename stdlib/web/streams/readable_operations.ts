// What happens to a readable stream as a whole (https://streams.spec.whatwg.org/#rs-abstract-ops).
//
// The algorithms work on records of internal slots; the objects that programs see (readable.ts, readers.ts, ...) are thin covers.

import type { ByteController } from 'cronflow:internal/web/streams/byte_controller';
import type { DefaultController } from 'cronflow:internal/web/streams/default_controller';
import { type Deferred, markAsHandled, newPromise, noop, reactTo, rejectedWith, resolvedWith, settled } from 'cronflow:internal/web/streams/promises';

export interface ReadRequest {
  chunkSteps(chunk: any): void;
  closeSteps(): void;
  errorSteps(error: unknown): void;
}

export interface ReadIntoRequest {
  chunkSteps(chunk: any): void;
  closeSteps(chunk: any): void;
  errorSteps(error: unknown): void;
}

/** The slots of a ReadableStream. */
export class Readable {
  state: 'readable' | 'closed' | 'errored' = 'readable';
  reader: Reader | undefined = undefined;
  controller!: DefaultController | ByteController;
  storedError: unknown = undefined;
  disturbed = false;
  /** The object that programs see, once there is one. */
  object: any = undefined;
}

/** The slots of a reader: one list of requests is used, as its kind is. */
export class Reader {
  stream: Readable | undefined;
  closed: Deferred;
  readRequests: ReadRequest[] = [];
  readIntoRequests: ReadIntoRequest[] = [];

  /** ReadableStreamReaderGenericInitialize. */
  constructor(stream: Readable, readonly isByob: boolean) {
    this.stream = stream;
    stream.reader = this;
    if (stream.state === 'readable') this.closed = newPromise();
    else if (stream.state === 'closed') this.closed = settled(resolvedWith(undefined));
    else {
      this.closed = settled(rejectedWith(stream.storedError));
      markAsHandled(this.closed.promise);
    }
  }
}

export function isReadableStreamLocked(stream: Readable): boolean {
  return stream.reader !== undefined;
}

export function acquireReadableStreamDefaultReader(stream: Readable): Reader {
  if (isReadableStreamLocked(stream)) throw new TypeError('The stream is locked to a reader');
  return new Reader(stream, false);
}

export function acquireReadableStreamBYOBReader(stream: Readable): Reader {
  if (isReadableStreamLocked(stream)) throw new TypeError('The stream is locked to a reader');
  if (!stream.controller.isByte) throw new TypeError('Only a stream of bytes has BYOB readers');
  return new Reader(stream, true);
}

export function readableStreamCancel(stream: Readable, reason: unknown): Promise<void> {
  stream.disturbed = true;
  if (stream.state === 'closed') return resolvedWith(undefined);
  if (stream.state === 'errored') return rejectedWith(stream.storedError);
  readableStreamClose(stream);
  const { reader } = stream;
  if (reader?.isByob) for (const request of takeAll(reader, 'readIntoRequests')) request.closeSteps(undefined);
  return reactTo(stream.controller.cancelSteps(reason), noop);
}

export function readableStreamClose(stream: Readable): void {
  stream.state = 'closed';
  const { reader } = stream;
  if (reader === undefined) return;
  reader.closed.resolve();
  if (!reader.isByob) for (const request of takeAll(reader, 'readRequests')) request.closeSteps();
}

export function readableStreamError(stream: Readable, error: unknown): void {
  stream.state = 'errored';
  stream.storedError = error;
  const { reader } = stream;
  if (reader === undefined) return;
  reader.closed.reject(error);
  markAsHandled(reader.closed.promise);
  errorRequests(reader, error);
}

function takeAll<K extends 'readRequests' | 'readIntoRequests'>(reader: Reader, key: K): Reader[K] {
  const requests = reader[key];
  reader[key] = [] as unknown as Reader[K];
  return requests;
}

/** ReadableStreamDefaultReaderErrorReadRequests and its BYOB counterpart. */
function errorRequests(reader: Reader, error: unknown): void {
  if (reader.isByob) for (const request of takeAll(reader, 'readIntoRequests')) request.errorSteps(error);
  else for (const request of takeAll(reader, 'readRequests')) request.errorSteps(error);
}

export function readableStreamAddReadRequest(stream: Readable, request: ReadRequest): void {
  stream.reader!.readRequests.push(request);
}

export function readableStreamAddReadIntoRequest(stream: Readable, request: ReadIntoRequest): void {
  stream.reader!.readIntoRequests.push(request);
}

export function readableStreamFulfillReadRequest(stream: Readable, chunk: any, done: boolean): void {
  const request = stream.reader!.readRequests.shift()!;
  if (done) request.closeSteps();
  else request.chunkSteps(chunk);
}

export function readableStreamFulfillReadIntoRequest(stream: Readable, chunk: any, done: boolean): void {
  const request = stream.reader!.readIntoRequests.shift()!;
  if (done) request.closeSteps(chunk);
  else request.chunkSteps(chunk);
}

/** How many reads of a default reader wait; 0 without such a reader. */
export function readableStreamGetNumReadRequests(stream: Readable): number {
  return stream.reader?.readRequests.length ?? 0;
}

export function readableStreamGetNumReadIntoRequests(stream: Readable): number {
  return stream.reader?.readIntoRequests.length ?? 0;
}

export function readableStreamHasDefaultReader(stream: Readable): boolean {
  return stream.reader?.isByob === false;
}

export function readableStreamHasBYOBReader(stream: Readable): boolean {
  return stream.reader?.isByob === true;
}

export function readableStreamDefaultReaderRead(reader: Reader, request: ReadRequest): void {
  const stream = reader.stream!;
  stream.disturbed = true;
  if (stream.state === 'closed') request.closeSteps();
  else if (stream.state === 'errored') request.errorSteps(stream.storedError);
  else stream.controller.pullSteps(request);
}

export function readableStreamBYOBReaderRead(reader: Reader, view: any, min: number, request: ReadIntoRequest): void {
  const stream = reader.stream!;
  stream.disturbed = true;
  if (stream.state === 'errored') request.errorSteps(stream.storedError);
  else (stream.controller as ByteController).pullInto(view, min, request);
}

/** ReadableStreamDefaultReaderRelease and ReadableStreamBYOBReaderRelease. */
export function readableStreamReaderRelease(reader: Reader): void {
  const stream = reader.stream!;
  const error = new TypeError('The reader was released');
  if (stream.state === 'readable') reader.closed.reject(error);
  else reader.closed = settled(rejectedWith(error));
  markAsHandled(reader.closed.promise);
  stream.controller.releaseSteps();
  stream.reader = undefined;
  reader.stream = undefined;
  errorRequests(reader, new TypeError('The reader was released'));
}
