// Values judged by a checked JSON Schema; defaults are filled into copies.

import { closest } from 'cronflow:internal/closest';
import type { CheckedSchema } from 'cronflow:internal/schema/check';
import { FORMATS } from 'cronflow:internal/schema/formats';
import {
  MAX_DEPTH, type Path, type Schema, TooMuch, canonical, copyOf, has, isMultiple, isObject, isOfType, lengthOf, patternOf, put,
} from 'cronflow:internal/schema/values';

export interface Issue {
  path: Path;
  message: string;
}

type Rules = Record<string, any>;

/** How often schemas may meet objects and arrays: so many times each of them, and some more. */
const WORK_EACH = 1_000;
const WORK_MORE = 10_000;
const TYPE_WORDS: Record<string, string> = {
  null: 'null', boolean: 'true or false', object: 'an object', array: 'an array', number: 'a number', integer: 'a whole number', string: 'a string',
};

/** The value with its defaults, and what is wrong with it. No message tells a part of the value. */
export function judge(checked: CheckedSchema, given: unknown): { value: unknown; issues: Issue[] } {
  const judging = new Judging(checked);
  const { root } = checked;
  try {
    const value = given === undefined && isObject(root) && root.default !== undefined ? copyOf(root.default) : given;
    return { value: judging.judge(root, value), issues: judging.issues };
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    return { value: given, issues: [{ path: judging.path, message: error.message }] };
  }
}

function plural(count: number, word: string, words = `${word}s`): string {
  return `${count} ${count === 1 ? word : words}`;
}

