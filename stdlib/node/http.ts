// node:http: request() and get() over fetch. Servers are declared with webhooks, or with express.

import { Buffer } from 'node:buffer';
import { EventEmitter } from 'node:events';
import { nodeError, notAvailable, unavailable } from 'cronflow:internal/node/errors';
import { Readable, Writable } from 'node:stream';
import { format, urlToHttpOptions } from 'node:url';

export const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE', 'CONNECT'];
export const STATUS_CODES: Record<string, string> = {
  100: 'Continue', 101: 'Switching Protocols', 102: 'Processing', 103: 'Early Hints', 200: 'OK', 201: 'Created', 202: 'Accepted',
  203: 'Non-Authoritative Information', 204: 'No Content', 205: 'Reset Content', 206: 'Partial Content', 207: 'Multi-Status',
  300: 'Multiple Choices', 301: 'Moved Permanently', 302: 'Found', 303: 'See Other', 304: 'Not Modified', 305: 'Use Proxy',
  307: 'Temporary Redirect', 308: 'Permanent Redirect', 400: 'Bad Request', 401: 'Unauthorized', 402: 'Payment Required', 403: 'Forbidden',
  404: 'Not Found', 405: 'Method Not Allowed', 406: 'Not Acceptable', 407: 'Proxy Authentication Required', 408: 'Request Timeout',
  409: 'Conflict', 410: 'Gone', 411: 'Length Required', 412: 'Precondition Failed', 413: 'Payload Too Large', 414: 'URI Too Long',
  415: 'Unsupported Media Type', 416: 'Range Not Satisfiable', 417: 'Expectation Failed', 418: "I'm a Teapot", 421: 'Misdirected Request',
  422: 'Unprocessable Entity', 423: 'Locked', 424: 'Failed Dependency', 425: 'Too Early', 426: 'Upgrade Required',
  428: 'Precondition Required', 429: 'Too Many Requests', 431: 'Request Header Fields Too Large', 451: 'Unavailable For Legal Reasons',
  500: 'Internal Server Error', 501: 'Not Implemented', 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported', 507: 'Insufficient Storage', 508: 'Loop Detected', 511: 'Network Authentication Required',
};
export const maxHeaderSize = 16384;

/** The answer to a request: headers, and the body as a stream. */
export class IncomingMessage extends Readable {
  statusCode = 0;
  statusMessage = '';
  httpVersion = '1.1';
  url = '';
  method: string | null = null;
  complete = false;
  aborted = false;
  req: any;
  headers: Record<string, string | string[]> = {};
  rawHeaders: string[] = [];
  trailers = {};
  trailersDistinct = {};
  rawTrailers: string[] = [];
  httpVersionMajor = 1;
  httpVersionMinor = 1;
  socket: any = socketLike();

  get connection(): any {
    return this.socket;
  }

  setTimeout(delay: number, listener?: () => void): this {
    this.socket.setTimeout(delay, listener);
    return this;
  }

  _end(): void {
    this.complete = true;
    this.push(null);
  }
}

/** What packages ask a socket for. */
function socketLike(): any {
  return Object.assign(new EventEmitter(), {
    setTimeout() {}, setNoDelay() {}, setKeepAlive() {}, unref() {}, ref() {}, destroy() {}, end() {}, destroyed: false, writable: true, readable: true,
  });
}

