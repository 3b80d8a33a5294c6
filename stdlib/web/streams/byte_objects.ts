// ReadableByteStreamController and ReadableStreamBYOBRequest as programs see them.

import { isDetachedBuffer } from 'cronflow:internal/web/streams/buffers';
import type { ByobRequest, ByteController } from 'cronflow:internal/web/streams/byte_controller';
import { arrayBufferView, atLeast, enforceRange } from 'cronflow:internal/web/streams/idl';
import { INTERNAL, defineInterface } from 'cronflow:internal/web/webidl';

export class ReadableByteStreamController {
  #slots: ByteController;

  constructor(mark?: typeof INTERNAL, slots?: ByteController) {
    if (mark !== INTERNAL) throw new TypeError('Illegal constructor');
    this.#slots = slots!;
  }

  get byobRequest(): ReadableStreamBYOBRequest | null {
    const request = this.#slots.getBYOBRequest();
    return request === null ? null : (request.object ??= new ReadableStreamBYOBRequest(INTERNAL, request));
  }

  get desiredSize(): number | null {
    return this.#slots.desiredSize();
  }

  close(): void {
    this.#check();
    this.#slots.close();
  }

  enqueue(chunk: ArrayBufferView): void {
    const slots = this.#slots;
    atLeast(1, arguments.length, 'enqueue()');
    const view = arrayBufferView(chunk, 'The chunk');
    if (view.byteLength === 0 || view.buffer.byteLength === 0) throw new TypeError('The chunk must not be empty');
    this.#check();
    slots.enqueue(view);
  }

  error(error: unknown = undefined): void {
    this.#slots.error(error);
  }

  #check(): void {
    if (this.#slots.closeRequested) throw new TypeError('The stream is about to close');
    const { state } = this.#slots.stream;
    if (state !== 'readable') throw new TypeError(`The stream is ${state}`);
  }
}

export class ReadableStreamBYOBRequest {
  #slots: ByobRequest;

  constructor(mark?: typeof INTERNAL, slots?: ByobRequest) {
    if (mark !== INTERNAL) throw new TypeError('Illegal constructor');
    this.#slots = slots!;
  }

  get view(): Uint8Array | null {
    return this.#slots.view;
  }

  respond(bytesWritten: number): void {
    const slots = this.#slots;
    atLeast(1, arguments.length, 'respond()');
    const count = enforceRange(bytesWritten, 'The number of bytes');
    if (slots.controller === undefined) throw new TypeError('This request has been answered');
    if (isDetachedBuffer(slots.view!.buffer)) throw new TypeError('The buffer of the view is detached');
    slots.controller.respond(count);
  }

  respondWithNewView(view: ArrayBufferView): void {
    const slots = this.#slots;
    atLeast(1, arguments.length, 'respondWithNewView()');
    const given = arrayBufferView(view, 'The view');
    if (slots.controller === undefined) throw new TypeError('This request has been answered');
    if (isDetachedBuffer(given.buffer)) throw new TypeError('The buffer of the view is detached');
    slots.controller.respondWithNewView(given);
  }
}

for (const constructor of [ReadableByteStreamController, ReadableStreamBYOBRequest]) {
  Object.defineProperty(constructor, 'length', { value: 0 });
}
defineInterface(ReadableByteStreamController, 'ReadableByteStreamController');
defineInterface(ReadableStreamBYOBRequest, 'ReadableStreamBYOBRequest');

/** The object of a controller that programs see. */
export function byteControllerObject(slots: ByteController): ReadableByteStreamController {
  return (slots.object ??= new ReadableByteStreamController(INTERNAL, slots));
}
