// Messages of HTTP as node:http has them: what client and server share.

import { Buffer } from 'node:buffer';
import { EventEmitter } from 'node:events';
import { nodeError } from 'cronflow:internal/node/errors';
import { Readable } from 'cronflow:internal/node/stream_readable';
import { Writable } from 'cronflow:internal/node/stream_writable';
import { beginWith, lazily } from 'cronflow:internal/node/stream_base';

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
  declare statusCode: number | null;
  declare statusMessage: string | null;
  declare httpVersion: string;
  declare url: string;
  declare method: string | null;
  declare complete: boolean;
  declare aborted: boolean;
  declare req: any;
  declare headers: Record<string, string | string[]>;
  declare rawHeaders: string[];
  declare trailers: object;
  declare trailersDistinct: object;
  declare rawTrailers: string[];
  declare httpVersionMajor: number;
  declare httpVersionMinor: number;
  declare socket: any;
  /** Makes what the server knows of it, when somebody asks. */
  declare _later: ((name: 'socket' | 'rawHeaders') => any) | undefined;

  /** Of a stream, or of a socket as programs make them. */
  constructor(options?: any) {
    const isStream = typeof options?.read === 'function';
    super(isStream ? options : undefined);
    if (!isStream && options !== undefined && options !== null) this.socket = options;
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
beginWith(IncomingMessage, {
  statusCode: null, statusMessage: null, httpVersion: '1.1', url: '', method: null, complete: false, aborted: false, req: undefined, _later: undefined, httpVersionMajor: 1,
  httpVersionMinor: 1,
});
for (const name of ['headers', 'trailers', 'trailersDistinct']) lazily(IncomingMessage, name, () => ({}));
lazily(IncomingMessage, 'rawTrailers', () => []);
lazily(IncomingMessage, 'rawHeaders', message => message._later?.('rawHeaders') ?? []);
lazily(IncomingMessage, 'socket', message => message._later?.('socket') ?? socketLike());

class SocketLike extends EventEmitter {}
const nothing = () => undefined;
beginWith(SocketLike, {
  setTimeout: nothing, setNoDelay: nothing, setKeepAlive: nothing, unref: nothing, ref: nothing, destroy: nothing, end: nothing, cork: nothing, uncork: nothing,
  destroyed: false, writable: true, readable: true, encrypted: false,
});

/** What packages ask a socket for. */
export function socketLike(facts: object = {}): any {
  return Object.assign(new SocketLike(), facts);
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
  for (let index = 0; index < list.length; index++) {
    const [name, value] = [list[index][0].toLowerCase(), list[index][1]];
    if (name === 'set-cookie') (headers[name] ??= []).push(value);
    else if (headers[name] === undefined) headers[name] = value;
    else if (!SINGLE.has(name)) headers[name] += `${name === 'cookie' ? '; ' : ', '}${value}`;
  }
  return headers;
}

/** A message that is being made: its headers, and what is written as its body. */
export class OutgoingMessage extends Writable {
  declare headersSent: boolean;
  declare finished: boolean;
  declare sendDate: boolean;
  declare readonly socket: any;
  protected readonly _headers = new Map<string, [string, any]>();

  get connection(): any {
    return this.socket;
  }

  setHeader(name: string, value: any): this {
    if (this.headersSent) throw nodeError('ERR_HTTP_HEADERS_SENT', 'Cannot set headers after they are sent to the client');
    const key = keyOf(name);
    if (Array.isArray(value)) for (const one of value.flat()) validateHeaderValue(name, one);
    else validateHeaderValue(name, value);
    this._headers.set(key, [name, value]);
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
    const lines: [string, string][] = [];
    this._headers.forEach(entry => {
      const value = entry[1];
      if (typeof value === 'string') lines.push(entry);
      else for (const one of [value].flat()) lines.push([entry[0], String(one)]);
    });
    return lines;
  }
}
beginWith(OutgoingMessage, { headersSent: false, finished: false, sendDate: true });
lazily(OutgoingMessage, 'socket', () => socketLike());

/** `[name, value, ...]` or `[[name, value], ...]` as pairs. */
export function pairs(flat: any[]): [string, any][] {
  return Array.isArray(flat[0]) ? (flat as any) : Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index], flat[2 * index + 1]]);
}

/** Bytes that came from elsewhere, as a Buffer over the same memory. */
export function bufferOver(data: string | Uint8Array): any {
  return typeof data === 'string' ? Buffer.from(data) : Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

// Expressions are made once, not for every header.
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** What no header may have. */
export const NO_TEXT = /[^\t\x20-\x7e\x80-\xff]/;

/** Names that are valid, and their lower case. There are few; that a program makes them up does not fill the memory. */
const KEYS = new Map<string, string>();
const MOST_KEYS = 500;

function keyOf(name: string): string {
  const known = KEYS.get(name);
  if (known !== undefined) return known;
  validateHeaderName(name);
  const key = name.toLowerCase();
  if (KEYS.size < MOST_KEYS) KEYS.set(name, key);
  return key;
}

export function validateHeaderName(name: string): void {
  if (typeof name === 'string' && TOKEN.test(name)) return;
  throw nodeError('ERR_INVALID_HTTP_TOKEN', `Header name must be a valid HTTP token ["${name}"]`, TypeError);
}

export function validateHeaderValue(name: string, value: unknown): void {
  if (value === undefined) throw nodeError('ERR_HTTP_INVALID_HEADER_VALUE', `Invalid value "undefined" for header "${name}"`, TypeError);
  if (NO_TEXT.test(String(value))) throw nodeError('ERR_INVALID_CHAR', `Invalid character in header content ["${name}"]`, TypeError);
}
