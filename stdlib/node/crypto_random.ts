// Random values, and comparing without telling where the difference is.

import { cryptoRandom, cryptoUuid, nodeHmac } from 'cronflow:internal/ops';
import { Buffer } from 'node:buffer';
import { invalidArgument, nodeError } from 'cronflow:internal/node/errors';
import { bytesOf, tell, wholeNumber } from 'cronflow:internal/node/crypto_common';

/** Fills in place. */
export function randomFillSync(view: any, offset = 0, size?: number): any {
  if (!(view instanceof ArrayBuffer) && !ArrayBuffer.isView(view)) throw invalidArgument('buf', 'an instance of ArrayBuffer, Buffer, TypedArray, or DataView', view);
  const bytes = view instanceof ArrayBuffer ? new Uint8Array(view) : new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength);
  // Both count in elements of the view.
  const scale = (view as any).BYTES_PER_ELEMENT ?? 1;
  const start = wholeNumber(offset, 'offset', 0, bytes.length / scale) * scale;
  const length = size === undefined ? bytes.length - start : wholeNumber(size, 'size', 0, (bytes.length - start) / scale) * scale;
  cryptoRandom(bytes.subarray(start, start + length));
  return view;
}

export function randomFill(view: any, ...rest: any[]): void {
  const done = rest.pop();
  randomFillSync(view, ...rest);
  tell(done, () => view);
}

/** The most that one call gives. */
const MAX_BYTES = 64 * 1024 * 1024;

export function randomBytes(size: number, done?: (error: null, bytes: any) => void): any {
  const bytes = randomFillSync(Buffer.alloc(wholeNumber(size, 'size', 0, MAX_BYTES)));
  if (done === undefined) return bytes;
  tell(done, () => bytes);
  return undefined;
}

export function randomUUID(_options?: unknown): string {
  return cryptoUuid();
}

/** A whole number from `least` to below `end`, all equally likely. */
export function randomInt(least: number, end?: any, done?: any): any {
  if (typeof end === 'function' || end === undefined) return randomInt(0, least, end);
  const range = end - least;
  if (!Number.isSafeInteger(least)) throw invalidArgument('min', 'a safe integer', least);
  if (!Number.isSafeInteger(end)) throw invalidArgument('max', 'a safe integer', end);
  if (!(range > 0 && range < 2 ** 48)) throw nodeError('ERR_OUT_OF_RANGE', `The value of "max" is out of range. It must be greater than the value of "min" (${least}). Received ${end}`, RangeError);
  const limit = 2 ** 48 - (2 ** 48 % range);
  let value: number;
  do value = randomBytes(6).readUIntBE(0, 6);
  while (value >= limit);
  const result = least + (value % range);
  if (done === undefined) return result;
  tell(done, () => result);
}

/** In a time that does not depend on where they differ. */
export function timingSafeEqual(left: any, right: any): boolean {
  for (const [name, value] of [['buf1', left], ['buf2', right]] as const) {
    if (typeof value === 'string') throw invalidArgument(name, 'an instance of ArrayBuffer, Buffer, TypedArray, or DataView', value);
  }
  const [a, b] = [bytesOf(left, 'buf1'), bytesOf(right, 'buf2')];
  if (a.length !== b.length) throw nodeError('ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH', 'Input buffers must have the same byte length', RangeError);
  // The difference of two MACs under a key that nobody knows tells nothing of the values.
  const key = randomBytes(32);
  const [x, y] = [new Uint8Array(nodeHmac('sha256', key, a)), new Uint8Array(nodeHmac('sha256', key, b))];
  let difference = 0;
  for (let index = 0; index < x.length; index++) difference |= x[index]! ^ y[index]!;
  return difference === 0;
}
