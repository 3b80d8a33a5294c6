// stream.Readable.

import { Buffer } from 'node:buffer';
import { StringDecoder } from 'node:string_decoder';
import { Stream, beginWith, notImplemented } from 'cronflow:internal/node/stream_base';

/** The queue of a stream that has had nothing yet. */
const NOTHING: any[] = Object.freeze([]) as any;

export class Readable extends Stream {
  declare readable: boolean;
  declare readableObjectMode: boolean;
  declare readableHighWaterMark: number;
  declare readableEnded: boolean;
  declare readableDidRead: boolean;
  declare readableEncoding: string | null;
  /** null: nobody has decided yet whether it flows. */
  declare readableFlowing: boolean | null;
  declare private _queue: any[];
  declare private _size: number;
  declare private _isReading: boolean;
  declare private _isAtEnd: boolean;
  declare private _isScheduled: boolean;
  declare private _decoder: StringDecoder | null;
  declare private _pipes: Map<any, () => void> | undefined;

  constructor(options?: any) {
    super(options);
    if (options === undefined) return;
    const isObjectMode = Boolean(options.objectMode || options.readableObjectMode);
    if (isObjectMode) this.readableObjectMode = true;
    const mark = options.readableHighWaterMark ?? options.highWaterMark ?? (isObjectMode ? 16 : 65536);
    if (mark !== 65536) this.readableHighWaterMark = mark;
    if (typeof options.read === 'function') this._read = options.read;
    if (options.encoding) this.setEncoding(options.encoding);
  }

  get readableLength(): number {
    return this._size;
  }

  get readableAborted(): boolean {
    return this.destroyed && !this.readableEnded;
  }

  _read(_size: number): void {
    throw notImplemented('_read()');
  }

  setEncoding(encoding: string): this {
    this._decoder = new StringDecoder(encoding);
    this.readableEncoding = encoding;
    return this;
  }

  push(chunk: any, encoding?: any): boolean {
    this._isReading = false;
    if (chunk === null) {
      const rest = this._decoder?.end() ?? '';
      if (rest !== '') this._add(rest, false);
      this._isAtEnd = true;
    } else {
      this._add(this._prepared(chunk, encoding), false);
    }
    this._schedule();
    return !this._isAtEnd && this._size < this.readableHighWaterMark;
  }

  unshift(chunk: any, encoding?: any): boolean {
    this._add(this._prepared(chunk, encoding), true);
    this._schedule();
    return this._size < this.readableHighWaterMark;
  }

  private _prepared(chunk: any, encoding?: any): any {
    if (this.readableObjectMode) return chunk;
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    return this._decoder === null ? bytes : this._decoder.write(bytes);
  }

  private _add(chunk: any, first: boolean): void {
    if (!this.readableObjectMode && chunk.length === 0) return;
    if (this._queue === NOTHING) this._queue = [chunk];
    else if (first) this._queue.unshift(chunk);
    else this._queue.push(chunk);
    this._size += this.readableObjectMode ? 1 : chunk.length;
  }

  /** What happens next, after the code that is running. */
  private _schedule(): void {
    if (this._isScheduled || this.destroyed) return;
    this._isScheduled = true;
    queueMicrotask(() => {
      this._isScheduled = false;
      if (this.destroyed) return;
      if (this.readableFlowing) this._flow();
      else if (this._queue.length > 0 || this._isAtEnd) this.emit('readable');
      this._fill();
      this._endIfDone();
    });
  }

  private _flow(): void {
    while (this.readableFlowing && this._queue.length > 0 && !this.destroyed) this.emit('data', this._take());
  }

  private _take(size?: number): any {
    this.readableDidRead = true;
    const first = this._queue[0];
    if (size === undefined || this.readableObjectMode || size === first.length) {
      this._queue.shift();
      this._size -= this.readableObjectMode ? 1 : first.length;
      return first;
    }
    const all = typeof first === 'string' ? this._queue.join('') : Buffer.concat(this._queue);
    const rest = all.slice(size);
    this._queue = rest.length > 0 ? [rest] : [];
    this._size = rest.length;
    return all.slice(0, size);
  }

  private _fill(): void {
    const wantsMore = this.readableFlowing !== false || this.listenerCount('readable') > 0;
    if (this._isReading || this._isAtEnd || this.destroyed || !wantsMore || this._size >= this.readableHighWaterMark) return;
    this._isReading = true;
    this._whenReady(() => {
      try {
        this._read(this.readableHighWaterMark);
      } catch (error: any) {
        this.destroy(error);
      }
    });
  }

  private _endIfDone(): void {
    if (!this._isAtEnd || this._queue.length > 0 || this.readableEnded || this.destroyed || this.readableFlowing === null) return;
    this.readableEnded = true;
    this.readable = false;
    this.emit('end');
    if (this._autoDestroy && (this as any).writableFinished !== false) this.destroy();
  }

  read(size?: number): any {
    this.readableFlowing ??= false;
    const wanted = this.readableObjectMode ? undefined : (size ?? (this._size > 0 ? this._size : undefined));
    const enough = this._queue.length > 0 && (wanted === undefined || wanted <= this._size || this._isAtEnd);
    const chunk = enough ? this._take(wanted === undefined ? undefined : Math.min(wanted, this._size)) : null;
    if (chunk !== null) this.emit('data', chunk);
    this._fill();
    if (this._isAtEnd) this._schedule();
    return chunk;
  }

