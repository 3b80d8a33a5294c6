// createCipheriv and createDecipheriv: AES in the modes CBC, CTR and GCM.
//
// Data leave as they come, except what a mode must hold back: an unfinished block, and with padding
// the last one. GCM keeps what is sealed until the end, for its tag.

import { cryptoAesCbcBlocks, cryptoAesCtr, cryptoAesGcmStart, cryptoAesGcmTag } from 'cronflow:internal/ops';
import { Buffer } from 'node:buffer';
import { Transform } from 'node:stream';
import { invalidArgument, nodeError } from 'cronflow:internal/node/errors';
import { atOnce, bytesOf } from 'cronflow:internal/node/crypto_common';
import { timingSafeEqual } from 'cronflow:internal/node/crypto_random';

const BLOCK = 16;
const TAG_LENGTHS = [4, 8, 12, 13, 14, 15, 16];
const NAMES = [128, 192, 256].flatMap(bits => ['cbc', 'ctr', 'gcm'].map(mode => `aes-${bits}-${mode}`));
const EMPTY = Buffer.alloc(0);

interface Mode {
  update(data: any): any;
  final(): any;
}

/** Counts blocks up from a first counter; a piece may end within a block. */
class Counting implements Mode {
  private readonly _key: any;
  private readonly _first: any;
  private readonly _bits: number;
  private _position = 0;

  constructor(key: any, first: any, bits: number) {
    this._key = key;
    this._first = first;
    this._bits = bits;
  }

  update(data: any): any {
    if (data.length === 0) return EMPTY;
    const skipped = this._position % BLOCK;
    const counter = this._counterAt(Math.floor(this._position / BLOCK));
    this._position += data.length;
    const whole = Buffer.concat([Buffer.alloc(skipped), data]);
    return Buffer.from(atOnce(() => cryptoAesCtr(this._key, whole, counter, this._bits))).subarray(skipped);
  }

  final(): any {
    return EMPTY;
  }

  private _counterAt(block: number): any {
    const modulus = 1n << BigInt(this._bits);
    const first = BigInt(`0x${this._first.toString('hex')}`);
    const value = first - (first % modulus) + ((first + BigInt(block)) % modulus);
    return Buffer.from(value.toString(16).padStart(2 * BLOCK, '0'), 'hex');
  }
}

class Chaining implements Mode {
  padding = true;
  private readonly _key: any;
  private readonly _encrypts: boolean;
  private _last: any;
  private _rest: any = EMPTY;

  constructor(key: any, iv: any, encrypts: boolean) {
    this._key = key;
    this._last = iv;
    this._encrypts = encrypts;
  }

  update(data: any): any {
    const all = Buffer.concat([this._rest, data]);
    let length = all.length - (all.length % BLOCK);
    // The last block may be the one with the padding.
    if (!this._encrypts && this.padding && length === all.length && length > 0) length -= BLOCK;
    this._rest = all.subarray(length);
    return this._blocks(all.subarray(0, length));
  }

  final(): any {
    const rest = this._rest;
    if (this._encrypts) {
      if (this.padding) return this._blocks(Buffer.concat([rest, Buffer.alloc(BLOCK - rest.length, BLOCK - rest.length)]));
      if (rest.length > 0) throw nodeError('ERR_OSSL_WRONG_FINAL_BLOCK_LENGTH', 'wrong final block length');
      return EMPTY;
    }
    if (rest.length % BLOCK !== 0 || (this.padding && rest.length === 0)) throw nodeError('ERR_OSSL_WRONG_FINAL_BLOCK_LENGTH', 'wrong final block length');
    const last = this._blocks(rest);
    if (!this.padding) return last;
    const count = last[BLOCK - 1];
    const isPadded = count >= 1 && count <= BLOCK && last.subarray(BLOCK - count).every((byte: number) => byte === count);
    if (!isPadded) throw nodeError('ERR_OSSL_BAD_DECRYPT', 'bad decrypt');
    return last.subarray(0, BLOCK - count);
  }

