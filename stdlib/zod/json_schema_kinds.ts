// What each kind of schema is in JSON Schema.

import { type Facts, factsOf } from 'cronflow:internal/zod/facts';
import type { ZodType } from 'cronflow:internal/zod/type';

export type Json = Record<string, any>;

/** What the kinds ask of the conversion. */
export interface Writer {
  io: 'input' | 'output';
  isDraft7: boolean;
  /** The JSON Schema of a member, which may be a reference. */
  go(schema: ZodType, ...path: (string | number)[]): Json;
  /** The schema takes over what the inner one is. */
  inherit(inner: ZodType): void;
  /** There is no JSON Schema for it: an error, or what the caller wants instead. */
  refuse(message: string): Json | undefined;
}
type Write = (schema: ZodType, def: any, to: Writer) => Json;

const FORMAT_NAMES: Record<string, string | undefined> = { guid: 'uuid', url: 'uri', datetime: 'date-time', json_string: 'json-string', regex: '' };
const NUMBER = '^-?\\d+(?:\\.\\d+)?$';
const INTEGER = '^-?\\d+$';

const refused =
  (words: string): Write =>
  (_schema, _def, to) =>
    to.refuse(`${words} cannot be represented in JSON Schema`) ?? {};

function lengths(facts: Facts, unit: 'Length' | 'Items'): Json {
  const json: Json = {};
  if (typeof facts.minimum === 'number') json[`min${unit}`] = facts.minimum;
  if (typeof facts.maximum === 'number') json[`max${unit}`] = facts.maximum;
  return json;
}

function text(schema: ZodType, _def: unknown, to: Writer): Json {
  const facts = factsOf(schema);
  const json: Json = { type: 'string', ...lengths(facts, 'Length') };
  const { format, patterns } = facts;
  const name = format === undefined ? '' : FORMAT_NAMES[format] ?? format;
  if (name !== '' && format !== 'time' && !facts.isLax) json.format = name;
  if (format === 'base64' || format === 'base64url') json.contentEncoding = format;
  const sources = [...new Set(patterns)].map(pattern => pattern.source);
  if (sources.length === 1) json.pattern = sources[0];
  else if (sources.length > 1) json.allOf = sources.map(pattern => ({ ...(to.isDraft7 ? { type: 'string' } : {}), pattern }));
  return json;
}

function numeric(schema: ZodType, _def: unknown, to: Writer): Json {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, divisors, isInt } = factsOf(schema);
  const json: Json = { type: isInt ? 'integer' : 'number' };
  if (exclusiveMinimum !== undefined && exclusiveMinimum >= (minimum ?? -Infinity)) json.exclusiveMinimum = exclusiveMinimum;
  else if (minimum !== undefined) json.minimum = minimum;
  if (exclusiveMaximum !== undefined && exclusiveMaximum <= (maximum ?? Infinity)) json.exclusiveMaximum = exclusiveMaximum;
  else if (maximum !== undefined) json.maximum = maximum;
  for (const divisor of divisors) {
    if (!Number.isFinite(divisor) || divisor === 0) Object.assign(json, to.refuse(`A multipleOf divisor of ${divisor} cannot be represented in JSON Schema`));
  }
  const [first, ...more] = new Set(divisors.filter(one => Number.isFinite(one) && one !== 0).map(Math.abs));
  if (first !== undefined) json.multipleOf = first;
  if (more.length > 0) json.allOf = more.map(multipleOf => ({ multipleOf }));
  return json;
}

function typeOfAll(values: unknown[], types: string[]): Json {
  const type = types.find(one => values.every(value => (value === null ? 'null' : typeof value) === one));
  return type === undefined ? {} : { type };
}

function listed(schema: ZodType): Json {
  const values = [...schema._values!];
  return values.length === 0 ? { not: {} } : { ...typeOfAll(values, ['number', 'string']), enum: values };
}

function literal(_schema: ZodType, def: any, to: Writer): Json {
  if (def.values.length === 0) return { not: {} };
  const values: unknown[] = [];
  for (const value of def.values) {
    const words = value === undefined ? 'Literal `undefined`' : typeof value === 'bigint' ? 'BigInt literals' : undefined;
    const instead = words && to.refuse(`${words} cannot be represented in JSON Schema`);
    if (instead) return instead;
    if (value !== undefined) values.push(typeof value === 'bigint' ? Number(value) : value);
  }
  if (values.length === 0) return {};
  if (values.length === 1) return { type: values[0] === null ? 'null' : typeof values[0], const: values[0] };
  return { ...typeOfAll(values, ['number', 'string', 'boolean', 'null']), enum: values };
}

