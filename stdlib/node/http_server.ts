// Servers of node:http: they answer the requests that come to this program's own address and that no webhook takes.
//
// There is one listener for all, with its own limits: what a Server says of time limits and connections is kept and
// has no effect. Upgrades (WebSocket) do not come through.

import { EventEmitter } from 'node:events';
import { invalidArgument, nodeError, notAvailable } from 'cronflow:internal/node/errors';
import { IncomingMessage, OutgoingMessage, STATUS_CODES, NO_TEXT, bufferOver, joined, pairs, socketLike } from 'cronflow:internal/node/http_message';
import { beginWith, lazily } from 'cronflow:internal/node/stream_base';
import { whenListening } from 'cronflow:internal/ops';
import { Buffer } from 'node:buffer';
import { type WireAnswer, type WireBody, type WireHead, bodyOf, checkedStatus } from 'cronflow:internal/web/answer';
import { type Asked, type Source, bytesOf, hostOf, portOf, sendPieces, serveProgram } from 'cronflow:internal/web/serve';

/** Statuses whose answers have no body (https://www.rfc-editor.org/rfc/rfc9110#section-6.4.1). */
const BODILESS = [204, 304];

/** What `listen()` of something else is called in messages. */
export const LISTENS_BY = Symbol('listens by');

type Done = (error?: Error | null) => void;

/** Where an answer goes. */
interface Sink {
  whole(answer: WireAnswer): void;
  pieces(head: WireHead, source: Source): void;
  fail(error: unknown): void;
  /** The response is over. */
  closed(): void;
}

/** The connection of a request, as far as there is one. */
function socketOf(server: Server, asked: Asked, response: ServerResponse): any {
  const address = server.address();
  const socket = socketLike({
    remoteAddress: asked.ip, remotePort: asked.port, remoteFamily: asked.ip.includes(':') ? 'IPv6' : 'IPv4', localAddress: address?.address ?? '127.0.0.1',
    localPort: address?.port ?? 0, address: () => server.address() ?? {}, server,
  });
  socket.destroy = (error?: Error) => {
    response.destroy(error);
    return socket;
  };
  if (response.closed) socket.destroyed = true;
  return socket;
}

/** The request as the server has it. */
function incoming(asked: Asked): IncomingMessage {
  const body = bytesOf(asked);
  const request = new IncomingMessage({
    // It ends with the answer, whoever destroys it.
    autoDestroy: false,
    read(this: IncomingMessage) {
      if (body !== undefined && body.length > 0) this.push(bufferOver(body));
      this._end();
    },
  });
  request.method = asked.method;
  request.url = asked.target;
  request.headers = joined(asked.headers);
  return request;
}

export class ServerResponse extends OutgoingMessage {
  declare statusCode: number;
  declare statusMessage: string | undefined;
  declare strictContentLength: boolean;
  declare shouldKeepAlive: boolean;
  declare readonly req: any;
  /** Where it is sent; nowhere for one that a program has made itself. */
  declare private _sink: Sink | undefined;
  declare private _isBegun: boolean;
  /** The piece that waits to be taken, and what is called when it is. */
  declare private _piece: [WireBody, Done] | undefined;
  declare private _isAtEnd: boolean;
  /** Whoever waits for a piece. */
  declare private _wanted: ((piece: WireBody | undefined) => void) | undefined;

  constructor(req: any, sink?: Sink) {
    super();
    (this as any).req = req;
    if (sink !== undefined) this._sink = sink;
  }

  assignSocket(): void {}
  detachSocket(): void {}

  setTimeout(delay: number, listener?: () => void): this {
    this.socket.setTimeout(delay, listener);
    return this;
  }