  private _blocks(data: any): any {
    if (data.length === 0) return EMPTY;
    const done = Buffer.from(cryptoAesCbcBlocks(this._encrypts ? 'encrypt' : 'decrypt', this._key, data, this._last));
    this._last = Buffer.from((this._encrypts ? done : data).subarray(-BLOCK));
    return done;
  }
}

/** What is sealed is kept: the tag is computed over all of it. */
class Sealing implements Mode {
  tag: any;
  readonly tagLength: number;
  private readonly _stream: Counting;
  private readonly _key: any;
  private readonly _iv: any;
  private readonly _encrypts: boolean;
  private readonly _sealed: any[] = [];
  private readonly _extra: any[] = [];

  constructor(key: any, iv: any, encrypts: boolean, tagLength: number) {
    this._key = key;
    this._iv = iv;
    this._encrypts = encrypts;
    this.tagLength = tagLength;
    this._stream = new Counting(key, Buffer.from(cryptoAesGcmStart(key, iv)), 32);
  }

  addExtra(data: any): void {
    if (this._sealed.length > 0) throw nodeError('ERR_CRYPTO_INVALID_STATE', 'Invalid state for operation setAAD');
    this._extra.push(Buffer.from(data));
  }

  update(data: any): any {
    const done = this._stream.update(data);
    this._sealed.push(Buffer.from(this._encrypts ? done : data));
    return done;
  }

  final(): any {
    const tag = Buffer.from(cryptoAesGcmTag(this._key, this._iv, Buffer.concat(this._extra), Buffer.concat(this._sealed)));
    if (this._encrypts) this.tag = tag.subarray(0, this.tagLength);
    else if (this.tag === undefined || !timingSafeEqual(tag.subarray(0, this.tag.length), this.tag)) throw new Error('Unsupported state or unable to authenticate data');
    return EMPTY;
  }
}

class Cipher extends Transform {
  private readonly _mode: Mode;
  private _isDone = false;
  private _pending: any = EMPTY;
  private readonly _encrypts: boolean;

  constructor(name: unknown, key: any, iv: any, options: any, encrypts: boolean) {
    super(options);
    this._encrypts = encrypts;
    this._mode = modeOf(name, key, iv, options?.authTagLength, encrypts);
  }

  update(data: any, encoding?: any, outEncoding?: any): any {
    if (this._isDone) throw nodeError('ERR_CRYPTO_INVALID_STATE', 'Invalid state for operation update');
    return this._written(this._mode.update(bytesOf(data, 'data', encoding)), outEncoding, false);
  }

  final(outEncoding?: any): any {
    if (this._isDone) throw nodeError('ERR_CRYPTO_INVALID_STATE', 'Invalid state for operation final');
    this._isDone = true;
    return this._written(this._mode.final(), outEncoding, true);
  }

  setAutoPadding(flag = true): this {
    if (this._mode instanceof Chaining) this._mode.padding = Boolean(flag);
    return this;
  }

  setAAD(data: any, options?: any): this {
    this._sealing('setAAD').addExtra(bytesOf(data, 'buffer', options?.encoding));
    return this;
  }

  getAuthTag(): any {
    const { tag } = this._sealing('getAuthTag');
    if (!this._encrypts || tag === undefined) throw nodeError('ERR_CRYPTO_INVALID_STATE', 'Invalid state for operation getAuthTag');
    return Buffer.from(tag);
  }

  setAuthTag(data: any, encoding?: any): this {
    const sealing = this._sealing('setAuthTag');
    const tag = bytesOf(data, 'buffer', encoding);
    if (this._encrypts || this._isDone || sealing.tag !== undefined) throw nodeError('ERR_CRYPTO_INVALID_STATE', 'Invalid state for operation setAuthTag');
    if (!TAG_LENGTHS.includes(tag.length)) throw nodeError('ERR_CRYPTO_INVALID_AUTH_TAG', `Invalid authentication tag length: ${tag.length}`, TypeError);
    if (tag.length !== sealing.tagLength) throw nodeError('ERR_CRYPTO_INVALID_AUTH_TAG', `Invalid authentication tag length: ${tag.length}; give authTagLength to createDecipheriv() to use a shorter tag than ${sealing.tagLength}`, TypeError);
    sealing.tag = Buffer.from(tag);
    return this;
  }

