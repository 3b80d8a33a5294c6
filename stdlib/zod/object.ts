// Objects with named properties, and what makes other objects of them.

import { type Params, readParams } from 'cronflow:internal/zod/params';
import { type Later, type Payload, type Run, all, fresh, stopper, takeIssues, then, wrongType } from 'cronflow:internal/zod/payload';
import { never, unknown } from 'cronflow:internal/zod/plain';
import { ZodType, makers, withDef } from 'cronflow:internal/zod/type';

export type Shape = Record<PropertyKey, ZodType>;
type Mask = Record<string, boolean | undefined>;

interface Field {
  key: PropertyKey;
  schema: ZodType;
  optin: ZodType['_optin'];
  optout: ZodType['_optout'];
}

export const isObject = (value: unknown): value is any => typeof value === 'object' && value !== null && !Array.isArray(value);

export function isPlain(value: unknown): value is any {
  if (!isObject(value)) return false;
  const made = value.constructor;
  if (made === undefined || typeof made !== 'function') return true;
  return isObject(made.prototype) && Object.hasOwn(made.prototype, 'isPrototypeOf');
}

export function put(target: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}

/** A definition whose shape is first read when it is needed: it may have getters that name what is not there yet. */
function withShape(def: object, make: () => Shape): any {
  let shape: Shape | undefined;
  return Object.defineProperty(def, 'shape', { enumerable: true, configurable: true, get: () => (shape ??= make()) });
}

export class ZodObject extends ZodType {
  private _known?: Field[];

  get shape(): Shape {
    return this.def.shape;
  }

  private _fields(): Field[] {
    return (this._known ??= Reflect.ownKeys(this.shape).map(key => {
      const schema = this.shape[key];
      if (!schema?._isSchema) throw new Error(`Invalid element at key "${String(key)}": expected a Zod schema`);
      return { key, schema, optin: schema._optin, optout: schema._optout };
    }));
  }

  get _propValues(): Record<string, Set<unknown>> {
    const found: Record<string, Set<unknown>> = {};
    for (const { key, schema, optin } of this._fields()) {
      if (schema._values !== undefined) put(found, key, new Set([...schema._values, ...(optin === undefined ? [] : [undefined])]));
    }
    return found;
  }

  _parse(payload: Payload, run: Run): Later<Payload> {
    const input = payload.value;
    if (!isObject(input)) return wrongType(payload, 'object', this);
    const result = {};
    payload.value = result;
    const isOver = stopper(payload, run);
    const waits: Later<unknown>[] = [];
    for (const field of this._fields()) {
      if (isOver()) break;
      if (field.key === '__proto__') continue;
      waits.push(then(field.schema._run(fresh(input[field.key]), run), read => takeField(payload, result, field, read, input)));
    }
    if (this.def.catchall !== undefined) this._parseRest(payload, result, run, input, waits);
    return all(waits, () => payload);
  }

  /** What the shape does not name. */
  private _parseRest(payload: Payload, result: object, run: Run, input: any, waits: Later<unknown>[]): void {
    const schema: ZodType = this.def.catchall;
    const keys: string[] = [];
    for (const key in input) {
      if (Object.hasOwn(this.shape, key)) continue;
      if (schema.type === 'never') keys.push(key);
      else if (key !== '__proto__') {
        const field = { key, schema, optin: schema._optin, optout: schema._optout };
        waits.push(then(schema._run(fresh(input[key]), run), read => takeField(payload, result, field, read, input)));
      }
    }
    // Says something about the input and nothing about the value that is read.
    if (keys.length > 0) payload.issues.push({ code: 'unrecognized_keys', keys, input, inst: this, continue: true });
  }

  private _with(more: object): this {
    return this.clone(withDef(this.def, more));
  }

  private _shaped(make: () => Shape, more: object = {}): ZodObject {
    return this.clone(withShape(withDef(this.def, more), make));
  }

  private _noChecks(method: string, more = ''): void {
    if (this.def.checks?.length > 0) throw new Error(`.${method}() cannot be used on object schemas containing refinements${more}`);
  }

  keyof() {
    return makers.enum(Object.keys(this.shape));
  }

  catchall(schema: ZodType): this {
    return this._with({ catchall: schema });
  }

  strict(): this {
    return this.catchall(never());
  }

