// KeyObject: secret keys, and the two halves of RSA and curve keys; how they are read, made and written.

import {
  cryptoEcExport, cryptoEcGenerate, cryptoEcImport, cryptoEcPoint, cryptoEcPublic, cryptoOkpExport, cryptoOkpGenerate, cryptoOkpImport, cryptoOkpPublic,
  cryptoRsaExport, cryptoRsaFromParts, cryptoRsaGenerate, cryptoRsaImport, cryptoRsaParts,
} from 'cronflow:internal/ops';
import { Buffer } from 'node:buffer';
import { invalidArgument, nodeError, notAvailable } from 'cronflow:internal/node/errors';
import { slotsOf } from 'cronflow:internal/web/crypto/key';
import { atOnce, bytesOf, tell, wholeNumber } from 'cronflow:internal/node/crypto_common';
import { BIT_STRING, element, elements, encrypted, fromPem, INTEGER, OBJECT, OCTET_STRING, SEQUENCE, sequence, toPem } from 'cronflow:internal/node/crypto_der';
import { randomBytes } from 'cronflow:internal/node/crypto_random';

/** What the native operations need: `data` is PKCS#1 for RSA, a scalar or a point for curves, a bare key for Ed25519 and X25519. */
export interface Material {
  kind: 'rsa' | 'ec' | 'ed25519' | 'x25519';
  /** As Web Cryptography calls it. */
  curve: string;
  isPrivate: boolean;
  data: any;
}

