// Keys from passwords and other keys: pbkdf2, hkdf, scrypt.

import { cryptoHkdf, cryptoPbkdf2, cryptoScrypt } from 'cronflow:internal/ops';
import { Buffer } from 'node:buffer';
import { nodeError } from 'cronflow:internal/node/errors';
import { atOnce, bytesOf, DIGEST_SIZES, tell, webHash, wholeNumber, written } from 'cronflow:internal/node/crypto_common';

const MAX_INT = 2 ** 31 - 1;
/** What scrypt may take of memory unless `maxmem` says otherwise. */
const SCRYPT_MEMORY = 32 * 1024 * 1024;
/** More memory than this would end the worker. */
const MAX_SCRYPT_MEMORY = 256 * 1024 * 1024;

type Derivation = () => ArrayBuffer | Promise<ArrayBuffer>;

function stretching(password: any, salt: any, rounds: number, length: number, name: string): Derivation {
  const given = [bytesOf(password, 'password'), bytesOf(salt, 'salt')] as const;
  wholeNumber(rounds, 'iterations', 1, MAX_INT);
  wholeNumber(length, 'keylen', 0, MAX_INT);
  const hash = webHash(name, 'PBKDF2');
  return () => cryptoPbkdf2(hash, given[0], given[1], rounds, length);
}

export function pbkdf2Sync(password: any, salt: any, rounds: number, length: number, name: string): any {
  return written(atOnce(stretching(password, salt, rounds, length, name)));
}

export function pbkdf2(password: any, salt: any, rounds: number, length: number, name: string, done: any): void {
  const work = stretching(password, salt, rounds, length, name);
  tell(done, async () => written(await work()));
}

function expansion(name: string, key: any, salt: any, info: any, length: number): ArrayBuffer {
  const hash = webHash(name, 'HKDF');
  const given = [bytesOf(key, 'ikm'), bytesOf(salt, 'salt'), bytesOf(info, 'info')] as const;
  wholeNumber(length, 'length', 0, MAX_INT);
  if (length > 255 * DIGEST_SIZES[hash]!) throw nodeError('ERR_CRYPTO_INVALID_KEYLEN', 'Invalid key length', RangeError);
  return cryptoHkdf(hash, given[0], given[1], given[2], length) as ArrayBuffer;
}

export const hkdfSync = expansion;

export function hkdf(name: string, key: any, salt: any, info: any, length: number, done: any): void {
  const derived = expansion(name, key, salt, info, length);
  tell(done, () => derived);
}

function hardening(password: any, salt: any, length: number, options: any): Derivation {
  const given = [bytesOf(password, 'password'), bytesOf(salt, 'salt')] as const;
  wholeNumber(length, 'keylen', 0, MAX_INT);
  const N = options.N ?? options.cost ?? 16384;
  const r = options.r ?? options.blockSize ?? 8;
  const p = options.p ?? options.parallelization ?? 1;
  const memory = options.maxmem ?? SCRYPT_MEMORY;
  for (const [name, value] of Object.entries({ N, r, p })) wholeNumber(value, name, 1, MAX_INT);
  const logN = Math.log2(N);
  if (N < 2 || !Number.isInteger(logN) || p * r >= 2 ** 30) throw nodeError('ERR_CRYPTO_INVALID_SCRYPT_PARAMS', 'Invalid scrypt params', RangeError);
  const needed = 128 * r * (N + p + 2);
  if (needed > memory) throw nodeError('ERR_CRYPTO_INVALID_SCRYPT_PARAMS', `Invalid scrypt params: memory limit exceeded (${needed} bytes are needed, maxmem is ${memory})`, RangeError);
  if (needed > MAX_SCRYPT_MEMORY) throw nodeError('ERR_CRYPTO_INVALID_SCRYPT_PARAMS', `Invalid scrypt params: cronflow-rt gives scrypt at most ${MAX_SCRYPT_MEMORY} bytes`, RangeError);
  return () => cryptoScrypt(given[0], given[1], logN, r, p, length);
}

export function scryptSync(password: any, salt: any, length: number, options: any = {}): any {
  return written(atOnce(hardening(password, salt, length, options)));
}

export function scrypt(password: any, salt: any, length: number, options: any, done?: any): void {
  if (done === undefined) return scrypt(password, salt, length, {}, options);
  const work = hardening(password, salt, length, options ?? {});
  tell(done, async () => Buffer.from(await work()));
}
