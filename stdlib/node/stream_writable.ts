// stream.Writable, Duplex, Transform and PassThrough.

import { Buffer } from 'node:buffer';
import { invalidArgument, nodeError } from 'cronflow:internal/node/errors';
import { Stream, beginWith, notImplemented, type Done } from 'cronflow:internal/node/stream_base';
import { Readable } from 'cronflow:internal/node/stream_readable';

interface Waiting {
  chunk: any;
  encoding: string;
  done: Done | undefined;
}

/** What Writable adds to a stream; Duplex takes it as well, beside Readable. */
const WRITABLE = {
  _write(_chunk: any, _encoding: string, _done: Done): void {
    throw notImplemented('_write()');
  },

  _final(this: any, done: Done): void {
    done();
  },

  write(this: any, chunk: any, encoding?: any, done?: any): boolean {
    if (typeof encoding === 'function') return this.write(chunk, undefined, encoding);
    if (chunk === null) throw nodeError('ERR_STREAM_NULL_VALUES', 'May not write null values to stream', TypeError);
    if (this.writableEnded || this.destroyed) {
      const error = this.destroyed
        ? nodeError('ERR_STREAM_DESTROYED', 'Cannot call write after a stream was destroyed')
        : nodeError('ERR_STREAM_WRITE_AFTER_END', 'write after end');
      queueMicrotask(() => done?.(error));
      if (!this.destroyed) this.destroy(error);
      return false;
    }
    const prepared = prepare(this, chunk, encoding ?? this._defaultEncoding);
    this.writableLength += this.writableObjectMode ? 1 : prepared.length;
    (this._waiting ??= []).push({ chunk: prepared, encoding: typeof prepared === 'string' ? (encoding ?? 'utf8') : 'buffer', done });
    const hasRoom = this.writableLength < this.writableHighWaterMark;
    this.writableNeedDrain ||= !hasRoom;
    this._whenReady(() => advance(this));
    return hasRoom;
  },

  end(this: any, chunk?: any, encoding?: any, done?: any): any {
    if (typeof chunk === 'function') return this.end(undefined, undefined, chunk);
    if (typeof encoding === 'function') return this.end(chunk, undefined, encoding);
    if (chunk !== undefined && chunk !== null) this.write(chunk, encoding);
    if (done !== undefined) {
      if (this.writableFinished) queueMicrotask(() => done());
      else this.once('finish', done);
    }
    this.writableEnded = true;
    this.writable = false;
    this._whenReady(() => advance(this));
    return this;
  },

  cork(this: any): void {
    this.writableCorked++;
  },

  uncork(this: any): void {
    this.writableCorked = Math.max(0, this.writableCorked - 1);
    advance(this);
  },

  setDefaultEncoding(this: any, encoding: string): any {
    this._defaultEncoding = encoding;
    return this;
  },
};

function prepare(stream: any, chunk: any, encoding: any): any {
  if (stream.writableObjectMode) return chunk;
  if (typeof chunk === 'string') return stream._decodeStrings ? Buffer.from(chunk, encoding) : chunk;
  if (Buffer.isBuffer(chunk)) return chunk;
  if (ArrayBuffer.isView(chunk)) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw invalidArgument('chunk', 'of type string or an instance of Buffer, TypedArray, or DataView', chunk);
}

function advance(stream: any): void {
  if (stream._isWriting || stream.destroyed || stream.writableCorked > 0) return;
  const next: Waiting | undefined = stream._waiting?.shift();
  if (next === undefined) return finish(stream);
  stream._isWriting = true;
  let isSync = true;
  const after = (error?: Error | null) => {
    stream._isWriting = false;
    stream.writableLength -= stream.writableObjectMode ? 1 : next.chunk.length;
    if (error) {
      next.done?.(error);
      stream.destroy(error);
      return;
    }
    next.done?.(null);
    if (stream.writableNeedDrain && stream.writableLength === 0 && !stream.writableEnded) {
      stream.writableNeedDrain = false;
      stream.emit('drain');
    }
    advance(stream);
  };
  const done: Done = error => {
    if (isSync) queueMicrotask(() => after(error));
    else after(error);
  };
  try {
    stream._write(next.chunk, next.encoding, done);
  } catch (error: any) {
    done(error);
  }
  isSync = false;
}

