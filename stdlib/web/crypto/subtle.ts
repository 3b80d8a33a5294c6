// SubtleCrypto: the checks of its methods, in the order of the standard; the work is in the families.
// https://w3c.github.io/webcrypto/#subtlecrypto-interface

import { cryptoDigest, utf8Decode, utf8Encode } from 'cronflow:internal/ops';
import { normalize, supports } from 'cronflow:internal/web/crypto/algorithms';
import {
  bytes, fail, integer, isSource, keySlots, native, needArguments, oneOf, usageList,
} from 'cronflow:internal/web/crypto/convert';
import { curves } from 'cronflow:internal/web/crypto/curves';
import * as jwk from 'cronflow:internal/web/crypto/jwk';
import { kdf } from 'cronflow:internal/web/crypto/kdf';
import { CryptoKey, type Slots, slotsOf } from 'cronflow:internal/web/crypto/key';
import { rsa } from 'cronflow:internal/web/crypto/rsa';
import { aes, hmac } from 'cronflow:internal/web/crypto/symmetric';

const FORMATS = ['raw', 'spki', 'pkcs8', 'jwk'];
const MAX_LENGTH = 0xffffffff;

function family(name: string): any {
  if (name.startsWith('AES')) return aes;
  if (name.startsWith('RSA')) return rsa;
  if (name === 'HMAC') return hmac;
  return name === 'PBKDF2' || name === 'HKDF' ? kdf : curves;
}

const TOKEN = Symbol('the one SubtleCrypto');

export class SubtleCrypto {
  #isReal = true;

  constructor(...given: any[]) {
    if (given[0] !== TOKEN) throw new TypeError('Illegal constructor');
  }

  async digest(algorithm: any, data: any): Promise<ArrayBuffer> {
    this.#begin(arguments, 2, 'digest');
    const source = bytes(data);
    const { name } = normalize('digest', algorithm);
    return native(() => cryptoDigest(name, source));
  }

  async encrypt(algorithm: any, key: any, data: any): Promise<ArrayBuffer> {
    this.#begin(arguments, 3, 'encrypt');
    return cipher('encrypt', algorithm, key, data);
  }

  async decrypt(algorithm: any, key: any, data: any): Promise<ArrayBuffer> {
    this.#begin(arguments, 3, 'decrypt');
    return cipher('decrypt', algorithm, key, data);
  }

  async sign(algorithm: any, key: any, data: any): Promise<ArrayBuffer> {
    this.#begin(arguments, 3, 'sign');
    const [slots, source] = [keySlots(key), bytes(data)];
    const normalized = normalize('sign', algorithm);
    allow(slots, normalized, 'sign');
    return family(normalized.name).sign(normalized, slots, source);
  }

  async verify(algorithm: any, key: any, signature: any, data: any): Promise<boolean> {
    this.#begin(arguments, 4, 'verify');
    const [slots, signed, source] = [keySlots(key), bytes(signature, 'the signature'), bytes(data)];
    const normalized = normalize('verify', algorithm);
    allow(slots, normalized, 'verify');
    return family(normalized.name).verify(normalized, slots, signed, source);
  }

  async deriveBits(algorithm: any, baseKey: any, length: any = null): Promise<ArrayBuffer> {
    this.#begin(arguments, 2, 'deriveBits');
    const slots = keySlots(baseKey);
    const bits = length === null ? null : integer(length, MAX_LENGTH, 'length');
    const normalized = normalize('deriveBits', algorithm);
    allow(slots, normalized, 'deriveBits');
    return family(normalized.name).deriveBits(normalized, slots, bits);
  }

  async deriveKey(algorithm: any, baseKey: any, derivedKeyType: any, extractable: any, keyUsages: any): Promise<CryptoKey> {
    this.#begin(arguments, 5, 'deriveKey');
    const slots = keySlots(baseKey);
    const usages = usageList(keyUsages);
    const normalized = normalize('deriveBits', algorithm);
    const imported = normalize('importKey', derivedKeyType);
    const sized = normalize('get key length', derivedKeyType);
    allow(slots, normalized, 'deriveKey');
    const length = family(sized.name).keyLength(sized);
    const secret = await family(normalized.name).deriveBits(normalized, slots, length);
    return usable(family(imported.name).importKey('raw', new Uint8Array(secret), imported, Boolean(extractable), usages), usages);
  }

  async generateKey(algorithm: any, extractable: any, keyUsages: any): Promise<any> {
    this.#begin(arguments, 3, 'generateKey');
    const usages = usageList(keyUsages);
    const normalized = normalize('generateKey', algorithm);
    const made = await family(normalized.name).generateKey(normalized, Boolean(extractable), usages);
    return made instanceof CryptoKey ? usable(made, usages) : made;
  }

