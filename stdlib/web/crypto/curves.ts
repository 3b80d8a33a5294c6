// Keys on curves: ECDSA and ECDH (P-256, P-384, P-521), Ed25519 and X25519.

import {
  cryptoEcAgree, cryptoEcExport, cryptoEcGenerate, cryptoEcImport, cryptoEcPoint, cryptoEcPublic, cryptoEcSign, cryptoEcVerify,
  cryptoEd25519Sign, cryptoEd25519Verify, cryptoOkpExport, cryptoOkpGenerate, cryptoOkpImport, cryptoOkpPublic, cryptoX25519,
} from 'cronflow:internal/ops';
import { fail, native, onlyUsages } from 'cronflow:internal/web/crypto/convert';
import * as jwk from 'cronflow:internal/web/crypto/jwk';
import { type CryptoKey, type KeyType, makeKey, type Slots, slotsOf } from 'cronflow:internal/web/crypto/key';

/** Bytes of a coordinate. */
const SIZES: Record<string, number> = { 'P-256': 32, 'P-384': 48, 'P-521': 66 };
const ECDSA_ALG: Record<string, string> = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' };

const signs = (name: string) => name === 'ECDSA' || name === 'Ed25519';
const privateUsages = (name: string) => (signs(name) ? ['sign'] : ['deriveKey', 'deriveBits']);
const publicUsages = (name: string) => (signs(name) ? ['verify'] : []);
const only = (usages: string[], allowed: string[]) => usages.filter((usage) => allowed.includes(usage));
const view = (data: ArrayBuffer) => new Uint8Array(data);

/** What differs between the two kinds of curves. */
interface Kind {
  kty: string;
  generate(algorithm: any): ArrayBuffer[];
  publicOf(algorithm: any, data: Uint8Array): ArrayBuffer;
  /** From `pkcs8` or `spki`. */
  parse(algorithm: any, format: string, data: Uint8Array): ArrayBuffer;
  print(algorithm: any, format: string, data: Uint8Array): ArrayBuffer;
  raw(algorithm: any, data: Uint8Array): ArrayBuffer;
  fromJwk(algorithm: any, given: any): Uint8Array;
  toJwk(algorithm: any, publicData: Uint8Array): any;
  checkCurve(algorithm: any): void;
}

const nist: Kind = {
  kty: 'EC',
  generate: ({ namedCurve }) => cryptoEcGenerate(namedCurve),
  publicOf: ({ namedCurve }, data) => cryptoEcPublic(namedCurve, data),
  parse: ({ namedCurve }, format, data) => cryptoEcImport(namedCurve, format, data),
  print: ({ namedCurve }, format, data) => cryptoEcExport(namedCurve, format, data),
  raw: ({ namedCurve }, data) => cryptoEcPoint(namedCurve, data),
  fromJwk({ name, namedCurve }, given) {
    if (given.crv !== namedCurve) fail('DataError', `the key's crv must be '${namedCurve}'`);
    if (name === 'ECDSA') jwk.checkAlg(given, ECDSA_ALG[namedCurve]);
    const [x, y, d] = ['x', 'y', 'd'].map((part) => (part === 'd' && given.d === undefined ? undefined : coordinate(given, part, namedCurve)));
    const point = new Uint8Array([4, ...x!, ...y!]);
    cryptoEcPoint(namedCurve, point);
    if (d === undefined) return point;
    if (!same(view(cryptoEcPublic(namedCurve, d)), point)) fail('DataError', 'the public key does not belong to the private key');
    return d;
  },
  toJwk({ namedCurve }, data) {
    const size = SIZES[namedCurve];
    return { crv: namedCurve, x: jwk.encode(data.subarray(1, 1 + size)), y: jwk.encode(data.subarray(1 + size)) };
  },
  checkCurve({ namedCurve }) {
    if (!(namedCurve in SIZES)) fail('NotSupportedError', `the curve '${namedCurve}' is not supported`);
  },
};

const montgomery: Kind = {
  kty: 'OKP',
  generate: ({ name }) => cryptoOkpGenerate(name),
  publicOf: ({ name }, data) => cryptoOkpPublic(name, data),
  parse: ({ name }, format, data) => cryptoOkpImport(name, format, data),
  print: ({ name }, format, data) => cryptoOkpExport(name, format, data),
  raw(_, data) {
    if (data.length !== 32) fail('DataError', 'the key has 32 bytes');
    return data.buffer as ArrayBuffer;
  },
  fromJwk({ name }, given) {
    if (given.crv !== name) fail('DataError', `the key's crv must be '${name}'`);
    if (name === 'Ed25519' && given.alg !== undefined && given.alg !== 'Ed25519' && given.alg !== 'EdDSA') {
      fail('DataError', "the key's alg must be 'Ed25519'");
    }
    const x = jwk.decode(given.x, 'x');
    if (x.length !== 32) fail('DataError', "the key's x must have 32 bytes");
    if (given.d === undefined) return x;
    const d = jwk.decode(given.d, 'd');
    if (d.length !== 32) fail('DataError', "the key's d must have 32 bytes");
    if (!same(view(cryptoOkpPublic(name, d)), x)) fail('DataError', 'the public key does not belong to the private key');
    return d;
  },
  toJwk: ({ name }, data) => ({ crv: name, x: jwk.encode(data) }),
  checkCurve() {},
};