/** What may be missing in the input as its author means it: transforms could take anything. */
function optionalIn(schema: ZodType): boolean {
  const { def } = schema;
  if (schema.type === 'pipe' && def.in.type === 'transform') return optionalIn(def.out);
  return schema.type === 'catch' ? optionalIn(def.innerType) : schema._optin !== undefined;
}

const mayBeMissing = (schema: ZodType, to: Writer) => (to.io === 'input' ? optionalIn(schema) : schema._optout === 'optional');

function object(_schema: ZodType, def: any, to: Writer): Json {
  const { shape, catchall } = def;
  if (Object.getOwnPropertySymbols(shape).length > 0) {
    const instead = to.refuse('Symbol keys cannot be represented in JSON Schema');
    if (instead) return instead;
  }
  const entries = Object.keys(shape).map(key => [key, to.go(shape[key], 'properties', key)] as const);
  const json: Json = { type: 'object', properties: Object.fromEntries(entries) };
  const required = Object.keys(shape).filter(key => !mayBeMissing(shape[key], to));
  if (required.length > 0) json.required = required;
  if (catchall?.type === 'never') json.additionalProperties = false;
  else if (catchall) json.additionalProperties = to.go(catchall, 'additionalProperties');
  else if (to.io === 'output') json.additionalProperties = false;
  return json;
}

function tuple(schema: ZodType, def: any, to: Writer): Json {
  const [first, more] = to.isDraft7 ? ['items', 'additionalItems'] : ['prefixItems', 'items'];
  const json: Json = { type: 'array', [first]: def.items.map((item: ZodType, at: number) => to.go(item, first, at)) };
  json[more] = def.rest ? to.go(def.rest, more) : false;
  const needed = def.items.findLastIndex((item: ZodType) => !mayBeMissing(item, to)) + 1;
  if (needed > 0) json.minItems = needed;
  if (!def.rest) json.maxItems = def.items.length;
  return { ...json, ...lengths(factsOf(schema), 'Items') };
}

/** Names of properties are texts: a number is what looks like one. */
function asName(json: Json): Json {
  for (const key of ['anyOf', 'oneOf']) if (Array.isArray(json[key])) return { ...json, [key]: json[key].map(asName) };
  const types = [json.type].flat();
  const isNumber = !types.includes('string') && (types.includes('number') || types.includes('integer'));
  const values = json.enum ?? ('const' in json ? [json.const] : undefined);
  if (!isNumber && !values?.some((value: unknown) => typeof value === 'number')) return json;
  const { minimum: _a, maximum: _b, exclusiveMinimum: _c, exclusiveMaximum: _d, multipleOf: _e, format: _f, ...name } = json;
  if (name.enum) name.enum = name.enum.map((value: unknown) => (typeof value === 'number' ? String(value) : value));
  else if (typeof name.const === 'number') name.const = String(name.const);
  if (isNumber) name.type = 'string';
  if (isNumber && !values) name.pattern = types.includes('number') ? NUMBER : INTEGER;
  return name;
}

function record(_schema: ZodType, def: any, to: Writer): Json {
  const { patterns } = factsOf(def.keyType);
  const json: Json = { type: 'object' };
  if (def.mode === 'loose' && patterns.length > 0) {
    const value = to.go(def.valueType, 'patternProperties', '*');
    json.patternProperties = Object.fromEntries(patterns.map(pattern => [pattern.source, value]));
  } else {
    json.propertyNames = asName(to.go(def.keyType, 'propertyNames'));
    json.additionalProperties = to.go(def.valueType, 'additionalProperties');
  }
  const keys = [...(def.keyType._values ?? [])].filter(key => typeof key === 'string' || typeof key === 'number');
  const mayOmit = def.partial || (to.io === 'input' && optionalIn(def.valueType));
  if (keys.length > 0 && !mayOmit) json.required = keys.map(String);
  return json;
}

function union(_schema: ZodType, def: any, to: Writer): Json {
  const keyword = def.inclusive === false ? 'oneOf' : 'anyOf';
  return { [keyword]: def.options.map((option: ZodType, at: number) => to.go(option, keyword, at)) };
}

const FOLDABLE = ['type', 'properties', 'required', 'additionalProperties'];
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
const distinct = (all: Json[]) => all.filter((one, at) => all.findIndex(other => same(one, other)) === at);

/** What the member says of keys that it does not name. */
function ofOthers({ additionalProperties: more }: Json): Json[] {
  return typeof more === 'object' && more !== null && Object.keys(more).length > 0 ? [more] : [];
}

