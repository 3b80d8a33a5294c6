// fetch, Headers, Request and Response for text, JSON and bytes (https://fetch.spec.whatwg.org/).
// Bodies are whole; streams, Blob and FormData are not there yet.

import { fetch as nativeFetch, utf8Decode, utf8Encode } from 'cronflow:internal/ops';
import { inspect } from 'cronflow:internal/inspect';
import { URLSearchParams, absolute } from 'cronflow:internal/url';

type Body = string | Uint8Array | null;

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const BODILESS = [204, 205, 304];
const CUSTOM = Symbol.for('nodejs.util.inspect.custom');

function headerName(name: unknown): string {
  const text = String(name);
  if (!TOKEN.test(text)) throw new TypeError(`Header name '${text}' is not valid`);
  return text.toLowerCase();
}

function headerValue(value: unknown): string {
  const text = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
  if (/[\0\r\n]/.test(text)) throw new TypeError('A header value must not contain line ends');
  return text;
}

export class Headers {
  private _list: [string, string][] = [];

  constructor(init?: any) {
    if (init === undefined || init === null) return;
    if (typeof init !== 'object') throw new TypeError('Headers needs an object, an array of pairs or Headers');
    const pairs = typeof init[Symbol.iterator] === 'function' ? [...init] : Object.entries(init);
    for (const pair of pairs) {
      const both = [...pair];
      if (both.length !== 2) throw new TypeError('each header must be a pair of name and value');
      this.append(both[0], both[1]);
    }
  }

  append(name: unknown, value: unknown): void {
    this._list.push([headerName(name), headerValue(value)]);
  }

  set(name: unknown, value: unknown): void {
    const key = headerName(name);
    const text = headerValue(value);
    const at = this._list.findIndex(([known]) => known === key);
    if (at < 0) this._list.push([key, text]);
    else this._list = this._list.filter(([known], index) => index <= at || known !== key).map((pair, index) => (index === at ? [key, text] : pair));
  }

  get(name: unknown): string | null {
    const key = headerName(name);
    const values = this._list.filter(([known]) => known === key).map(([, value]) => value);
    return values.length === 0 ? null : values.join(', ');
  }

  has(name: unknown): boolean {
    const key = headerName(name);
    return this._list.some(([known]) => known === key);
  }

  delete(name: unknown): void {
    const key = headerName(name);
    this._list = this._list.filter(([known]) => known !== key);
  }

  getSetCookie(): string[] {
    return this._list.filter(([known]) => known === 'set-cookie').map(([, value]) => value);
  }

  forEach(callback: (value: string, name: string, headers: Headers) => void, self?: unknown): void {
    for (const [name, value] of this) callback.call(self, value, name, this);
  }

  *entries(): IterableIterator<[string, string]> {
    const names = [...new Set(this._list.map(([name]) => name))].sort();
    for (const name of names) {
      if (name === 'set-cookie') for (const value of this.getSetCookie()) yield [name, value];
      else yield [name, this.get(name) as string];
    }
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }

  [CUSTOM](): string {
    return `Headers ${inspect(Object.fromEntries(this))}`;
  }
}

/** A body as it is sent, and the content type that it implies. */
function extract(body: any): [Body, string | null] {
  if (body === undefined || body === null) return [null, null];
  if (body instanceof Uint8Array) return [body.slice(), null];
  if (body instanceof ArrayBuffer) return [new Uint8Array(body.slice(0)), null];
  if (ArrayBuffer.isView(body)) return [new Uint8Array(body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength) as ArrayBuffer), null];
  const text = String(body);
  return [text, body instanceof URLSearchParams ? 'application/x-www-form-urlencoded;charset=UTF-8' : 'text/plain;charset=UTF-8'];
}

class WithBody {
  protected _body: Body = null;
  protected _used = false;

  get bodyUsed(): boolean {
    return this._used;
  }

  protected _take(): Body {
    if (this._used) throw new TypeError('Body has already been used');
    this._used = this._body !== null;
    return this._body;
  }

  async text(): Promise<string> {
    const body = this._take();
    if (body === null) return '';
    const text = typeof body === 'string' ? body : utf8Decode(body, false);
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }

  async json(): Promise<any> {
    return JSON.parse(await this.text());
  }

  async bytes(): Promise<Uint8Array> {
    const body = this._take();
    if (body === null) return new Uint8Array();
    return typeof body === 'string' ? utf8Encode(body) : body.slice();
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer as ArrayBuffer;
  }
}

export class Request extends WithBody {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly redirect: string;
  readonly signal: any;

