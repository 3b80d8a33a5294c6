// Whether an object is a JSON Schema (draft 2020-12) of which every keyword acts here.

import { closest } from 'cronflow:internal/closest';
import { refuse } from 'cronflow:internal/options';
import { FORMATS } from 'cronflow:internal/schema/formats';
import { type Schema, isObject, patternOf } from 'cronflow:internal/schema/values';

/** What was found out about a schema that is good: where its references lead to. */
export interface CheckedSchema {
  root: Schema;
  refs: Map<string, Schema>;
}

type Rule = (value: any, at: string, check: Checker) => void;

/** Tell readers something, and change nothing. */
const ANNOTATIONS = [
  'title', 'description', 'examples', '$comment', '$schema', 'deprecated', 'readOnly', 'writeOnly', 'default', 'contentEncoding',
  'contentMediaType', 'contentSchema',
];
const TYPES = ['null', 'boolean', 'object', 'array', 'number', 'integer', 'string'];
/** Keywords of other drafts and dialects, and what to write instead. */
const INSTEAD: Record<string, string> = {
  definitions: "write '$defs'",
  dependencies: "write 'dependentRequired' or 'dependentSchemas'",
  additionalItems: "write 'prefixItems' with 'items'",
  nullable: "write type: ['string', 'null']",
  id: "write '$id'",
  unevaluatedProperties: "write 'additionalProperties' beside 'properties'",
  unevaluatedItems: "write 'items' beside 'prefixItems'",
  $anchor: "write a reference to '#/$defs/...'",
  $dynamicRef: "write '$ref'",
  $dynamicAnchor: "write '$ref'",
  $recursiveRef: "write '$ref'",
};

function count(value: any, at: string): void {
  if (!Number.isInteger(value) || value < 0) refuse(`${at} must be a whole number from 0`);
}

function finite(value: any, at: string): void {
  if (!Number.isFinite(value)) refuse(`${at} must be a number`);
}

function yesOrNo(value: any, at: string): void {
  if (typeof value !== 'boolean') refuse(`${at} must be true or false`);
}

function names(value: any, at: string): void {
  if (!Array.isArray(value) || !value.every(name => typeof name === 'string')) refuse(`${at} must be an array of strings`);
}

function entriesOf(value: any, at: string): [string, any][] {
  if (!isObject(value)) refuse(`${at} must be an object`);
  return Object.entries(value);
}

const one: Rule = (value, at, check) => check.schema(value, at, false);
const here: Rule = (value, at, check) => check.schema(value, at, true);
const record = (isHere: boolean): Rule => (value, at, check) => {
  for (const [key, schema] of entriesOf(value, at)) check.schema(schema, `${at}.${key}`, isHere);
};
const list = (isHere: boolean): Rule => (value, at, check) => {
  if (!Array.isArray(value) || value.length === 0) refuse(`${at} must be an array with at least one schema`);
  for (const [index, schema] of value.entries()) check.schema(schema, `${at}[${index}]`, isHere);
};

function regex(text: unknown, at: string): void {
  if (typeof text !== 'string' || patternOf(text) === undefined) refuse(`${at} must be a regular expression as text`);
}

/** Keyword -> what its value must be. `here` and `true`: its schemas judge the same value as the schema that it stands in. */
const RULES: Record<string, Rule> = {
  type: (value, at) => {
    const all = Array.isArray(value) ? value : [value];
    if (all.length === 0) refuse(`${at} must name at least one type`);
    for (const name of all) {
      if (TYPES.includes(name)) continue;
      const near = typeof name === 'string' && closest(name, TYPES);
      refuse(`${at} must be one of ${TYPES.join(', ')}` + (near ? `; did you mean '${near}'?` : ''));
    }
  },
  enum: (value, at) => {
    if (!Array.isArray(value)) refuse(`${at} must be an array`);
  },
  const: () => {},
  minimum: finite,
  maximum: finite,
  exclusiveMinimum: finite,
  exclusiveMaximum: finite,
  multipleOf: (value, at) => {
    if (!Number.isFinite(value) || value <= 0) refuse(`${at} must be a number above 0`);
  },
  minLength: count,
  maxLength: count,
  pattern: regex,
  format: (value, at) => {
    if (typeof value === 'string' && Object.hasOwn(FORMATS, value)) return;
    const near = typeof value === 'string' && closest(value, Object.keys(FORMATS));
    refuse(`${at} must be one of ${Object.keys(FORMATS).join(', ')}` + (near ? `; did you mean '${near}'?` : ''));
  },
  properties: record(false),
  patternProperties: (value, at, check) => {
    for (const [key] of entriesOf(value, at)) regex(key, `the name '${key}' in ${at}`);
    record(false)(value, at, check);
  },
  additionalProperties: one,
  propertyNames: one,
  required: names,
  dependentRequired: (value, at) => {
    for (const [key, needed] of entriesOf(value, at)) names(needed, `${at}.${key}`);
  },
  dependentSchemas: record(true),
  minProperties: count,
  maxProperties: count,
  items: (value, at, check) => {
    if (Array.isArray(value)) refuse(`${at} must be one schema; for a schema of each place write 'prefixItems'`);
    one(value, at, check);
  },
  prefixItems: list(false),
  contains: one,
  minContains: count,
  maxContains: count,
  minItems: count,
  maxItems: count,
  uniqueItems: yesOrNo,
  allOf: list(true),
  anyOf: list(true),
  oneOf: list(true),
  not: here,
  if: here,
  then: here,
  else: here,
  $defs: record(false),
  $ref: (value, at, check) => check.reference(value, at),
  $id: (value, at, check) => {
    if (typeof value !== 'string') refuse(`${at} must be a string`);
    if (!check.isTop()) refuse(`${at} is only possible at the top of a schema`);
  },
};
/** Keywords that do nothing without another one. */
const NEEDS: Record<string, string> = { then: 'if', else: 'if', minContains: 'contains', maxContains: 'contains' };