  strip(): this {
    return this._with({ catchall: undefined });
  }

  loose(): this {
    return this.catchall(unknown());
  }

  passthrough(): this {
    return this.loose();
  }

  extend(more: Shape): ZodObject {
    if (!isPlain(more)) throw new Error('Invalid input to extend: expected a plain object');
    if (this.def.checks?.length > 0 && Object.keys(more).some(key => Object.hasOwn(this.shape, key))) {
      throw new Error('Cannot overwrite keys on object schemas containing refinements. Use `.safeExtend()` instead.');
    }
    return this.safeExtend(more);
  }

  safeExtend(more: Shape): ZodObject {
    if (!isPlain(more)) throw new Error('Invalid input to safeExtend: expected a plain object');
    return this._shaped(() => ({ ...this.shape, ...more }));
  }

  merge(other: ZodObject): ZodObject {
    if (!other?._isSchema) throw new Error('Invalid input to merge: expected an object schema. To merge a plain shape, use `.extend()`.');
    this._noChecks('merge', '. Use .safeExtend() instead.');
    return this._shaped(() => ({ ...this.shape, ...other.shape }), { catchall: other.def.catchall, checks: other.def.checks ?? [] });
  }

  /** The shape with only those of its entries that are kept. */
  private _filtered(keeps: (key: string) => boolean): () => Shape {
    return () => Object.fromEntries(Object.entries(this.shape).filter(([key]) => keeps(key)));
  }

  private _named(mask: Mask): Set<string> {
    for (const key of Object.keys(mask)) if (!Object.hasOwn(this.shape, key)) throw new Error(`Unrecognized key: "${key}"`);
    return new Set(Object.keys(mask).filter(key => mask[key]));
  }

  pick(mask: Mask): ZodObject {
    this._noChecks('pick');
    const named = this._named(mask);
    return this._shaped(this._filtered(key => named.has(key)), { checks: [] });
  }

  omit(mask: Mask): ZodObject {
    this._noChecks('omit');
    const named = this._named(mask);
    return this._shaped(this._filtered(key => !named.has(key)), { checks: [] });
  }

  /** The shape with the entries that the mask names, or all, changed. */
  private _changed(mask: Mask | undefined, change: (schema: ZodType) => ZodType): () => Shape {
    const named = mask && this._named(mask);
    return () => Object.fromEntries(Object.entries(this.shape).map(([key, schema]) => [key, named === undefined || named.has(key) ? change(schema) : schema]));
  }

  partial(mask?: Mask): ZodObject {
    this._noChecks('partial');
    return this._shaped(this._changed(mask, schema => schema.optional()), { checks: [] });
  }

  exactPartial(mask?: Mask): ZodObject {
    this._noChecks('exactPartial');
    return this._shaped(this._changed(mask, schema => schema.exactOptional()), { checks: [] });
  }

  required(mask?: Mask): ZodObject {
    return this._shaped(this._changed(mask, schema => schema.nonoptional()));
  }
}

/** Puts what a property was read as into the result. A property that is missing is not invented. */
function takeField(payload: Payload, result: object, { key, optin, optout }: Field, read: Payload, input: any): void {
  const isThere = key in input;
  if (!isThere && optout === 'optional' && (optin === 'optional' || (optin !== undefined && read.issues.length > 0))) return;
  takeIssues(payload, key, read.issues);
  if (!isThere && optin === undefined) {
    if (read.issues.length === 0) payload.issues.push({ code: 'invalid_type', expected: 'nonoptional', input: undefined, path: [key] });
    return;
  }
  if (read.value !== undefined || isThere || (optin === 'defaulted' && optout !== 'optional')) put(result, key, read.value);
}

function made(shape: Shape = {}, catchall?: ZodType, params?: Params): ZodObject {
  return new ZodObject(withShape({ type: 'object', ...(catchall === undefined ? {} : { catchall }), ...readParams(params) }, () => ({ ...shape })));
}

export const object = (shape?: Shape, params?: Params) => made(shape, undefined, params);
export const strictObject = (shape?: Shape, params?: Params) => made(shape, never(), params);
export const looseObject = (shape?: Shape, params?: Params) => made(shape, unknown(), params);
export const keyof = (schema: ZodObject) => schema.keyof();

Object.assign(makers, { object });