function shown(value: unknown): string {
  const text = canonical(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

class Judging {
  issues: Issue[] = [];
  /** Where the value in hand is. */
  path: Path = [];
  private _refs: CheckedSchema['refs'];
  private _met = new Set<object>();
  private _work = 0;

  constructor(checked: CheckedSchema) {
    this._refs = checked.refs;
  }

  /** The value with its defaults; what is wrong is added to the issues. */
  judge(schema: Schema, given: unknown): unknown {
    if (typeof given === 'object' && given !== null) this._count(given);
    if (schema === true) return given;
    if (schema === false) return this._wrong('is not allowed', given);
    const { type } = schema;
    if (type !== undefined) {
      const types: string[] = Array.isArray(type) ? type : [type];
      if (!types.some(name => isOfType(given, name))) {
        return this._wrong(given === undefined ? 'is required' : `must be ${types.map(name => TYPE_WORDS[name]).join(' or ')}`, given);
      }
    }
    let value = isObject(given) && schema.properties !== undefined ? withDefaults(schema.properties, given) : given;
    value = this._combined(schema, value);
    this._same(schema, value);
    if (typeof value === 'number') this._number(schema, value);
    else if (typeof value === 'string') this._string(schema, value);
    else if (Array.isArray(value)) value = this._array(schema, value);
    else if (isObject(value)) value = this._object(schema, value);
    return value;
  }

  /** References that branch at each level would meet the same values again and again. */
  private _count(value: object): void {
    if (this.path.length > MAX_DEPTH) throw new TooMuch('is nested too deeply');
    this._met.add(value);
    if (++this._work > WORK_MORE + WORK_EACH * this._met.size) throw new TooMuch('needs too much work to be checked');
  }

  private _wrong<T>(message: string, value: T, ...more: Path): T {
    this.issues.push({ path: [...this.path, ...more], message });
    return value;
  }

  private _need(isRight: boolean, message: () => string): void {
    if (!isRight) this._wrong(message(), undefined);
  }

  /** A part of the value. */
  private _at(key: string | number, schema: Schema, value: unknown): unknown {
    this.path.push(key);
    const judged = this.judge(schema, value);
    this.path.pop();
    return judged;
  }

  /** What is wrong with the value, kept apart. */
  private _try(schema: Schema, given: unknown): { value: unknown; issues: Issue[] } {
    const before = this.issues;
    const issues: Issue[] = (this.issues = []);
    const value = this.judge(schema, given);
    this.issues = before;
    return { value, issues };
  }

  private _fits(schema: Schema, value: unknown): boolean {
    return this._try(schema, value).issues.length === 0;
  }

  // ---- the same value by other schemas

  private _combined(schema: Rules, given: unknown): unknown {
    let value = given;
    if (schema.$ref !== undefined) value = this.judge(this._refs.get(schema.$ref)!, value);
    for (const one of schema.allOf ?? []) value = this.judge(one, value);
    if (schema.anyOf !== undefined) value = this._anyOf(schema.anyOf, value);
    if (schema.oneOf !== undefined) value = this._oneOf(schema.oneOf, value);
    if (schema.not !== undefined) this._need(!this._fits(schema.not, value), () => "must not be what 'not' describes");
    if (schema.if !== undefined) {
      const next = this._fits(schema.if, value) ? schema.then : schema.else;
      if (next !== undefined) value = this.judge(next, value);
    }
    for (const [key, one] of Object.entries<Schema>(schema.dependentSchemas ?? {})) {
      if (isObject(value) && has(value, key)) value = this.judge(one, value);
    }
    return value;
  }

  private _anyOf(schemas: Schema[], given: unknown): unknown {
    const failed: Issue[][] = [];
    for (const schema of schemas) {
      const { value, issues } = this._try(schema, given);
      if (issues.length === 0) return value;
      failed.push(issues);
    }
    this._fitsNone(failed);
    return given;
  }

  private _oneOf(schemas: Schema[], given: unknown): unknown {
    const tried = schemas.map(schema => this._try(schema, given));
    const good = tried.filter(({ issues }) => issues.length === 0);
    if (good.length === 1) return good[0].value;
    if (good.length === 0) this._fitsNone(tried.map(({ issues }) => issues));
    else this._wrong(`must fit one of ${schemas.length} schemas, but fits ${good.length}`, given);
    return given;
  }

  /** The most useful of the reasons: that of the only schema which may have been meant, or all when they are short. */
  private _fitsNone(failed: Issue[][]): void {
    const depth = this.path.length;
    const inside = failed.filter(issues => issues.some(({ path }) => path.length > depth));
    if (inside.length === 1) this.issues.push(...inside[0]);
    else if (inside.length > 1) this._wrong(`fits none of ${failed.length} schemas`, undefined);
    else this._wrong([...new Set(failed.map(issues => issues[0].message))].join(', or '), undefined);
  }

  // ---- by type

  private _same(schema: Rules, value: unknown): void {
    if (schema.enum === undefined && !('const' in schema)) return;
    const text = canonical(value);
    if (schema.enum !== undefined) {
      const names = () => schema.enum.slice(0, 8).map(shown).join(', ') + (schema.enum.length > 8 ? ', ...' : '');
      this._need(schema.enum.some((one: unknown) => canonical(one) === text), () => `must be one of ${names()}`);
    }
    if (schema.const !== undefined) this._need(canonical(schema.const) === text, () => `must be ${shown(schema.const)}`);
  }

  private _number(schema: Rules, value: number): void {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
    this._need(!(value < minimum), () => `must be at least ${minimum}`);
    this._need(!(value > maximum), () => `must be at most ${maximum}`);
    this._need(!(value <= exclusiveMinimum), () => `must be above ${exclusiveMinimum}`);
    this._need(!(value >= exclusiveMaximum), () => `must be below ${exclusiveMaximum}`);
    // NaN and the infinities reach this only when no type was asked for.
    const isRight = multipleOf === undefined || (Number.isFinite(value) && isMultiple(value, multipleOf));
    this._need(isRight, () => `must be a multiple of ${multipleOf}`);
  }

  private _string(schema: Rules, value: string): void {
    const { minLength, maxLength, pattern, format } = schema;
    if (minLength !== undefined || maxLength !== undefined) {
      const length = lengthOf(value);
      this._need(!(length < minLength), () => `must have at least ${plural(minLength, 'character')}`);
      this._need(!(length > maxLength), () => `must have at most ${plural(maxLength, 'character')}`);
    }
    if (pattern !== undefined) this._need(patternOf(pattern)!.test(value), () => `must match /${pattern}/`);
    if (format !== undefined) this._need(FORMATS[format][0](value), () => `must be ${FORMATS[format][1]}`);
  }

  private _array(schema: Rules, given: unknown[]): unknown[] {
    const { minItems, maxItems, prefixItems = [], items } = schema;
    this._need(!(given.length < minItems), () => `must have at least ${plural(minItems, 'item')}`);
    this._need(!(given.length > maxItems), () => `must have at most ${plural(maxItems, 'item')}`);
    let list = given;
    for (let at = 0; at < given.length; at++) {
      const rule = at < prefixItems.length ? prefixItems[at] : items;
      if (rule === undefined) break;
      const judged = this._at(at, rule, given[at]);
      if (judged === given[at]) continue;
      if (list === given) list = [...given];
      list[at] = judged;
    }
    if (schema.uniqueItems === true) this._unique(list);
    if (schema.contains !== undefined) this._contains(schema, list);
    return list;
  }

  private _unique(list: unknown[]): void {
    const places = new Map<string, number>();
    for (const [at, item] of list.entries()) {
      const text = canonical(item);
      const first = places.get(text);
      if (first !== undefined) return this._wrong(`must not have equal items, but ${first} and ${at} are`, undefined);
      places.set(text, at);
    }
  }

  private _contains({ contains, minContains = 1, maxContains }: Rules, list: unknown[]): void {
    let found = 0;
    for (const [at, item] of list.entries()) {
      this.path.push(at);
      if (this._fits(contains, item)) found++;
      this.path.pop();
    }
    this._need(found >= minContains, () => `must have at least ${plural(minContains, 'item')} as 'contains' describes`);
    this._need(!(found > maxContains), () => `must have at most ${plural(maxContains, 'item')} as 'contains' describes`);
  }

  private _object(schema: Rules, given: Record<string, unknown>): Record<string, unknown> {
    const keys = Object.keys(given).filter(key => given[key] !== undefined);
    const { minProperties, maxProperties, required = [], dependentRequired = {}, propertyNames } = schema;
    this._need(!(keys.length < minProperties), () => `must have at least ${plural(minProperties, 'property', 'properties')}`);
    this._need(!(keys.length > maxProperties), () => `must have at most ${plural(maxProperties, 'property', 'properties')}`);
    for (const key of required) if (!has(given, key)) this._wrong('is required', undefined, key);
    for (const [key, needed] of Object.entries<string[]>(dependentRequired)) {
      if (!has(given, key)) continue;
      for (const name of needed) if (!has(given, name)) this._wrong(`is required beside '${key}'`, undefined, name);
    }
    if (propertyNames !== undefined) for (const key of keys) this._name(propertyNames, key);
    return this._members(schema, given, keys);
  }

  private _name(schema: Schema, key: string): void {
    this.path.push(key);
    const { issues } = this._try(schema, key);
    if (issues.length > 0) this._wrong(`has a name that ${issues[0].message}`, undefined);
    this.path.pop();
  }

  private _members(schema: Rules, given: Record<string, unknown>, keys: string[]): Record<string, unknown> {
    const { properties = {}, patternProperties = {}, additionalProperties } = schema;
    const patterns = Object.entries<Schema>(patternProperties);
    let object = given;
    for (const key of keys) {
      const rules = patterns.filter(([pattern]) => patternOf(pattern)!.test(key)).map(([, rule]) => rule);
      if (Object.hasOwn(properties, key) && properties[key] !== undefined) rules.push(properties[key]);
      if (rules.length === 0 && additionalProperties === false) {
        const near = closest(key, Object.keys(properties).filter(name => !has(given, name)));
        this._wrong('is not a known property' + (near ? `; did you mean '${near}'?` : ''), undefined, key);
      } else if (rules.length === 0 && additionalProperties !== undefined) rules.push(additionalProperties);
      let value = given[key];
      for (const rule of rules) value = this._at(key, rule, value);
      if (value === given[key]) continue;
      if (object === given) object = { ...given };
      put(object, key, value);
    }
    return object;
  }
}

/** The object, or a copy of it when defaults take the place of properties that are missing. */
function withDefaults(properties: Record<string, any>, given: Record<string, unknown>): Record<string, unknown> {
  let object = given;
  for (const [key, schema] of Object.entries(properties)) {
    if (!isObject(schema) || schema.default === undefined || has(given, key)) continue;
    if (object === given) object = { ...given };
    put(object, key, copyOf(schema.default));
  }
  return object;
}