  override _transform(chunk: any, encoding: any, done: any): void {
    this.push(this.update(chunk, encoding));
    done();
  }

  override _flush(done: any): void {
    try {
      this.push(this.final());
      done();
    } catch (error) {
      done(error);
    }
  }

  private _sealing(operation: string): Sealing {
    if (this._mode instanceof Sealing) return this._mode;
    throw nodeError('ERR_CRYPTO_INVALID_STATE', `Invalid state for operation ${operation}: only GCM has a tag`);
  }

  /** Text comes in whole characters: three bytes of base64, and of UTF-8 what is complete. */
  private _written(data: any, encoding: any, isLast: boolean): any {
    if (encoding === undefined || encoding === null || encoding === 'buffer') return data;
    const all = Buffer.concat([this._pending, data]);
    const whole = isLast ? all.length : wholeLength(all, String(encoding).toLowerCase());
    this._pending = all.subarray(whole);
    return all.toString(encoding, 0, whole);
  }
}

function wholeLength(bytes: any, encoding: string): number {
  if (encoding.startsWith('base64')) return bytes.length - (bytes.length % 3);
  if (['ucs2', 'ucs-2', 'utf16le', 'utf-16le'].includes(encoding)) return bytes.length - (bytes.length % 2);
  if (encoding !== 'utf8' && encoding !== 'utf-8') return bytes.length;
  for (let back = 1; back <= 4 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) break;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function modeOf(name: unknown, key: any, iv: any, tagLength: number | undefined, encrypts: boolean): Mode {
  if (typeof name !== 'string') throw invalidArgument('cipher', 'of type string', name);
  const [, bits, mode] = /^aes-?(128|192|256)-(cbc|ctr|gcm)$/.exec(name.toLowerCase()) ?? [];
  if (mode === undefined) throw nodeError('ERR_CRYPTO_UNKNOWN_CIPHER', `Unknown cipher: ${name}; there are ${NAMES.join(', ')}`);
  const secret = Buffer.from(bytesOf(key, 'key'));
  if (secret.length * 8 !== Number(bits)) throw nodeError('ERR_CRYPTO_INVALID_KEYLEN', `Invalid key length: ${name} takes ${Number(bits) / 8} bytes, not ${secret.length}`, RangeError);
  const start = iv === null ? EMPTY : Buffer.from(bytesOf(iv, 'iv'));
  if (mode === 'gcm' ? start.length === 0 : start.length !== BLOCK) throw nodeError('ERR_CRYPTO_INVALID_IV', 'Invalid initialization vector', TypeError);
  if (mode === 'ctr') return new Counting(secret, start, 128);
  if (mode === 'cbc') return new Chaining(secret, start, encrypts);
  const length = tagLength ?? BLOCK;
  if (!TAG_LENGTHS.includes(length)) throw nodeError('ERR_CRYPTO_INVALID_AUTH_TAG', `Invalid authentication tag length: ${length}`, TypeError);
  return new Sealing(secret, start, encrypts, length);
}

export class Cipheriv extends Cipher {
  constructor(name: unknown, key: any, iv: any, options?: any) {
    super(name, key, iv, options, true);
  }
}

export class Decipheriv extends Cipher {
  constructor(name: unknown, key: any, iv: any, options?: any) {
    super(name, key, iv, options, false);
  }
}

export const createCipheriv = (name: unknown, key: any, iv: any, options?: any) => new Cipheriv(name, key, iv, options);
export const createDecipheriv = (name: unknown, key: any, iv: any, options?: any) => new Decipheriv(name, key, iv, options);
export const getCiphers = () => [...NAMES];

/** What is known of a cipher, or undefined. */
export function getCipherInfo(name: string): any {
  if (!NAMES.includes(String(name).toLowerCase())) return undefined;
  const [, bits, mode] = name.toLowerCase().split('-');
  return { mode, name: name.toLowerCase(), keyLength: Number(bits) / 8, ivLength: mode === 'gcm' ? 12 : BLOCK, ...(mode === 'cbc' && { blockSize: BLOCK }) };
}
