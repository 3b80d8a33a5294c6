// Messages of HTTP as node:http has them: what client and server share.

import { Buffer } from 'node:buffer';
import { EventEmitter } from 'node:events';
import { nodeError } from 'cronflow:internal/node/errors';
import { Readable, Writable } from 'node:stream';

export const METHODS = [
  'ACL', 'BIND', 'CHECKOUT', 'CONNECT', 'COPY', 'DELETE', 'GET', 'HEAD', 'LINK', 'LOCK', 'M-SEARCH', 'MERGE', 'MKACTIVITY', 'MKCALENDAR', 'MKCOL',
  'MOVE', 'NOTIFY', 'OPTIONS', 'PATCH', 'POST', 'PROPFIND', 'PROPPATCH', 'PURGE', 'PUT', 'QUERY', 'REBIND', 'REPORT', 'SEARCH', 'SOURCE', 'SUBSCRIBE',
  'TRACE', 'UNBIND', 'UNLINK', 'UNLOCK', 'UNSUBSCRIBE',
];
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

/** A message that has come: its headers, and its body as a stream. */
export class IncomingMessage extends Readable {
  statusCode: number | null = null;
  statusMessage: string | null = null;
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
  socket: any;

  constructor(options: any = {}) {
    super(typeof options.read === 'function' ? options : {});
    this.socket = typeof options.read === 'function' ? socketLike() : (options ?? socketLike());
  }

  get connection(): any {
    return this.socket;
  }

  set connection(socket: any) {
    this.socket = socket;
  }

  get headersDistinct(): Record<string, string[]> {
    const all: Record<string, string[]> = Object.create(null);
    for (const [name, value] of pairs(this.rawHeaders)) (all[name.toLowerCase()] ??= []).push(value);
    return all;
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
export function socketLike(facts: object = {}): any {
  const socket = new EventEmitter();
  return Object.assign(socket, {
    setTimeout() {}, setNoDelay() {}, setKeepAlive() {}, unref() {}, ref() {}, destroy() {}, end() {}, cork() {}, uncork() {}, destroyed: false, writable: true,
    readable: true, encrypted: false, ...facts,
  });
}

/** Headers that come once; of others that come again, the values are joined. */
const SINGLE = new Set([
  'age', 'authorization', 'content-length', 'content-type', 'etag', 'expires', 'from', 'host', 'if-modified-since', 'if-unmodified-since', 'last-modified',
  'location', 'max-forwards', 'proxy-authorization', 'referer', 'retry-after', 'server', 'user-agent',
]);

/** Headers as `message.headers` has them (https://nodejs.org/api/http.html#messageheaders). */
export function joined(list: [string, string][]): Record<string, string | string[]> {
  // Without a prototype: a client may send a header named `constructor`.
  const headers: Record<string, any> = Object.create(null);
  for (const [given, value] of list) {
    const name = given.toLowerCase();
    if (name === 'set-cookie') (headers[name] ??= []).push(value);
    else if (headers[name] === undefined) headers[name] = value;
    else if (!SINGLE.has(name)) headers[name] += `${name === 'cookie' ? '; ' : ', '}${value}`;
  }
  return headers;
}

/** A message that is being made: its headers, and what is written as its body. */
export class OutgoingMessage extends Writable {
  headersSent = false;
  finished = false;
  sendDate = true;
  readonly socket: any = socketLike();
  protected readonly _headers = new Map<string, [string, any]>();

  get connection(): any {
    return this.socket;
  }

  setHeader(name: string, value: any): this {
    if (this.headersSent) throw nodeError('ERR_HTTP_HEADERS_SENT', 'Cannot set headers after they are sent to the client');
    validateHeaderName(name);
    for (const one of [value].flat()) validateHeaderValue(name, one);
    this._headers.set(name.toLowerCase(), [name, value]);
    return this;
  }

  setHeaders(headers: any): this {
    for (const [name, value] of headers) this.setHeader(name, value);
    return this;
  }

  appendHeader(name: string, value: any): this {
    const before = this.getHeader(name);
    return this.setHeader(name, before === undefined ? value : [before, value].flat());
  }

  getHeader(name: string): any {
    return this._headers.get(String(name).toLowerCase())?.[1];
  }

  hasHeader(name: string): boolean {
    return this._headers.has(String(name).toLowerCase());
  }

  removeHeader(name: string): void {
    if (this.headersSent) throw nodeError('ERR_HTTP_HEADERS_SENT', 'Cannot remove headers after they are sent to the client');
    this._headers.delete(String(name).toLowerCase());
  }

  getHeaders(): Record<string, any> {
    return Object.assign(Object.create(null), Object.fromEntries([...this._headers].map(([name, [, value]]) => [name, value])));
  }

  getHeaderNames(): string[] {
    return [...this._headers.keys()];
  }

  getRawHeaderNames(): string[] {
    return [...this._headers.values()].map(([name]) => name);
  }

  flushHeaders(): void {}

  /** Name and value of each header line. */
  protected _lines(): [string, string][] {
    return [...this._headers.values()].flatMap(([name, value]) => [value].flat().map(one => [name, String(one)] as [string, string]));
  }
}

/** `[name, value, ...]` or `[[name, value], ...]` as pairs. */
export function pairs(flat: any[]): [string, any][] {
  return Array.isArray(flat[0]) ? (flat as any) : Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index], flat[2 * index + 1]]);
}

/** Bytes that came from elsewhere, as a Buffer over the same memory. */
export function bufferOver(data: string | Uint8Array): any {
  return typeof data === 'string' ? Buffer.from(data) : Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

export function validateHeaderName(name: string): void {
  if (typeof name === 'string' && /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) return;
  throw nodeError('ERR_INVALID_HTTP_TOKEN', `Header name must be a valid HTTP token ["${name}"]`, TypeError);
}

export function validateHeaderValue(name: string, value: unknown): void {
  if (value === undefined) throw nodeError('ERR_HTTP_INVALID_HEADER_VALUE', `Invalid value "undefined" for header "${name}"`, TypeError);
  if (/[^\t\x20-\x7e\x80-\xff]/.test(String(value))) throw nodeError('ERR_INVALID_CHAR', `Invalid character in header content ["${name}"]`, TypeError);
}
