// ArrayBuffers as the streams standard handles them: moving, copying, and views by their constructor.

import { bufferHasGone, bufferTransfer } from 'cronflow:internal/ops';

export type ViewConstructor = new (buffer: ArrayBuffer, byteOffset: number, length: number) => any;

const call = Function.prototype.call;
const slice = call.bind(ArrayBuffer.prototype.slice) as (buffer: ArrayBuffer, from: number, to: number) => ArrayBuffer;
const viewName = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)!.get!;

const CONSTRUCTORS: Record<string, any> = { DataView };
for (const name of [
  'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'BigInt64Array',
  'BigUint64Array', 'Float16Array', 'Float32Array', 'Float64Array',
]) if (name in globalThis) CONSTRUCTORS[name] = (globalThis as any)[name];

export function isDetachedBuffer(buffer: ArrayBuffer): boolean {
  return bufferHasGone(buffer);
}

/** The buffer's bytes in a new buffer; the old one is detached. */
export function transferArrayBuffer(buffer: ArrayBuffer): ArrayBuffer {
  return bufferTransfer(buffer);
}

export function cloneArrayBuffer(buffer: ArrayBuffer, byteOffset: number, byteLength: number): ArrayBuffer {
  return slice(buffer, byteOffset, byteOffset + byteLength);
}

export function cloneAsUint8Array(view: any): Uint8Array<ArrayBuffer> {
  return new Uint8Array(cloneArrayBuffer(view.buffer, view.byteOffset, view.byteLength));
}

export function copyBytes(to: ArrayBuffer, toOffset: number, from: ArrayBuffer, fromOffset: number, count: number): void {
  new Uint8Array(to, toOffset, count).set(new Uint8Array(from, fromOffset, count));
}

/** The intrinsic constructor of a view and the size of its elements. */
export function kindOfView(view: any): { constructor: ViewConstructor; elementSize: number } {
  const constructor = CONSTRUCTORS[Reflect.apply(viewName, view, []) ?? 'DataView'];
  return { constructor, elementSize: constructor === DataView ? 1 : constructor.BYTES_PER_ELEMENT };
}
