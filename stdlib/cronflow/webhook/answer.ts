// Answers that functions of a webhook make: what `res` of a middleware collects, bodies, and Responses.

import { type WireAnswer, type WireBody, bodyOf, checkedStatus, isResponse, responseAnswer } from 'cronflow:internal/web/answer';

const JSON_TYPE = 'application/json';
const TEXT_TYPE = 'text/plain; charset=utf-8';

/** `res` of a middleware: the part of Express that answers requests. */
export class Reply {
  statusCode = 200;
  req: any;
  locals: Record<string, unknown> = {};
  onEnd: () => void = () => {};
  private _headers = new Map<string, string | string[]>();
  private _body: WireBody | undefined;

  constructor(req: any) {
    this.req = req;
  }

  get headersSent(): boolean {
    return this._body !== undefined;
  }

  get writableEnded(): boolean {
    return this.headersSent;
  }

  get answer(): WireAnswer {
    const headers = [...this._headers].flatMap(([name, value]) => [value].flat().map(one => [name, one] as [string, string]));
    return { status: checkedStatus(this.statusCode), headers, ...this._body! };
  }

  status(code: number): this {
    this.statusCode = checkedStatus(code);
    return this;
  }

  sendStatus(code: number): this {
    return this.status(code).type(TEXT_TYPE)._end(String(code));
  }

  set(name: string | Record<string, unknown>, value?: unknown): this {
    if (typeof name === 'object') for (const [key, one] of Object.entries(name)) this.set(key, one);
    else this._headers.set(name.toLowerCase(), Array.isArray(value) ? value.map(String) : String(value));
    return this;
  }

  header(name: string | Record<string, unknown>, value?: unknown): this {
    return this.set(name, value);
  }

  setHeader(name: string, value: unknown): this {
    return this.set(name, value);
  }

  append(name: string, value: unknown): this {
    const before = this._headers.get(name.toLowerCase()) ?? [];
    return this.set(name, [before, value].flat());
  }

  get(name: string): string | string[] | undefined {
    return this._headers.get(name.toLowerCase());
  }

  getHeader(name: string): string | string[] | undefined {
    return this.get(name);
  }

  removeHeader(name: string): void {
    this._headers.delete(name.toLowerCase());
  }

  type(type: string): this {
    return this.set('content-type', type.includes('/') ? type : ({ json: JSON_TYPE, text: TEXT_TYPE, html: 'text/html; charset=utf-8' }[type] ?? type));
  }

  json(value: unknown): this {
    return this._typed(JSON_TYPE)._end(JSON.stringify(value) ?? 'null');
  }

  send(value?: unknown): this {
    if (value === undefined) return this._end('');
    if (typeof value === 'string') return this._typed('text/html; charset=utf-8')._end(value);
    if (isBytes(value)) return this._typed('application/octet-stream')._bytes(value);
    return this.json(value);
  }

  end(value?: unknown): this {
    return isBytes(value) ? this._bytes(value) : this._end(value === undefined || value === null ? '' : String(value));
  }

  redirect(first: number | string, second?: string): this {
    const [status, url] = typeof first === 'number' ? [first, String(second)] : [302, first];
    return this.status(status).set('location', url)._end('');
  }

  private _typed(type: string): this {
    return this._headers.has('content-type') ? this : this.set('content-type', type);
  }

  private _bytes(bytes: Uint8Array): this {
    return this._finish(bodyOf(bytes));
  }

  private _end(body: string): this {
    return this._finish({ body });
  }

  private _finish(body: WireBody): this {
    if (this._body !== undefined) throw new Error('the request has been answered already');
    this._body = body;
    this.onEnd();
    return this;
  }
}

/** What `respond` returned: a Response, or the body of a 200. */
export async function wireAnswer(value: any): Promise<WireAnswer> {
  if (isResponse(value)) return responseAnswer(value);
  if (value === undefined) return { status: 204, headers: [], body: '' };
  return withBody(200, [], value);
}

/** What `onError` returned: a Response, or `{status, body, headers}`; anything else makes no answer. */
export async function errorAnswer(value: any): Promise<WireAnswer | undefined> {
  if (isResponse(value)) return responseAnswer(value);
  if (value === null || typeof value !== 'object' || typeof value.status !== 'number') return undefined;
  const headers = Object.entries(value.headers ?? {}).map(([name, one]) => [name.toLowerCase(), String(one)] as [string, string]);
  return withBody(checkedStatus(value.status), headers, value.body);
}

function withBody(status: number, headers: [string, string][], value: unknown): WireAnswer {
  const has = headers.some(([name]) => name === 'content-type');
  const typed = (type: string): [string, string][] => (has ? headers : [['content-type', type], ...headers]);
  if (value === undefined) return { status, headers, body: '' };
  if (typeof value === 'string') return { status, headers: typed(TEXT_TYPE), body: value };
  if (isBytes(value)) return { status, headers: typed('application/octet-stream'), ...bodyOf(value) };
  return { status, headers: typed(JSON_TYPE), body: JSON.stringify(value) ?? 'null' };
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}
