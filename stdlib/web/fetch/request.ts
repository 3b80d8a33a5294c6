// Request (https://fetch.spec.whatwg.org/#request-class).

import { AbortController, AbortSignal } from 'cronflow:internal/events';
import { inspect } from 'cronflow:internal/inspect';
import { urlParse, urlParts } from 'cronflow:internal/ops';
import { apiBase } from 'cronflow:internal/web/base';
import { Body, type Parts, extractBody, readBody, streams } from 'cronflow:internal/web/fetch/body';
import { HeaderList, type Headers, byteString, headerListFrom, headerListOf, headersOver, isToken } from 'cronflow:internal/web/fetch/headers';
import { atLeast, dictionary } from 'cronflow:internal/web/streams/idl';
import { defineInterface } from 'cronflow:internal/web/webidl';
import { promiseOf } from 'cronflow:internal/web/streams/promises';

const HREF = 0;
const PROTOCOL = 1;
const USERNAME = 2;
const PASSWORD = 3;
const ORIGIN = 10;

/** A text as the parts of an absolute URL. */
export function parseUrl(text: string): string[] {
  const href = urlParse(text, apiBase());
  if (href === null) throw new TypeError(`Failed to parse URL from ${text}`);
  return [href, ...urlParts(href)];
}

const ENUMS: Record<string, string[]> = {
  cache: ['default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached'],
  credentials: ['omit', 'same-origin', 'include'],
  duplex: ['half'],
  mode: ['navigate', 'same-origin', 'no-cors', 'cors'],
  priority: ['high', 'low', 'auto'],
  redirect: ['follow', 'error', 'manual'],
  referrerPolicy: [
    '', 'no-referrer', 'no-referrer-when-downgrade', 'same-origin', 'origin', 'strict-origin', 'origin-when-cross-origin',
    'strict-origin-when-cross-origin', 'unsafe-url',
  ],
};

/** The dictionary RequestInit, as far as it is looked at. */
interface Init {
  body?: any;
  cache?: string;
  credentials?: string;
  duplex?: string;
  headers?: any;
  integrity?: string;
  keepalive?: boolean;
  method?: string;
  mode?: string;
  redirect?: string;
  referrer?: string;
  referrerPolicy?: string;
  signal?: any;
}

/** Members in the order in which WebIDL reads them. */
const MEMBERS = [
  'body', 'cache', 'credentials', 'duplex', 'headers', 'integrity', 'keepalive', 'method', 'mode', 'priority', 'redirect',
  'referrer', 'referrerPolicy', 'signal', 'window',
];

function convertInit(value: unknown): Init {
  const from = dictionary(value, 'The options of a request');
  const init: any = {};
  if (from === undefined) return init;
  for (const key of MEMBERS) {
    const given = from[key];
    if (given === undefined) continue;
    if (ENUMS[key] !== undefined) {
      init[key] = `${given}`;
      if (!ENUMS[key].includes(init[key])) throw new TypeError(`'${init[key]}' is no ${key} of a request: use ${ENUMS[key].filter(Boolean).join(', ')}`);
    } else if (key === 'method') init[key] = byteString(given, 'The method');
    else if (key === 'integrity') init[key] = `${given}`;
    else if (key === 'referrer') init[key] = `${given}`;
    else if (key === 'keepalive') init[key] = Boolean(given);
    else if (key === 'signal' && given !== null && !(given instanceof AbortSignal)) throw new TypeError('signal must be an AbortSignal');
    else if (key === 'window' && given !== null) throw new TypeError('window must be null');
    else init[key] = given;
  }
  return init;
}

function methodOf(text: string): string {
  if (!isToken(text)) throw new TypeError(`'${text}' is not a valid HTTP method`);
  if (/^(connect|trace|track)$/i.test(text)) throw new TypeError(`The HTTP method '${text}' is not allowed`);
  return /^(delete|get|head|options|post|put)$/i.test(text) ? text.toUpperCase() : text;
}

/** What a Request is made of. */
export interface RequestSlots extends Parts {
  method: string;
  url: string;
  headers: HeaderList;
  headersObject: Headers | undefined;
  cache: string;
  credentials: string;
  integrity: string;
  keepalive: boolean;
  mode: string;
  redirect: string;
  referrer: string;
  referrerPolicy: string;
  /** The signal that it follows; its own is made when somebody asks for it. */
  follows: any;
  signal: any;
}

