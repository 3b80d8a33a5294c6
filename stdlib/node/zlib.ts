// node:zlib: gzip, deflate and raw deflate, at once and as streams; brotli, which is only decompressed.

import { codecFinish, codecOpen, codecOpenCoding, codecPush, zlibAsync, zlibSync } from 'cronflow:internal/ops';
import { Buffer } from 'node:buffer';
import { Transform } from 'node:stream';
import { invalidArgument, nodeError, notAvailable, unavailable } from 'cronflow:internal/node/errors';

export const constants = {
  Z_NO_COMPRESSION: 0, Z_BEST_SPEED: 1, Z_BEST_COMPRESSION: 9, Z_DEFAULT_COMPRESSION: -1, Z_NO_FLUSH: 0, Z_SYNC_FLUSH: 2, Z_FINISH: 4,
};

function bytesOf(data: any, name = 'buffer'): any {
  if (typeof data === 'string') return Buffer.from(data);
  if (data instanceof ArrayBuffer) return Buffer.from(data);
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  throw invalidArgument(name, 'of type string or an instance of Buffer, TypedArray, DataView, or ArrayBuffer', data);
}

/** Options that change what comes out, and that are not here. */
const REFUSED = ['dictionary', 'windowBits', 'memLevel', 'strategy', 'info', 'maxOutputLength'];

function refuse(options: any): void {
  for (const name of REFUSED) if (options?.[name] !== undefined) throw notAvailable(`zlib's option ${name}`);
}

function level(options: any): number {
  refuse(options);
  return options?.level ?? -1;
}

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

/** Compressed bytes that are taken at once: a few may stand for many. */
const PIECE = 16 * 1024;

type Open = (options: any, first: any) => any;
const encoder = (format: string): Open => options => codecOpen(format, false, level(options));
const decoder = (coding: 'gzip' | 'deflate' | 'br'): Open => () => codecOpenCoding(coding);

/** What is ready comes out as it goes in. */
function stream(open: Open): any {
  return class extends Transform {
    private _codec: any;
    private readonly _options: any;
    bytesWritten = 0;

    constructor(options?: any) {
      super(options);
      refuse(options);
      this._options = options;
    }

    override _transform(chunk: any, encoding: any, done: any): void {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : bytesOf(chunk);
      this.bytesWritten += bytes.length;
      this._work(done, () => {
        for (let at = 0; at < bytes.length; at += PIECE) this._hand(codecPush(this._open(bytes), bytes.subarray(at, at + PIECE)));
      });
    }

    override _flush(done: any): void {
      this._work(done, () => this._hand(codecFinish(this._open(Buffer.alloc(0)))));
    }

    close(done?: () => void): void {
      if (done !== undefined) this.once('close', done);
      this.destroy();
    }

    private _open(first: any): any {
      return (this._codec ??= open(this._options, first));
    }

    private _hand(bytes: Uint8Array): void {
      if (bytes.length > 0) this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    }

    private _work(done: any, work: () => void): void {
      try {
        work();
      } catch (error: any) {
        const isShort = /too early/.test(error.message);
        return done(nodeError(isShort ? 'Z_BUF_ERROR' : 'Z_DATA_ERROR', isShort ? 'unexpected end of file' : error.message));
      }
      done();
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
export const Gzip = stream(encoder('gzip'));
export const Gunzip = stream(decoder('gzip'));
export const Deflate = stream(encoder('deflate'));
export const Inflate = stream(() => codecOpen('deflate', true));
export const DeflateRaw = stream(encoder('deflate-raw'));
export const InflateRaw = stream(() => codecOpen('deflate-raw', true));
export const Unzip = stream((_, first) => codecOpenCoding(first[0] === 0x1f ? 'gzip' : 'deflate'));
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

export const brotliDecompressSync = now('brotliDecompress');
export const brotliDecompress = later('brotliDecompress');
export const BrotliDecompress = stream(decoder('br'));
export const createBrotliDecompress = (options?: any) => new BrotliDecompress(options);
const missing = unavailable('zlib', ['BrotliCompress', 'brotliCompress', 'brotliCompressSync', 'createBrotliCompress'], 'brotli is only decompressed here; compress with gzip');
export const { BrotliCompress, brotliCompress, brotliCompressSync, createBrotliCompress } = missing;

export default {
  ...missing, constants, crc32, gzip, gzipSync, gunzip, gunzipSync, deflate, deflateSync, inflate, inflateSync, deflateRaw, deflateRawSync,
  inflateRaw, inflateRawSync, unzip, unzipSync, Gzip, Gunzip, Deflate, Inflate, DeflateRaw, InflateRaw, Unzip, createGzip, createGunzip,
  createDeflate, createInflate, createDeflateRaw, createInflateRaw, createUnzip, BrotliDecompress, brotliDecompress, brotliDecompressSync,
  createBrotliDecompress,
};