  async importKey(format: any, keyData: any, algorithm: any, extractable: any, keyUsages: any): Promise<CryptoKey> {
    this.#begin(arguments, 5, 'importKey');
    const kind = oneOf(format, FORMATS, 'key format');
    if (typeof keyData !== 'object' || keyData === null) throw new TypeError('the key must be a JsonWebKey or bytes');
    const [data, isBytes] = isSource(keyData) ? [bytes(keyData), true] : [jwk.dictionary(keyData), false];
    const usages = usageList(keyUsages);
    const normalized = normalize('importKey', algorithm);
    if (isBytes === (kind === 'jwk')) throw new TypeError(`the key must be ${isBytes ? 'a JsonWebKey' : 'bytes'} for the format ${kind}`);
    return usable(family(normalized.name).importKey(kind, data, normalized, Boolean(extractable), usages), usages);
  }

  async exportKey(format: any, key: any): Promise<any> {
    this.#begin(arguments, 2, 'exportKey');
    return exported(oneOf(format, FORMATS, 'key format'), keySlots(key));
  }

  async wrapKey(format: any, key: any, wrappingKey: any, wrapAlgorithm: any): Promise<ArrayBuffer> {
    this.#begin(arguments, 4, 'wrapKey');
    const kind = oneOf(format, FORMATS, 'key format');
    const [slots, wrapping] = [keySlots(key), keySlots(wrappingKey)];
    const operation = supports('wrapKey', wrapAlgorithm) ? 'wrapKey' : 'encrypt';
    const normalized = normalize(operation, wrapAlgorithm);
    allow(wrapping, normalized, 'wrapKey');
    const plain = await exported(kind, slots);
    const data = kind === 'jwk' ? new Uint8Array(utf8Encode(JSON.stringify(plain))) : new Uint8Array(plain);
    return family(normalized.name)[operation](normalized, wrapping, data);
  }

  async unwrapKey(
    format: any, wrappedKey: any, unwrappingKey: any, unwrapAlgorithm: any, unwrappedKeyAlgorithm: any, extractable: any, keyUsages: any,
  ): Promise<CryptoKey> {
    this.#begin(arguments, 7, 'unwrapKey');
    const kind = oneOf(format, FORMATS, 'key format');
    const [data, unwrapping, usages] = [bytes(wrappedKey, 'the wrapped key'), keySlots(unwrappingKey), usageList(keyUsages)];
    const operation = supports('unwrapKey', unwrapAlgorithm) ? 'unwrapKey' : 'decrypt';
    const normalized = normalize(operation, unwrapAlgorithm);
    const imported = normalize('importKey', unwrappedKeyAlgorithm);
    allow(unwrapping, normalized, 'unwrapKey');
    const plain = new Uint8Array(await family(normalized.name)[operation](normalized, unwrapping, data));
    const material = kind === 'jwk' ? parsed(plain) : plain;
    return usable(family(imported.name).importKey(kind, material, imported, Boolean(extractable), usages), usages);
  }

  #begin(given: IArguments, needed: number, method: string): void {
    if (!this.#isReal) throw new TypeError('Illegal invocation');
    needArguments(given.length, needed, `SubtleCrypto.${method}()`);
  }
}

async function cipher(direction: 'encrypt' | 'decrypt', algorithm: any, key: any, data: any): Promise<ArrayBuffer> {
  const [slots, source] = [keySlots(key), bytes(data)];
  const normalized = normalize(direction, algorithm);
  allow(slots, normalized, direction);
  return family(normalized.name)[direction](normalized, slots, source);
}

function allow(key: Slots, algorithm: any, usage: string): void {
  if (key.algorithm.name !== algorithm.name) fail('InvalidAccessError', `the key is for ${key.algorithm.name}, not for ${algorithm.name}`);
  if (!key.usages.includes(usage)) fail('InvalidAccessError', `the key does not have the usage '${usage}'`);
}

/** A secret or private key without usages is of no use. */
async function usable(made: CryptoKey | Promise<CryptoKey>, usages: string[]): Promise<CryptoKey> {
  const key = await made;
  if (slotsOf(key)!.type !== 'public' && usages.length === 0) fail('SyntaxError', 'the key would have no usages');
  return key;
}

async function exported(format: string, key: Slots): Promise<any> {
  const { exportKey } = family(key.algorithm.name);
  if (exportKey === undefined) fail('NotSupportedError', `a key for ${key.algorithm.name} cannot be exported`);
  if (!key.extractable) fail('InvalidAccessError', 'the key is not extractable');
  return exportKey(format, key);
}

function parsed(data: Uint8Array): any {
  let value: any;
  try {
    value = JSON.parse(utf8Decode(data, true));
  } catch {
    return fail('DataError', 'the unwrapped key is not JSON');
  }
  if (typeof value !== 'object' || value === null || value.kty === undefined) return fail('DataError', 'the unwrapped key is not a JsonWebKey');
  return jwk.dictionary(value);
}

for (const name of Object.getOwnPropertyNames(SubtleCrypto.prototype)) {
  if (name !== 'constructor') Object.defineProperty(SubtleCrypto.prototype, name, { enumerable: true });
}
Object.defineProperty(SubtleCrypto.prototype.deriveBits, 'length', { value: 2 });
Object.defineProperty(SubtleCrypto.prototype, Symbol.toStringTag, { value: 'SubtleCrypto', configurable: true });

export const subtle = new SubtleCrypto(TOKEN);
