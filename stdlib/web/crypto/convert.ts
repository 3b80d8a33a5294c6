// What the methods take: byte sources, numbers, names and lists of usages, as Web IDL converts them;
// and how failures of native operations become exceptions.

import { DOMException } from 'cronflow:internal/dom_exception';
import { type CryptoKey, type Slots, slotsOf, USAGES } from 'cronflow:internal/web/crypto/key';

export function fail(name: string, message: string): never {
  throw new DOMException(message, name);
}

const NATIVE = ['DataError', 'OperationError'];

/** The result of a native operation, which is there at once or later. */
export async function native<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error: any) {
    if (NATIVE.includes(error?.name)) throw new DOMException(error.message, error.name);
    throw error;
  }
}

export function isSource(value: unknown): value is ArrayBuffer | ArrayBufferView {
  return ArrayBuffer.isView(value) || isBuffer(value);
}

const byteLength = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength')!.get!;

function isBuffer(value: any): value is ArrayBuffer {
  if (typeof value !== 'object' || value === null) return false;
  try {
    byteLength.call(value);
    return true;
  } catch {
    return false;
  }
}

/** A copy of the bytes: what happens to the source afterwards does not matter. */
export function bytes(value: unknown, what = 'the data'): Uint8Array {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength).slice();
  if (isBuffer(value)) return new Uint8Array(value).slice();
  throw new TypeError(`${what} must be an ArrayBuffer or a view of one`);
}

/** `[EnforceRange]`. */
export function integer(value: unknown, max: number, what: string): number {
  const number = Math.trunc(Number(value)) + 0;
  if (!Number.isFinite(number) || number < 0 || number > max) throw new TypeError(`${what} must be a whole number up to ${max}`);
  return number;
}

export function keySlots(value: unknown): Slots {
  const slots = slotsOf(value);
  if (slots === undefined) throw new TypeError('a CryptoKey is needed here');
  return slots;
}

export function oneOf(value: unknown, known: string[], what: string): string {
  const text = String(value);
  if (!known.includes(text)) throw new TypeError(`'${text}' is not a ${what}`);
  return text;
}

/** `sequence<KeyUsage>`, without repeats and in the order of the standard. */
export function usageList(value: any): string[] {
  const list = strings(value, 'keyUsages').map((usage) => oneOf(usage, USAGES, 'key usage'));
  return USAGES.filter((usage) => list.includes(usage));
}

export function strings(value: any, what: string): string[] {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function') || typeof value[Symbol.iterator] !== 'function') {
    throw new TypeError(`${what} must be a list`);
  }
  return [...value].map(String);
}

export function needArguments(count: number, needed: number, method: string): void {
  if (count < needed) throw new TypeError(`${method} needs ${needed} arguments, not ${count}`);
}

/** Refuses usages that a kind of key does not have. */
export function onlyUsages(usages: string[], allowed: string[]): void {
  const wrong = usages.find((usage) => !allowed.includes(usage));
  if (wrong !== undefined) fail('SyntaxError', `the usage '${wrong}' is not for this kind of key`);
}

export type { CryptoKey };
