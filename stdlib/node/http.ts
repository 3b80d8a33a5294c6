// node:http: request() and get() over fetch. Servers are declared with webhooks, or with express.

import { Buffer } from 'node:buffer';
import { EventEmitter } from 'node:events';
import { notAvailable, unavailable } from 'cronflow:internal/node/errors';
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
  headers: Record<string, string | string[]> = {};
  rawHeaders: string[] = [];
  trailers = {};
  socket: any = new EventEmitter();
}

/** Headers as Node.js has them: lower case, lists joined, set-cookie as an array. */
function take(message: IncomingMessage, response: any): void {
  for (const [name, value] of response.headers) {
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
  readonly socket: any = Object.assign(new EventEmitter(), { setTimeout() {}, setNoDelay() {}, setKeepAlive() {}, unref() {}, ref() {} });
  private readonly _url: string;
  private readonly _headers = new Map<string, [string, any]>();
  private readonly _body: any[] = [];
  private readonly _controller = new (globalThis as any).AbortController();
  private _timer: any;

  constructor(url: string, options: any) {
    super({ write: (chunk: any, _: any, done: any) => (this._body.push(chunk), done()) });
    this._url = url;
    const parsed: any = new URL(url);
    this.method = String(options.method ?? 'GET').toUpperCase();
    this.path = `${parsed.pathname}${parsed.search}`;
    this.host = parsed.hostname;
    this.protocol = parsed.protocol;
    const given = options.headers ?? {};
    for (const [name, value] of Array.isArray(given) ? pairs(given) : Object.entries(given)) this.setHeader(String(name), value);
    if (options.auth !== undefined) this.setHeader('authorization', `Basic ${Buffer.from(options.auth).toString('base64')}`);
    if (options.timeout !== undefined) this.setTimeout(options.timeout);
    options.signal?.addEventListener('abort', () => this.destroy(options.signal.reason), { once: true });
    this.once('finish', () => void this._send());
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
      clearTimeout(this._timer);
      if (!this.destroyed) this.destroy(error);
    }
  }

  private _answer(response: any): void {
    const message = new IncomingMessage({
      async read(this: IncomingMessage) {
        try {
          const bytes = await response.arrayBuffer();
          this.complete = true;
          if (bytes.byteLength > 0) this.push(Buffer.from(bytes));
          this.push(null);
        } catch (error: any) {
          this.destroy(error);
        }
      },
    });
    clearTimeout(this._timer);
    message.statusCode = response.status;
    message.statusMessage = response.statusText || (STATUS_CODES[response.status] ?? '');
    message.url = '';
    take(message, response);
    this.emit('response', message);
    if (this.listenerCount('response') === 0) message.resume();
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
    if (delay > 0) this._timer = setTimeout(() => this.emit('timeout'), delay);
    return this;
  }

  abort(): void {
    this.aborted = true;
    this.destroy();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this._timer);
    this._controller.abort(error ?? undefined);
    done(error);
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

export const { Server, ServerResponse, OutgoingMessage } = unavailable('http', ['Server', 'ServerResponse', 'OutgoingMessage']);

export default {
  Agent, ClientRequest, IncomingMessage, METHODS, OutgoingMessage, STATUS_CODES, Server, ServerResponse, createServer, get, globalAgent,
  maxHeaderSize, request, validateHeaderName, validateHeaderValue,
};