/** The failure of an exchange as Node.js names it. */
function reset(error: any): any {
  if (typeof error?.code === 'string' || error?.name === 'AbortError') return error;
  const text = String(error?.message ?? error);
  const known: [RegExp, string][] = [
    [/refused/i, 'ECONNREFUSED'], [/timed out|timeout/i, 'ETIMEDOUT'], [/not allowed/, 'ERR_ACCESS_DENIED'], [/dns|lookup|resolve|name or service/i, 'ENOTFOUND'],
    [/certificate/i, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ];
  const code = known.find(([pattern]) => pattern.test(text))?.[1] ?? 'ECONNRESET';
  return nodeError(code, text, Error, { cause: error });
}

/** Options that would change where or how it connects, and cannot. */
const REFUSED = [
  'socketPath', 'localAddress', 'localPort', 'createConnection', 'lookup', 'family', 'ca', 'cert', 'key', 'pfx', 'passphrase', 'rejectUnauthorized',
  'checkServerIdentity', 'servername', 'ciphers', 'minVersion', 'maxVersion',
];

function refuse(options: any): void {
  const given = [options, options.agent?.options ?? {}];
  for (const name of REFUSED) {
    // What the options say by default is fine.
    const isAsked = given.some(one => one[name] !== undefined && !(name === 'rejectUnauthorized' && one[name] === true) && !(name === 'family' && one[name] === 0));
    if (isAsked) throw notAvailable(`the option ${name} of http.request()`, 'connections are made by fetch(), with the certificates and proxy of the system');
  }
  const { agent } = options;
  if (agent && typeof agent === 'object' && !(agent instanceof Agent)) {
    throw notAvailable('an agent that makes its own connections', 'set HTTPS_PROXY for cronflow-rt to use a proxy');
  }
}

/** Headers of a body that has been decompressed on its way. */
const OF_CODING = ['content-encoding', 'content-length'];

/** Headers as Node.js has them: lower case, lists joined, set-cookie as an array. */
function take(message: IncomingMessage, response: any): void {
  const isDecoded = response.headers.has('content-encoding');
  for (const [name, value] of response.headers) {
    if (isDecoded && OF_CODING.includes(name)) continue;
    message.rawHeaders.push(name, value);
    if (name !== 'set-cookie') message.headers[name] = value;
  }
  const cookies = response.headers.getSetCookie?.() ?? [];
  if (cookies.length > 0) message.headers['set-cookie'] = cookies;
}

export class ClientRequest extends Writable {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly protocol: string;
  aborted = false;
  reusedSocket = false;
  readonly socket: any = socketLike();
  res: IncomingMessage | undefined;
  agent: any;
  finished = false;
  private _isClosed = false;
  private readonly _url: string;
  private readonly _headers = new Map<string, [string, any]>();
  private readonly _body: any[] = [];
  private readonly _controller = new (globalThis as any).AbortController();
  private _timer: any;

  constructor(url: string, options: any) {
    super({ autoDestroy: false, emitClose: false, write: (chunk: any, _: any, done: any) => (this._body.push(chunk), done()) });
    refuse(options);
    this.agent = options.agent;
    this._url = url;
    const parsed: any = new URL(url);
    this.method = String(options.method ?? 'GET').toUpperCase();
    this.path = `${parsed.pathname}${parsed.search}`;
    this.host = parsed.hostname;
    this.protocol = parsed.protocol;
    const given = options.headers ?? {};
    for (const [name, value] of Array.isArray(given) ? pairs(given) : Object.entries(given)) this.setHeader(String(name), value);
    if (options.auth) this.setHeader('authorization', `Basic ${Buffer.from(options.auth).toString('base64')}`);
    if (options.timeout) this.setTimeout(options.timeout);
    options.signal?.addEventListener('abort', () => this.destroy(options.signal.reason), { once: true });
    this.once('finish', () => {
      this.finished = true;
      void this._send();
    });
    queueMicrotask(() => this.emit('socket', this.socket));
  }

  private async _send(): Promise<void> {
    const hasBody = this._body.length > 0 && this.method !== 'GET' && this.method !== 'HEAD';
    const headers = [...this._headers.values()].flatMap(([name, value]) => [value].flat().map(one => [name, String(one)]));
    try {
      const response = await fetch(this._url, {
        method: this.method,
        headers: headers.filter(([name]) => !/^(content-length|transfer-encoding|connection|host)$/i.test(name!)) as any,
        redirect: 'manual',
        signal: this._controller.signal,
        ...(hasBody ? { body: Buffer.concat(this._body) } : {}),
      } as any);
      this._answer(response);
    } catch (error: any) {
      if (!this.destroyed) this.destroy(reset(error));
    }
  }

  /** After the last of the answer. */
  private _close(): void {
    if (this._isClosed) return;
    this._isClosed = true;
    clearTimeout(this._timer);
    this.emit('close');
  }

  private _answer(response: any): void {
    const reader = response.body?.getReader();
    const message: IncomingMessage = new IncomingMessage({
      read(this: IncomingMessage) {
        if (reader === undefined) return this._end();
        reader.read().then(({ done, value }: any) => {
          if (done) this._end();
          else this.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
        }, (error: any) => this.destroy(this.destroyed ? undefined : reset(error)));
      },
      destroy: (error: any, done: any) => {
        if (!message.complete) {
          message.aborted = true;
          this._controller.abort(error ?? undefined);
          message.emit('aborted');
        }
        done(error);
      },
    });
    message.once('close', () => this._close());
    this.res = message;
    clearTimeout(this._timer);
    message.statusCode = response.status;
    message.statusMessage = response.statusText || (STATUS_CODES[response.status] ?? '');
    message.url = '';
    message.req = this;
    take(message, response);
    if (!this.emit('response', message)) message.resume();
  }

  setHeader(name: string, value: any): this {
    this._headers.set(name.toLowerCase(), [name, value]);
    return this;
  }

  getHeader(name: string): any {
    return this._headers.get(name.toLowerCase())?.[1];
  }

  hasHeader(name: string): boolean {
    return this._headers.has(name.toLowerCase());
  }

  removeHeader(name: string): void {
    this._headers.delete(name.toLowerCase());
  }

  getHeaders(): Record<string, any> {
    return Object.fromEntries([...this._headers].map(([name, [, value]]) => [name, value]));
  }

  getHeaderNames(): string[] {
    return [...this._headers.keys()];
  }

  setTimeout(delay: number, listener?: () => void): this {
    if (listener !== undefined) this.once('timeout', listener);
    clearTimeout(this._timer);
    if (delay > 0) {
      this._timer = setTimeout(() => {
        this.socket.emit('timeout');
        this.emit('timeout');
      }, delay);
    }
    return this;
  }

  abort(): void {
    this.aborted = true;
    this.destroy();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const isOpen = this.res === undefined || !this.res.complete;
    this._controller.abort(error ?? undefined);
    // Who does not listen does not mind.
    if (isOpen) this.res?.destroy(this.res.listenerCount('error') > 0 ? (error ?? nodeError('ECONNRESET', 'aborted')) : undefined);
    // Without an answer there is an error also for those who gave none.
    done(error ?? (isOpen && this.res === undefined ? nodeError('ECONNRESET', 'socket hang up') : null));
    queueMicrotask(() => queueMicrotask(() => this._close()));
  }

  flushHeaders(): void {}
  setNoDelay(): void {}
  setSocketKeepAlive(): void {}
}

function pairs(flat: any[]): [string, any][] {
  return Array.isArray(flat[0]) ? (flat as any) : Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index], flat[2 * index + 1]]);
}