  on(name: any, listener: any): this {
    super.on(name, listener);
    if (name === 'data' && this.readableFlowing !== false) this.resume();
    if (name === 'readable') {
      this.readableFlowing = false;
      this._fill();
      this._schedule();
    }
    return this;
  }

  addListener(name: any, listener: any): this {
    return this.on(name, listener);
  }

  resume(): this {
    if (!this.readableFlowing) {
      this.readableFlowing = true;
      this._schedule();
    }
    return this;
  }

  pause(): this {
    this.readableFlowing = false;
    return this;
  }

  isPaused(): boolean {
    return this.readableFlowing === false;
  }

  pipe(target: any, options: { end?: boolean } = {}): any {
    const onData = (chunk: any) => {
      if (target.write(chunk) === false) {
        this.pause();
        target.once('drain', () => this.resume());
      }
    };
    const onEnd = () => target.end();
    const isOutput = target === (globalThis as any).process?.stdout || target === (globalThis as any).process?.stderr;
    this.on('data', onData);
    if (options.end !== false && !isOutput) this.once('end', onEnd);
    (this._pipes ??= new Map()).set(target, () => {
      this.removeListener('data', onData);
      this.removeListener('end', onEnd);
    });
    target.emit('pipe', this);
    this.resume();
    return target;
  }

  unpipe(target?: any): this {
    for (const one of target === undefined ? [...(this._pipes?.keys() ?? [])] : [target]) {
      this._pipes?.get(one)?.();
      this._pipes?.delete(one);
      one.emit('unpipe', this);
    }
    return this;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<any> {
    let wake: () => void = () => undefined;
    let failure: Error | null = null;
    let isOver = this.readableEnded || this.destroyed;
    const notify = () => wake();
    this.on('readable', notify);
    this.on('end', () => {
      isOver = true;
      wake();
    });
    this.on('error', (error: Error) => {
      failure = error;
      wake();
    });
    this.on('close', () => {
      isOver = true;
      wake();
    });
    try {
      for (;;) {
        const chunk = this._queue.length > 0 && !this.destroyed ? this.read() : null;
        if (chunk !== null) yield chunk;
        else if (failure !== null || this.errored) throw failure ?? this.errored;
        else if (isOver) return;
        else {
          this.read(0);
          await new Promise<void>(resolve => (wake = resolve));
        }
      }
    } finally {
      this.removeListener('readable', notify);
      this.destroy();
    }
  }

  async toArray(): Promise<any[]> {
    return Array.fromAsync(this as any);
  }

  map(fn: (chunk: any) => any): Readable {
    return Readable.from(mapped(this, fn));
  }

  filter(fn: (chunk: any) => any): Readable {
    return Readable.from(filtered(this, fn));
  }

  async forEach(fn: (chunk: any) => any): Promise<void> {
    for await (const chunk of this) await fn(chunk);
  }

  /** A stream of what an iterable gives. */
  static from(source: any, options: any = {}): Readable {
    const isOne = typeof source === 'string' || source instanceof Uint8Array;
    const iterator = isOne ? [source][Symbol.iterator]() : (source[Symbol.asyncIterator] ?? source[Symbol.iterator]).call(source);
    return new Readable({
      objectMode: true,
      highWaterMark: 1,
      ...options,
      async read(this: Readable) {
        try {
          const { value, done } = await iterator.next();
          this.push(done ? null : await value);
        } catch (error: any) {
          this.destroy(error);
        }
      },
      destroy(error: Error | null, done: any) {
        Promise.resolve(iterator.return?.()).then(() => done(error), done);
      },
    });
  }

  /** From a stream of the web platform. */
  static fromWeb(stream: any, options: any = {}): Readable {
    const reader = stream.getReader();
    return new Readable({
      ...options,
      async read(this: Readable) {
        try {
          const { value, done } = await reader.read();
          this.push(done ? null : value);
        } catch (error: any) {
          this.destroy(error);
        }
      },
      destroy: (error: Error | null, done: any) => {
        reader.cancel(error).then(() => done(error), () => done(error));
      },
    });
  }

  static toWeb(stream: Readable): any {
    const iterator = stream[Symbol.asyncIterator]();
    return new (globalThis as any).ReadableStream({
      async pull(controller: any) {
        const { value, done } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason: any) => void stream.destroy(reason),
    });
  }
}

beginWith(Readable, {
  readable: true, readableObjectMode: false, readableHighWaterMark: 65536, readableEnded: false, readableDidRead: false, readableEncoding: null,
  readableFlowing: null, _queue: NOTHING, _size: 0, _isReading: false, _isAtEnd: false, _isScheduled: false, _decoder: null, _pipes: undefined,
});

async function* mapped(source: AsyncIterable<any>, fn: (chunk: any) => any): AsyncGenerator<any> {
  for await (const chunk of source) yield await fn(chunk);
}

async function* filtered(source: AsyncIterable<any>, fn: (chunk: any) => any): AsyncGenerator<any> {
  for await (const chunk of source) if (await fn(chunk)) yield chunk;
}