class Checker {
  refs = new Map<string, Schema>();
  private _root: Schema;
  private _of: string;
  /** From the top to the schema in hand. */
  private _open: object[] = [];
  private _seen = new Set<unknown>();
  /** Schema -> those that judge the same value. */
  private _same = new Map<unknown, Set<unknown>>();
  private _asked: { ref: string; at: string; from: unknown }[] = [];

  constructor(root: Schema, of: string) {
    this._root = root;
    this._of = of;
  }

  isTop(): boolean {
    return this._open.length === 1;
  }

  schema(schema: any, at: string, isHere: boolean): void {
    if (typeof schema === 'boolean') return;
    if (!isObject(schema)) refuse(`${at} must be a schema: an object, true or false`);
    if (this._open.includes(schema)) refuse(`${at} contains itself; write a '$ref' to '#' or to '#/$defs/...'`);
    if (this._open.length >= 100) refuse(`${at} is nested too deeply for a schema`);
    if (isHere) this._link(this._open.at(-1), schema);
    if (this._seen.has(schema)) return;
    this._seen.add(schema);
    this._open.push(schema);
    for (const [key, value] of Object.entries(schema)) if (value !== undefined) this._keyword(schema, key, value, at);
    this._open.pop();
  }

  reference(ref: unknown, at: string): void {
    if (typeof ref !== 'string') refuse(`${at} must be a string`);
    this._asked.push({ ref, at, from: this._open.at(-1) });
  }

  /** Once all schemas are known: where the references lead, and that none comes back to the same value. */
  finish(): void {
    for (const { ref, at, from } of this._asked) {
      const target = this._target(ref, at);
      this.refs.set(ref, target);
      this._link(from, target);
    }
    const done = new Set<unknown>();
    for (const start of this._same.keys()) this._walk(start, [], done);
  }

  private _keyword(schema: any, key: string, value: unknown, at: string): void {
    if (ANNOTATIONS.includes(key) || key.startsWith('x-')) return;
    if (!Object.hasOwn(RULES, key)) this._unknown(key, value, at);
    if (Object.hasOwn(NEEDS, key) && schema[NEEDS[key]] === undefined) refuse(`'${key}' of ${at} needs '${NEEDS[key]}' beside it`);
    RULES[key](value, `${at}.${key}`, this);
  }

  private _unknown(key: string, value: any, at: string): never {
    const isSchema = isObject(value) && ['~standard', 'safeParse', 'parse', 'type', '$ref', 'properties', 'enum'].some(sign => sign in value);
    // A list of fields in place of a schema may well begin with an id.
    if (Object.hasOwn(INSTEAD, key) && !(isSchema && key === 'id')) refuse(`keyword '${key}' of ${at} is not supported; ${INSTEAD[key]}`);
    const near = closest(key, Object.keys(RULES));
    const field = "a field of an object belongs in 'properties'";
    if (near) refuse(`unknown keyword '${key}' of ${at}; did you mean '${near}'?` + (isSchema ? ` Or else: ${field}` : ''));
    refuse(`unknown keyword '${key}' of ${at}` + (isSchema ? `; ${field}` : ''));
  }

  private _link(from: unknown, to: unknown): void {
    const known = this._same.get(from);
    if (known === undefined) this._same.set(from, new Set([to]));
    else known.add(to);
  }

  private _target(ref: string, at: string): Schema {
    if (ref === '#') return this._root;
    if (!ref.startsWith('#/')) refuse(`${at} must be '#' or begin with '#/', such as '#/$defs/name'`);
    let found: any = this._root;
    for (const part of pointerParts(ref, at)) {
      found = found !== null && typeof found === 'object' && Object.hasOwn(found, part) ? found[part] : undefined;
    }
    if (typeof found === 'boolean' || this._seen.has(found)) return found;
    const known = Object.keys((this._root as any).$defs ?? {}).map(name => `#/$defs/${name}`);
    const near = closest(ref, known);
    return refuse(`${at} leads to no schema` + (near ? `; did you mean '${near}'?` : ''));
  }

  private _walk(schema: unknown, open: unknown[], done: Set<unknown>): void {
    if (open.includes(schema)) refuse(`a '$ref' in ${this._of} comes back to itself without going into the value`);
    if (done.has(schema)) return;
    for (const next of this._same.get(schema) ?? []) this._walk(next, [...open, schema], done);
    done.add(schema);
  }
}

/** A JSON pointer in the fragment of a URI. */
function pointerParts(ref: string, at: string): string[] {
  try {
    return ref.slice(2).split('/').map(part => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'));
  } catch {
    return refuse(`${at} is not a reference: '%' must begin an escape such as %20`);
  }
}

/** Refuses what is no JSON Schema, or is one that would not mean here what it says. `of` names it in messages. */
export function checkJsonSchema(schema: Schema, of: string): CheckedSchema {
  const check = new Checker(schema, of);
  check.schema(schema, of, false);
  check.finish();
  return { root: schema, refs: check.refs };
}
