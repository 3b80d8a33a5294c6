// The RSA families: RSASSA-PKCS1-v1_5, RSA-PSS and RSA-OAEP.

import {
  cryptoRsaDecrypt, cryptoRsaEncrypt, cryptoRsaExport, cryptoRsaFromParts, cryptoRsaGenerate, cryptoRsaImport, cryptoRsaParts, cryptoRsaSign,
  cryptoRsaVerify,
} from 'cronflow:internal/ops';
import { fail, native, onlyUsages } from 'cronflow:internal/web/crypto/convert';
import * as jwk from 'cronflow:internal/web/crypto/jwk';
import { type CryptoKey, makeKey, type Slots } from 'cronflow:internal/web/crypto/key';

const PRIVATE_USAGES: Record<string, string[]> = { 'RSA-OAEP': ['decrypt', 'unwrapKey'] };
const PUBLIC_USAGES: Record<string, string[]> = { 'RSA-OAEP': ['encrypt', 'wrapKey'] };
const PRIVATE_PARTS = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'];
const NO_BYTES = new Uint8Array();

const privateUsages = (name: string) => PRIVATE_USAGES[name] ?? ['sign'];
const publicUsages = (name: string) => PUBLIC_USAGES[name] ?? ['verify'];
const only = (usages: string[], allowed: string[]) => usages.filter((usage) => allowed.includes(usage));

export const rsa = {
  async generateKey(algorithm: any, extractable: boolean, usages: string[]): Promise<{ publicKey: CryptoKey; privateKey: CryptoKey }> {
    const { name } = algorithm;
    onlyUsages(usages, [...privateUsages(name), ...publicUsages(name)]);
    if (only(usages, privateUsages(name)).length === 0) fail('SyntaxError', 'the private key would have no usages');
    const pair = await native(() => cryptoRsaGenerate(algorithm.modulusLength, algorithm.publicExponent));
    const [privateData, publicData] = pair.map((part: ArrayBuffer) => new Uint8Array(part));
    return {
      publicKey: makeKey('public', algorithm, true, only(usages, publicUsages(name)), publicData),
      privateKey: makeKey('private', algorithm, extractable, only(usages, privateUsages(name)), privateData),
    };
  },

  async importKey(format: string, given: any, algorithm: any, extractable: boolean, usages: string[]): Promise<CryptoKey> {
    const { name, hash } = algorithm;
    const isPrivate = format === 'pkcs8' || (format === 'jwk' && given.d !== undefined);
    onlyUsages(usages, isPrivate ? privateUsages(name) : publicUsages(name));
    if (format === 'raw') fail('NotSupportedError', 'an RSA key cannot be imported as raw');
    if (format === 'jwk') checkJwk(given, algorithm, extractable, usages);
    const data = new Uint8Array(await native(() => (format === 'jwk' ? cryptoRsaFromParts(partsOf(given)) : cryptoRsaImport(format, given))));
    const type = isPrivate ? 'private' : 'public';
    const [modulus, exponent] = (await native(() => cryptoRsaParts(type, data))).map((part: ArrayBuffer) => new Uint8Array(part));
    const modulusLength = modulus.length * 8 - Math.clz32(modulus[0]) + 24;
    return makeKey(type, { name, modulusLength, publicExponent: exponent, hash }, extractable, usages, data);
  },

  async exportKey(format: string, key: Slots): Promise<any> {
    if (format === 'jwk') return exportJwk(key);
    const wanted = key.type === 'private' ? 'pkcs8' : 'spki';
    if (format === 'raw') fail('NotSupportedError', 'an RSA key cannot be exported as raw');
    if (format !== wanted) fail('InvalidAccessError', `a ${key.type} key cannot be exported as ${format}`);
    return native(() => cryptoRsaExport(format, key.data));
  },

  sign(algorithm: any, key: Slots, data: Uint8Array): Promise<ArrayBuffer> {
    if (key.type !== 'private') fail('InvalidAccessError', 'a private key signs');
    return native(() => cryptoRsaSign(algorithm.name, key.algorithm.hash.name, key.data, data, algorithm.saltLength ?? 0));
  },

  verify(algorithm: any, key: Slots, signature: Uint8Array, data: Uint8Array): Promise<boolean> {
    if (key.type !== 'public') fail('InvalidAccessError', 'a public key verifies');
    return native(() => cryptoRsaVerify(algorithm.name, key.algorithm.hash.name, key.data, signature, data, algorithm.saltLength ?? 0));
  },

  encrypt(algorithm: any, key: Slots, data: Uint8Array): Promise<ArrayBuffer> {
    if (key.type !== 'public') fail('InvalidAccessError', 'a public key encrypts');
    return native(() => cryptoRsaEncrypt(key.algorithm.hash.name, key.data, algorithm.label ?? NO_BYTES, data));
  },

  decrypt(algorithm: any, key: Slots, data: Uint8Array): Promise<ArrayBuffer> {
    if (key.type !== 'private') fail('InvalidAccessError', 'a private key decrypts');
    return native(() => cryptoRsaDecrypt(key.algorithm.hash.name, key.data, algorithm.label ?? NO_BYTES, data));
  },
};

function algOf(name: string, hash: string): string {
  const bits = hash === 'SHA-1' ? '1' : hash.slice(4);
  if (name === 'RSA-OAEP') return bits === '1' ? 'RSA-OAEP' : `RSA-OAEP-${bits}`;
  return `${name === 'RSA-PSS' ? 'PS' : 'RS'}${bits}`;
}

function checkJwk(given: any, { name, hash }: any, extractable: boolean, usages: string[]): void {
  jwk.check(given, 'RSA', name === 'RSA-OAEP' ? 'enc' : 'sig', extractable, usages);
  jwk.checkAlg(given, algOf(name, hash.name));
  if (given.oth !== undefined) fail('NotSupportedError', 'RSA keys with more than two primes are not supported');
}

/** A private key without its primes is not supported: they would have to be searched for. */
function partsOf(given: any): Uint8Array[] {
  const names = given.d === undefined ? ['n', 'e'] : ['n', 'e', 'd', 'p', 'q'];
  if (given.d !== undefined && given.p === undefined && given.q === undefined) {
    fail('NotSupportedError', 'an RSA private key needs its primes p and q');
  }
  if (given.d !== undefined) for (const name of PRIVATE_PARTS) jwk.decode(given[name], name);
  return names.map((name) => jwk.decode(given[name], name));
}

async function exportJwk(key: Slots): Promise<any> {
  const parts = await native(() => cryptoRsaParts(key.type, key.data));
  const { name, hash } = key.algorithm;
  const result: any = { alg: algOf(name, hash.name), ext: key.extractable, key_ops: [...key.usages], kty: 'RSA' };
  parts.forEach((part: ArrayBuffer, index: number) => (result[PRIVATE_PARTS[index]] = jwk.encode(part)));
  return result;
}
