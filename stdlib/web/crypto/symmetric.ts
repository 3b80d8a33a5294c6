// Secret keys: AES in its modes, and HMAC.

import { cryptoAesCbc, cryptoAesCtr, cryptoAesGcm, cryptoAesKw, cryptoHmacSign, cryptoHmacVerify, cryptoRandom } from 'cronflow:internal/ops';
import { fail, native, onlyUsages } from 'cronflow:internal/web/crypto/convert';
import * as jwk from 'cronflow:internal/web/crypto/jwk';
import { type CryptoKey, makeKey, type Slots } from 'cronflow:internal/web/crypto/key';

function random(length: number): Uint8Array {
  const data = new Uint8Array(length);
  cryptoRandom(data);
  return data;
}

const AES_USAGES: Record<string, string[]> = { 'AES-KW': ['wrapKey', 'unwrapKey'] };
const CIPHER_USAGES = ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'];
const NO_BYTES = new Uint8Array();

function aesUsages(name: string, usages: string[]): void {
  onlyUsages(usages, AES_USAGES[name] ?? CIPHER_USAGES);
}

function exportSecret(format: string, key: Slots, alg: string): any {
  if (format === 'raw') return key.data.slice().buffer;
  if (format !== 'jwk') return fail('NotSupportedError', `a secret key cannot be exported as ${format}`);
  return { alg, ext: key.extractable, k: jwk.encode(key.data), key_ops: [...key.usages], kty: 'oct' };
}

export const aes = {
  generateKey(algorithm: any, extractable: boolean, usages: string[]): CryptoKey {
    aesUsages(algorithm.name, usages);
    if (![128, 192, 256].includes(algorithm.length)) fail('OperationError', 'an AES key has 128, 192 or 256 bits');
    return makeKey('secret', algorithm, extractable, usages, random(algorithm.length / 8));
  },

  importKey(format: string, given: any, algorithm: any, extractable: boolean, usages: string[]): CryptoKey {
    aesUsages(algorithm.name, usages);
    let data = given;
    if (format === 'jwk') {
      jwk.check(given, 'oct', 'enc', extractable, usages);
      data = jwk.decode(given.k, 'k');
      jwk.checkAlg(given, aesAlg(algorithm.name, data.length));
    } else if (format !== 'raw') fail('NotSupportedError', `an AES key cannot be imported as ${format}`);
    if (![16, 24, 32].includes(data.length)) fail('DataError', 'an AES key has 128, 192 or 256 bits');
    return makeKey('secret', { name: algorithm.name, length: data.length * 8 }, extractable, usages, data);
  },

  exportKey: (format: string, key: Slots) => exportSecret(format, key, aesAlg(key.algorithm.name, key.data.length)),

  keyLength(algorithm: any): number {
    if (![128, 192, 256].includes(algorithm.length)) fail('OperationError', 'an AES key has 128, 192 or 256 bits');
    return algorithm.length;
  },

  encrypt: (algorithm: any, key: Slots, data: Uint8Array) => cipher('encrypt', algorithm, key, data),
  decrypt: (algorithm: any, key: Slots, data: Uint8Array) => cipher('decrypt', algorithm, key, data),
  wrapKey: (_: any, key: Slots, data: Uint8Array) => native(() => cryptoAesKw('encrypt', key.data, data)),
  unwrapKey: (_: any, key: Slots, data: Uint8Array) => native(() => cryptoAesKw('decrypt', key.data, data)),
};

function aesAlg(name: string, length: number): string {
  return `A${length * 8}${name.slice(4)}`;
}

function cipher(direction: 'encrypt' | 'decrypt', algorithm: any, key: Slots, data: Uint8Array): Promise<ArrayBuffer> {
  const { name, iv } = algorithm;
  if (name === 'AES-CTR') {
    const { counter, length } = algorithm;
    if (counter.length !== 16) fail('OperationError', 'the counter must have 16 bytes');
    if (length < 1 || length > 128) fail('OperationError', 'the length of the counter must be 1 to 128 bits');
    return native(() => cryptoAesCtr(key.data, data, counter, length));
  }
  if (name === 'AES-CBC') {
    if (iv.length !== 16) fail('OperationError', 'iv must have 16 bytes');
    return native(() => cryptoAesCbc(direction, key.data, data, iv));
  }
  const tag = algorithm.tagLength ?? 128;
  if (![32, 64, 96, 104, 112, 120, 128].includes(tag)) fail('OperationError', 'tagLength must be 32, 64, 96, 104, 112, 120 or 128');
  if (iv.length === 0) fail('OperationError', 'iv must not be empty');
  return native(() => cryptoAesGcm(direction, key.data, data, iv, algorithm.additionalData ?? NO_BYTES, tag / 8));
}

const BLOCK_BITS: Record<string, number> = { 'SHA-1': 512, 'SHA-256': 512, 'SHA-384': 1024, 'SHA-512': 1024 };

function hmacLength({ hash, length }: any): number {
  if (length === undefined) return BLOCK_BITS[hash.name];
  return length;
}

export const hmac = {
  generateKey(algorithm: any, extractable: boolean, usages: string[]): CryptoKey {
    onlyUsages(usages, ['sign', 'verify']);
    const length = hmacLength(algorithm);
    if (length === 0) fail('OperationError', 'an HMAC key must not be empty');
    const { name, hash } = algorithm;
    return makeKey('secret', { name, length, hash }, extractable, usages, random(Math.ceil(length / 8)));
  },

  importKey(format: string, given: any, algorithm: any, extractable: boolean, usages: string[]): CryptoKey {
    onlyUsages(usages, ['sign', 'verify']);
    const { name, hash } = algorithm;
    let data = given;
    if (format === 'jwk') {
      jwk.check(given, 'oct', 'sig', extractable, usages);
      data = jwk.decode(given.k, 'k');
      jwk.checkAlg(given, hmacAlg(hash.name));
    } else if (format !== 'raw') fail('NotSupportedError', `an HMAC key cannot be imported as ${format}`);
    let length = data.length * 8;
    if (length === 0) fail('DataError', 'an HMAC key must not be empty');
    if (algorithm.length !== undefined) {
      if (algorithm.length > length || algorithm.length <= length - 8) fail('DataError', 'length does not fit the key');
      length = algorithm.length;
    }
    return makeKey('secret', { name, length, hash }, extractable, usages, data);
  },

  exportKey: (format: string, key: Slots) => exportSecret(format, key, hmacAlg(key.algorithm.hash.name)),

  keyLength(algorithm: any): number {
    const length = hmacLength(algorithm);
    if (length === 0) throw new TypeError('length must not be 0');
    return length;
  },

  sign: (_: any, key: Slots, data: Uint8Array) => native(() => cryptoHmacSign(key.algorithm.hash.name, key.data, data)),
  verify: (_: any, key: Slots, signature: Uint8Array, data: Uint8Array) =>
    native(() => cryptoHmacVerify(key.algorithm.hash.name, key.data, signature, data)),
};

function hmacAlg(hash: string): string {
  return `HS${hash === 'SHA-1' ? '1' : hash.slice(4)}`;
}