function fresh(url: string): Omit<RequestSlots, 'contentType'> {
  return {
    method: 'GET', url, headers: new HeaderList(), headersObject: undefined, cache: 'default', credentials: 'same-origin', integrity: '',
    keepalive: false, mode: 'cors', redirect: 'follow', referrer: 'about:client', referrerPolicy: '', follows: null, signal: undefined, body: null,
  };
}

function withContentType(slots: Omit<RequestSlots, 'contentType'>): RequestSlots {
  const made: RequestSlots = { ...slots, contentType: () => slotsHeaders(made).get('content-type') };
  return made;
}

const slotsHeaders = ({ headers, headersObject }: Omit<RequestSlots, 'contentType'>): HeaderList => headersObject === undefined ? headers : headerListOf(headersObject);

function referrerOf(text: string): string {
  if (text === '') return '';
  const parts = parseUrl(text);
  if (parts[PROTOCOL] === 'about:' && parts[HREF].startsWith('about:client')) return 'about:client';
  const base = apiBase();
  // A program without an address of its own has no origin that another could differ from.
  return base === undefined || parseUrl(base)[ORIGIN] === parts[ORIGIN] ? parts[HREF] : 'about:client';
}

/** Puts the options over what the input gave. */
function applyInit(slots: RequestSlots, init: Init, isFromUrl: boolean): void {
  if (Object.keys(init).length > 0) {
    if (init.mode === 'navigate') throw new TypeError("The mode 'navigate' is for browsers' pages");
    slots.referrer = 'about:client';
    slots.referrerPolicy = '';
  }
  if (init.referrer !== undefined) slots.referrer = referrerOf(init.referrer);
  for (const key of ['referrerPolicy', 'mode', 'credentials', 'cache', 'redirect', 'integrity', 'keepalive'] as const) {
    if (init[key] !== undefined) (slots as any)[key] = init[key];
  }
  if (isFromUrl && init.mode === undefined) slots.mode = 'cors';
  if (slots.cache === 'only-if-cached' && slots.mode !== 'same-origin') {
    throw new TypeError("The cache mode 'only-if-cached' needs the mode 'same-origin'");
  }
  if (init.method !== undefined) slots.method = methodOf(init.method);
  if (init.signal !== undefined) slots.follows = init.signal;
  if (slots.mode === 'no-cors' && !['GET', 'HEAD', 'POST'].includes(slots.method)) {
    throw new TypeError(`The mode 'no-cors' does not go with the method ${slots.method}`);
  }
  if (init.headers !== undefined) slots.headers = headerListFrom(init.headers);
  if (slots.mode === 'no-cors') slots.headers.restrict();
}

function applyBody(slots: RequestSlots, init: Init, inputBody: Body | null): void {
  const given = init.body !== undefined && init.body !== null;
  if ((given || inputBody !== null) && (slots.method === 'GET' || slots.method === 'HEAD')) {
    throw new TypeError(`A request with the method ${slots.method} cannot have a body`);
  }
  if (given) {
    const [body, type] = extractBody(init.body);
    if (!body.hasSource) {
      if (init.keepalive) throw new TypeError('A body that is a stream does not go with keepalive');
      if (init.duplex === undefined) throw new TypeError("A body that is a stream needs the option duplex: 'half'");
    }
    if (type !== null && !slots.headers.has('content-type')) slots.headers.append('content-type', type);
    slots.body = body;
  } else if (inputBody !== null) {
    if (inputBody.unusable) throw new TypeError('The body of the request has been read already, or is locked to a reader');
    slots.body = inputBody.move();
  }
}

/** The slots of a Request. */
export let requestSlots: (request: Request) => RequestSlots;
let isRequest: (value: any) => value is Request;

const CUSTOM = Symbol.for('nodejs.util.inspect.custom');
const INTERNAL = Symbol('internal');

export class Request {
  #slots: RequestSlots;

