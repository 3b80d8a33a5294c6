// Kinds that are one test of the value: booleans, dates, nothing, anything, and values from a list.

import * as checks from 'cronflow:internal/zod/checks';
import { factsOf } from 'cronflow:internal/zod/facts';
import { type Params, readParams } from 'cronflow:internal/zod/params';
import { type Payload, wrongType } from 'cronflow:internal/zod/payload';
import { ZodType, makers } from 'cronflow:internal/zod/type';

export class ZodBoolean extends ZodType {
  _parse(payload: Payload): Payload {
    if (this.def.coerce) payload.value = Boolean(payload.value);
    return typeof payload.value === 'boolean' ? payload : wrongType(payload, 'boolean', this);
  }

  get _pattern(): string {
    return '[tT][rR][uU][eE]|[fF][aA][lL][sS][eE]';
  }
}

abstract class Single extends ZodType {
  protected abstract readonly _one: unknown;

  _parse(payload: Payload): Payload {
    return payload.value === this._one ? payload : wrongType(payload, this.type, this);
  }
}

export class ZodNull extends Single {
  protected get _one() {
    return null;
  }

  get _values() {
    return new Set<unknown>([null]);
  }

  get _pattern(): string {
    return 'null';
  }
}

export class ZodUndefined extends Single {
  protected get _one() {
    return undefined;
  }

  get _values() {
    return new Set<unknown>([undefined]);
  }

  get _pattern(): string {
    return 'undefined';
  }
}

export class ZodVoid extends Single {
  protected get _one() {
    return undefined;
  }
}

export class ZodSymbol extends ZodType {
  _parse(payload: Payload): Payload {
    return typeof payload.value === 'symbol' ? payload : wrongType(payload, 'symbol', this);
  }
}

export class ZodNaN extends ZodType {
  _parse(payload: Payload): Payload {
    return Number.isNaN(payload.value) ? payload : wrongType(payload, 'nan', this);
  }
}

export class ZodNever extends ZodType {
  _parse(payload: Payload): Payload {
    return wrongType(payload, 'never', this);
  }
}

export class ZodAny extends ZodType {
  _parse(payload: Payload): Payload {
    return payload;
  }
}

export class ZodUnknown extends ZodType {
  _parse(payload: Payload): Payload {
    return payload;
  }
}

export class ZodDate extends ZodType {
  _parse(payload: Payload): Payload {
    if (this.def.coerce) payload.value = coercedDate(payload.value);
    const { value } = payload;
    if (value instanceof Date && !Number.isNaN(value.getTime())) return payload;
    return wrongType(payload, 'date', this, value instanceof Date ? { received: 'Invalid Date' } : {});
  }

  min(limit: Date | number | string, params?: Params): this {
    return this.check(checks.gte(limit, params));
  }

  max(limit: Date | number | string, params?: Params): this {
    return this.check(checks.lte(limit, params));
  }

  private _bound(name: 'minimum' | 'maximum'): Date | null {
    const limit = factsOf(this)[name];
    return limit === undefined ? null : new Date(limit);
  }

  get minDate(): Date | null {
    return this._bound('minimum');
  }

  get maxDate(): Date | null {
    return this._bound('maximum');
  }
}

function coercedDate(value: any): any {
  try {
    return new Date(value);
  } catch {
    return value;
  }
}

/** A value out of a list. */
abstract class Listed extends ZodType {
  private _set?: Set<unknown>;

  abstract _list(): unknown[];

  get _values(): Set<unknown> {
    return (this._set ??= new Set(this._list()));
  }

  _parse(payload: Payload): Payload {
    if (!this._values.has(payload.value)) payload.issues.push({ code: 'invalid_value', values: this._list(), input: payload.value, inst: this });
    return payload;
  }

  get _pattern(): string {
    const texts = this._list().map(value => String(value).replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return texts.length > 0 ? texts.join('|') : '(?!)';
  }
}

export class ZodEnum extends Listed {
  /** The enums of TypeScript also map numbers back to their names; those are no values. */
  _list(): unknown[] {
    const entries = this.def.entries;
    const numbers = Object.values(entries).filter(value => typeof value === 'number');
    return Object.entries(entries).filter(([key]) => !numbers.includes(Number(key))).map(([, value]) => value);
  }

  get enum(): any {
    return this.def.entries;
  }

  get options(): any[] {
    return [...this._values];
  }

  private _only(keeps: (key: string) => boolean, named: readonly string[], params?: Params): ZodEnum {
    for (const name of named) if (!Object.hasOwn(this.def.entries, name)) throw new Error(`Key ${name} not found in enum`);
    const entries = Object.fromEntries(Object.entries(this.def.entries).filter(([key]) => keeps(key)));
    return new ZodEnum({ ...this.def, checks: [], ...readParams(params), entries });
  }

  extract(names: readonly string[], params?: Params): ZodEnum {
    return this._only(key => names.includes(key), names, params);
  }

  exclude(names: readonly string[], params?: Params): ZodEnum {
    return this._only(key => !names.includes(key), names, params);
  }
}

export class ZodLiteral extends Listed {
  _list(): unknown[] {
    return this.def.values;
  }

  get values(): Set<unknown> {
    return this._values;
  }

  get value(): unknown {
    if (this.def.values.length > 1) throw new Error('This schema contains multiple valid literal values. Use `.values` instead.');
    return this.def.values[0];
  }
}

const maker =
  (Kind: new (def: any) => any, type: string, more: object = {}) =>
  (params?: Params): any =>
    new Kind({ type, ...more, ...readParams(params) });

export const boolean: (params?: Params) => ZodBoolean = maker(ZodBoolean, 'boolean');
export const coerceBoolean: (params?: Params) => ZodBoolean = maker(ZodBoolean, 'boolean', { coerce: true });
export const date: (params?: Params) => ZodDate = maker(ZodDate, 'date');
export const coerceDate: (params?: Params) => ZodDate = maker(ZodDate, 'date', { coerce: true });
export const nullOf: (params?: Params) => ZodNull = maker(ZodNull, 'null');
export const undefinedOf: (params?: Params) => ZodUndefined = maker(ZodUndefined, 'undefined');
export const voidOf: (params?: Params) => ZodVoid = maker(ZodVoid, 'void');
export const symbol: (params?: Params) => ZodSymbol = maker(ZodSymbol, 'symbol');
export const nan: (params?: Params) => ZodNaN = maker(ZodNaN, 'nan');
export const never: (params?: Params) => ZodNever = maker(ZodNever, 'never');
export const any = (): ZodAny => new ZodAny({ type: 'any' });
export const unknown = (): ZodUnknown => new ZodUnknown({ type: 'unknown' });
export const literal = (value: unknown, params?: Params) => new ZodLiteral({ type: 'literal', values: Array.isArray(value) ? value : [value], ...readParams(params) });
export const nativeEnum = (entries: object, params?: Params) => new ZodEnum({ type: 'enum', entries, ...readParams(params) });
export const enumOf = (values: readonly string[] | object, params?: Params) =>
  nativeEnum(Array.isArray(values) ? Object.fromEntries(values.map(value => [value, value])) : values, params);

Object.assign(makers, { enum: enumOf });