  writeHead(status: number, reason?: any, headers?: any): this {
    if (this.headersSent) throw nodeError('ERR_HTTP_HEADERS_SENT', 'Cannot write headers after they are sent to the client');
    const given = typeof reason === 'string' ? headers : (reason ?? headers);
    this.statusCode = checkedStatus(Number(status));
    if (typeof reason === 'string') this.statusMessage = reason;
    if (given !== undefined && given !== null) this._setAll(Array.isArray(given) ? pairs(given) : Object.entries(given));
    if (typeof reason !== 'string') this.statusMessage ||= STATUS_CODES[this.statusCode] ?? 'unknown';
    if (NO_TEXT.test(String(this.statusMessage))) throw nodeError('ERR_INVALID_CHAR', 'Invalid character in statusMessage', TypeError);
    this.headersSent = true;
    return this;
  }

  private _setAll(headers: [string, any][]): void {
    const seen = new Set<string>();
    for (const [name, value] of headers) {
      if (value === undefined) continue;
      // A list may have a name again.
      if (seen.has(name.toLowerCase())) this.appendHeader(name, value);
      else this.setHeader(name, value);
      seen.add(name.toLowerCase());
    }
  }

  writeContinue(): void {}
  writeProcessing(): void {}
  writeEarlyHints(_hints: object, done?: () => void): void {
    done?.();
  }

  addTrailers(): void {
    throw notAvailable('response.addTrailers()', 'send what it says as a header');
  }

  override flushHeaders(): void {
    this._implicitHeader();
    this._begin();
  }

  /** Packages that change headers at the last moment replace writeHead(): it is called for every answer. */
  _implicitHeader(): void {
    if (!this.headersSent) this.writeHead(this.statusCode);
  }

  write(chunk: any, encoding?: any, done?: any): boolean {
    if (this.writableEnded) {
      // The answer stands, as in Node.js; whoever wrote too late hears of it.
      const after = [encoding, done].find(one => typeof one === 'function');
      queueMicrotask(() => after?.(nodeError('ERR_STREAM_WRITE_AFTER_END', 'write after end')));
      return false;
    }
    this._implicitHeader();
    return super.write(chunk, encoding, done);
  }

  end(chunk?: any, encoding?: any, done?: any): this {
    if (this.writableEnded) {
      const after = [chunk, encoding, done].find(one => typeof one === 'function');
      if (after !== undefined) queueMicrotask(() => after(nodeError('ERR_STREAM_ALREADY_FINISHED', 'Cannot call end after a stream was finished')));
      return this;
    }
    const content = typeof chunk === 'function' ? undefined : (chunk ?? undefined);
    const isWhole = !this._isBegun && this.writableLength === 0 && this.writableCorked === 0;
    // Code that looks at the length of an answer finds it, as in Node.js.
    if (isWhole && !this.headersSent && !this.hasHeader('content-length') && !this.hasHeader('transfer-encoding') && this._hasBody) {
      const length = content === undefined ? 0 : typeof content === 'string' ? Buffer.byteLength(content, typeof encoding === 'string' ? encoding : 'utf8') : content.byteLength;
      this.setHeader('Content-Length', length);
    }
    this._implicitHeader();
    if (isWhole) this._endWhole(content, encoding, typeof chunk === 'function' ? chunk : typeof encoding === 'function' ? encoding : done);
    else super.end(chunk, encoding, done);
    this.finished = true;
    return this;
  }

  /** Most answers are one text: it goes as it is, past the queue of a stream. */
  private _endWhole(content: any, encoding: any, done: Done | undefined): void {
    const given = typeof encoding === 'string' ? encoding : undefined;
    const isText = typeof content === 'string' && (given === undefined || UTF_8.test(given)) && (content as any).isWellFormed();
    const body = content === undefined ? '' : isText ? content : bytesOfChunk(content, given);
    if (done !== undefined) this.once('finish', done);
    this.writableEnded = true;
    this.writable = false;
    this._sink?.whole({ ...this._head(), ...bodyOf(this._hasBody ? body : '') });
    queueMicrotask(() => {
      if (this.destroyed) return;
      this.writableFinished = true;
      this.emit('finish');
      this.destroy();
    });
  }

