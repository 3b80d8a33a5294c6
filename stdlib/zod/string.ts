// Texts: plain, in a format, and made of parts.

import * as checks from 'cronflow:internal/zod/checks';
import { DOMAIN, FORMATS, HEX_TEXT, HOSTNAME, hasRealDate, hashShape } from 'cronflow:internal/zod/formats';
import { type Facts, factsOf } from 'cronflow:internal/zod/facts';
import { type Params, readParams } from 'cronflow:internal/zod/params';
import { type Payload, wrongType } from 'cronflow:internal/zod/payload';
import { ZodType, makers } from 'cronflow:internal/zod/type';

/** What plain texts and texts in a format have in common. */
export abstract class ZodAnyString extends ZodType {
  _parse(payload: Payload): Payload {
    if (this.def.coerce) payload.value = coerced(payload.value);
    return typeof payload.value === 'string' ? payload : wrongType(payload, 'string', this);
  }

  get _pattern(): string {
    const { minimum, maximum, patterns } = factsOf(this);
    if (patterns.length > 0) return patterns.at(-1)!.source;
    if (minimum === undefined && maximum === undefined) return '[\\s\\S]*';
    return (minimum ?? 0) > (maximum ?? Infinity) ? '(?!)' : `[\\s\\S]{${minimum ?? 0},${maximum ?? ''}}`;
  }

  private _fact(name: keyof Facts): any {
    return factsOf(this)[name] ?? null;
  }

  get format(): string | null {
    return this._fact('format');
  }

  get minLength(): number | null {
    return this._fact('minimum');
  }

  get maxLength(): number | null {
    return this._fact('maximum');
  }

  min(limit: number, params?: Params): this {
    return this.check(checks.minLength(limit, params));
  }

  max(limit: number, params?: Params): this {
    return this.check(checks.maxLength(limit, params));
  }

  length(wanted: number, params?: Params): this {
    return this.check(checks.length(wanted, params));
  }

  nonempty(params?: Params): this {
    return this.check(checks.minLength(1, params));
  }

  regex(pattern: RegExp, params?: Params): this {
    return this.check(checks.regex(pattern, params));
  }

  includes(part: string, params?: Params & { position?: number }): this {
    return this.check(checks.includes(part, params));
  }

  startsWith(prefix: string, params?: Params): this {
    return this.check(checks.startsWith(prefix, params));
  }

  endsWith(suffix: string, params?: Params): this {
    return this.check(checks.endsWith(suffix, params));
  }

  lowercase(params?: Params): this {
    return this.check(checks.lowercase(params));
  }

  uppercase(params?: Params): this {
    return this.check(checks.uppercase(params));
  }

  trim(): this {
    return this.check(checks.trim());
  }

  normalize(form?: string): this {
    return this.check(checks.normalize(form));
  }

  toLowerCase(): this {
    return this.check(checks.toLowerCase());
  }

  toUpperCase(): this {
    return this.check(checks.toUpperCase());
  }

  slugify(): this {
    return this.check(checks.slugify());
  }
}

function coerced(value: any): any {
  try {
    return String(value);
  } catch {
    return value;
  }
}

/** A text in a format: a schema, and a check of other schemas of texts. */
export class ZodStringFormat extends ZodAnyString {
  _judge(payload: Payload): void {
    const { format, pattern, fits } = this.def;
    if (format === 'url') return judgeUrl(payload, this);
    if (fits !== undefined) {
      if (!fits(payload.value, this.def)) checks.fail(payload, this as any, { code: 'invalid_format', format });
    } else if (!checks.matches(pattern, payload.value) || !hasRealDate(format, payload.value)) {
      checks.fail(payload, this as any, { origin: 'string', code: 'invalid_format', format, pattern: String(pattern) });
    }
  }
}

