// Headers (https://fetch.spec.whatwg.org/#headers-class). A program may set every header: there is no page
// to protect. Only a request in the mode no-cors is limited, as in Node.

import { inspect } from 'cronflow:internal/inspect';
import { parseMimeType } from 'cronflow:internal/web/fetch/mime';
import { atLeast, isObject } from 'cronflow:internal/web/streams/idl';
import { defineInterface } from 'cronflow:internal/web/webidl';

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const CUSTOM = Symbol.for('nodejs.util.inspect.custom');

export const isToken = (text: string): boolean => TOKEN.test(text);

/** The IDL type ByteString. */
export function byteString(value: any, what: string): string {
  const text = `${value}`;
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 255) throw new TypeError(`${what} must not have characters above U+00FF`);
  }
  return text;
}

function headerName(value: unknown): string {
  const text = byteString(value, 'The name of a header');
  if (!TOKEN.test(text)) throw new TypeError(`'${text}' is not a valid name of a header`);
  return text.toLowerCase();
}

function headerValue(value: unknown): string {
  const text = byteString(value, 'The value of a header').replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
  // The value stays out of the message: it may be a secret.
  if (/[\0\n\r]/.test(text)) throw new TypeError('The value of a header must not contain line ends or zero bytes');
  return text;
}

const SAFE_NAMES = ['accept', 'accept-language', 'content-language', 'content-type'];
const SAFE_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

