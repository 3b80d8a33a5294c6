// Issues get their messages: by the schema, by the options of the parse, by the configuration, in English.

import type { RawIssue, Run } from 'cronflow:internal/zod/payload';

export interface Issue {
  code: string;
  path: PropertyKey[];
  message: string;
  [detail: string]: any;
}

type ErrorMap = (issue: any) => unknown;
interface Settings {
  customError?: ErrorMap;
  localeError?: ErrorMap;
}

const UNITS: Record<string, string> = { string: 'characters', file: 'bytes', array: 'items', set: 'items', map: 'entries' };
/** Formats whose name is not their word. */
const FORMAT_WORDS: Record<string, string> = {
  regex: 'input', email: 'email address', url: 'URL', uuid: 'UUID', uuidv4: 'UUIDv4', uuidv6: 'UUIDv6', guid: 'GUID', ulid: 'ULID', xid: 'XID',
  ksuid: 'KSUID', datetime: 'ISO datetime', date: 'ISO date', time: 'ISO time', duration: 'ISO duration', ipv4: 'IPv4 address', ipv6: 'IPv6 address',
  mac: 'MAC address', cidrv4: 'IPv4 range', cidrv6: 'IPv6 range', base64: 'base64-encoded string', base64url: 'base64url-encoded string',
  json_string: 'JSON string', e164: 'E.164 number', currency_code: 'currency code', credit_card: 'credit card number', iban: 'IBAN', jwt: 'JWT',
  template_literal: 'input',
};

function kindOf(value: any): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value !== 'object') return typeof value;
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const isPlain = Object.getPrototypeOf(value) === Object.prototype;
  return !isPlain && 'constructor' in value && value.constructor ? value.constructor.name : 'object';
}

export function shown(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`;
  return typeof value === 'bigint' ? `${value}n` : String(value);
}

function sizeWords(issue: any, kind: 'big' | 'small'): string {
  const sign = kind === 'big' ? '<' : '>';
  const limit = String(kind === 'big' ? issue.maximum : issue.minimum);
  const relation = issue.exact ? 'exactly ' : issue.inclusive ? `${sign}=` : sign;
  const unit = UNITS[issue.origin];
  return `Too ${kind}: expected ${issue.origin ?? 'value'} ${unit ? 'to have' : 'to be'} ${relation}${limit}${unit ? ` ${unit}` : ''}`;
}

function formatWords(issue: any): string {
  if (issue.format === 'starts_with') return `Invalid string: must start with "${issue.prefix}"`;
  if (issue.format === 'ends_with') return `Invalid string: must end with "${issue.suffix}"`;
  if (issue.format === 'includes') return `Invalid string: must include "${issue.includes}"`;
  if (issue.format === 'regex') return `Invalid string: must match pattern ${issue.pattern}`;
  return `Invalid ${FORMAT_WORDS[issue.format] ?? issue.format}`;
}

function unionWords(issue: any): string {
  const options = (issue.options ?? []).map((option: unknown) => `'${String(option)}'`).join(' | ');
  if (options !== '') return `Invalid discriminator value. Expected ${options}`;
  return issue.inclusive === false ? 'Invalid input: more than one option matched' : 'Invalid input';
}

const WORDS: Record<string, (issue: any) => string> = {
  invalid_type: issue => `Invalid input: expected ${issue.expected === 'nan' ? 'NaN' : issue.expected}, received ${kindOf(issue.input)}`,
  invalid_value: issue => {
    const values = issue.values.map(shown);
    return values.length === 1 ? `Invalid input: expected ${values[0]}` : `Invalid option: expected one of ${values.join('|')}`;
  },
  too_big: issue => sizeWords(issue, 'big'),
  too_small: issue => sizeWords(issue, 'small'),
  invalid_format: formatWords,
  not_multiple_of: issue => `Invalid number: must be a multiple of ${issue.divisor}`,
  unrecognized_keys: issue => `Unrecognized key${issue.keys.length > 1 ? 's' : ''}: ${issue.keys.map(shown).join(', ')}`,
  invalid_key: issue => `Invalid key in ${issue.origin}`,
  invalid_union: unionWords,
  invalid_element: issue => `Invalid value in ${issue.origin}`,
};

/** The locale that there is. */
export const en = () => ({ localeError: (issue: any) => WORDS[issue.code]?.(issue) ?? 'Invalid input' });

const settings: Settings = en();

/** The configuration of all schemas, changed by what is given. */
export function config(more?: Settings): Settings {
  return Object.assign(settings, more);
}

const textOf = (given: any): string | undefined => (typeof given === 'string' ? given : given?.message) ?? undefined;

function messageOf(issue: RawIssue, run?: Run): string {
  if (issue.message) return issue.message;
  const owner = issue.schema === issue.inst ? undefined : issue.schema;
  const maps = [issue.inst?.def?.error, owner?.def?.error, run?.error, settings.customError, settings.localeError];
  for (const map of maps) {
    const text = textOf(map?.(issue));
    if (text !== undefined) return text;
  }
  return 'Invalid input';
}

/** The issue as callers see it. */
export function finishIssue(issue: RawIssue, run?: Run): Issue {
  // A schema that found something itself owns the issue; a format may be a check of another schema.
  if (issue.inst?._isSchema) issue.schema = issue.inst._judge === undefined ? issue.inst : issue.schema ?? issue.inst;
  const message = messageOf(issue, run);
  const { inst: _inst, schema: _schema, continue: _continue, input, ...told } = issue;
  const finished: Issue = { ...told, path: issue.path ?? [], message };
  if (run?.reportInput) finished.input = input;
  return finished;
}

export const finishIssues = (issues: RawIssue[], run?: Run): Issue[] => issues.map(issue => finishIssue(issue, run));

/** The issue of `ctx.addIssue()`: a text, or an issue of which parts may be missing. */
export function customIssue(given: any, payload: { value: unknown }, inst: any, goesOn?: boolean): RawIssue {
  if (typeof given === 'string') return { message: given, code: 'custom', input: payload.value, inst };
  const fatal = given.fatal ? { continue: false } : {};
  return { continue: goesOn, input: payload.value, inst, ...given, code: given.code ?? 'custom', ...fatal };
}
