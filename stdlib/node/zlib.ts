// node:zlib: gzip, deflate and raw deflate, at once and as streams.

import { zlibAsync, zlibSync } from 'cronflow:internal/ops';
import { Buffer } from 'node:buffer';
import { Transform } from 'node:stream';
import { invalidArgument, unavailable } from 'cronflow:internal/node/errors';

export const constants = {
  Z_NO_COMPRESSION: 0, Z_BEST_SPEED: 1, Z_BEST_COMPRESSION: 9, Z_DEFAULT_COMPRESSION: -1, Z_NO_FLUSH: 0, Z_SYNC_FLUSH: 2, Z_FINISH: 4,
};

function bytesOf(data: any, name = 'buffer'): any {
  if (typeof data === 'string') return Buffer.from(data);
  if (data instanceof ArrayBuffer) return Buffer.from(data);
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  throw invalidArgument(name, 'of type string or an instance of Buffer, TypedArray, DataView, or ArrayBuffer', data);
}

const level = (options: any = {}): number => options.level ?? -1;

function now(mode: string): any {
  return (data: any, options?: any) => Buffer.from(zlibSync(mode, bytesOf(data), level(options)));
}

function later(mode: string): any {
  return (data: any, ...rest: any[]) => {
    const done = rest.pop();
    if (typeof done !== 'function') throw invalidArgument('callback', 'of type function', done);
    zlibAsync(mode, bytesOf(data), level(rest[0])).then(bytes => done(null, Buffer.from(bytes)), done);
  };
}

/** Collects what is written; the result comes at the end. */
function stream(mode: string): any {
  return class extends Transform {
    private readonly _parts: any[] = [];
    private readonly _level: number;

    constructor(options?: any) {
      super(options);
      this._level = level(options);
    }

    override _transform(chunk: any, _encoding: any, done: any): void {
      this._parts.push(chunk);
      done();
    }

    override _flush(done: any): void {
      zlibAsync(mode, Buffer.concat(this._parts), this._level).then(bytes => done(null, Buffer.from(bytes)), done);
    }
  };
}

export const gzipSync = now('gzip');
export const gunzipSync = now('gunzip');
export const deflateSync = now('deflate');
export const inflateSync = now('inflate');
export const deflateRawSync = now('deflateRaw');
export const inflateRawSync = now('inflateRaw');
export const unzipSync = now('unzip');
export const gzip = later('gzip');
export const gunzip = later('gunzip');
export const deflate = later('deflate');
export const inflate = later('inflate');
export const deflateRaw = later('deflateRaw');
export const inflateRaw = later('inflateRaw');
export const unzip = later('unzip');
export const Gzip = stream('gzip');
export const Gunzip = stream('gunzip');
export const Deflate = stream('deflate');
export const Inflate = stream('inflate');
export const DeflateRaw = stream('deflateRaw');
export const InflateRaw = stream('inflateRaw');
export const Unzip = stream('unzip');
export const createGzip = (options?: any) => new Gzip(options);
export const createGunzip = (options?: any) => new Gunzip(options);
export const createDeflate = (options?: any) => new Deflate(options);
export const createInflate = (options?: any) => new Inflate(options);
export const createDeflateRaw = (options?: any) => new DeflateRaw(options);
export const createInflateRaw = (options?: any) => new InflateRaw(options);
export const createUnzip = (options?: any) => new Unzip(options);

let table: number[] | undefined;

/** The check sum of gzip and zip. */
export function crc32(data: any, value = 0): number {
  table ??= Array.from({ length: 256 }, (_, byte) => {
    let sum = byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
    return sum;
  });
  let sum = ~value;
  for (const byte of bytesOf(data, 'data')) sum = (sum >>> 8) ^ table[(sum ^ byte) & 255]!;
  return ~sum >>> 0;
}

const missing = unavailable('zlib', ['brotliCompress', 'brotliCompressSync', 'brotliDecompress', 'brotliDecompressSync', 'createBrotliCompress', 'createBrotliDecompress'], 'use gzip');
export const { brotliCompress, brotliCompressSync, brotliDecompress, brotliDecompressSync, createBrotliCompress, createBrotliDecompress } = missing;

export default {
  ...missing, constants, crc32, gzip, gzipSync, gunzip, gunzipSync, deflate, deflateSync, inflate, inflateSync, deflateRaw, deflateRawSync,
  inflateRaw, inflateRawSync, unzip, unzipSync, Gzip, Gunzip, Deflate, Inflate, DeflateRaw, InflateRaw, Unzip, createGzip, createGunzip,
  createDeflate, createInflate, createDeflateRaw, createInflateRaw, createUnzip,
};