  constructor(input: any, init: any = {}) {
    super();
    const from = input instanceof Request ? input : undefined;
    this.url = from ? from.url : absolute(input);
    const method = String(init.method ?? from?.method ?? 'GET');
    if (!TOKEN.test(method)) throw new TypeError(`'${method}' is not a valid HTTP method`);
    if (/^(connect|trace|track)$/i.test(method)) throw new TypeError(`'${method}' HTTP method is unsupported.`);
    this.method = /^(get|head|post|put|delete|options)$/i.test(method) ? method.toUpperCase() : method;
    this.redirect = init.redirect ?? from?.redirect ?? 'follow';
    if (!['follow', 'error', 'manual'].includes(this.redirect)) throw new TypeError(`'${this.redirect}' is no redirect mode`);
    this.signal = init.signal ?? from?.signal ?? null;
    this.headers = new Headers(init.headers ?? from?.headers);
    const [body, type] = init.body !== undefined ? extract(init.body) : [from ? from._take() : null, null];
    if (body !== null && (this.method === 'GET' || this.method === 'HEAD')) throw new TypeError('Request with GET/HEAD method cannot have body');
    if (type !== null && !this.headers.has('content-type')) this.headers.set('content-type', type);
    this._body = body;
  }

  clone(): Request {
    if (this._used) throw new TypeError('Body has already been used');
    const copy = new Request(this);
    this._used = false;
    return copy;
  }

  /** What the native side sends. */
  _wire(): any {
    const { method, url, redirect } = this;
    return { method, url, redirect, headers: [...this.headers], body: this._take() };
  }

  [CUSTOM](): string {
    const { method, url, headers, redirect, bodyUsed } = this;
    return `Request ${inspect({ method, url, headers, redirect, bodyUsed })}`;
  }
}

export class Response extends WithBody {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly url: string = '';
  readonly redirected: boolean = false;
  readonly type: string = 'default';

  constructor(body?: any, init: any = {}) {
    super();
    const status = Number(init.status ?? 200);
    if (!Number.isInteger(status) || status < 200 || status > 599) throw new RangeError('The status must be from 200 to 599');
    this.status = status;
    this.statusText = String(init.statusText ?? '');
    this.headers = new Headers(init.headers);
    const [content, type] = extract(body);
    if (content !== null && BODILESS.includes(status)) throw new TypeError(`A response with status ${status} cannot have a body`);
    if (type !== null && !this.headers.has('content-type')) this.headers.set('content-type', type);
    this._body = content;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }

  clone(): Response {
    if (this._used) throw new TypeError('Body has already been used');
    return Response._make(this, this._body);
  }

  [CUSTOM](): string {
    const { status, statusText, headers, bodyUsed, ok, redirected, type, url } = this;
    return `Response ${inspect({ status, statusText, headers, bodyUsed, ok, redirected, type, url })}`;
  }

  static json(data: unknown, init: any = {}): Response {
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError('The data is not JSON');
    const headers = new Headers(init.headers);
    if (!headers.has('content-type')) headers.set('content-type', 'application/json');
    return new Response(text, { ...init, headers });
  }

  static error(): Response {
    return Response._make({ status: 0, statusText: '', headers: [], type: 'error' }, null);
  }

  static redirect(url: string, status = 302): Response {
    if (![301, 302, 303, 307, 308].includes(status)) throw new RangeError(`${status} is no redirect status`);
    return new Response(null, { status, headers: { location: String(url) } });
  }

  /** Skips the constructor's checks: the network may answer anything. */
  static _make(from: any, body: Body): Response {
    const response: any = new Response(null);
    for (const key of ['status', 'statusText', 'url', 'redirected', 'type']) if (from[key] !== undefined) response[key] = from[key];
    response.headers = new Headers(from.headers);
    response._body = body;
    return response;
  }
}

export async function fetch(input: any, init?: any): Promise<Response> {
  const request = new Request(input, init);
  const { signal } = request;
  if (signal?.aborted) throw signal.reason;
  let answer: any;
  let abort: (() => void) | undefined;
  try {
    const sent = nativeFetch(request._wire());
    // An abort ends the wait; the request itself runs to its end and its answer is dropped.
    const aborted = new Promise((_, reject) => {
      abort = () => reject(signal.reason);
      signal?.addEventListener?.('abort', abort);
    });
    answer = await (signal ? Promise.race([sent, aborted]) : sent);
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw new TypeError(`fetch failed: ${(cause as Error).message}`, { cause });
  } finally {
    signal?.removeEventListener?.('abort', abort);
  }
  const body = BODILESS.includes(answer.status) || request.method === 'HEAD' ? null : answer.body;
  return Response._make({ ...answer, type: 'basic' }, body);
}
