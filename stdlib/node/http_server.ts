// Servers of node:http: they answer the requests that come to this program's own address and that no webhook takes.
//
// There is one listener for all, with its own limits: what a Server says of time limits and connections is kept and
// has no effect. Upgrades (WebSocket) do not come through.

import { EventEmitter } from 'node:events';
import { nodeError, notAvailable } from 'cronflow:internal/node/errors';
import { IncomingMessage, OutgoingMessage, STATUS_CODES, bufferOver, joined, pairs, socketLike } from 'cronflow:internal/node/http_message';
import { whenListening } from 'cronflow:internal/ops';
import { Buffer } from 'node:buffer';
import { type WireAnswer, type WireBody, bodyOf, checkedStatus } from 'cronflow:internal/web/answer';
import { type Asked, type Source, bytesOf, hostOf, portOf, sendPieces, serveProgram } from 'cronflow:internal/web/serve';

/** Statuses whose answers have no body (https://www.rfc-editor.org/rfc/rfc9110#section-6.4.1). */
const BODILESS = [204, 304];

/** What `listen()` of something else is called in messages. */
export const LISTENS_BY = Symbol('listens by');

type Done = (error?: Error | null) => void;

/** Where an answer goes. */
interface Sink {
  whole(answer: WireAnswer): void;
  pieces(head: { status: number; headers: [string, string][] }, source: Source): void;
  fail(error: unknown): void;
}

/** The request as the server has it. */
function incoming(asked: Asked, socket: any): IncomingMessage {
  const body = bytesOf(asked);
  const request = new IncomingMessage({
    // It ends with the answer, whoever destroys it.
    autoDestroy: false,
    read(this: IncomingMessage) {
      if (body !== undefined && body.length > 0) this.push(bufferOver(body));
      this._end();
    },
  });
  request.socket = socket;
  request.method = asked.method;
  request.url = asked.target;
  request.rawHeaders = asked.headers.flat();
  request.headers = joined(asked.headers);
  return request;
}

export class ServerResponse extends OutgoingMessage {
  statusCode = 200;
  statusMessage: string | undefined = undefined;
  strictContentLength = false;
  shouldKeepAlive = true;
  readonly req: any;
  /** Where it is sent; nowhere for one that a program has made itself. */
  private _sink: Sink | undefined;
  /** Whether the first that was written is all there is. */
  private _isWhole = false;
  private _isBegun = false;
  private _parts: Uint8Array[] = [];
  /** The piece that waits to be taken, and what is called when it is. */
  private _piece: [WireBody, Done] | undefined;
  private _isAtEnd = false;
  /** Whoever waits for a piece. */
  private _wanted: ((piece: WireBody | undefined) => void) | undefined;

  constructor(req: any, sink?: Sink) {
    super();
    this.req = req;
    this._sink = sink;
    if (req?.socket) (this as any).socket = req.socket;
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
    const seen = new Set<string>();
    for (const [name, value] of Array.isArray(given) ? pairs(given) : Object.entries(given ?? {})) {
      if (value === undefined) continue;
      // A list may have a name again.
      if (seen.has(name.toLowerCase())) this.appendHeader(name, value);
      else this.setHeader(name, value);
      seen.add(name.toLowerCase());
    }
    this.headersSent = true;
    this.statusMessage ??= STATUS_CODES[this.statusCode] ?? 'unknown';
    return this;
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
    const hasContent = chunk !== undefined && chunk !== null && typeof chunk !== 'function';
    if (!this._isBegun && this.writableLength === 0) {
      this._isWhole = true;
      // Code that looks at the length of an answer finds it, as in Node.js.
      if (!this.headersSent && !this.hasHeader('content-length') && !this.hasHeader('transfer-encoding') && this._hasBody) {
        const length = !hasContent ? 0 : typeof chunk === 'string' ? Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as any) : 'utf8') : chunk.byteLength;
        this.setHeader('Content-Length', length);
      }
    }
    this._implicitHeader();
    super.end(chunk, encoding, done);
    this.finished = true;
    return this;
  }

  private get _hasBody(): boolean {
    return this.req?.method !== 'HEAD' && !BODILESS.includes(this.statusCode);
  }

  /** From here on the answer is sent as it comes. */
  private _begin(): void {
    if (this._isBegun || this._isWhole) return;
    this._isBegun = true;
    this._sink?.pieces(this._head(), {
      next: () => new Promise(resolve => {
        this._wanted = resolve;
        this._hand();
      }),
      cancel: () => this.destroy(),
    });
  }

  private _head(): { status: number; headers: [string, string][] } {
    return { status: this.statusCode, headers: this._lines() };
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
    if (this._isWhole) {
      this._parts.push(chunk);
      return done();
    }
    this._begin();
    this._piece = [bodyOf(chunk), done];
    this._hand();
  }

  _final(done: Done): void {
    if (this._isBegun) {
      this._isAtEnd = true;
      this._hand();
    } else {
      this._sink?.whole({ ...this._head(), ...bodyOf(this._parts.length === 1 ? this._parts[0] : Buffer.concat(this._parts)) });
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
    const local = this._address ?? { address: '127.0.0.1', port: 0 };
    const socket = socketLike({
      remoteAddress: asked.ip, remotePort: asked.port, remoteFamily: asked.ip.includes(':') ? 'IPv6' : 'IPv4', localAddress: local.address,
      localPort: local.port, address: () => this._address ?? {}, server: this,
    });
    return new Promise((resolve, reject) => {
      const request = incoming(asked, socket);
      const response = new ServerResponse(request, {
        whole: resolve,
        pieces: (head, source) => void sendPieces(ctx, asked, head, source).then(() => resolve(null), reject),
        fail: reject,
      });
      socket.destroy = (error?: Error) => {
        response.destroy(error);
        return socket;
      };
      request.destroy = error => {
        // What was read to its end is over; else nobody waits for the answer either.
        if (!request.readableEnded && !response.writableFinished) response.destroy(error);
        return IncomingMessage.prototype.destroy.call(request, error) as any;
      };
      // Whoever listens hears of it too; without a listener the client's answer is what is left to see.
      response.on('error', reject);
      response.once('close', () => {
        socket.destroyed = true;
        socket.emit('close', false);
        if (!request.destroyed) IncomingMessage.prototype.destroy.call(request);
      });
      this._emitRequest(request, response).catch(error => {
        // After its answer an error can only be logged.
        if (response.writableEnded) (globalThis as any).reportError(error);
        else response._breakOff(error);
      });
    });
  }

  private async _emitRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const event = request.headers.expect !== undefined && this.listenerCount('checkContinue') > 0 ? 'checkContinue' : 'request';
    // With their wrappers: a listener of once() goes with its first request.
    const listeners = this.rawListeners(event);
    if (listeners.length === 0) throw new Error("nobody answers requests: give createServer() a function, or listen to 'request'");
    await Promise.all(listeners.map((listener: any) => listener.call(this, request, response)));
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
