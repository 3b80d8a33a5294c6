// node:crypto: hashes, HMAC, random values, key derivation, and Web Cryptography.

import { nodeHash, nodeHmac, nodePbkdf2, nodePbkdf2Async, nodeRandom } from 'cronflow:internal/ops';
import { Buffer } from 'node:buffer';
import { Transform } from 'node:stream';
import { invalidArgument, nodeError, unavailable } from 'cronflow:internal/node/errors';

const HASHES = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'];

function hashName(name: unknown): string {
  if (typeof name !== 'string') throw invalidArgument('algorithm', 'of type string', name);
  const plain = name.toLowerCase().replace(/^rsa-/, '').replace('-', '');
  if (!HASHES.includes(plain)) throw nodeError('ERR_OSSL_EVP_UNSUPPORTED', `Digest method not supported: ${name}; there are ${HASHES.join(', ')}`);
  return plain;
}

function bytesOf(data: any, name = 'data', encoding?: any): any {
  if (typeof data === 'string') return Buffer.from(data, encoding);
  if (data instanceof SecretKeyObject) return data.export();
  if (data instanceof ArrayBuffer) return Buffer.from(data);
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  throw invalidArgument(name, 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView', data);
}

function written(bytes: ArrayBuffer, encoding?: any): any {
  const buffer = Buffer.from(bytes);
  return encoding === undefined || encoding === 'buffer' ? buffer : buffer.toString(encoding);
}

/** What createHash() and createHmac() give: collects, and computes at the end. */
class Collector extends Transform {
  protected _parts: any[] = [];
  private _isDone = false;
  private readonly _compute: (data: any) => ArrayBuffer;

  constructor(compute: (data: any) => ArrayBuffer) {
    super();
    this._compute = compute;
  }

  update(data: any, encoding?: any): this {
    if (this._isDone) throw nodeError('ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
    this._parts.push(Buffer.from(bytesOf(data, 'data', encoding)));
    return this;
  }

  digest(encoding?: any): any {
    if (this._isDone) throw nodeError('ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
    this._isDone = true;
    return written(this._compute(Buffer.concat(this._parts)), encoding);
  }

  override _transform(chunk: any, encoding: any, done: any): void {
    this.update(chunk, encoding);
    done();
  }

  override _flush(done: any): void {
    this.push(this.digest());
    done();
  }
}

export class Hash extends Collector {
  private readonly _name: string;

  constructor(name: string) {
    const plain = hashName(name);
    super(data => nodeHash(plain, data));
    this._name = plain;
  }

  copy(): Hash {
    const copy = new Hash(this._name);
    copy._parts = [...this._parts];
    return copy;
  }
}

export class Hmac extends Collector {
  constructor(name: string, key: any) {
    const plain = hashName(name);
    const secret = bytesOf(key, 'key');
    super(data => nodeHmac(plain, secret, data));
  }
}

export const createHash = (name: string) => new Hash(name);
export const createHmac = (name: string, key: any) => new Hmac(name, key);
export const hash = (name: string, data: any, encoding: any = 'hex') => createHash(name).update(data).digest(encoding);
export const getHashes = () => [...HASHES];

export class SecretKeyObject {
  readonly type = 'secret';
  private readonly _bytes: any;

  constructor(bytes: any) {
    this._bytes = Buffer.from(bytes);
  }

  get symmetricKeySize(): number {
    return this._bytes.length;
  }

  export(options: { format?: string } = {}): any {
    return options.format === 'jwk' ? { kty: 'oct', k: this._bytes.toString('base64url') } : Buffer.from(this._bytes);
  }

  equals(other: any): boolean {
    return other instanceof SecretKeyObject && other._bytes.equals(this._bytes);
  }
}

export const KeyObject = SecretKeyObject;
export const createSecretKey = (key: any, encoding?: any) => new SecretKeyObject(bytesOf(key, 'key', encoding));

/** Fills in place. */
export function randomFillSync(view: any, offset = 0, size?: number): any {
  const bytes = view instanceof ArrayBuffer ? new Uint8Array(view) : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  nodeRandom(bytes.subarray(offset, size === undefined ? undefined : offset + size));
  return view;
}

export function randomFill(view: any, ...rest: any[]): void {
  const done = rest.pop();
  randomFillSync(view, ...rest);
  queueMicrotask(() => done(null, view));
}

export function randomBytes(size: number, done?: (error: null, bytes: any) => void): any {
  const bytes = randomFillSync(Buffer.alloc(size));
  if (done === undefined) return bytes;
  queueMicrotask(() => done(null, bytes));
  return undefined;
}

export const pseudoRandomBytes = randomBytes;

export function randomUUID(_options?: unknown): string {
  const bytes = randomBytes(16);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** A whole number from `least` to below `end`, all equally likely. */
export function randomInt(least: number, end?: any, done?: any): any {
  if (typeof end === 'function' || end === undefined) return randomInt(0, least, end);
  const range = end - least;
  if (!Number.isSafeInteger(least) || !Number.isSafeInteger(end)) throw invalidArgument('max', 'a safe integer', end);
  if (!(range > 0 && range <= 2 ** 48)) throw nodeError('ERR_OUT_OF_RANGE', `The value of "max" is out of range. It must be greater than the value of "min" (${least}). Received ${end}`, RangeError);
  const limit = 2 ** 48 - (2 ** 48 % range);
  let value: number;
  do value = randomBytes(6).readUIntBE(0, 6);
  while (value >= limit);
  const result = least + (value % range);
  if (done === undefined) return result;
  queueMicrotask(() => done(null, result));
}

/** In a time that does not depend on where they differ. */
export function timingSafeEqual(left: any, right: any): boolean {
  const [a, b] = [bytesOf(left, 'buf1'), bytesOf(right, 'buf2')];
  if (a.length !== b.length) throw nodeError('ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH', 'Input buffers must have the same byte length', RangeError);
  // The difference of two MACs under a key that nobody knows tells nothing of the values.
  const key = randomBytes(32);
  const [x, y] = [new Uint8Array(nodeHmac('sha256', key, a)), new Uint8Array(nodeHmac('sha256', key, b))];
  let difference = 0;
  for (let index = 0; index < x.length; index++) difference |= x[index]! ^ y[index]!;
  return difference === 0;
}

export function pbkdf2Sync(password: any, salt: any, rounds: number, length: number, name: string): any {
  return written(nodePbkdf2(hashName(name), bytesOf(password, 'password'), bytesOf(salt, 'salt'), rounds, length));
}

export function pbkdf2(password: any, salt: any, rounds: number, length: number, name: string, done: any): void {
  nodePbkdf2Async(hashName(name), bytesOf(password, 'password'), bytesOf(salt, 'salt'), rounds, length).then(bytes => done(null, written(bytes)), done);
}

export const webcrypto: any = (globalThis as any).crypto;
export const subtle = webcrypto?.subtle;
export const getRandomValues = (view: any) => randomFillSync(view);
export const constants = {};
const missing = unavailable('crypto', [
  'createCipheriv', 'createDecipheriv', 'createSign', 'createVerify', 'sign', 'verify', 'generateKeyPair', 'generateKeyPairSync', 'generateKey',
  'generateKeySync', 'createPublicKey', 'createPrivateKey', 'createDiffieHellman', 'createECDH', 'publicEncrypt', 'privateDecrypt', 'hkdf', 'hkdfSync',
  'X509Certificate', 'scrypt', 'scryptSync', 'getCiphers', 'getCurves', 'checkPrime', 'generatePrime',
], 'use crypto.subtle');
export const {
  createCipheriv, createDecipheriv, createSign, createVerify, sign, verify, generateKeyPair, generateKeyPairSync, generateKey, generateKeySync,
  createPublicKey, createPrivateKey, createDiffieHellman, createECDH, publicEncrypt, privateDecrypt, hkdf, hkdfSync, X509Certificate, scrypt, scryptSync, getCiphers,
  getCurves, checkPrime, generatePrime,
} = missing;

export default {
  ...missing, Hash, Hmac, KeyObject, constants, createHash, createHmac, createSecretKey, getHashes, getRandomValues, hash, pbkdf2, pbkdf2Sync,
  pseudoRandomBytes, randomBytes, randomFill, randomFillSync, randomInt, randomUUID, subtle, timingSafeEqual, webcrypto,
};