/** Object identifiers by the hex of their content. */
const RSA_OID = '2a864886f70d010101';
const RSA_PSS_OID = '2a864886f70d01010a';
const EC_OID = '2a8648ce3d0201';
const EDWARDS: Record<string, ['ed25519' | 'x25519', string]> = { '2b6570': ['ed25519', 'Ed25519'], '2b656e': ['x25519', 'X25519'] };
const CURVES: Record<string, string> = { '2a8648ce3d030107': 'P-256', '2b81040022': 'P-384', '2b81040023': 'P-521' };
const NODE_NAMES: Record<string, string> = { 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' };
const CURVE_NAMES: Record<string, string> = { prime256v1: 'P-256', secp256r1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521', 'p-256': 'P-256', 'p-384': 'P-384', 'p-521': 'P-521' };
const SIZES: Record<string, number> = { 'P-256': 32, 'P-384': 48, 'P-521': 66 };

const MATERIAL = new WeakMap<object, Material>();
const SECRET = new WeakMap<object, any>();
const TOKEN = Symbol('a key that this module makes');

export const isSecret = (key: unknown): boolean => SECRET.has(key as object);

export function curveOf(name: unknown): string {
  const found = CURVE_NAMES[String(name).toLowerCase()];
  if (found === undefined) throw nodeError('ERR_CRYPTO_INVALID_CURVE', `Invalid EC curve name: ${String(name)}; there are ${getCurves().join(', ')}`, TypeError);
  return found;
}

export const getCurves = () => Object.values(NODE_NAMES);

/** Failures of native operations, as Node.js names them. */
function reading<T>(work: () => T): T {
  try {
    return work();
  } catch (error: any) {
    if (error?.name === 'DataError') throw nodeError('ERR_OSSL_UNSUPPORTED', error.message);
    throw error;
  }
}

export class KeyObject {
  readonly type: 'secret' | 'public' | 'private';

  constructor(...given: any[]) {
    if (given[0] !== TOKEN) throw new TypeError('Illegal constructor: use createSecretKey(), createPublicKey() or createPrivateKey()');
    this.type = given[1];
  }

  /** The key of Web Cryptography, when it may be taken out. */
  static from(key: any): KeyObject {
    const slots = slotsOf(key);
    if (slots === undefined) throw invalidArgument('key', 'an instance of CryptoKey', key);
    if (!slots.extractable) throw nodeError('ERR_INVALID_ARG_VALUE', 'The CryptoKey is not extractable', TypeError);
    if (slots.type === 'secret') return secretKey(slots.data);
    const { name, namedCurve } = slots.algorithm;
    const [kind, curve] = name.startsWith('RSA') ? ['rsa', ''] : name.startsWith('EC') ? ['ec', namedCurve] : [name.toLowerCase(), name];
    return keyOf({ kind, curve, isPrivate: slots.type === 'private', data: Buffer.from(slots.data) });
  }

  get symmetricKeySize(): number | undefined {
    return SECRET.get(this)?.length;
  }

  get asymmetricKeyType(): string | undefined {
    return MATERIAL.get(this)?.kind;
  }

  get asymmetricKeyDetails(): any {
    const material = MATERIAL.get(this);
    if (material === undefined) return undefined;
    if (material.kind === 'ec') return { namedCurve: NODE_NAMES[material.curve] };
    if (material.kind !== 'rsa') return {};
    const [modulus, exponent] = rsaParts(material);
    return { modulusLength: bitLength(modulus), publicExponent: BigInt(`0x${exponent.toString('hex')}`) };
  }

  equals(other: any): boolean {
    if (!(other instanceof KeyObject)) throw invalidArgument('otherKeyObject', 'an instance of KeyObject', other);
    if (other.type !== this.type) return false;
    const [mine, theirs] = [MATERIAL.get(this), MATERIAL.get(other)];
    if (mine === undefined || theirs === undefined) return SECRET.get(this).equals(SECRET.get(other));
    return mine.kind === theirs.kind && mine.curve === theirs.curve && mine.data.equals(theirs.data);
  }

  export(options: any = {}): any {
    const secret = SECRET.get(this);
    if (secret !== undefined) return options.format === 'jwk' ? { kty: 'oct', k: secret.toString('base64url') } : Buffer.from(secret);
    return exported(MATERIAL.get(this)!, options);
  }

  /** The same key for Web Cryptography. */
  toCryptoKey(algorithm: any, extractable: boolean, usages: string[]): Promise<any> {
    const { subtle } = (globalThis as any).crypto;
    const secret = SECRET.get(this);
    if (secret !== undefined) return subtle.importKey('raw', secret, algorithm, extractable, usages);
    const format = this.type === 'private' ? 'pkcs8' : 'spki';
    return subtle.importKey(format, this.export({ type: format, format: 'der' }), algorithm, extractable, usages);
  }

  get [Symbol.toStringTag](): string {
    return 'KeyObject';
  }
}

function secretKey(bytes: any): KeyObject {
  const key = new KeyObject(TOKEN, 'secret');
  SECRET.set(key, Buffer.from(bytes));
  return key;
}

function keyOf(material: Material): KeyObject {
  const key = new KeyObject(TOKEN, material.isPrivate ? 'private' : 'public');
  MATERIAL.set(key, material);
  return key;
}

export const createSecretKey = (key: any, encoding?: any) => secretKey(bytesOf(key, 'key', encoding));

/** The public half. */
export function publicOf(material: Material): Material {
  if (!material.isPrivate) return material;
  const { kind, curve, data } = material;
  const half = kind === 'rsa'
    ? cryptoRsaFromParts(rsaParts(material).slice(0, 2))
    : kind === 'ec' ? cryptoEcPublic(curve, data) : cryptoOkpPublic(curve, data);
  return { kind, curve, isPrivate: false, data: Buffer.from(half) };
}

function rsaParts(material: Material): any[] {
  return cryptoRsaParts(material.isPrivate ? 'private' : 'public', material.data).map((part: ArrayBuffer) => Buffer.from(part));
}

function bitLength(bytes: any): number {
  const first = bytes.findIndex((byte: number) => byte !== 0);
  return (bytes.length - first) * 8 - Math.clz32(bytes[first]) + 24;
}

// Reading.

/** From PKCS#8 or SubjectPublicKeyInfo: the algorithm says which operation reads the rest. */
function fromInfo(der: any, isPrivate: boolean): Material {
  const parts = sequence(der);
  const [algorithm, parameters] = elements(parts[isPrivate ? 1 : 0]?.content ?? der);
  const oid = algorithm?.content.toString('hex');
  const format = isPrivate ? 'pkcs8' : 'spki';
  if (oid === RSA_OID) return { kind: 'rsa', curve: '', isPrivate, data: Buffer.from(cryptoRsaImport(format, der)) };
  if (oid === RSA_PSS_OID) throw notAvailable('a key that is for RSA-PSS only', 'use an ordinary RSA key with padding: RSA_PKCS1_PSS_PADDING');
  if (oid === EC_OID) {
    const curve = CURVES[parameters?.content.toString('hex')];
    if (curve === undefined) throw notAvailable('this elliptic curve', `there are ${getCurves().join(', ')}`);
    return { kind: 'ec', curve, isPrivate, data: Buffer.from(cryptoEcImport(curve, format, der)) };
  }
  const edwards = EDWARDS[oid];
  if (edwards === undefined) throw notAvailable('this kind of key', 'there are RSA, EC, Ed25519 and X25519');
  const [kind, curve] = edwards;
  return { kind, curve, isPrivate, data: Buffer.from(cryptoOkpImport(curve, format, der)) };
}

/** An RSA key by itself (RFC 8017, A.1). */
function fromPkcs1(der: any, isPrivate: boolean): Material {
  cryptoRsaParts(isPrivate ? 'private' : 'public', der);
  return { kind: 'rsa', curve: '', isPrivate, data: Buffer.from(der) };
}

/** An EC private key by itself (RFC 5915). */
function fromSec1(der: any): Material {
  const [, scalar, ...rest] = sequence(der);
  const parameters = rest.find(part => part.tag === 0xa0);
  const curve = parameters && CURVES[elements(parameters.content)[0]?.content.toString('hex')];
  if (scalar === undefined || curve === undefined) throw notAvailable('this EC key', `it must name its curve: ${getCurves().join(', ')}`);
  const material: Material = { kind: 'ec', curve, isPrivate: true, data: Buffer.from(scalar.content) };
  publicOf(material);
  return material;
}

/** The public key of an X.509 certificate (RFC 5280, 4.1). */
function fromCertificate(der: any): Material {
  const [signed] = sequence(der);
  const fields = elements(signed!.content);
  // An optional version comes first; then serial, algorithm, issuer, validity, subject.
  return fromInfo(fields[fields[0]!.tag === 0xa0 ? 6 : 5]!.whole, false);
}

const LABELS: Record<string, (der: any) => Material> = {
  'PRIVATE KEY': der => fromInfo(der, true),
  'RSA PRIVATE KEY': der => fromPkcs1(der, true),
  'EC PRIVATE KEY': fromSec1,
  'ENCRYPTED PRIVATE KEY': () => { throw encrypted(); },
  'PUBLIC KEY': der => fromInfo(der, false),
  'RSA PUBLIC KEY': der => fromPkcs1(der, false),
  CERTIFICATE: fromCertificate,
};

function fromJwk(jwk: any): Material {
  const bytes = (name: string): any => {
    if (typeof jwk[name] !== 'string') throw nodeError('ERR_CRYPTO_INVALID_JWK', `Invalid JWK: '${name}' is missing`, TypeError);
    return Buffer.from(jwk[name], 'base64url');
  };
  const isPrivate = jwk.d !== undefined;
  if (jwk.kty === 'RSA') {
    const names = isPrivate ? ['n', 'e', 'd', 'p', 'q'] : ['n', 'e'];
    return { kind: 'rsa', curve: '', isPrivate, data: Buffer.from(cryptoRsaFromParts(names.map(bytes))) };
  }
  if (jwk.kty === 'EC') {
    const curve = curveOf(jwk.crv);
    const point = Buffer.from(cryptoEcPoint(curve, Buffer.concat([Buffer.from([4]), bytes('x'), bytes('y')])));
    return { kind: 'ec', curve, isPrivate, data: isPrivate ? bytes('d') : point };
  }
  if (jwk.kty === 'OKP' && ['Ed25519', 'X25519'].includes(jwk.crv)) {
    return { kind: jwk.crv.toLowerCase(), curve: jwk.crv, isPrivate, data: bytes(isPrivate ? 'd' : 'x') };
  }
  throw nodeError('ERR_CRYPTO_INVALID_JWK', 'Invalid JWK: kty must be RSA, EC or OKP', TypeError);
}

function fromDer(bytes: any, type: string | undefined, isPrivate: boolean): Material {
  if (type === 'pkcs1') return fromPkcs1(bytes, isPrivate);
  if (type === 'sec1') return fromSec1(bytes);
  return fromInfo(bytes, isPrivate);
}

/** The key in whatever form it is given; `wantsPrivate` says which half of a document is meant. */
export function materialOf(given: any, wantsPrivate: boolean): Material {
  const known = MATERIAL.get(given);
  const material = known ?? reading(() => parsed(given, wantsPrivate));
  if (wantsPrivate && !material.isPrivate) throw nodeError('ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE', 'Invalid key object type public, expected private.', TypeError);
  return wantsPrivate ? material : publicOf(material);
}

function parsed(given: any, wantsPrivate: boolean): Material {
  if (SECRET.has(given)) throw nodeError('ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE', `Invalid key object type secret, expected ${wantsPrivate ? 'private' : 'public or private'}.`, TypeError);
  if (slotsOf(given) !== undefined) return MATERIAL.get(KeyObject.from(given))!;
  const isPlain = typeof given === 'string' || given instanceof ArrayBuffer || ArrayBuffer.isView(given);
  const options = isPlain ? { key: given } : given;
  if (options === null || typeof options !== 'object' || options.key === undefined) throw invalidArgument('key', 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, DataView, KeyObject, or CryptoKey', given);
  if (MATERIAL.has(options.key)) return MATERIAL.get(options.key)!;
  if (SECRET.has(options.key) || slotsOf(options.key) !== undefined) return parsed(options.key, wantsPrivate);
  if (options.format === 'jwk') return fromJwk(options.key);
  const bytes = bytesOf(options.key, 'key', options.encoding);
  if (options.format === 'der') return fromDer(bytes, options.type, wantsPrivate);
  const accepts = (label: string) => label in LABELS && (!wantsPrivate || label.endsWith('PRIVATE KEY'));
  const pem = fromPem(bytes.toString('latin1'), accepts);
  if (pem === undefined) throw nodeError('ERR_OSSL_UNSUPPORTED', 'the key is neither PEM nor a KeyObject; for other forms give { key, format: \'der\' | \'jwk\' }');
  return LABELS[pem.label]!(pem.der);
}

export const createPrivateKey = (given: any) => keyOf(materialOf(given, true));

export function createPublicKey(given: any): KeyObject {
  return keyOf(materialOf(given, false));
}

// Writing.

function jwkOf(material: Material): any {
  const { kind, curve, isPrivate, data } = material;
  const text = (bytes: any) => Buffer.from(bytes).toString('base64url');
  if (kind === 'rsa') {
    const names = isPrivate ? ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] : ['n', 'e'];
    const parts = rsaParts(material);
    return { kty: 'RSA', ...Object.fromEntries(names.map((name, index) => [name, text(parts[index])])) };
  }
  const half = publicOf(material).data;
  const secret = isPrivate ? { d: text(data) } : {};
  if (kind !== 'ec') return { crv: curve, ...secret, x: text(half), kty: 'OKP' };
  const size = SIZES[curve]!;
  return { kty: 'EC', x: text(half.subarray(1, 1 + size)), y: text(half.subarray(1 + size)), crv: curve, ...secret };
}

function sec1Of({ curve, data }: Material, half: Material): any {
  const oid = Object.keys(CURVES).find(key => CURVES[key] === curve)!;
  return element(SEQUENCE, element(INTEGER, Buffer.from([1])), element(OCTET_STRING, data),
    element(0xa0, element(OBJECT, Buffer.from(oid, 'hex'))), element(0xa1, element(BIT_STRING, Buffer.alloc(1), half.data)));
}

/** Bytes and label of a document of this type. */
function document(material: Material, type: string): [any, string] {
  const { kind, curve, isPrivate, data } = material;
  if (type === 'pkcs1' && kind === 'rsa') return [data, isPrivate ? 'RSA PRIVATE KEY' : 'RSA PUBLIC KEY'];
  if (type === 'sec1' && kind === 'ec' && isPrivate) return [sec1Of(material, publicOf(material)), 'EC PRIVATE KEY'];
  if (type !== (isPrivate ? 'pkcs8' : 'spki')) throw nodeError('ERR_CRYPTO_INCOMPATIBLE_KEY_OPTIONS', `The selected key encoding ${type} is not for this key`);
  const der = kind === 'rsa' ? cryptoRsaExport(type, data) : kind === 'ec' ? cryptoEcExport(curve, type, data) : cryptoOkpExport(curve, type, data);
  return [Buffer.from(der), isPrivate ? 'PRIVATE KEY' : 'PUBLIC KEY'];
}

function exported(material: Material, { type, format = 'pem', cipher, passphrase }: any): any {
  if (cipher !== undefined || passphrase !== undefined) throw encrypted();
  if (format === 'jwk') return jwkOf(material);
  if (type === undefined) throw invalidArgument('options.type', 'of type string', type);
  const [der, label] = document(material, type);
  if (format === 'der') return der;
  if (format !== 'pem') throw nodeError('ERR_INVALID_ARG_VALUE', `The property 'options.format' is invalid. Received '${format}'`, TypeError);
  return toPem(label, der);
}

// Making.

type Pair = [privateData: ArrayBuffer, publicData: ArrayBuffer];

function generating(kind: string, options: any = {}): { curve: string; kind: Material['kind']; work: () => Pair | Promise<Pair> } {
  if (kind === 'rsa') {
    const bits = wholeNumber(options.modulusLength, 'options.modulusLength', 512, 8192);
    const exponent = Buffer.alloc(4);
    exponent.writeUInt32BE(options.publicExponent ?? 0x10001);
    return { kind, curve: '', work: () => cryptoRsaGenerate(bits, exponent) as Promise<Pair> };
  }
  if (kind === 'ec') {
    const curve = curveOf(options.namedCurve);
    return { kind, curve, work: () => cryptoEcGenerate(curve) as Pair };
  }
  if (kind === 'ed25519' || kind === 'x25519') {
    const curve = kind === 'ed25519' ? 'Ed25519' : 'X25519';
    return { kind, curve, work: () => cryptoOkpGenerate(curve) as Pair };
  }
  throw nodeError('ERR_INVALID_ARG_VALUE', `The argument 'type' must be one of rsa, ec, ed25519, x25519. Received '${String(kind)}'`, TypeError);
}

function pairOf(kind: Material['kind'], curve: string, [secret, open]: Pair, options: any = {}): any {
  const half = (isPrivate: boolean, data: ArrayBuffer, encoding: any) => {
    const key = keyOf({ kind, curve, isPrivate, data: Buffer.from(data) });
    return encoding === undefined ? key : key.export(encoding);
  };
  return { publicKey: half(false, open, options.publicKeyEncoding), privateKey: half(true, secret, options.privateKeyEncoding) };
}

export function generateKeyPairSync(type: string, options?: any): any {
  const { kind, curve, work } = generating(type, options);
  return pairOf(kind, curve, atOnce(work), options);
}

export function generateKeyPair(type: string, options: any, done?: any): void {
  if (typeof options === 'function') return generateKeyPair(type, undefined, options);
  const { kind, curve, work } = generating(type, options);
  const made = (async () => pairOf(kind, curve, await work(), options))();
  made.then(({ publicKey, privateKey }) => queueMicrotask(() => done(null, publicKey, privateKey)), error => queueMicrotask(() => done(error)));
}

/** What `util.promisify(generateKeyPair)` gives. */
Object.defineProperty(generateKeyPair, Symbol.for('nodejs.util.promisify.custom'), {
  value: async (type: string, options?: any) => {
    const { kind, curve, work } = generating(type, options);
    return pairOf(kind, curve, await work(), options);
  },
});

export function generateKeySync(type: string, options: any = {}): KeyObject {
  if (type !== 'hmac' && type !== 'aes') throw nodeError('ERR_INVALID_ARG_VALUE', `The argument 'type' must be a supported key type. Received '${String(type)}'`, TypeError);
  const bits = wholeNumber(options.length, 'options.length', 8, 2 ** 31 - 1);
  if (type === 'aes' && ![128, 192, 256].includes(bits)) throw nodeError('ERR_INVALID_ARG_VALUE', `The property 'options.length' must be one of: 128, 192, 256. Received ${bits}`, TypeError);
  return secretKey(randomBytes(Math.floor(bits / 8)));
}

export function generateKey(type: string, options: any, done: any): void {
  tell(done, () => generateKeySync(type, options));
}