  private get _hasBody(): boolean {
    return this.req?.method !== 'HEAD' && !BODILESS.includes(this.statusCode);
  }

  /** From here on the answer is sent as it comes. */
  private _begin(): void {
    if (this._isBegun) return;
    this._isBegun = true;
    this._sink?.pieces(this._head(), {
      next: () => new Promise(resolve => {
        this._wanted = resolve;
        this._hand();
      }),
      cancel: () => this.destroy(),
    });
  }

  private _head(): WireHead {
    const { statusCode: status, statusMessage: reason } = this;
    return reason === STATUS_CODES[status] ? { status, headers: this._lines() } : { status, reason, headers: this._lines() };
  }

  private _hand(): void {
    const wanted = this._wanted;
    if (wanted === undefined || (this._piece === undefined && !this._isAtEnd)) return;
    this._wanted = undefined;
    const piece = this._piece;
    this._piece = undefined;
    wanted(piece?.[0]);
    piece?.[1]();
  }

  _write(chunk: any, _encoding: string, done: Done): void {
    if (!this._hasBody) return done();
    this._begin();
    this._piece = [bodyOf(chunk), done];
    this._hand();
  }

  _final(done: Done): void {
    if (this._isBegun) {
      this._isAtEnd = true;
      this._hand();
    } else {
      this._sink?.whole({ ...this._head(), body: '' });
    }
    done();
  }

  /** Ends it with an error: in place of an answer, or behind what has been written. */
  _breakOff(error: Error): void {
    if (this._isBegun && !this.destroyed) super.write(Buffer.alloc(0), undefined, () => this.destroy(error));
    else this.destroy(error);
  }

  override _destroy(error: Error | null, done: Done): void {
    const early = error ?? nodeError('ECONNRESET', 'the response was destroyed before its end');
    if (!this.writableFinished) this._sink?.fail(early);
    this._piece?.[1](early);
    done(error);
  }

  override _destroyedBy(failure: Error | null): void {
    this._sink?.closed();
    // Without a listener the client's answer is what is left to see.
    const isHeard = this._sink === undefined || this.listenerCount('error') > 0;
    super._destroyedBy(isHeard ? failure : null);
  }
}
beginWith(ServerResponse, {
  statusCode: 200, statusMessage: undefined, strictContentLength: false, shouldKeepAlive: true, _sink: undefined, _isBegun: false, _piece: undefined,
  _isAtEnd: false, _wanted: undefined,
});
lazily(ServerResponse, 'socket', response => response.req?.socket ?? socketLike());

const UTF_8 = /^utf-?8$/i;

function bytesOfChunk(chunk: any, encoding: any): Uint8Array {
  if (typeof chunk === 'string') return Buffer.from(chunk, encoding);
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer as ArrayBuffer, chunk.byteOffset, chunk.byteLength);
  throw invalidArgument('chunk', 'of type string or an instance of Buffer, TypedArray, or DataView', chunk);
}

export class Server extends EventEmitter {
  listening = false;
  timeout = 0;
  keepAliveTimeout = 5_000;
  headersTimeout = 60_000;
  requestTimeout = 300_000;
  maxHeadersCount: number | null = null;
  maxRequestsPerSocket = 0;
  [LISTENS_BY] = 'server.listen()';
  private _address: { address: string; family: string; port: number } | null = null;
  private _isClosed = false;

  constructor(options?: any, listener?: any) {
    super();
    const given = typeof options === 'function' ? options : listener;
    if (given !== undefined) this.on('request', given);
  }

