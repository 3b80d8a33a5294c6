// Values that hold any number of others: arrays, tuples, records, maps, sets.

import * as checks from 'cronflow:internal/zod/checks';
import { finishIssues } from 'cronflow:internal/zod/issues';
import { isPlain, put } from 'cronflow:internal/zod/object';
import { type Params, readParams } from 'cronflow:internal/zod/params';
import { type Later, type Payload, type Run, all, fresh, stopper, takeIssues, then, wrongType } from 'cronflow:internal/zod/payload';
import { type Check, ZodType, makers } from 'cronflow:internal/zod/type';

/** Too much is said before its members are looked at. */
abstract class Capped extends ZodType {
  protected abstract _sizeOf(value: unknown): number | undefined;
  protected abstract _members(payload: Payload, run: Run): Later<Payload>;

  _parse(payload: Payload, run: Run): Later<Payload> {
    const size = this._sizeOf(payload.value);
    if (size === undefined) return wrongType(payload, this.type, this);
    const passed = run.skipChecks || run.direction === 'backward' ? undefined : this._passedCap(size);
    if (passed === undefined) return this._members(payload, run);
    const start = payload.issues.length;
    passed._judge(payload, run);
    Object.assign(payload.issues[start], { continue: false, schema: this });
    return payload;
  }

  private _passedCap(size: number): Check | undefined {
    for (const check of this._checks) {
      if (!/_(length|size)$|_equals$/.test(check.def.check ?? '')) return undefined;
      if (size > (check.def.maximum ?? check.def.length ?? check.def.size)) return check;
    }
    return undefined;
  }
}

export class ZodArray extends Capped {
  get element(): ZodType {
    return this.def.element;
  }

  unwrap(): ZodType {
    return this.element;
  }

  protected _sizeOf(value: unknown) {
    return Array.isArray(value) ? value.length : undefined;
  }

  protected _members(payload: Payload, run: Run): Later<Payload> {
    const input: unknown[] = payload.value;
    const result = (payload.value = new Array(input.length));
    const isOver = stopper(payload, run);
    const waits: Later<unknown>[] = [];
    for (let at = 0; at < input.length && !isOver(); at++) {
      const take = (read: Payload) => {
        takeIssues(payload, at, read.issues);
        result[at] = read.value;
      };
      waits.push(then(this.element._run(fresh(input[at]), run), take));
    }
    return all(waits, () => payload);
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
    return this.min(1, params);
  }
}

export class ZodTuple extends ZodType {
  /** Behind it are only items that may be missing. */
  private _needed(may: (item: ZodType) => boolean): number {
    return this.def.items.findLastIndex((item: ZodType) => !may(item)) + 1;
  }

  _parse(payload: Payload, run: Run): Later<Payload> {
    const { items, rest } = this.def as { items: ZodType[]; rest: ZodType | null };
    const input = payload.value;
    if (!Array.isArray(input)) return wrongType(payload, 'tuple', this);
    payload.value = [];
    const limit = { inclusive: true, input, inst: this, origin: 'array' };
    const needed = this._needed(item => item._optin !== undefined);
    if (!rest && input.length < needed) {
      payload.issues.push({ code: 'too_small', minimum: needed, ...limit });
      return payload;
    }
    if (!rest && input.length > items.length) payload.issues.push({ code: 'too_big', maximum: items.length, ...limit });
    const reads = items.map((item, at) => item._run(fresh(input[at]), run));
    const more = rest ? input.slice(items.length).map(value => rest._run(fresh(value), run)) : [];
    return all([...reads, ...more], done => this._take(payload, done, input));
  }

