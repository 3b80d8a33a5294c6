// URL and URLSearchParams (https://url.spec.whatwg.org/). Parsing is native.

import { urlParse, utf8Decode, utf8Encode } from 'cronflow:internal/ops';

/** The parts of a URL in the order of `urlParse`; `null` when the text is no URL. */
function parse(input: unknown, base?: unknown): string[] | null {
  return base === undefined ? urlParse(String(input)) : urlParse(String(input), String(base));
}

/** The text as an absolute URL; throws a TypeError when it is none. */
export function absolute(input: unknown): string {
  const parts = parse(input);
  if (parts === null) throw new TypeError(`Failed to parse URL from ${String(input)}`);
  return parts[0];
}

const HREF = 0;
const PARTS = ['protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash', 'origin'];

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  const bytes: number[] = [];
  const raw = utf8Encode(spaced);
  for (let i = 0; i < raw.length; i++) {
    const pair = raw[i] === 37 ? hex(raw[i + 1]) * 16 + hex(raw[i + 2]) : NaN;
    bytes.push(pair >= 0 ? pair : raw[i]);
    if (pair >= 0) i += 2;
  }
  return utf8Decode(new Uint8Array(bytes), false);
}

function hex(code: number | undefined): number {
  if (code === undefined) return NaN;
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : NaN;
}

function encode(text: string): string {
  const escaped = encodeURIComponent(text.toWellFormed());
  return escaped.replaceAll('%20', '+').replace(/[!'()~]/g, char => '%' + char.charCodeAt(0).toString(16).toUpperCase());
}

export class URLSearchParams {
  private _pairs: [string, string][] = [];
  /** Told after each change. */
  _changed: (() => void) | null = null;

  constructor(init: any = '') {
    if (typeof init === 'object' && init !== null) {
      const pairs: Iterable<any> = typeof init[Symbol.iterator] === 'function' ? init : Object.entries(init);
      for (const pair of pairs) {
        const both = [...pair];
        if (both.length !== 2) throw new TypeError('each query parameter must be a pair of name and value');
        this._pairs.push([String(both[0]), String(both[1])]);
      }
    } else this._read(String(init));
  }

  /** Replaces everything by what a query says. */
  _read(query: string): void {
    const text = query.startsWith('?') ? query.slice(1) : query;
    this._pairs = [];
    for (const part of text.split('&')) {
      if (part === '') continue;
      const at = part.indexOf('=');
      this._pairs.push(at < 0 ? [decode(part), ''] : [decode(part.slice(0, at)), decode(part.slice(at + 1))]);
    }
  }

  get size(): number {
    return this._pairs.length;
  }

  append(name: unknown, value: unknown): void {
    this._pairs.push([String(name), String(value)]);
    this._changed?.();
  }

  delete(name: unknown, value?: unknown): void {
    this._pairs = this._pairs.filter(([key, text]) => key !== String(name) || (value !== undefined && text !== String(value)));
    this._changed?.();
  }

  get(name: unknown): string | null {
    return this._pairs.find(([key]) => key === String(name))?.[1] ?? null;
  }

  getAll(name: unknown): string[] {
    return this._pairs.filter(([key]) => key === String(name)).map(([, value]) => value);
  }

  has(name: unknown, value?: unknown): boolean {
    return this._pairs.some(([key, text]) => key === String(name) && (value === undefined || text === String(value)));
  }

  set(name: unknown, value: unknown): void {
    const key = String(name);
    const at = this._pairs.findIndex(([known]) => known === key);
    if (at < 0) this._pairs.push([key, String(value)]);
    else {
      this._pairs[at] = [key, String(value)];
      this._pairs = this._pairs.filter(([known], index) => index <= at || known !== key);
    }
    this._changed?.();
  }

  sort(): void {
    this._pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this._changed?.();
  }

  forEach(callback: (value: string, name: string, params: URLSearchParams) => void, self?: unknown): void {
    for (const [name, value] of this._pairs) callback.call(self, value, name, this);
  }

  *entries(): IterableIterator<[string, string]> {
    for (const [name, value] of this._pairs) yield [name, value];
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this._pairs) yield name;
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this._pairs) yield value;
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }

  toString(): string {
    return this._pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  }
}

export class URL {
  declare href: string;
  declare protocol: string;
  declare username: string;
  declare password: string;
  declare host: string;
  declare hostname: string;
  declare port: string;
  declare pathname: string;
  declare search: string;
  declare hash: string;
  declare readonly origin: string;
  _parts: string[];
  private _params: URLSearchParams | null = null;

  constructor(input: unknown, base?: unknown) {
    const parts = parse(input, base);
    if (parts === null) throw Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL', input: String(input) });
    this._parts = parts;
  }

  /** Changes as the URL does, and the other way round. */
  get searchParams(): URLSearchParams {
    if (this._params === null) {
      const params = new URLSearchParams(this.search);
      params._changed = () => this._set('search', params.toString());
      this._params = params;
    }
    return this._params;
  }

  toString(): string {
    return this._parts[HREF];
  }

  toJSON(): string {
    return this._parts[HREF];
  }

  /** Builds the URL anew with one part changed; nothing happens when that is no URL. */
  _set(part: string, value: string): void {
    const now: any = {};
    for (const name of PARTS) now[name] = (this as any)[name];
    const prefixed = (sign: string) => (value === '' || value.startsWith(sign) ? value : sign + value);
    if (part === 'host') {
      const at = value.lastIndexOf(':');
      const hasPort = at > value.lastIndexOf(']');
      now.hostname = hasPort ? value.slice(0, at) : value;
      if (hasPort) now.port = value.slice(at + 1);
    } else if (part === 'protocol') now.protocol = value.endsWith(':') ? value : `${value}:`;
    else if (part === 'search') now.search = prefixed('?').replaceAll('#', '%23');
    else if (part === 'hash') now.hash = prefixed('#');
    else if (part === 'pathname') now.pathname = value.replaceAll('?', '%3F').replaceAll('#', '%23');
    else if (part === 'username' || part === 'password') now[part] = encodeURIComponent(value);
    else now[part] = value;
    const slashes = this._parts[HREF].startsWith(`${this.protocol}//`);
    const secret = now.password === '' ? '' : `:${now.password}`;
    const user = now.username === '' && secret === '' ? '' : `${now.username}${secret}@`;
    const path = slashes && now.pathname !== '' && !now.pathname.startsWith('/') ? `/${now.pathname}` : now.pathname;
    const place = slashes ? `//${user}${now.hostname}${now.port === '' ? '' : `:${now.port}`}` : '';
    const parts = parse(`${now.protocol}${place}${path}${now.search}${now.hash}`);
    if (parts !== null) this._parts = parts;
  }

  /** Tells `searchParams` after the query was set from outside. */
  _sync(): void {
    this._params?._read(this.search);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): unknown {
    return `URL { href: '${this._parts[HREF]}' }`;
  }

  static canParse(input: unknown, base?: unknown): boolean {
    return parse(input, base) !== null;
  }

  static parse(input: unknown, base?: unknown): URL | null {
    return URL.canParse(input, base) ? new URL(input, base) : null;
  }
}

for (const [index, name] of ['href', ...PARTS].entries()) {
  const change = function (this: URL, value: unknown) {
    if (name === 'href') this._parts = new URL(value)._parts;
    else this._set(name, String(value));
    if (name === 'href' || name === 'search') this._sync();
  };
  Object.defineProperty(URL.prototype, name, {
    get(this: URL) {
      return this._parts[index];
    },
    set: name === 'origin' ? undefined : change,
    enumerable: true,
    configurable: true,
  });
}
