// Signatures, encryption with RSA keys, and agreement on a secret.

import {
  cryptoEcAgree, cryptoEcGenerate, cryptoEcPoint, cryptoEcPublic, cryptoEcSign, cryptoEcVerify, cryptoEd25519Sign, cryptoEd25519Verify, cryptoRsaDecrypt,
  cryptoRsaEncrypt, cryptoRsaParts, cryptoRsaSign, cryptoRsaVerify, cryptoX25519,
} from 'cronflow:internal/ops';
import { Buffer } from 'node:buffer';
import { Writable } from 'node:stream';
import { nodeError, notAvailable } from 'cronflow:internal/node/errors';
import { bytesOf, atOnce, DIGEST_SIZES, tell, webHash, written } from 'cronflow:internal/node/crypto_common';
import { element, elements, integer, SEQUENCE, sequence } from 'cronflow:internal/node/crypto_der';
import { curveOf, type Material, materialOf } from 'cronflow:internal/node/crypto_keys';

export const constants = Object.freeze({
  RSA_PKCS1_PADDING: 1, RSA_NO_PADDING: 3, RSA_PKCS1_OAEP_PADDING: 4, RSA_PKCS1_PSS_PADDING: 6,
  RSA_PSS_SALTLEN_DIGEST: -1, RSA_PSS_SALTLEN_MAX_SIGN: -2, RSA_PSS_SALTLEN_AUTO: -2,
});

const SIZES: Record<string, number> = { 'P-256': 32, 'P-384': 48, 'P-521': 66 };

/** The algorithm's name and the length of the salt; null leaves the length to the signature. */
function rsaManner({ data, isPrivate }: Material, hash: string, options: any): [string, number | null] {
  const padding = options?.padding ?? constants.RSA_PKCS1_PADDING;
  if (padding === constants.RSA_PKCS1_PADDING) return ['RSASSA-PKCS1-v1_5', 0];
  if (padding !== constants.RSA_PKCS1_PSS_PADDING) throw notAvailable(`signing with the padding ${padding}`, 'use RSA_PKCS1_PADDING or RSA_PKCS1_PSS_PADDING');
  const given = options.saltLength ?? constants.RSA_PSS_SALTLEN_MAX_SIGN;
  if (given === constants.RSA_PSS_SALTLEN_DIGEST) return ['RSA-PSS', DIGEST_SIZES[hash]!];
  if (given >= 0) return ['RSA-PSS', given];
  if (!isPrivate) return ['RSA-PSS', null];
  const modulus = new Uint8Array(cryptoRsaParts('private', data)[0]!);
  const significant = modulus.length - modulus.findIndex(byte => byte !== 0);
  return ['RSA-PSS', significant - DIGEST_SIZES[hash]! - 2];
}

/** A signature of two numbers as ASN.1, which is what Node.js gives unless told otherwise. */
function asDer(pair: any): any {
  const half = pair.length / 2;
  return element(SEQUENCE, integer(pair.subarray(0, half)), integer(pair.subarray(half)));
}

/** The two numbers side by side; undefined for what is no such signature. */
function fromDer(signature: any, size: number): any {
  try {
    const numbers = sequence(signature).map(part => part.content);
    if (numbers.length !== 2 || elements(signature).length !== 1) return undefined;
    return Buffer.concat(numbers.map(number => {
      const first = number.findIndex((byte: number) => byte !== 0);
      const digits = first < 0 ? Buffer.alloc(0) : number.subarray(first);
      if (digits.length > size) throw new RangeError('too long');
      return Buffer.concat([Buffer.alloc(size - digits.length), digits]);
    }));
  } catch {
    return undefined;
  }
}

function isPair(options: any): boolean {
  const encoding = options?.dsaEncoding ?? 'der';
  if (encoding !== 'der' && encoding !== 'ieee-p1363') throw nodeError('ERR_INVALID_ARG_VALUE', `The property 'options.dsaEncoding' is invalid. Received '${encoding}'`, TypeError);
  return encoding === 'ieee-p1363';
}

