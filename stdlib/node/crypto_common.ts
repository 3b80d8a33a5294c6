// What the parts of node:crypto share: bytes in and out, names of hash functions, results at once.

import { cryptoAtOnce } from 'cronflow:internal/ops';
import { Buffer } from 'node:buffer';
import { invalidArgument, nodeError } from 'cronflow:internal/node/errors';

export const HASHES = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'];

/** Names as they are usually written. */
const PLAIN = new Map(HASHES.flatMap(name => [name, name.toUpperCase()].map(written => [written, name])));

/** The name as the native operations of node:crypto know it. */
export function hashName(name: unknown): string {
  const known = PLAIN.get(name as string);
  if (known !== undefined) return known;
  if (typeof name !== 'string') throw invalidArgument('algorithm', 'of type string', name);
  const plain = name.toLowerCase().replace(/^rsa-/, '').replace('-', '');
  if (!HASHES.includes(plain)) throw nodeError('ERR_OSSL_EVP_UNSUPPORTED', `Digest method not supported: ${name}; there are ${HASHES.join(', ')}`);
  return plain;
}

const WEB: Record<string, string> = { sha1: 'SHA-1', sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' };

/** Bytes of a digest, by the name of Web Cryptography. */
export const DIGEST_SIZES: Record<string, number> = { 'SHA-1': 20, 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 };

/** The name of Web Cryptography, for the operations that both share. */
export function webHash(name: unknown, what: string): string {
  const found = WEB[hashName(name)];
  if (found === undefined) throw nodeError('ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${String(name)}; for ${what} there are ${Object.keys(WEB).join(', ')}`, TypeError);
  return found;
}

/** A view of the bytes; texts are UTF-8 unless an encoding is given. */
export function bytesOf(data: any, name = 'data', encoding?: any): any {
  if (typeof data === 'string') return Buffer.from(data, encoding);
  if (data?.type === 'secret' && typeof data.export === 'function') return data.export();
  if (data instanceof ArrayBuffer) return Buffer.from(data);
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  throw invalidArgument(name, 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView', data);
}

/** A buffer, or text when an encoding is given. */
export function written(bytes: ArrayBuffer | Uint8Array, encoding?: any): any {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
  return encoding === undefined || encoding === null || encoding === 'buffer' ? buffer : buffer.toString(encoding);
}

/** Runs operations that may take long, here and now. */
export function atOnce<T>(work: () => T | Promise<T>): T {
  cryptoAtOnce(true);
  try {
    return work() as T;
  } finally {
    cryptoAtOnce(false);
  }
}

/** Tells a callback in Node.js's manner, after the caller has gone on. */
export function tell<T>(done: unknown, work: () => T | Promise<T>): void {
  if (typeof done !== 'function') throw invalidArgument('callback', 'of type function', done);
  const later = async () => work();
  later().then(value => queueMicrotask(() => done(null, value)), error => queueMicrotask(() => done(error)));
}

/** A whole number within limits, both inclusive. */
export function wholeNumber(value: unknown, name: string, least: number, most: number): number {
  if (typeof value !== 'number') throw invalidArgument(name, 'of type number', value);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw nodeError('ERR_OUT_OF_RANGE', `The value of "${name}" is out of range. It must be >= ${least} && <= ${most}. Received ${value}`, RangeError);
  }
  return value;
}