/** `request(url?, options?, callback?)` for one protocol. */
export function requester(protocol: string): (...args: any[]) => ClientRequest {
  return (...args) => {
    const callback = typeof args.at(-1) === 'function' ? args.pop() : undefined;
    const [first, second] = args;
    const url: any = typeof first === 'string' ? new URL(first) : first?.href !== undefined && first.searchParams !== undefined ? first : null;
    const options = { ...(url === null ? first : urlToHttpOptions(url)), ...(url === null ? {} : second) };
    const [pathname = '/', search = ''] = String(options.path ?? '/').split(/(?=\?)/);
    const target = format({
      protocol: options.protocol ?? protocol,
      hostname: String(options.hostname ?? options.host ?? 'localhost').replace(/^([^:[\]]+):\d+$/, '$1'),
      port: options.port ?? (/:(\d+)$/.exec(String(options.hostname ? '' : (options.host ?? ''))) ?? [])[1] ?? '',
      pathname,
      search,
    });
    const request = new ClientRequest(target, options);
    if (callback !== undefined) request.once('response', callback);
    return request;
  };
}

/** The same, sent at once. */
export function getter(request: (...args: any[]) => ClientRequest): (...args: any[]) => ClientRequest {
  return (...args) => {
    const made: any = request(...args);
    made.end();
    return made;
  };
}

export class Agent extends EventEmitter {
  options: any;
  maxSockets = Infinity;
  maxFreeSockets = 256;
  keepAlive = true;
  sockets = {};
  freeSockets = {};
  requests = {};

  constructor(options: any = {}) {
    super();
    this.options = options;
  }

  destroy(): void {}
}

export const request = requester('http:');
export const get = getter(request);
export const globalAgent = new Agent();

export function createServer(): never {
  throw notAvailable('http.createServer()', "use onWebhook(), `import express from 'express'`, or `export default { fetch }`");
}

export function validateHeaderName(name: string): void {
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) throw new TypeError(`Header name must be a valid HTTP token ["${name}"]`);
}

export function validateHeaderValue(name: string, value: unknown): void {
  if (value === undefined || /[^\t\x20-\x7e\x80-\xff]/.test(String(value))) throw new TypeError(`Invalid character in header content ["${name}"]`);
}

export const { Server, ServerResponse, OutgoingMessage, setMaxIdleHTTPParsers } = unavailable('http', [
  'Server', 'ServerResponse', 'OutgoingMessage', 'setMaxIdleHTTPParsers',
]);

export default {
  Agent, ClientRequest, IncomingMessage, METHODS, OutgoingMessage, STATUS_CODES, Server, ServerResponse, createServer, get, globalAgent,
  maxHeaderSize, request, setMaxIdleHTTPParsers, validateHeaderName, validateHeaderValue,
};