function coordinate(given: any, part: string, curve: string): Uint8Array {
  const data = jwk.decode(given[part], part);
  if (data.length !== SIZES[curve]) fail('DataError', `the key's ${part} must have ${SIZES[curve]} bytes`);
  return data;
}

function same(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

const kindOf = (name: string): Kind => (name.startsWith('EC') ? nist : montgomery);

/** What scripts see of the algorithm. */
function shown({ name, namedCurve }: any): any {
  return namedCurve === undefined ? { name } : { name, namedCurve };
}

export const curves = {
  async generateKey(algorithm: any, extractable: boolean, usages: string[]): Promise<{ publicKey: CryptoKey; privateKey: CryptoKey }> {
    const { name } = algorithm;
    onlyUsages(usages, [...privateUsages(name), ...publicUsages(name)]);
    kindOf(name).checkCurve(algorithm);
    if (only(usages, privateUsages(name)).length === 0) fail('SyntaxError', 'the private key would have no usages');
    const [privateData, publicData] = (await native(() => kindOf(name).generate(algorithm))).map(view);
    return {
      publicKey: makeKey('public', shown(algorithm), true, only(usages, publicUsages(name)), publicData),
      privateKey: makeKey('private', shown(algorithm), extractable, only(usages, privateUsages(name)), privateData),
    };
  },

  async importKey(format: string, given: any, algorithm: any, extractable: boolean, usages: string[]): Promise<CryptoKey> {
    const { name } = algorithm;
    const kind = kindOf(name);
    const isPrivate = format === 'pkcs8' || (format === 'jwk' && given.d !== undefined);
    if (name.startsWith('EC') && format !== 'jwk') kind.checkCurve(algorithm);
    onlyUsages(usages, isPrivate ? privateUsages(name) : publicUsages(name));
    const type: KeyType = isPrivate ? 'private' : 'public';
    const data = await native(() => {
      if (format === 'raw') return view(kind.raw(algorithm, given));
      if (format !== 'jwk') return view(kind.parse(algorithm, format, given));
      jwk.check(given, kind.kty, signs(name) ? 'sig' : 'enc', extractable, usages);
      kind.checkCurve(algorithm);
      return kind.fromJwk(algorithm, given);
    });
    return makeKey(type, shown(algorithm), extractable, usages, data);
  },

  async exportKey(format: string, key: Slots): Promise<any> {
    const { algorithm, type } = key;
    const kind = kindOf(algorithm.name);
    if (format === 'raw') return type === 'public' ? key.data.slice().buffer : fail('InvalidAccessError', 'a private key cannot be exported as raw');
    if (format === 'jwk') {
      const publicData = type === 'public' ? key.data : view(await native(() => kind.publicOf(algorithm, key.data)));
      const result = { ext: key.extractable, key_ops: [...key.usages], kty: kind.kty, ...kind.toJwk(algorithm, publicData) };
      if (type === 'private') result.d = jwk.encode(key.data);
      if (algorithm.name === 'Ed25519') result.alg = 'Ed25519';
      return result;
    }
    const wanted = type === 'private' ? 'pkcs8' : 'spki';
    if (format !== wanted) fail('InvalidAccessError', `a ${type} key cannot be exported as ${format}`);
    return native(() => kind.print(algorithm, format, key.data));
  },

  sign({ hash }: any, key: Slots, data: Uint8Array): Promise<ArrayBuffer> {
    if (key.type !== 'private') fail('InvalidAccessError', 'a private key signs');
    if (key.algorithm.name === 'Ed25519') return native(() => cryptoEd25519Sign(key.data, data));
    return native(() => cryptoEcSign(key.algorithm.namedCurve, hash.name, key.data, data));
  },

  verify({ hash }: any, key: Slots, signature: Uint8Array, data: Uint8Array): Promise<boolean> {
    if (key.type !== 'public') fail('InvalidAccessError', 'a public key verifies');
    if (key.algorithm.name === 'Ed25519') return native(() => cryptoEd25519Verify(key.data, signature, data));
    return native(() => cryptoEcVerify(key.algorithm.namedCurve, hash.name, key.data, signature, data));
  },

  async deriveBits(algorithm: any, key: Slots, length: number | null): Promise<ArrayBuffer> {
    if (key.type !== 'private') fail('InvalidAccessError', 'a private key is needed to derive');
    const other = slotsOf(algorithm.public)!;
    const { name, namedCurve } = key.algorithm;
    if (other.type !== 'public') fail('InvalidAccessError', 'public must be a public key');
    if (other.algorithm.name !== name || other.algorithm.namedCurve !== namedCurve) {
      fail('InvalidAccessError', 'the keys are of different kinds');
    }
    const secret = await native(() => (name === 'X25519' ? cryptoX25519(key.data, other.data) : cryptoEcAgree(namedCurve, key.data, other.data)));
    return length === null ? secret : firstBits(secret, length);
  },
};

function firstBits(secret: ArrayBuffer, length: number): ArrayBuffer {
  if (length > secret.byteLength * 8) fail('OperationError', 'so many bits cannot be derived');
  const data = view(secret).slice(0, Math.ceil(length / 8));
  if (length % 8 !== 0) data[data.length - 1] &= 0xff << (8 - (length % 8));
  return data.buffer;
}
