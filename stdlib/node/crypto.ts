// node:crypto: hashes and HMAC, and the door to the parts: random values, derivation, ciphers, keys, signatures.

import { nodeHash, nodeHmac } from 'cronflow:internal/ops';
import { Buffer } from 'node:buffer';
import { Transform } from 'node:stream';
import * as cipher from 'cronflow:internal/node/crypto_cipher';
import { bytesOf, hashName, HASHES, written } from 'cronflow:internal/node/crypto_common';
import * as derive from 'cronflow:internal/node/crypto_derive';
import * as keys from 'cronflow:internal/node/crypto_keys';
import * as random from 'cronflow:internal/node/crypto_random';
import * as signing from 'cronflow:internal/node/crypto_sign';
import { nodeError, unavailable } from 'cronflow:internal/node/errors';

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

export const { randomBytes, randomFill, randomFillSync, randomInt, randomUUID, timingSafeEqual } = random;
export const pseudoRandomBytes = randomBytes;
export const { hkdf, hkdfSync, pbkdf2, pbkdf2Sync, scrypt, scryptSync } = derive;
export const { Cipheriv, createCipheriv, createDecipheriv, Decipheriv, getCipherInfo, getCiphers } = cipher;
export const {
  createPrivateKey, createPublicKey, createSecretKey, generateKey, generateKeyPair, generateKeyPairSync, generateKeySync, getCurves, KeyObject,
} = keys;
export const { constants, createECDH, createSign, createVerify, diffieHellman, ECDH, privateDecrypt, publicEncrypt, Sign, sign, Verify, verify } = signing;

export const webcrypto: any = (globalThis as any).crypto;
export const subtle = webcrypto?.subtle;
export const getRandomValues = (view: any) => webcrypto.getRandomValues(view);
const missing = unavailable('crypto', [
  'createDiffieHellman', 'createDiffieHellmanGroup', 'getDiffieHellman', 'publicDecrypt', 'privateEncrypt', 'X509Certificate', 'checkPrime', 'checkPrimeSync',
  'generatePrime', 'generatePrimeSync',
]);
export const {
  createDiffieHellman, createDiffieHellmanGroup, getDiffieHellman, publicDecrypt, privateEncrypt, X509Certificate, checkPrime, checkPrimeSync, generatePrime,
  generatePrimeSync,
} = missing;
export const getFips = () => 0;

export default {
  ...missing, Cipheriv, Decipheriv, ECDH, Hash, Hmac, KeyObject, Sign, Verify, constants, createCipheriv, createDecipheriv, createECDH, createHash, createHmac,
  createPrivateKey, createPublicKey, createSecretKey, createSign, createVerify, diffieHellman, generateKey, generateKeyPair, generateKeyPairSync,
  generateKeySync, getCipherInfo, getCiphers, getCurves, getFips, getHashes, getRandomValues, hash, hkdf, hkdfSync, pbkdf2, pbkdf2Sync, privateDecrypt,
  pseudoRandomBytes, publicEncrypt, randomBytes, randomFill, randomFillSync, randomInt, randomUUID, scrypt, scryptSync, sign, subtle, timingSafeEqual, verify,
  webcrypto,
};
