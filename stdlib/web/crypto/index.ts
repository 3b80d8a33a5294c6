// Crypto: random numbers and the door to SubtleCrypto.
// https://w3c.github.io/webcrypto/#crypto-interface

import { cryptoRandom, cryptoUuid } from 'cronflow:internal/ops';
import { DOMException } from 'cronflow:internal/dom_exception';
import { needArguments } from 'cronflow:internal/web/crypto/convert';
import { subtle } from 'cronflow:internal/web/crypto/subtle';

export { CryptoKey } from 'cronflow:internal/web/crypto/key';
export { SubtleCrypto } from 'cronflow:internal/web/crypto/subtle';

/** Most bytes that one call fills, by the standard. */
const MAX_RANDOM = 65_536;
const INTEGERS = [
  'Int8Array', 'Int16Array', 'Int32Array', 'Uint8Array', 'Uint16Array', 'Uint32Array', 'Uint8ClampedArray', 'BigInt64Array', 'BigUint64Array',
];

const TOKEN = Symbol('the one Crypto');
const tagOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)!.get!;

export class Crypto {
  #isReal = true;

  constructor(...given: any[]) {
    if (given[0] !== TOKEN) throw new TypeError('Illegal constructor');
  }

  get subtle(): typeof subtle {
    this.#check();
    return subtle;
  }

  getRandomValues<T extends ArrayBufferView>(array: T): T {
    this.#check();
    needArguments(arguments.length, 1, 'Crypto.getRandomValues()');
    if (!ArrayBuffer.isView(array)) throw new TypeError('getRandomValues() needs a typed array');
    if (!INTEGERS.includes(tagOf.call(array))) throw new DOMException('getRandomValues() needs a typed array of integers', 'TypeMismatchError');
    if (array.byteLength > MAX_RANDOM) {
      throw new DOMException(`getRandomValues() fills up to ${MAX_RANDOM} bytes, not ${array.byteLength}`, 'QuotaExceededError');
    }
    cryptoRandom(new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength));
    return array;
  }

  randomUUID(): string {
    this.#check();
    return cryptoUuid();
  }

  #check(): void {
    if (!this.#isReal) throw new TypeError('Illegal invocation');
  }
}

for (const name of ['subtle', 'getRandomValues', 'randomUUID']) Object.defineProperty(Crypto.prototype, name, { enumerable: true });
Object.defineProperty(Crypto.prototype, Symbol.toStringTag, { value: 'Crypto', configurable: true });

export const crypto = new Crypto(TOKEN);