/** "No-CORS-safelisted request-header": what a request in the mode no-cors may have. */
function isSafe(name: string, value: string): boolean {
  if (value.length > 128) return false;
  if (name === 'accept-language' || name === 'content-language') return /^[0-9A-Za-z *,.;=-]*$/.test(value);
  if ((name !== 'accept' && name !== 'content-type') || /[\0-\x08\n-\x1f"():<>?@[\\\]{}\x7f]/.test(value)) return false;
  return name === 'accept' || SAFE_TYPES.includes(parseMimeType(value)?.essence ?? '');
}

/** Names in lower case and values, in the order in which they came. */
export class HeaderList {
  /** The guard "request-no-cors": what is not safe is dropped. */
  onlySafe = false;

  constructor(public pairs: [string, string][] = [], public isImmutable = false) {}

  /** Drops what is not safe, now and later. */
  restrict(): void {
    const { pairs } = this;
    this.pairs = [];
    this.onlySafe = true;
    for (const [name, value] of pairs) this.appendGuarded(name, value);
  }

  appendGuarded(name: string, value: string): void {
    if (!this.onlySafe || isSafe(name, [...this.all(name), value].join(', '))) this.append(name, value);
  }

  setGuarded(name: string, value: string): void {
    if (!this.onlySafe || isSafe(name, value)) this.set(name, value);
  }

  deleteGuarded(name: string): void {
    if (!this.onlySafe || name === 'range' || SAFE_NAMES.includes(name)) this.delete(name);
  }

  append(name: string, value: string): void {
    this.pairs.push([name, value]);
  }

  set(name: string, value: string): void {
    const at = this.pairs.findIndex(([known]) => known === name);
    if (at < 0) {
      this.pairs.push([name, value]);
      return;
    }
    this.pairs[at] = [name, value];
    this.pairs = this.pairs.filter(([known], index) => index <= at || known !== name);
  }

  delete(name: string): void {
    this.pairs = this.pairs.filter(([known]) => known !== name);
  }

  has(name: string): boolean {
    return this.pairs.some(([known]) => known === name);
  }

  all(name: string): string[] {
    return this.pairs.filter(([known]) => known === name).map(([, value]) => value);
  }

  get(name: string): string | null {
    const values = this.all(name);
    return values.length === 0 ? null : values.join(', ');
  }

  /** "Sort and combine": cookies stay apart. */
  sorted(): [string, string][] {
    const names = [...new Set(this.pairs.map(([name]) => name))].sort();
    return names.flatMap((name): [string, string][] =>
      name === 'set-cookie' ? this.all(name).map((value): [string, string] => [name, value]) : [[name, this.get(name)!]]);
  }
}

/** Fills a list from the IDL type HeadersInit. */
function fill(list: HeaderList, init: any): void {
  if (!isObject(init)) throw new TypeError('Headers are made of an object or of pairs of name and value');
  const method = init[Symbol.iterator];
  if (method !== undefined && method !== null) {
    for (const pair of sequence(init, method)) {
      if (!isObject(pair)) throw new TypeError('Each header must be a pair of name and value');
      const both = sequence(pair, pair[Symbol.iterator]).map(item => byteString(item, 'A header'));
      if (both.length !== 2) throw new TypeError('Each header must be a pair of name and value');
      list.append(headerName(both[0]), headerValue(both[1]));
    }
    return;
  }
  const record: [string, string][] = [];
  for (const key of Reflect.ownKeys(init)) {
    if (!Reflect.getOwnPropertyDescriptor(init, key)?.enumerable) continue;
    if (typeof key === 'symbol') throw new TypeError('The name of a header must not be a symbol');
    record.push([byteString(key, 'The name of a header'), byteString(init[key], 'The value of a header')]);
  }
  for (const [name, value] of record) list.append(headerName(name), headerValue(value));
}

function sequence(value: any, method: unknown): any[] {
  if (typeof method !== 'function') throw new TypeError('Each header must be a pair of name and value');
  const iterator = Reflect.apply(method, value, []);
  return [...({ [Symbol.iterator]: () => iterator } as Iterable<any>)];
}

/** The list behind a Headers object. */
export let headerListOf: (headers: Headers) => HeaderList;
let wrap: (list: HeaderList) => Headers;

export class Headers {
  #list = new HeaderList();

  constructor(init: any = undefined) {
    if (init !== undefined) fill(this.#list, init);
  }

  static {
    headerListOf = headers => headers.#list;
    wrap = list => {
      const headers = new Headers();
      headers.#list = list;
      return headers;
    };
  }

  append(name: string, value: string): void {
    const list = this.#list;
    atLeast(2, arguments.length, 'append()');
    const [key, text] = [headerName(name), headerValue(value)];
    this.#change();
    list.appendGuarded(key, text);
  }

  delete(name: string): void {
    const list = this.#list;
    atLeast(1, arguments.length, 'delete()');
    const key = headerName(name);
    this.#change();
    list.deleteGuarded(key);
  }

  get(name: string): string | null {
    const list = this.#list;
    atLeast(1, arguments.length, 'get()');
    return list.get(headerName(name));
  }

  getSetCookie(): string[] {
    return this.#list.all('set-cookie');
  }

  has(name: string): boolean {
    const list = this.#list;
    atLeast(1, arguments.length, 'has()');
    return list.has(headerName(name));
  }

  set(name: string, value: string): void {
    const list = this.#list;
    atLeast(2, arguments.length, 'set()');
    const [key, text] = [headerName(name), headerValue(value)];
    this.#change();
    list.setGuarded(key, text);
  }

  entries(): IterableIterator<[string, string]> {
    return iterate(this.#list, pair => pair);
  }

  forEach(callback: (value: string, name: string, headers: Headers) => void, self: unknown = undefined): void {
    const list = this.#list;
    atLeast(1, arguments.length, 'forEach()');
    if (typeof callback !== 'function') throw new TypeError('forEach() needs a function');
    for (let at = 0, pairs = list.sorted(); at < pairs.length; at += 1, pairs = list.sorted()) {
      Reflect.apply(callback, self, [pairs[at][1], pairs[at][0], this]);
    }
  }

  keys(): IterableIterator<string> {
    return iterate(this.#list, ([name]) => name);
  }

  values(): IterableIterator<string> {
    return iterate(this.#list, ([, value]) => value);
  }

  #change(): void {
    if (this.#list.isImmutable) throw new TypeError('These headers cannot be changed');
  }
}

defineInterface(Headers, 'Headers');
for (const name of ['forEach', 'append', 'set']) {
  Object.defineProperty((Headers.prototype as any)[name], 'length', { value: name === 'forEach' ? 1 : 2 });
}
Object.defineProperties(Headers.prototype, {
  [Symbol.iterator]: { value: Headers.prototype.entries, writable: true, configurable: true },
  [CUSTOM]: {
    value(this: any) {
      return `Headers ${inspect(Object.fromEntries(this))}`;
    },
    writable: true, configurable: true,
  },
});
Object.defineProperty(Headers, 'length', { value: 0 });

/** What an iterator of headers remembers: it looks at the list anew each time. */
interface Iteration {
  list: HeaderList;
  at: number;
  show: (pair: [string, string]) => any;
}

const iterations = new WeakMap<object, Iteration>();
const iteratorPrototype = Object.create(Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())), {
  next: {
    value: function next(this: object): IteratorResult<any> {
      const iteration = iterations.get(this);
      if (iteration === undefined) throw new TypeError('this is no iterator of Headers');
      const pair = iteration.list.sorted()[iteration.at];
      iteration.at += 1;
      return pair === undefined ? { value: undefined, done: true } : { value: iteration.show(pair), done: false };
    },
    writable: true, enumerable: true, configurable: true,
  },
  [Symbol.toStringTag]: { value: 'Headers Iterator', configurable: true },
});

function iterate(list: HeaderList, show: Iteration['show']): any {
  const iterator = Object.create(iteratorPrototype);
  iterations.set(iterator, { list, at: 0, show });
  return iterator;
}

/** A Headers object over a list. */
export function headersOver(list: HeaderList): Headers {
  return wrap(list);
}

/** A new list from anything that makes Headers. */
export function headerListFrom(init: any): HeaderList {
  const list = new HeaderList();
  if (init !== undefined) fill(list, init);
  return list;
}