/** A URL loses what is around it; with `normalize` it is written as the parser has it. */
function judgeUrl(payload: Payload, schema: ZodStringFormat): void {
  const { hostname, protocol, normalize } = schema.def;
  const text = payload.value.trim();
  const tell = (more: object) => checks.fail(payload, schema as any, { code: 'invalid_format', format: 'url', ...more });
  const isWeb = protocol?.source === WEB.source;
  if (isWeb && !normalize && !/^https?:\/\//i.test(text)) return tell({ note: 'Invalid URL format' });
  const { URL } = globalThis as any;
  if (!URL.canParse(text)) return tell({});
  const url = new URL(text);
  if (hostname && !checks.matches(hostname, url.hostname)) tell({ note: 'Invalid hostname', pattern: hostname.source });
  if (protocol && !checks.matches(protocol, url.protocol.slice(0, -1))) tell({ note: 'Invalid protocol', pattern: protocol.source });
  payload.value = normalize ? url.href : text.replace(/[\t\n\r]/g, '');
}

const WEB = /^https?$/;
type Made = (params?: any) => ZodStringFormat;

function formatted(format: string, more: object = {}): Made {
  return params => {
    const def: any = { type: 'string', check: 'string_format', format, abort: false, ...more, ...readParams(params) };
    const shape = FORMATS[format]?.(def);
    // A pattern of the author's takes the place of ours.
    if (shape?.fits !== undefined && def.pattern === undefined) def.fits = shape.fits;
    if (shape !== undefined) def.pattern ??= shape.pattern;
    return new ZodStringFormat(def);
  };
}

export const email = formatted('email');
export const guid = formatted('guid');
export const uuid = formatted('uuid');
export const uuidv4 = formatted('uuid', { version: 'v4' });
export const uuidv6 = formatted('uuid', { version: 'v6' });
export const uuidv7 = formatted('uuid', { version: 'v7' });
export const url = formatted('url');
export const httpUrl = formatted('url', { protocol: WEB, hostname: DOMAIN });
export const emoji = formatted('emoji');
export const nanoid = formatted('nanoid');
export const cuid = formatted('cuid');
export const cuid2 = formatted('cuid2');
export const ulid = formatted('ulid');
export const xid = formatted('xid');
export const ksuid = formatted('ksuid');
export const ipv4 = formatted('ipv4');
export const ipv6 = formatted('ipv6');
export const mac = formatted('mac');
export const cidrv4 = formatted('cidrv4');
export const cidrv6 = formatted('cidrv6');
export const base64 = formatted('base64');
export const base64url = formatted('base64url');
export const e164 = formatted('e164');
export const jwt = formatted('jwt');
export const creditCard = formatted('credit_card');
export const iban = formatted('iban');
/** Times as ISO 8601 writes them. */
export const iso = { datetime: formatted('datetime'), date: formatted('date'), time: formatted('time'), duration: formatted('duration') };

/** A format of the author's own: a pattern, or a function. */
export function stringFormat(format: string, test: RegExp | ((text: string) => unknown), params?: Params): ZodStringFormat {
  const isPattern = test instanceof RegExp;
  const fits = isPattern ? (text: string) => checks.matches(test, text) : test;
  return new ZodStringFormat({ type: 'string', check: 'string_format', format, fits, ...(isPattern ? { pattern: test } : {}), ...readParams(params) });
}

export const hostname: Made = params => stringFormat('hostname', HOSTNAME, params);
export const hex: Made = params => stringFormat('hex', HEX_TEXT, params);
export function hash(algorithm: string, params?: any): ZodStringFormat {
  const name = `${algorithm}_${params?.enc ?? 'hex'}`;
  const shape = hashShape(algorithm, params?.enc ?? 'hex');
  if (shape === undefined) throw new Error(`Unrecognized hash format: ${name}`);
  return stringFormat(name, shape, params);
}

const METHODS = { email, url, jwt, emoji, guid, uuid, uuidv4, uuidv6, uuidv7, nanoid, cuid, cuid2, ulid, base64, base64url, xid, ksuid, ipv4, ipv6, cidrv4, cidrv6, e164, ...iso };

/** Has a method for each format. */
export class ZodString extends ZodAnyString {}
export interface ZodString extends Record<keyof typeof METHODS, (params?: any) => ZodString> {}

for (const [name, make] of Object.entries(METHODS)) {
  const value = function (this: ZodString, params?: any) {
    return this.check(make(params) as any);
  };
  Object.defineProperty(ZodString.prototype, name, { value, writable: true, configurable: true });
}

export const string = (params?: Params) => new ZodString({ type: 'string', ...readParams(params) });
export const coerceString = (params?: Params) => new ZodString({ type: 'string', coerce: true, ...readParams(params) });

/** The pattern without the marks of its ends. */
const inner = (source: string) => source.replace(/^\^/, '').replace(/\$$/, '');

export class ZodTemplateLiteral extends ZodType {
  get _pattern(): string {
    const parts = this.def.parts.map((part: any) => {
      if (part === null || typeof part !== 'object') return String(part).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      if (part._pattern === undefined) throw new Error(`Invalid template literal part, no pattern found: ${part.constructor.name}`);
      return `(?:${inner(part._pattern)})`;
    });
    return `^${parts.join('')}$`;
  }

  _parse(payload: Payload): Payload {
    if (typeof payload.value !== 'string') return wrongType(payload, 'string', this);
    const pattern = this._pattern;
    if (new RegExp(pattern).test(payload.value)) return payload;
    const format = this.def.format ?? 'template_literal';
    payload.issues.push({ code: 'invalid_format', format, pattern, input: payload.value, inst: this });
    return payload;
  }
}

export const templateLiteral = (parts: unknown[], params?: Params) => new ZodTemplateLiteral({ type: 'template_literal', parts, ...readParams(params) });

Object.assign(makers, { string });
