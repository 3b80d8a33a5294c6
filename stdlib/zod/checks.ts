// Checks that several kinds of schemas have: bounds, lengths, sizes, texts, and the author's own functions.

import { customIssue } from 'cronflow:internal/zod/issues';
import { type Params, readParams } from 'cronflow:internal/zod/params';
import { type Payload, type RawIssue, type Run, fresh, takeIssues, then } from 'cronflow:internal/zod/payload';
import { type Check, type ZodType, makers } from 'cronflow:internal/zod/type';

/** A check fails with this issue. */
export function fail(payload: Payload, check: Check, issue: Partial<RawIssue> & { code: string }): void {
  payload.issues.push({ input: payload.value, inst: check, continue: !check.def.abort, ...issue });
}

type Judge = (payload: Payload, fail: (issue: { code: string; [detail: string]: any }) => void, run?: Run) => unknown;

function checkOf(def: Check['def'], params: Params, judge: Judge): Check {
  const check: Check = { def: { ...def, ...readParams(params) }, _judge: (payload, run) => judge(payload, issue => fail(payload, check, issue), run) };
  return check;
}

const ORIGINS: Record<string, string> = { number: 'number', bigint: 'bigint', object: 'date' };
const limitOf = (limit: any) => (typeof limit === 'object' ? limit.getTime() : limit);
const originOf = (value: unknown, limit: unknown) => ORIGINS[typeof value] ?? ORIGINS[typeof limit];

function below(limit: any, inclusive: boolean, params?: Params): Check {
  return checkOf({ check: 'less_than', value: limit, inclusive }, params, ({ value }, tell) => {
    if (inclusive ? value <= limit : value < limit) return;
    tell({ origin: originOf(value, limit), code: 'too_big', maximum: limitOf(limit), inclusive });
  });
}

function above(limit: any, inclusive: boolean, params?: Params): Check {
  return checkOf({ check: 'greater_than', value: limit, inclusive }, params, ({ value }, tell) => {
    if (inclusive ? value >= limit : value > limit) return;
    tell({ origin: originOf(value, limit), code: 'too_small', minimum: limitOf(limit), inclusive });
  });
}

export const lt = (limit: any, params?: Params) => below(limit, false, params);
export const lte = (limit: any, params?: Params) => below(limit, true, params);
export const gt = (limit: any, params?: Params) => above(limit, false, params);
export const gte = (limit: any, params?: Params) => above(limit, true, params);
export const positive = (params?: Params) => gt(0, params);
export const negative = (params?: Params) => lt(0, params);
export const nonpositive = (params?: Params) => lte(0, params);
export const nonnegative = (params?: Params) => gte(0, params);

/** The remainder without the error of binary fractions. */
function remainder(value: number, step: number): number {
  const ratio = value / step;
  const near = Math.round(ratio);
  const slack = 2 * Number.EPSILON * Math.max(Math.abs(ratio), 1);
  return Math.abs(ratio - near) < slack ? 0 : ratio - near;
}

function isMultiple(value: any, divisor: any): boolean {
  if (typeof value !== typeof divisor) throw new Error('Cannot mix number and bigint in multiple_of check.');
  return typeof value === 'bigint' ? divisor !== 0n && value % divisor === 0n : remainder(value, divisor) === 0;
}

export function multipleOf(divisor: any, params?: Params): Check {
  return checkOf({ check: 'multiple_of', value: divisor }, params, ({ value }, tell) => {
    if (!isMultiple(value, divisor)) tell({ origin: typeof value, code: 'not_multiple_of', divisor });
  });
}

/** Texts are as long as they have characters. */
function lengthOf(value: any): number {
  if (typeof value !== 'string') return value.length;
  let count = value.length;
  for (let at = 0; at < value.length - 1; at++) {
    if (value.charCodeAt(at) >> 10 === 0x36 && value.charCodeAt(at + 1) >> 10 === 0x37) {
      count--;
      at++;
    }
  }
  return count;
}

const lengthOrigin = (value: unknown) => (Array.isArray(value) ? 'array' : typeof value === 'string' ? 'string' : 'unknown');

function sizeOrigin(value: unknown): string {
  if (value instanceof Set) return 'set';
  if (value instanceof Map) return 'map';
  const { File } = globalThis as any;
  return File !== undefined && value instanceof File ? 'file' : 'unknown';
}

interface Measure {
  measure: (value: any) => number;
  origin: (value: unknown) => string;
  when: (payload: Payload) => boolean;
}
const isThere = (property: string) => (payload: Payload) => payload.value !== undefined && payload.value !== null && payload.value[property] !== undefined;
const LENGTH: Measure = { measure: lengthOf, origin: lengthOrigin, when: isThere('length') };
const SIZE: Measure = { measure: value => value.size, origin: sizeOrigin, when: isThere('size') };

function atLeast(check: string, by: Measure, minimum: number, params?: Params): Check {
  return checkOf({ check, minimum, when: by.when }, params, ({ value }, tell) => {
    if (by.measure(value) < minimum) tell({ origin: by.origin(value), code: 'too_small', minimum, inclusive: true });
  });
}

function atMost(check: string, by: Measure, maximum: number, params?: Params): Check {
  return checkOf({ check, maximum, when: by.when }, params, ({ value }, tell) => {
    if (by.measure(value) > maximum) tell({ origin: by.origin(value), code: 'too_big', maximum, inclusive: true });
  });
}

