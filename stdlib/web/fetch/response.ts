// Response (https://fetch.spec.whatwg.org/#response-class).

import { inspect } from 'cronflow:internal/inspect';
import { Body, type Parts, extractBody, readBody, streams } from 'cronflow:internal/web/fetch/body';
import { HeaderList, type Headers, byteString, headerListFrom, headersOver } from 'cronflow:internal/web/fetch/headers';
import { parseUrl } from 'cronflow:internal/web/fetch/request';
import { atLeast, dictionary, read } from 'cronflow:internal/web/streams/idl';
import { defineInterface } from 'cronflow:internal/web/webidl';
import { promiseOf } from 'cronflow:internal/web/streams/promises';

const BODILESS = [101, 103, 204, 205, 304];
const REDIRECTS = [301, 302, 303, 307, 308];
const REASON_PHRASE = /^[\t\x20-\x7e\x80-\xff]*$/;
const CUSTOM = Symbol.for('nodejs.util.inspect.custom');
const INTERNAL = Symbol('internal');

/** What a Response is made of. */
export interface ResponseSlots {
  type: string;
  url: string;
  redirected: boolean;
  status: number;
  statusText: string;
  headers: HeaderList;
  headersObject: Headers | undefined;
  body: Body | null;
}

function fresh(): ResponseSlots {
  return { type: 'default', url: '', redirected: false, status: 200, statusText: '', headers: new HeaderList(), headersObject: undefined, body: null };
}

/** "Initialize a response", with the dictionary ResponseInit. */
function initialize(slots: ResponseSlots, options: unknown, extracted: [Body, string | null] | null): void {
  const init = dictionary(options, 'The options of a response');
  const headers = read(init, 'headers');
  if (headers !== undefined) slots.headers = headerListFrom(headers);
  const status = read(init, 'status');
  if (status !== undefined) slots.status = toUint16(status);
  const statusText = read(init, 'statusText');
  if (statusText !== undefined) slots.statusText = byteString(statusText, 'The status text');
  if (slots.status < 200 || slots.status > 599) throw new RangeError('The status must be from 200 to 599');
  if (!REASON_PHRASE.test(slots.statusText)) throw new TypeError('The status text must not have control characters');
  if (extracted === null) return;
  if (BODILESS.includes(slots.status)) throw new TypeError(`A response with the status ${slots.status} cannot have a body`);
  const [body, type] = extracted;
  slots.body = body;
  if (type !== null && !slots.headers.has('content-type')) slots.headers.append('content-type', type);
}

function toUint16(value: any): number {
  const number = Math.trunc(+value);
  return Number.isFinite(number) ? ((number % 65536) + 65536) % 65536 : 0;
}

const partsOf = (slots: ResponseSlots): Parts => ({ body: slots.body, contentType: () => slots.headers.get('content-type') });

/** What a Response of this engine is made of. */
export let responseSlots: (response: unknown) => ResponseSlots | undefined;

export class Response {
  #slots: ResponseSlots;

  constructor(body: any = null, init: any = {}) {
    if (body === INTERNAL) {
      this.#slots = init;
      return;
    }
    const slots = fresh();
    const given = body !== null && body !== undefined;
    initialize(slots, init, given ? extractBody(body) : null);
    this.#slots = slots;
  }

  static {
    responseSlots = response => (typeof response === 'object' && response !== null && #slots in response ? (response as Response).#slots : undefined);
  }

  static error(): Response {
    const slots = fresh();
    slots.type = 'error';
    slots.status = 0;
    slots.headers.isImmutable = true;
    return responseOf(slots);
  }

  static json(data: unknown, init: any = {}): Response {
    atLeast(1, arguments.length, 'Response.json()');
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError('The data is not JSON');
    const slots = fresh();
    initialize(slots, init, [new Body(text), 'application/json']);
    return responseOf(slots);
  }

  static redirect(url: string, status: number = 302): Response {
    atLeast(1, arguments.length, 'Response.redirect()');
    const target = parseUrl(`${url}`)[0];
    const code = toUint16(status);
    if (!REDIRECTS.includes(code)) throw new RangeError(`${code} is no status of a redirect: use ${REDIRECTS.join(', ')}`);
    const slots = fresh();
    slots.status = code;
    slots.headers.append('location', target);
    slots.headers.isImmutable = true;
    return responseOf(slots);
  }

  get body(): any {
    const { body } = this.#slots;
    return body === null ? null : streams().readableObject(body.stream());
  }

  get bodyUsed(): boolean {
    return this.#slots.body?.used ?? false;
  }

  get headers(): Headers {
    const slots = this.#slots;
    return (slots.headersObject ??= headersOver(slots.headers));
  }

  get ok(): boolean {
    const { status } = this.#slots;
    return status >= 200 && status <= 299;
  }

  get redirected(): boolean {
    return this.#slots.redirected;
  }

  get status(): number {
    return this.#slots.status;
  }

  get statusText(): string {
    return this.#slots.statusText;
  }

  get type(): string {
    return this.#slots.type;
  }

  get url(): string {
    return this.#slots.url;
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return promiseOf(() => readBody.arrayBuffer(partsOf(this.#slots)));
  }

  blob(): Promise<any> {
    return promiseOf(() => readBody.blob(partsOf(this.#slots)));
  }

  bytes(): Promise<Uint8Array> {
    return promiseOf(() => readBody.bytes(partsOf(this.#slots)));
  }

  clone(): Response {
    const slots = this.#slots;
    if (slots.body?.unusable) throw new TypeError('The body has been read already, or is locked to a reader');
    const { pairs, isImmutable } = slots.headers;
    const headers = new HeaderList([...pairs], isImmutable);
    return responseOf({ ...slots, headers, headersObject: undefined, body: slots.body?.clone() ?? null });
  }

  formData(): Promise<any> {
    return promiseOf(() => readBody.formData(partsOf(this.#slots)));
  }

  json(): Promise<any> {
    return promiseOf(() => readBody.json(partsOf(this.#slots)));
  }

  text(): Promise<string> {
    return promiseOf(() => readBody.text(partsOf(this.#slots)));
  }
}

defineInterface(Response, 'Response');
Object.defineProperty(Response, 'length', { value: 0 });
Object.defineProperty(Response.prototype, CUSTOM, {
  value(this: Response) {
    const { status, statusText, headers, bodyUsed, ok, redirected, type, url } = this;
    return `Response ${inspect({ status, statusText, headers, bodyUsed, ok, redirected, type, url })}`;
  },
  writable: true, configurable: true,
});

function responseOf(slots: ResponseSlots): Response {
  return new Response(INTERNAL, slots);
}

/** A response from the network, which may be anything. */
export function networkResponse(answer: { status: number; statusText: string; url: string; redirected: boolean; headers: [string, string][] }, body: Body | null): Response {
  const { status, statusText, redirected } = answer;
  const url = answer.url.split('#')[0];
  return responseOf({
    type: 'basic', url, redirected, status, statusText, headers: new HeaderList(answer.headers, true), headersObject: undefined,
    body: BODILESS.includes(status) ? null : body,
  });
}
