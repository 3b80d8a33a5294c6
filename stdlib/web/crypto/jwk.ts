// JSON Web Keys (RFC 7517): the dictionary, base64url, and the checks that all kinds of keys share.

import { base64Decode, base64Encode } from 'cronflow:internal/ops';
import { fail, strings } from 'cronflow:internal/web/crypto/convert';

const TEXTS = ['kty', 'use', 'alg', 'crv', 'd', 'dp', 'dq', 'e', 'k', 'n', 'p', 'q', 'qi', 'x', 'y'];

/** `JsonWebKey` as a dictionary: every member is read once. */
export function dictionary(value: any): any {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) throw new TypeError('the key must be an object for the format jwk');
  const jwk: any = {};
  if (value.ext !== undefined) jwk.ext = Boolean(value.ext);
  if (value.key_ops !== undefined) jwk.key_ops = strings(value.key_ops, 'key_ops');
  if (value.oth !== undefined) jwk.oth = [...value.oth];
  for (const name of TEXTS) if (value[name] !== undefined) jwk[name] = String(value[name]);
  return jwk;
}

/** Refuses a key that is not meant for what it is imported for. */
export function check(jwk: any, type: string, use: 'sig' | 'enc', extractable: boolean, usages: string[]): void {
  if (jwk.kty !== type) fail('DataError', `the key's kty must be '${type}'`);
  if (usages.length > 0 && jwk.use !== undefined && jwk.use !== use) fail('DataError', `the key's use must be '${use}'`);
  if (jwk.key_ops !== undefined) {
    if (new Set(jwk.key_ops).size !== jwk.key_ops.length) fail('DataError', 'key_ops has repeats');
    if (!usages.every((usage) => jwk.key_ops.includes(usage))) fail('DataError', 'key_ops does not allow the usages');
  }
  if (jwk.ext === false && extractable) fail('DataError', 'the key is not extractable');
}

/** The key's `alg` must be this one if there is one. */
export function checkAlg(jwk: any, alg: string | undefined): void {
  if (jwk.alg !== undefined && jwk.alg !== alg) fail('DataError', `the key's alg must be '${alg}'`);
}

export function decode(text: string | undefined, name: string): Uint8Array {
  if (text === undefined) return fail('DataError', `the key's ${name} is missing`);
  const [read, decoded, isWrong] = base64Decode(text, true, 'loose');
  const isPlain = read === text.length && !isWrong && !/[=\s]/.test(text);
  return isPlain ? new Uint8Array(decoded) : fail('DataError', `the key's ${name} is not base64url`);
}

export function encode(data: Uint8Array | ArrayBuffer): string {
  return base64Encode(data instanceof Uint8Array ? data : new Uint8Array(data), true, true);
}