/** Objects that close themselves would refuse each other's keys: one object that says what all of them do. */
function folded(members: Json[]): Json | undefined {
  const fits = members.every(member => member.type === 'object' && Object.keys(member).every(key => FOLDABLE.includes(key)));
  if (!fits) return undefined;
  const keys = new Set(members.flatMap(member => Object.keys(member.properties ?? {})));
  const ofKey = (key: string) => {
    const parts = distinct(members.flatMap(member => (Object.hasOwn(member.properties ?? {}, key) ? [member.properties[key]] : ofOthers(member))));
    return parts.length === 1 ? parts[0] : folded(parts) ?? { allOf: parts };
  };
  const json: Json = { type: 'object', properties: Object.fromEntries([...keys].map(key => [key, ofKey(key)])) };
  const required = new Set(members.flatMap(member => member.required ?? []));
  if (required.size > 0) json.required = [...required];
  const others = distinct(members.flatMap(ofOthers));
  if (members.every(member => member.additionalProperties === false)) json.additionalProperties = false;
  else if (others.length > 0) json.additionalProperties = others.length === 1 ? others[0] : { allOf: others };
  return json;
}

/** Both; each option of a union with the rest. */
function intersection(_schema: ZodType, def: any, to: Writer): Json {
  const sides = [to.go(def.left, 'allOf', 0), to.go(def.right, 'allOf', 1)];
  const allOf = sides.flatMap(side => ('allOf' in side && Object.keys(side).length === 1 ? side.allOf : [side]));
  const choice = allOf.find(member => Array.isArray(member.oneOf) || Array.isArray(member.anyOf));
  if (choice === undefined) return folded(allOf) ?? { allOf };
  const keyword = Array.isArray(choice.oneOf) ? 'oneOf' : 'anyOf';
  const rest = allOf.filter(member => member !== choice);
  const options = choice[keyword].map((option: Json) => folded([...rest, option]));
  return Object.keys(choice).length === 1 && options.every(Boolean) ? { [keyword]: options } : { allOf };
}

function inherited(_schema: ZodType, def: any, to: Writer): Json {
  to.inherit(def.innerType);
  return {};
}

/** A default as JSON writes it; `undefined` when the caller has something else. */
function givenValue(value: unknown, to: Writer): Json {
  let hasBig = false;
  const text = JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? ((hasBig = true), null) : one));
  if (hasBig) return to.refuse('BigInt defaults cannot be represented in JSON Schema') ?? {};
  return text === undefined ? {} : { default: JSON.parse(text) };
}

function caught(schema: ZodType, def: any, to: Writer): Json {
  inherited(schema, def, to);
  try {
    return { default: def.catchValue(undefined) };
  } catch {
    return to.refuse('Dynamic catch values are not supported in JSON Schema') ?? {};
  }
}

function pipe(_schema: ZodType, def: any, to: Writer): Json {
  to.inherit(to.io === 'input' && def.in.type !== 'transform' ? def.in : def.out);
  return {};
}

function file(schema: ZodType): Json {
  const { minimum, maximum, mime } = factsOf(schema);
  const json: Json = { type: 'string', format: 'binary', contentEncoding: 'binary', ...lengths({ minimum, maximum } as Facts, 'Length') };
  if (mime === undefined) return json;
  if (mime.length === 0) return { ...json, not: {} };
  return mime.length === 1 ? { ...json, contentMediaType: mime[0] } : { ...json, anyOf: mime.map(contentMediaType => ({ contentMediaType })) };
}

export const KINDS: Record<string, Write> = {
  string: text,
  number: numeric,
  boolean: () => ({ type: 'boolean' }),
  success: () => ({ type: 'boolean' }),
  null: () => ({ type: 'null' }),
  any: () => ({}),
  unknown: () => ({}),
  never: () => ({ not: {} }),
  enum: listed,
  literal,
  template_literal: schema => ({ type: 'string', pattern: schema._pattern }),
  file,
  object,
  array: (schema, def, to) => ({ ...lengths(factsOf(schema), 'Items'), type: 'array', items: to.go(def.element, 'items') }),
  tuple,
  record,
  union,
  intersection,
  nullable: (_schema, def, to) => ({ anyOf: [to.go(def.innerType), { type: 'null' }] }),
  optional: inherited,
  nonoptional: inherited,
  promise: inherited,
  lazy: (schema, _def, to) => (to.inherit((schema as any)._inner), {}),
  readonly: (schema, def, to) => ({ ...inherited(schema, def, to), readOnly: true }),
  default: (schema, def, to) => ({ ...inherited(schema, def, to), ...givenValue(def.defaultValue, to) }),
  prefault: (schema, def, to) => ({ ...inherited(schema, def, to), ...(to.io === 'input' ? givenValue(def.defaultValue, to) : {}) }),
  catch: caught,
  pipe,
  bigint: refused('BigInt'),
  symbol: refused('Symbols'),
  undefined: refused('Undefined'),
  void: refused('Void'),
  date: refused('Date'),
  nan: refused('NaN'),
  custom: refused('Custom types'),
  function: refused('Function types'),
  transform: refused('Transforms'),
  map: refused('Map'),
  set: refused('Set'),
};