function exactly(check: string, by: Measure, wanted: number, params?: Params): Check {
  const def = { check, [check === 'size_equals' ? 'size' : 'length']: wanted, when: by.when };
  return checkOf(def, params, ({ value }, tell) => {
    const measured = by.measure(value);
    if (measured === wanted) return;
    const limit = measured > wanted ? { code: 'too_big', maximum: wanted } : { code: 'too_small', minimum: wanted };
    tell({ origin: by.origin(value), ...limit, inclusive: true, exact: true });
  });
}

export const minLength = (limit: number, params?: Params) => atLeast('min_length', LENGTH, limit, params);
export const maxLength = (limit: number, params?: Params) => atMost('max_length', LENGTH, limit, params);
export const length = (wanted: number, params?: Params) => exactly('length_equals', LENGTH, wanted, params);
export const minSize = (limit: number, params?: Params) => atLeast('min_size', SIZE, limit, params);
export const maxSize = (limit: number, params?: Params) => atMost('max_size', SIZE, limit, params);
export const size = (wanted: number, params?: Params) => exactly('size_equals', SIZE, wanted, params);

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function textCheck(format: string, pattern: RegExp, more: object, params: Params, fits: (text: string) => boolean): Check {
  return checkOf({ check: 'string_format', format, pattern, ...more }, params, ({ value }, tell) => {
    if (!fits(value)) tell({ origin: 'string', code: 'invalid_format', format, ...more });
  });
}

export function matches(pattern: RegExp, text: string): boolean {
  pattern.lastIndex = 0;
  return pattern.test(text);
}

export const regex = (pattern: RegExp, params?: Params) => {
  const check = checkOf({ check: 'string_format', format: 'regex', pattern }, params, ({ value }, tell) => {
    if (!matches(pattern, value)) tell({ origin: 'string', code: 'invalid_format', format: 'regex', pattern: String(pattern) });
  });
  return check;
};
export const startsWith = (prefix: string, params?: Params) =>
  textCheck('starts_with', new RegExp(`^${escaped(prefix)}.*`), { prefix }, params, text => text.startsWith(prefix));
export const endsWith = (suffix: string, params?: Params) =>
  textCheck('ends_with', new RegExp(`.*${escaped(suffix)}$`), { suffix }, params, text => text.endsWith(suffix));
export function includes(part: string, params?: Params & { position?: number }): Check {
  const position = typeof params === 'object' ? params?.position : undefined;
  const pattern = new RegExp((position === undefined ? '' : `^.{${position},}`) + escaped(part));
  return textCheck('includes', pattern, { includes: part }, params, text => text.includes(part, position));
}
function cased(format: string, pattern: RegExp, params?: Params): Check {
  return checkOf({ check: 'string_format', format, pattern }, params, ({ value }, tell) => {
    if (!pattern.test(value)) tell({ origin: 'string', code: 'invalid_format', format, pattern: String(pattern) });
  });
}
export const lowercase = (params?: Params) => cased('lowercase', /^[^A-Z]*$/, params);
export const uppercase = (params?: Params) => cased('uppercase', /^[^a-z]*$/, params);

export const overwrite = (change: (value: any) => any): Check =>
  checkOf({ check: 'overwrite' }, undefined, payload => {
    payload.value = change(payload.value);
  });
export const trim = () => overwrite(text => text.trim());
export const toLowerCase = () => overwrite(text => text.toLowerCase());
export const toUpperCase = () => overwrite(text => text.toUpperCase());
export const normalize = (form?: string) => overwrite(text => text.normalize(form));
export const slugify = () =>
  overwrite(text => text.toLowerCase().trim().replace(/[^\w\s-]/g, '').replace(/[\s_-]+/g, '-').replace(/^-+|-+$/g, ''));

export function mime(types: string | string[], params?: Params): Check {
  const known = [types].flat();
  return checkOf({ check: 'mime_type', mime: known }, params, ({ value }, tell) => {
    if (!known.includes(value.type)) tell({ code: 'invalid_value', values: known, input: value.type });
  });
}

/** A property of the value must fit a schema. */
export function property(key: string, schema: ZodType, params?: Params): Check {
  return checkOf({ check: 'property', property: key, schema }, params, (payload, _tell, run) =>
    then(schema._run(fresh(payload.value[key]), run ?? { async: true }), result => takeIssues(payload, key, result.issues)),
  );
}

export function refine(fits: (value: any) => unknown, params?: Params): Check {
  return checkOf({ check: 'custom' }, params, (payload, tell) => customJudgement(payload, fits, tell, readParams(params)));
}

/** The judgement of an author's function, now or later. */
export function customJudgement(payload: Payload, fits: (value: any) => unknown, tell: (issue: any) => void, def: any): unknown {
  const input = payload.value;
  return then(fits(input), answer => {
    if (!answer) tell({ code: 'custom', input, path: [...(def.path ?? [])], ...(def.params ? { params: def.params } : {}) });
  });
}

export function superRefine(judge: (value: any, payload: any) => unknown, params?: Params): Check {
  const check: Check = checkOf({ check: 'custom' }, params, payload => {
    payload.addIssue = given => void payload.issues.push(customIssue(given, payload, check, true));
    return judge(payload.value, payload);
  });
  return check;
}

/** An author's function that sees the value with its issues. */
export const check = (judge: (payload: Payload) => unknown, params?: Params): Check => checkOf({ check: 'custom' }, params, judge);

Object.assign(makers, { refine, superRefine, overwrite });
