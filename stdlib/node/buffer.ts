// node:buffer: the class Buffer.

import { bufferCompare, bufferFromText, bufferIndexOf, bufferToText } from 'cronflow:internal/ops';
import { installNumbers } from 'cronflow:internal/node/buffer_numbers';
import { invalidArgument, nodeError, notAvailable } from 'cronflow:internal/node/errors';

const ENCODINGS: Record<string, string> = {
  utf8: 'utf8', 'utf-8': 'utf8', hex: 'hex', base64: 'base64', base64url: 'base64url', ascii: 'ascii', latin1: 'latin1', binary: 'latin1',
  ucs2: 'utf16le', 'ucs-2': 'utf16le', utf16le: 'utf16le', 'utf-16le': 'utf16le',
};

export const kMaxLength = 512 * 1024 * 1024;
export const kStringMaxLength = 2 ** 29 - 24;
export const constants = { MAX_LENGTH: kMaxLength, MAX_STRING_LENGTH: kStringMaxLength };
export const INSPECT_MAX_BYTES = 50;

function encodingOf(encoding: unknown): string {
  if (encoding === undefined || encoding === null || encoding === '') return 'utf8';
  const known = ENCODINGS[String(encoding).toLowerCase()];
  if (known === undefined) throw nodeError('ERR_UNKNOWN_ENCODING', `Unknown encoding: ${String(encoding)}`, TypeError);
  return known;
}