function signed(name: any, data: any, key: any): any {
  const material = materialOf(key, true);
  const { kind, curve } = material;
  if (kind === 'ed25519') return Buffer.from(cryptoEd25519Sign(material.data, data));
  if (kind === 'x25519') throw nodeError('ERR_OSSL_EVP_OPERATION_NOT_SUPPORTED_FOR_THIS_KEYTYPE', 'an X25519 key does not sign');
  const hash = webHash(name ?? 'sha256', 'signatures');
  if (kind === 'ec') {
    const pair = Buffer.from(cryptoEcSign(curve, hash, material.data, data));
    return isPair(key) ? pair : asDer(pair);
  }
  const [manner, salt] = rsaManner(material, hash, key);
  return Buffer.from(atOnce(() => cryptoRsaSign(manner, hash, material.data, data, salt!)));
}

function isSigned(name: any, data: any, key: any, signature: any): boolean {
  const material = materialOf(key, false);
  const { kind, curve } = material;
  if (kind === 'ed25519') return cryptoEd25519Verify(material.data, signature, data);
  if (kind === 'x25519') throw nodeError('ERR_OSSL_EVP_OPERATION_NOT_SUPPORTED_FOR_THIS_KEYTYPE', 'an X25519 key does not verify');
  const hash = webHash(name ?? 'sha256', 'signatures');
  if (kind === 'ec') {
    const pair = isPair(key) ? signature : fromDer(signature, SIZES[curve]!);
    return pair !== undefined && cryptoEcVerify(curve, hash, material.data, pair, data);
  }
  const [manner, salt] = rsaManner(material, hash, key);
  return cryptoRsaVerify(manner, hash, material.data, signature, data, salt);
}

export function sign(name: any, data: any, key: any, done?: any): any {
  const bytes = bytesOf(data);
  if (done === undefined) return signed(name, bytes, key);
  tell(done, () => signed(name, bytes, key));
}

export function verify(name: any, data: any, key: any, signature: any, done?: any): any {
  const [bytes, given] = [bytesOf(data), bytesOf(signature, 'signature')];
  if (done === undefined) return isSigned(name, bytes, key, given);
  tell(done, () => isSigned(name, bytes, key, given));
}

/** Collects what is signed, or verified. */
class Collected extends Writable {
  protected readonly _name: string;
  private readonly _parts: any[] = [];
  private _isDone = false;

  constructor(name: string, options?: any) {
    super(options);
    webHash(name, 'signatures');
    this._name = name;
  }

  update(data: any, encoding?: any): this {
    if (this._isDone) throw nodeError('ERR_CRYPTO_INVALID_STATE', 'Invalid state: it is finished already');
    this._parts.push(Buffer.from(bytesOf(data, 'data', encoding)));
    return this;
  }

  _write(chunk: any, encoding: any, done: any): void {
    this.update(chunk, encoding);
    done();
  }

  protected _all(): any {
    if (this._isDone) throw nodeError('ERR_CRYPTO_INVALID_STATE', 'Invalid state: it is finished already');
    this._isDone = true;
    return Buffer.concat(this._parts);
  }
}

export class Sign extends Collected {
  sign(key: any, encoding?: any): any {
    return written(signed(this._name, this._all(), key), encoding);
  }
}

export class Verify extends Collected {
  verify(key: any, signature: any, encoding?: any): boolean {
    return isSigned(this._name, this._all(), key, bytesOf(signature, 'signature', encoding));
  }
}

export const createSign = (name: string, options?: any) => new Sign(name, options);
export const createVerify = (name: string, options?: any) => new Verify(name, options);

// Encryption with RSA keys.