  /** What is missing at the end and may be is left out. */
  private _take(payload: Payload, reads: Payload[], input: unknown[]): Payload {
    const items: ZodType[] = this.def.items;
    const result: unknown[] = payload.value;
    const end = this._needed(item => item._optout === 'optional');
    for (const [at, read] of reads.entries()) {
      const mayEnd = at >= input.length && at >= end && at < items.length;
      if (mayEnd && (items[at]._optin === 'optional' || read.issues.length > 0)) break;
      takeIssues(payload, at, read.issues);
      result[at] = read.value;
    }
    while (result.length > input.length && items[result.length - 1]._optout === 'optional' && result.at(-1) === undefined) result.pop();
    return payload;
  }

  rest(schema: ZodType): this {
    return this.clone({ ...this.def, rest: schema });
  }

  partial(): this {
    if (this.def.checks?.length > 0) throw new Error('.partial() cannot be used on tuple schemas containing refinements');
    return this.clone({ ...this.def, items: this.def.items.map((item: ZodType) => item.optional()) });
  }
}

export class ZodRecord extends ZodType {
  get keyType(): ZodType {
    return this.def.keyType;
  }

  get valueType(): ZodType {
    return this.def.valueType;
  }

  _parse(payload: Payload, run: Run): Later<Payload> {
    const input = payload.value;
    if (!isPlain(input)) return wrongType(payload, 'record', this);
    payload.value = {};
    const waits: Later<unknown>[] = [];
    const unknown: string[] = [];
    const listed = this.keyType._values;
    if (listed !== undefined && !this.def.partial) this._parseListed(payload, run, input, listed, waits, unknown);
    else this._parseOpen(payload, run, input, listed !== undefined, waits, unknown);
    if (unknown.length > 0) payload.issues.push({ code: 'unrecognized_keys', input, inst: this, keys: unknown, continue: true });
    return all(waits, () => payload);
  }

  private _key(key: unknown, run: Run): Payload {
    const read = this.keyType._run(fresh(key), run);
    if (read instanceof Promise) throw new Error('Async schemas not supported in object keys currently');
    return read;
  }

  private _member(payload: Payload, run: Run, input: any, key: PropertyKey, read: Payload, waits: Later<unknown>[]): void {
    const result = payload.value;
    if (read.value === '__proto__') return;
    const take = (member: Payload) => {
      takeIssues(payload, key, member.issues);
      result[read.value] = member.value;
    };
    waits.push(then(this.valueType._run(fresh(input[key]), run), take));
  }

  private _badKey(payload: Payload, run: Run, key: PropertyKey, read: Payload): void {
    payload.issues.push({ code: 'invalid_key', origin: 'record', issues: finishIssues(read.issues, run), input: key, path: [key], inst: this });
  }

  /** The keys can be listed: each must be there. */
  private _parseListed(payload: Payload, run: Run, input: any, listed: Set<any>, waits: Later<unknown>[], unknown: string[]): void {
    const known = new Set<PropertyKey>();
    for (const key of listed) {
      if (!['string', 'number', 'symbol'].includes(typeof key)) continue;
      known.add(typeof key === 'number' ? String(key) : key);
      if (key === '__proto__') continue;
      const read = this._key(key, run);
      if (read.issues.length > 0) this._badKey(payload, run, key, read);
      else this._member(payload, run, input, key, read, waits);
    }
    for (const key in input) {
      if (known.has(key)) continue;
      if (this.def.mode !== 'loose') unknown.push(key);
      else put(payload.value, key, input[key]);
    }
  }

  private _parseOpen(payload: Payload, run: Run, input: any, isListed: boolean, waits: Later<unknown>[], unknown: string[]): void {
    for (const key of Reflect.ownKeys(input)) {
      if (key === '__proto__' || !Object.prototype.propertyIsEnumerable.call(input, key)) continue;
      let read = this._key(key, run);
      // Keys are texts, also those that are meant as numbers.
      if (read.issues.length > 0 && typeof key === 'string' && /^-?\d+(?:\.\d+)?$/.test(key)) {
        const asNumber = this._key(Number(key), run);
        if (asNumber.issues.length === 0) read = asNumber;
      }
      if (read.issues.length === 0) this._member(payload, run, input, key, read, waits);
      else if (this.def.mode === 'loose') payload.value[key] = input[key];
      else if (isListed) unknown.push(key as string);
      else this._badKey(payload, run, key, read);
    }
  }
}