function checkSize(size: unknown): number {
  if (typeof size !== 'number') throw invalidArgument('size', 'of type number', size);
  if (!(size >= 0 && size <= kMaxLength)) {
    throw nodeError('ERR_OUT_OF_RANGE', `The value of "size" is out of range. It must be >= 0 && <= ${kMaxLength}. Received ${size}`, RangeError);
  }
  return Math.trunc(size);
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

/** A byte offset as an argument: missing, negative and too large ones have a meaning. */
function clamp(value: unknown, fallback: number, most: number): number {
  if (value === undefined) return fallback;
  const number = Math.trunc(Number(value)) || 0;
  return Math.min(Math.max(number, 0), most);
}

class Bytes extends Uint8Array<any> {
  get parent(): ArrayBufferLike {
    return this.buffer;
  }

  get offset(): number {
    return this.byteOffset;
  }

  override toString(encoding?: any, start?: any, end?: any): string {
    const first = clamp(start, 0, this.length);
    const last = clamp(end, this.length, this.length);
    if (last <= first) return '';
    const bytes = first === 0 && last === this.length ? this : super.subarray(first, last);
    return bufferToText(bytes, encodingOf(encoding));
  }

  override toLocaleString(encoding?: any): string {
    return this.toString(encoding);
  }

  toJSON(): { type: 'Buffer'; data: number[] } {
    return { type: 'Buffer', data: Array.from(this) };
  }

  equals(other: Uint8Array): boolean {
    if (!isBytes(other)) throw invalidArgument('otherBuffer', 'an instance of Buffer or Uint8Array', other);
    return this.length === other.length && bufferCompare(this, other) === 0;
  }

  compare(target: Uint8Array, targetStart?: number, targetEnd?: number, start?: number, end?: number): number {
    if (!isBytes(target)) throw invalidArgument('target', 'an instance of Buffer or Uint8Array', target);
    return bufferCompare(super.subarray(start ?? 0, end ?? this.length), target.subarray(targetStart ?? 0, targetEnd ?? target.length));
  }

  copy(target: Uint8Array, targetStart = 0, start = 0, end = this.length): number {
    const length = Math.max(0, Math.min(end, this.length) - start);
    const fits = Math.min(length, Math.max(0, target.length - targetStart));
    target.set(super.subarray(start, start + fits), targetStart);
    return fits;
  }

  /** Shares the memory, unlike the `slice` of typed arrays. */
  override slice(start?: number, end?: number): any {
    return this.subarray(start, end);
  }

  write(text: string, offset?: any, length?: any, encoding?: any): number {
    if (typeof text !== 'string') throw invalidArgument('string', 'of type string', text);
    if (typeof offset === 'string') return this.write(text, 0, this.length, offset);
    if (typeof length === 'string') return this.write(text, offset, this.length, length);
    const start = clamp(offset, 0, this.length);
    const room = Math.min(clamp(length, this.length, this.length), this.length - start);
    const name = encodingOf(encoding);
    let bytes = new Uint8Array(bufferFromText(text, name));
    if (bytes.length > room) {
      let end = room;
      // No half characters.
      if (name === 'utf8') while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
      else if (name === 'utf16le') end -= end % 2;
      bytes = bytes.subarray(0, end);
    }
    this.set(bytes, start);
    return bytes.length;
  }

  override fill(value: any, offset?: any, end?: any, encoding?: any): this {
    if (typeof offset === 'string') return this.fill(value, 0, this.length, offset);
    if (typeof end === 'string') return this.fill(value, offset, this.length, end);
    const first = clamp(offset, 0, this.length);
    const last = clamp(end, this.length, this.length);
    const pattern = typeof value === 'string' ? new Uint8Array(bufferFromText(value, encodingOf(encoding))) : isBytes(value) ? value : null;
    if (pattern === null) {
      super.fill(Number(value) & 255, first, last);
      return this;
    }
    if (pattern.length === 0) {
      if (isBytes(value)) throw nodeError('ERR_INVALID_ARG_VALUE', 'The argument \'value\' is invalid. Received an empty buffer', TypeError);
      super.fill(0, first, last);
      return this;
    }
    for (let at = first; at < last; at += pattern.length) this.set(pattern.subarray(0, Math.min(pattern.length, last - at)), at);
    return this;
  }

  private _find(value: any, from: any, encoding: any, forward: boolean): number {
    if (typeof from === 'string') return this._find(value, undefined, from, forward);
    const start = from === undefined || Number.isNaN(Number(from)) ? (forward ? 0 : this.length) : Math.trunc(Number(from));
    const place = start < 0 ? Math.max(this.length + start, forward ? 0 : -1) : start;
    if (place < 0) return -1;
    const name = encodingOf(encoding);
    if (typeof value === 'number') return bufferIndexOf(this, Uint8Array.of(value & 255), place, forward);
    if (typeof value === 'string') return bufferIndexOf(this, new Uint8Array(bufferFromText(value, name)), place, forward);
    if (isBytes(value)) return bufferIndexOf(this, value, place, forward);
    throw invalidArgument('value', 'one of type number or string or an instance of Buffer or Uint8Array', value);
  }

  override indexOf(value: any, from?: any, encoding?: any): number {
    return this._find(value, from, encoding, true);
  }

  override lastIndexOf(value: any, from?: any, encoding?: any): number {
    return this._find(value, from, encoding, false);
  }

  override includes(value: any, from?: any, encoding?: any): boolean {
    return this.indexOf(value, from, encoding) >= 0;
  }

  private _swap(size: number): this {
    if (this.length % size !== 0) throw nodeError('ERR_INVALID_BUFFER_SIZE', `Buffer size must be a multiple of ${size * 8}-bits`, RangeError);
    for (let at = 0; at < this.length; at += size) super.subarray(at, at + size).reverse();
    return this;
  }

  swap16(): this {
    return this._swap(2);
  }

  swap32(): this {
    return this._swap(4);
  }

  swap64(): this {
    return this._swap(8);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const shown = bufferToText(super.subarray(0, INSPECT_MAX_BYTES), 'hex').match(/../g) ?? [];
    const more = this.length - INSPECT_MAX_BYTES;
    return `<Buffer${shown.map(byte => ` ${byte}`).join('')}${more > 0 ? ` ... ${more} more byte${more > 1 ? 's' : ''}` : ''}>`;
  }
}
installNumbers(Bytes.prototype);

/** `Buffer` may be called with and without `new`; both are old ways. */
export const Buffer: any = function (value: any, encoding?: any, length?: any) {
  if (typeof value !== 'number') return Buffer.from(value, encoding, length);
  if (typeof encoding === 'string') throw invalidArgument('string', 'of type string', value);
  return Buffer.alloc(value);
};
Buffer.prototype = Bytes.prototype;
Object.setPrototypeOf(Buffer, Uint8Array);
Object.defineProperty(Bytes.prototype, 'constructor', { value: Buffer, writable: true, configurable: true });
// What subarray() and map() make.
Object.defineProperty(Buffer, Symbol.species, { get: () => Bytes, configurable: true });

function copyOf(bytes: ArrayLike<number>): Bytes {
  const copy = new Bytes(bytes.length);
  copy.set(bytes);
  return copy;
}

Object.assign(Buffer, {
  poolSize: 8192,

  from(value: any, encoding?: any, length?: any): Bytes {
    if (typeof value === 'string') return new Bytes(bufferFromText(value, encodingOf(encoding)));
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) throw unusable(value);
    if (value instanceof ArrayBuffer || (typeof SharedArrayBuffer !== 'undefined' && value instanceof SharedArrayBuffer)) {
      return new Bytes(value as ArrayBuffer, encoding ?? 0, length);
    }
    if (ArrayBuffer.isView(value) && !isBytes(value)) return copyOf(Array.from(value as any, (item: any) => Number(item) & 255));
    const primitive = value.valueOf?.();
    if (primitive !== undefined && primitive !== null && primitive !== value) return Buffer.from(primitive, encoding, length);
    if (value.type === 'Buffer' && Array.isArray(value.data)) return Buffer.from(value.data);
    if (typeof value.length === 'number' || isBytes(value)) return copyOf(value);
    const text = value[Symbol.toPrimitive]?.('string');
    if (typeof text === 'string') return Buffer.from(text, encoding);
    throw unusable(value);
  },

  of: (...bytes: number[]) => copyOf(bytes),

  alloc(size: number, fill?: any, encoding?: any): Bytes {
    const made = new Bytes(checkSize(size));
    return fill === undefined || fill === 0 || size === 0 ? made : made.fill(fill, 0, size, encoding);
  },

  allocUnsafe: (size: number) => new Bytes(checkSize(size)),
  allocUnsafeSlow: (size: number) => new Bytes(checkSize(size)),
  isBuffer: (value: unknown) => value instanceof Bytes,
  isEncoding: (encoding: unknown) => typeof encoding === 'string' && encoding.toLowerCase() in ENCODINGS,

  byteLength(value: any, encoding?: any): number {
    if (typeof value === 'string') return bufferFromText(value, encodingOf(encoding)).byteLength;
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
    throw invalidArgument('string', 'of type string or an instance of Buffer or ArrayBuffer', value);
  },

  compare(first: Uint8Array, second: Uint8Array): number {
    if (!isBytes(first)) throw invalidArgument('buf1', 'an instance of Buffer or Uint8Array', first);
    if (!isBytes(second)) throw invalidArgument('buf2', 'an instance of Buffer or Uint8Array', second);
    return bufferCompare(first, second);
  },

  concat(list: Uint8Array[], total?: number): Bytes {
    if (!Array.isArray(list)) throw invalidArgument('list', 'an instance of Array', list);
    const length = total ?? list.reduce((sum, part) => sum + part.length, 0);
    const all = new Bytes(checkSize(length));
    let at = 0;
    for (const part of list) {
      if (!isBytes(part)) throw invalidArgument('list[]', 'an instance of Buffer or Uint8Array', part);
      if (at + part.length > length) {
        all.set(part.subarray(0, length - at), at);
        break;
      }
      all.set(part, at);
      at += part.length;
    }
    return all;
  },

  copyBytesFrom(view: any, offset = 0, length?: number): Bytes {
    const part = view.subarray(offset, length === undefined ? undefined : offset + length);
    return copyOf(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  },
});

function unusable(value: unknown): Error {
  return invalidArgument('first argument', 'of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object', value);
}

export const SlowBuffer = Buffer;

export function isUtf8(bytes: any): boolean {
  const decoder = new (globalThis as any).TextDecoder('utf-8', { fatal: true });
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

export function isAscii(bytes: any): boolean {
  return new Uint8Array(bytes.buffer ?? bytes, bytes.byteOffset ?? 0, bytes.byteLength).every(byte => byte < 128);
}

export function transcode(bytes: Uint8Array, from: string, to: string): Bytes {
  return Buffer.from(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(from), to);
}

export const { atob, btoa } = globalThis as any;
const { Blob = class Blob {}, File = class File {} } = globalThis as any;
export { Blob, File };

export function resolveObjectURL(): never {
  throw notAvailable('buffer.resolveObjectURL');
}

export default {
  Buffer, SlowBuffer, kMaxLength, kStringMaxLength, constants, INSPECT_MAX_BYTES, isUtf8, isAscii, transcode, atob, btoa, Blob, File, resolveObjectURL,
};