function finish(stream: any): void {
  if (!stream.writableEnded || stream._isFinishing) return;
  stream._isFinishing = true;
  const done: Done = error => queueMicrotask(() => {
    if (error) return void stream.destroy(error);
    stream.writableFinished = true;
    stream.emit('finish');
    if (stream._autoDestroy && stream.readable !== true) stream.destroy();
  });
  try {
    stream._final(done);
  } catch (error: any) {
    done(error);
  }
}

function setUp(stream: any, options: any): void {
  const isObjectMode = Boolean(options.objectMode || options.writableObjectMode);
  if (isObjectMode) stream.writableObjectMode = true;
  const mark = options.writableHighWaterMark ?? options.highWaterMark ?? (isObjectMode ? 16 : 65536);
  if (mark !== 65536) stream.writableHighWaterMark = mark;
  if (!(options.decodeStrings ?? true)) stream._decodeStrings = false;
  if (options.defaultEncoding) stream._defaultEncoding = options.defaultEncoding;
  if (typeof options.write === 'function') stream._write = options.write;
  if (typeof options.final === 'function') stream._final = options.final;
}

const BEGIN = {
  writable: true, writableObjectMode: false, writableHighWaterMark: 65536, writableLength: 0, writableEnded: false, writableFinished: false,
  writableNeedDrain: false, writableCorked: 0, _waiting: undefined, _isWriting: false, _isFinishing: false, _decodeStrings: true, _defaultEncoding: 'utf8',
};

function mixIn(Class: { prototype: object }): void {
  beginWith(Class, WRITABLE);
  beginWith(Class, BEGIN);
}

export class Writable extends Stream {
  constructor(options?: any) {
    super(options);
    if (options !== undefined) setUp(this, options);
  }

  static fromWeb(stream: any, options: any = {}): Writable {
    const writer = stream.getWriter();
    return new Writable({
      ...options,
      write: (chunk: any, _encoding: string, done: Done) => void writer.write(chunk).then(() => done(), done),
      final: (done: Done) => void writer.close().then(() => done(), done),
    });
  }

  static toWeb(stream: any): any {
    return new (globalThis as any).WritableStream({
      write: (chunk: any) => new Promise<void>((resolve, reject) => stream.write(chunk, (error: any) => (error ? reject(error) : resolve()))),
      close: () => new Promise<void>(resolve => stream.end(() => resolve())),
      abort: (reason: any) => void stream.destroy(reason),
    });
  }

  static override [Symbol.hasInstance](value: any): boolean {
    return Function.prototype[Symbol.hasInstance].call(this, value) || (this === Writable && Function.prototype[Symbol.hasInstance].call(Duplex, value));
  }
}
mixIn(Writable);

export class Duplex extends Readable {
  declare allowHalfOpen: boolean;

  constructor(options?: any) {
    super(options);
    if (options !== undefined) setUp(this, options);
    if (!(options?.allowHalfOpen ?? true)) this.allowHalfOpen = false;
    if (options?.readable === false) (this as any).push(null);
    if (options?.writable === false) (this as any).end();
    if (!this.allowHalfOpen) this.once('end', () => (this as any).end());
  }
}
mixIn(Duplex);
beginWith(Duplex, { allowHalfOpen: true });

export class Transform extends Duplex {
  private _continue: Done | null = null;

  constructor(options: any = {}) {
    super(options);
    if (typeof options.transform === 'function') this._transform = options.transform;
    if (typeof options.flush === 'function') this._flush = options.flush;
  }

  _transform(_chunk: any, _encoding: string, _done: Done): void {
    throw notImplemented('_transform()');
  }

  _flush(done: Done): void {
    done();
  }

  _write(chunk: any, encoding: string, done: Done): void {
    this._transform(chunk, encoding, (error, value) => {
      if (error) return done(error);
      const hasRoom = value === undefined || value === null || this.push(value);
      // The next chunk waits until somebody reads.
      if (hasRoom || this.readableLength < this.readableHighWaterMark) done();
      else this._continue = done;
    });
  }

  override _read(): void {
    const go = this._continue;
    this._continue = null;
    go?.();
  }

  _final(done: Done): void {
    this._flush((error, value) => {
      if (error) return done(error);
      if (value !== undefined && value !== null) this.push(value);
      this.push(null);
      done();
    });
  }
}

export class PassThrough extends Transform {
  override _transform(chunk: any, _encoding: string, done: Done): void {
    done(null, chunk);
  }
}