abstract class Sized extends Capped {
  min(limit: number, params?: Params): this {
    return this.check(checks.minSize(limit, params));
  }

  max(limit: number, params?: Params): this {
    return this.check(checks.maxSize(limit, params));
  }

  size(wanted: number, params?: Params): this {
    return this.check(checks.size(wanted, params));
  }

  nonempty(params?: Params): this {
    return this.min(1, params);
  }
}

export class ZodMap extends Sized {
  get keyType(): ZodType {
    return this.def.keyType;
  }

  get valueType(): ZodType {
    return this.def.valueType;
  }

  protected _sizeOf(value: unknown) {
    return value instanceof Map ? value.size : undefined;
  }

  protected _members(payload: Payload, run: Run): Later<Payload> {
    const input: Map<unknown, unknown> = payload.value;
    const result = (payload.value = new Map());
    const waits = [...input].map(([key, value]) =>
      all([this.keyType._run(fresh(key), run), this.valueType._run(fresh(value), run)], ([name, member]) => {
        this._tell(payload, run, input, key, name, { code: 'invalid_key' });
        this._tell(payload, run, input, key, member, { code: 'invalid_element', key });
        result.set(name.value, member.value);
      }),
    );
    return all(waits, () => payload);
  }

  private _tell(payload: Payload, run: Run, input: unknown, key: any, read: Payload, issue: { code: string; key?: unknown }): void {
    if (['string', 'number', 'symbol'].includes(typeof key)) takeIssues(payload, key, read.issues);
    else if (read.issues.length > 0) payload.issues.push({ ...issue, origin: 'map', input, inst: this, issues: finishIssues(read.issues, run) });
  }
}

export class ZodSet extends Sized {
  protected _sizeOf(value: unknown) {
    return value instanceof Set ? value.size : undefined;
  }

  protected _members(payload: Payload, run: Run): Later<Payload> {
    const result = new Set();
    const take = (read: Payload) => {
      payload.issues.push(...read.issues);
      result.add(read.value);
    };
    const waits = [...payload.value].map(value => then(this.def.valueType._run(fresh(value), run) as Later<Payload>, take));
    payload.value = result;
    return all(waits, () => payload);
  }
}

export const array = (element: ZodType, params?: Params) => new ZodArray({ type: 'array', element, ...readParams(params) });
export const map = (keyType: ZodType, valueType: ZodType, params?: Params) => new ZodMap({ type: 'map', keyType, valueType, ...readParams(params) });
export const set = (valueType: ZodType, params?: Params) => new ZodSet({ type: 'set', valueType, ...readParams(params) });

/** What comes after the items: a schema of further items, or the parameters. */
export function tuple(items: ZodType[], restOrParams?: ZodType | Params, params?: Params): ZodTuple {
  const rest = restOrParams instanceof ZodType ? restOrParams : null;
  return new ZodTuple({ type: 'tuple', items, rest, ...readParams(rest === null ? (restOrParams as Params) : params) });
}

/** With one schema: that of the values. */
export function record(key: ZodType, value?: ZodType | Params, params?: Params): ZodRecord {
  if (value instanceof ZodType) return new ZodRecord({ type: 'record', keyType: key, valueType: value, ...readParams(params) });
  return new ZodRecord({ type: 'record', keyType: makers.string(), valueType: key, ...readParams(value) });
}

export const partialRecord = (keyType: ZodType, valueType: ZodType, params?: Params) =>
  new ZodRecord({ type: 'record', keyType, valueType, ...readParams(params), partial: true });
export const looseRecord = (keyType: ZodType, valueType: ZodType, params?: Params) =>
  new ZodRecord({ type: 'record', keyType, valueType, mode: 'loose', ...readParams(params) });

Object.assign(makers, { array });
