// Which algorithm supports which operation with which parameters, and how identifiers are normalized.
// https://w3c.github.io/webcrypto/#algorithm-normalization

import { bytes, fail, integer, keySlots } from 'cronflow:internal/web/crypto/convert';

type Convert = (value: any, name: string) => unknown;
/** The members of a dictionary in the order in which they are read; a question mark makes one optional. */
type Members = Record<string, Convert>;

const octet: Convert = (value, name) => integer(value, 0xff, name);
const short: Convert = (value, name) => integer(value, 0xffff, name);
const long: Convert = (value, name) => integer(value, 0xffffffff, name);
const text: Convert = (value) => String(value);
const source: Convert = (value, name) => bytes(value, name);
const hash: Convert = (value) => normalize('digest', value);
const key: Convert = (value) => (keySlots(value), value);
const bigInteger: Convert = (value, name) => {
  if (!(value instanceof Uint8Array)) throw new TypeError(`${name} must be a Uint8Array`);
  return value.slice();
};

const NONE: Members = {};
const rsaMake: Members = { modulusLength: long, publicExponent: bigInteger, hash };
const hashed: Members = { hash };
const curve: Members = { namedCurve: text };
const aesLength: Members = { length: short };
const hmac: Members = { hash, 'length?': long };
const agreement: Members = { public: key };
const pbkdf2: Members = { hash, iterations: long, salt: source };
const hkdf: Members = { hash, info: source, salt: source };
const ctr: Members = { counter: source, length: octet };
const cbc: Members = { iv: source };
const gcm: Members = { 'additionalData?': source, iv: source, 'tagLength?': octet };
const oaep: Members = { 'label?': source };

const RSA = ['RSASSA-PKCS1-v1_5', 'RSA-PSS', 'RSA-OAEP'];
const AES = ['AES-CTR', 'AES-CBC', 'AES-GCM', 'AES-KW'];
const each = (names: string[], members: Members): Record<string, Members> => Object.fromEntries(names.map((name) => [name, members]));

const signing = {
  'RSASSA-PKCS1-v1_5': NONE,
  'RSA-PSS': { saltLength: long },
  ECDSA: hashed,
  HMAC: NONE,
  Ed25519: NONE,
};
const ciphers = { 'RSA-OAEP': oaep, 'AES-CTR': ctr, 'AES-CBC': cbc, 'AES-GCM': gcm };
const exchange = { ECDH: agreement, X25519: agreement };
const kdf = { PBKDF2: pbkdf2, HKDF: hkdf };

const OPERATIONS: Record<string, Record<string, Members>> = {
  digest: each(['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'], NONE),
  encrypt: ciphers,
  decrypt: ciphers,
  sign: signing,
  verify: signing,
  deriveBits: { ...exchange, ...kdf },
  wrapKey: { 'AES-KW': NONE },
  unwrapKey: { 'AES-KW': NONE },
  generateKey: { ...each(RSA, rsaMake), ECDSA: curve, ECDH: curve, Ed25519: NONE, X25519: NONE, ...each(AES, aesLength), HMAC: hmac },
  importKey: {
    ...each(RSA, hashed), ECDSA: curve, ECDH: curve, Ed25519: NONE, X25519: NONE,
    ...each(AES, NONE), HMAC: hmac, PBKDF2: NONE, HKDF: NONE,
  },
  'get key length': { ...each(AES, aesLength), HMAC: hmac, PBKDF2: NONE, HKDF: NONE },
};

/** The named algorithm with its parameters converted; throws what the standard says. */
export function normalize(operation: string, identifier: unknown): any {
  const isObject = (typeof identifier === 'object' && identifier !== null) || typeof identifier === 'function';
  const given: any = isObject ? identifier : { name: String(identifier) };
  const written = given.name;
  if (written === undefined) throw new TypeError('an algorithm needs a name');
  const wanted = String(written).toUpperCase();
  const table = OPERATIONS[operation];
  const name = Object.keys(table).find((known) => known.toUpperCase() === wanted);
  if (name === undefined) return fail('NotSupportedError', `${operation} is not supported for the algorithm '${String(written)}'`);
  const algorithm: any = { name };
  for (const member of Object.keys(table[name])) {
    const isOptional = member.endsWith('?');
    const key = isOptional ? member.slice(0, -1) : member;
    const value = given[key];
    if (value !== undefined) algorithm[key] = table[name][member](value, `${name}: ${key}`);
    else if (!isOptional) throw new TypeError(`${name}: ${key} is missing`);
  }
  return algorithm;
}

/** Whether an algorithm of this name supports the operation at all. */
export function supports(operation: string, identifier: any): boolean {
  const name = typeof identifier === 'object' && identifier !== null ? identifier.name : identifier;
  return Object.keys(OPERATIONS[operation]).some((known) => known.toUpperCase() === String(name).toUpperCase());
}