  listen(...args: any[]): this {
    const done = typeof args.at(-1) === 'function' ? args.pop() : undefined;
    if (done !== undefined) this.once('listening', done);
    const [first, second] = args;
    const options = first !== null && typeof first === 'object' ? first : { port: first, host: typeof second === 'string' ? second : undefined };
    const path = options.path ?? (typeof options.port === 'string' && !/^\d*$/.test(options.port) ? options.port : undefined);
    if (path !== undefined) throw notAvailable(`listening on the socket '${path}'`, 'listen on a port');
    const by = this[LISTENS_BY];
    serveProgram((ctx, asked) => this._answer(ctx, asked), { by, port: portOf(options.port, by), host: hostOf(options.host, by) });
    options.signal?.addEventListener('abort', () => this.close(), { once: true });
    void whenListening().then(text => this._listens(JSON.parse(text).address));
    return this;
  }

  private _listens(place: string | null): void {
    const at = place?.lastIndexOf(':') ?? -1;
    const address = place?.slice(0, at).replace(/^\[|\]$/g, '');
    if (place !== null && address !== undefined) this._address = { address, family: address.includes(':') ? 'IPv6' : 'IPv4', port: Number(place.slice(at + 1)) };
    this.listening = true;
    this.emit('listening');
  }

  private _answer(ctx: any, asked: Asked): Promise<WireAnswer | null> {
    if (this._isClosed) return Promise.resolve({ status: 503, headers: [['connection', 'close']], body: '' });
    return new Promise((resolve, reject) => {
      const request = incoming(asked);
      const response = new ServerResponse(request, {
        whole: resolve,
        pieces: (head, source) => void sendPieces(ctx, asked, head, source).then(() => resolve(null), reject),
        fail: reject,
        closed: () => {
          if (socket !== undefined) {
            socket.destroyed = true;
            socket.emit('close', false);
          }
          if (!request.destroyed) IncomingMessage.prototype.destroy.call(request);
        },
      });
      // Few programs ask for either.
      let socket: any;
      request._later = name => (name === 'rawHeaders' ? asked.headers.flat() : (socket = socketOf(this, asked, response)));
      request.destroy = error => {
        // What was read to its end is over; else nobody waits for the answer either.
        if (!request.readableEnded && !response.writableFinished) response.destroy(error);
        return IncomingMessage.prototype.destroy.call(request, error) as any;
      };
      const failed = (error: any) => {
        // After its answer an error can only be logged.
        if (response.writableEnded) (globalThis as any).reportError(error);
        else response._breakOff(error);
      };
      try {
        const result: any = this._emitRequest(request, response);
        if (typeof result?.then === 'function') Promise.resolve(result).catch(failed);
      } catch (error) {
        failed(error);
      }
    });
  }

  private _emitRequest(request: IncomingMessage, response: ServerResponse): unknown {
    const event = request.headers.expect !== undefined && this.listenerCount('checkContinue') > 0 ? 'checkContinue' : 'request';
    // With their wrappers: a listener of once() goes with its first request.
    const listeners = this.rawListeners(event);
    if (listeners.length === 0) throw new Error("nobody answers requests: give createServer() a function, or listen to 'request'");
    if (listeners.length === 1) return listeners[0].call(this, request, response);
    return Promise.all(listeners.map((listener: any) => listener.call(this, request, response)));
  }

  address(): { address: string; family: string; port: number } | null {
    return this._address;
  }

  /** Further requests are answered 503: the address stays that of the webhooks. */
  close(done?: (error?: Error) => void): this {
    const wasListening = this.listening;
    this.listening = false;
    this._isClosed = true;
    queueMicrotask(() => {
      done?.(wasListening ? undefined : nodeError('ERR_SERVER_NOT_RUNNING', 'Server is not running.'));
      if (wasListening) this.emit('close');
    });
    return this;
  }

  setTimeout(delay?: any, listener?: () => void): this {
    if (typeof delay === 'number') this.timeout = delay;
    if (listener !== undefined) this.on('timeout', listener);
    return this;
  }

  getConnections(done: (error: Error | null, count: number) => void): void {
    queueMicrotask(() => done(null, 0));
  }

  closeAllConnections(): void {}
  closeIdleConnections(): void {}

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}

export function createServer(options?: any, listener?: any): Server {
  return new Server(options, listener);
}