function oaep(key: any, wantsPrivate: boolean): [Material, string, any] {
  const material = materialOf(key, wantsPrivate);
  if (material.kind !== 'rsa') throw nodeError('ERR_OSSL_EVP_OPERATION_NOT_SUPPORTED_FOR_THIS_KEYTYPE', 'only RSA keys encrypt');
  const padding = key?.padding ?? constants.RSA_PKCS1_OAEP_PADDING;
  if (padding !== constants.RSA_PKCS1_OAEP_PADDING) throw notAvailable(`encryption with the padding ${padding}`, 'use RSA_PKCS1_OAEP_PADDING, the only one that is safe');
  const label = key?.oaepLabel === undefined ? Buffer.alloc(0) : bytesOf(key.oaepLabel, 'key.oaepLabel');
  return [material, webHash(key?.oaepHash ?? 'sha1', 'OAEP'), label];
}

export function publicEncrypt(key: any, data: any): any {
  const [material, hash, label] = oaep(key, false);
  return Buffer.from(cryptoRsaEncrypt(hash, material.data, label, bytesOf(data, 'buffer')));
}

export function privateDecrypt(key: any, data: any): any {
  const [material, hash, label] = oaep(key, true);
  return Buffer.from(atOnce(() => cryptoRsaDecrypt(hash, material.data, label, bytesOf(data, 'buffer'))));
}

// Agreement.

/** The secret that both sides get. */
export function diffieHellman({ privateKey, publicKey }: any): any {
  const [mine, theirs] = [materialOf(privateKey, true), materialOf(publicKey, false)];
  if (mine.kind !== theirs.kind || mine.curve !== theirs.curve || !['ec', 'x25519'].includes(mine.kind)) {
    throw nodeError('ERR_CRYPTO_INCOMPATIBLE_KEY', `Incompatible key types for Diffie-Hellman: ${mine.kind} and ${theirs.kind}`);
  }
  return Buffer.from(mine.kind === 'ec' ? cryptoEcAgree(mine.curve, mine.data, theirs.data) : cryptoX25519(mine.data, theirs.data));
}

export class ECDH {
  private readonly _curve: string;
  private _private: any;
  private _public: any;

  constructor(name: string) {
    this._curve = curveOf(name);
  }

  generateKeys(encoding?: any, format?: any): any {
    [this._private, this._public] = cryptoEcGenerate(this._curve).map((part: ArrayBuffer) => Buffer.from(part));
    return this.getPublicKey(encoding, format);
  }

  computeSecret(other: any, inEncoding?: any, outEncoding?: any): any {
    const point = Buffer.from(cryptoEcPoint(this._curve, bytesOf(other, 'otherPublicKey', inEncoding)));
    return written(cryptoEcAgree(this._curve, this._need(this._private), point), outEncoding);
  }

  setPrivateKey(key: any, encoding?: any): void {
    const given = Buffer.from(bytesOf(key, 'key', encoding));
    const size = SIZES[this._curve]!;
    this._private = given.length < size ? Buffer.concat([Buffer.alloc(size - given.length), given]) : given;
    this._public = Buffer.from(cryptoEcPublic(this._curve, this._private));
  }

  getPrivateKey(encoding?: any): any {
    return written(this._need(this._private), encoding);
  }

  getPublicKey(encoding?: any, format: any = 'uncompressed'): any {
    const point = this._need(this._public);
    if (format === 'uncompressed') return written(point, encoding);
    if (format !== 'compressed') throw nodeError('ERR_CRYPTO_ECDH_INVALID_FORMAT', `Invalid ECDH format: ${format}`, TypeError);
    const half = 1 + SIZES[this._curve]!;
    return written(Buffer.concat([Buffer.from([2 + (point[point.length - 1] & 1)]), point.subarray(1, half)]), encoding);
  }

  private _need(key: any): any {
    if (key === undefined) throw nodeError('ERR_CRYPTO_ECDH_INVALID_PRIVATE_KEY', 'there is no key yet: call generateKeys() or setPrivateKey()');
    return key;
  }
}

export const createECDH = (name: string) => new ECDH(name);