  constructor(input: any, options: any = {}) {
    if (input === INTERNAL) {
      this.#slots = options;
      return;
    }
    atLeast(1, arguments.length, 'Request');
    const from = isRequest(input) ? input.#slots : undefined;
    const text = from === undefined ? `${input}` : '';
    const init = convertInit(options);
    let slots;
    if (from === undefined) {
      const url = parseUrl(text);
      if (url[USERNAME] !== '' || url[PASSWORD] !== '') throw new TypeError('The URL of a request must not have a user name or password: use the header Authorization');
      slots = withContentType(fresh(url[HREF]));
    } else {
      const { method, url, cache, credentials, integrity, keepalive, mode, redirect, referrer, referrerPolicy } = from;
      const headers = new HeaderList([...slotsHeaders(from).pairs]);
      slots = withContentType({
        ...fresh(url), method, headers, cache, credentials, integrity, keepalive, mode, redirect, referrer, referrerPolicy,
        follows: from.signal ?? from.follows,
      });
    }
    applyInit(slots, init, from === undefined);
    applyBody(slots, init, from?.body ?? null);
    this.#slots = slots;
  }

  static {
    requestSlots = request => request.#slots;
    isRequest = (value): value is Request => typeof value === 'object' && value !== null && #slots in value;
  }

  get body(): any {
    const { body } = this.#slots;
    return body === null ? null : streams().readableObject(body.stream());
  }

  get bodyUsed(): boolean {
    return this.#slots.body?.used ?? false;
  }

  get cache(): string {
    return this.#slots.cache;
  }

  get credentials(): string {
    return this.#slots.credentials;
  }

  get destination(): string {
    return this.#slots && '';
  }

  get duplex(): string {
    return this.#slots && 'half';
  }

  get headers(): Headers {
    const slots = this.#slots;
    return (slots.headersObject ??= headersOver(slots.headers));
  }

  get integrity(): string {
    return this.#slots.integrity;
  }

  get isHistoryNavigation(): boolean {
    return this.#slots === undefined;
  }

  get isReloadNavigation(): boolean {
    return this.#slots === undefined;
  }

  get keepalive(): boolean {
    return this.#slots.keepalive;
  }

  get method(): string {
    return this.#slots.method;
  }

  get mode(): string {
    return this.#slots.mode;
  }

  get redirect(): string {
    return this.#slots.redirect;
  }

  get referrer(): string {
    return this.#slots.referrer;
  }

  get referrerPolicy(): string {
    return this.#slots.referrerPolicy;
  }

  get signal(): any {
    const slots = this.#slots;
    if (slots.signal === undefined) slots.signal = slots.follows === null ? new AbortController().signal : AbortSignal.any([slots.follows]);
    return slots.signal;
  }

  get url(): string {
    return this.#slots.url;
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return promiseOf(() => readBody.arrayBuffer(this.#slots));
  }

  blob(): Promise<any> {
    return promiseOf(() => readBody.blob(this.#slots));
  }

  bytes(): Promise<Uint8Array> {
    return promiseOf(() => readBody.bytes(this.#slots));
  }

  clone(): Request {
    const slots = this.#slots;
    if (slots.body?.unusable) throw new TypeError('The body has been read already, or is locked to a reader');
    const { contentType, ...rest } = slots;
    const copy = withContentType({
      ...rest, headers: new HeaderList([...slotsHeaders(slots).pairs]), headersObject: undefined, follows: slots.signal ?? slots.follows,
      signal: undefined, body: slots.body?.clone() ?? null,
    });
    return new Request(INTERNAL, copy);
  }

  formData(): Promise<any> {
    return promiseOf(() => readBody.formData(this.#slots));
  }

  json(): Promise<any> {
    return promiseOf(() => readBody.json(this.#slots));
  }

  text(): Promise<string> {
    return promiseOf(() => readBody.text(this.#slots));
  }
}

/** A request that a client has sent. `signal` makes its signal when somebody asks for it. */
export function clientRequest(method: string, url: string, headers: [string, string][], data: string | Uint8Array | undefined, signal: () => any): Request {
  const slots = withContentType(fresh(parseUrl(url)[HREF]));
  slots.method = methodOf(method);
  slots.headers = new HeaderList(headers);
  // A body that these have says nothing (https://www.rfc-editor.org/rfc/rfc9110#section-9.3.1), and Request has no place for it.
  if (data !== undefined && slots.method !== 'GET' && slots.method !== 'HEAD') slots.body = new Body(data);
  Object.defineProperty(slots, 'follows', { get: signal });
  return new Request(INTERNAL, slots);
}

defineInterface(Request, 'Request');
Object.defineProperty(Request, 'length', { value: 1 });
Object.defineProperty(Request.prototype, CUSTOM, {
  value(this: Request) {
    const { method, url, headers, redirect, bodyUsed } = this;
    return `Request ${inspect({ method, url, headers, redirect, bodyUsed })}`;
  },
  writable: true, configurable: true,
});
