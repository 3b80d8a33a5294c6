// Schemas around one other schema: what may be missing, has a default, is found late, comes as a promise.

import { finishIssues } from 'cronflow:internal/zod/issues';
import { type Params, readParams } from 'cronflow:internal/zod/params';
import { type Later, type Payload, type Run, ZodEncodeError, fresh, then } from 'cronflow:internal/zod/payload';
import { ZodType, makers } from 'cronflow:internal/zod/type';

/** Is for others what its inner schema is, unless it says something else. */
abstract class Wrapper extends ZodType {
  get _inner(): ZodType {
    return this.def.innerType;
  }

  unwrap(): ZodType {
    return this._inner;
  }

  get _optin(): 'optional' | 'defaulted' | undefined {
    return this._inner._optin;
  }

  get _optout(): 'optional' | undefined {
    return this._inner._optout;
  }

  get _values(): Set<unknown> | undefined {
    return this._inner._values;
  }

  get _propValues() {
    return this._inner._propValues;
  }
}

/** Absence of the inner schema's own is kept; `.optional()` does not answer in its place. */
const orOptional = (inner: ZodType) => (inner._optin === 'defaulted' ? ('defaulted' as const) : ('optional' as const));

export class ZodOptional extends Wrapper {
  get _optin() {
    return orOptional(this._inner);
  }

  get _optout(): 'optional' {
    return 'optional';
  }

  get _values(): Set<unknown> | undefined {
    const values = this._inner._values;
    return values && new Set([...values, undefined]);
  }

  get _pattern(): string | undefined {
    const pattern = this._inner._pattern;
    return pattern === undefined ? undefined : `(?:${pattern.replace(/^\^|\$$/g, '')})?`;
  }

  _parse(payload: Payload, run: Run): Later<Payload> {
    if (payload.value !== undefined) return this._inner._run(payload, run);
    if (this._inner._optin !== 'defaulted') return payload;
    return then(this._inner._run(fresh(undefined), run), read => {
      payload.value = read.issues.length > 0 ? undefined : read.value;
      return payload;
    });
  }
}

/** May be missing, but not be there as `undefined`. */
export class ZodExactOptional extends ZodOptional {
  get _values() {
    return this._inner._values;
  }

  _parse(payload: Payload, run: Run): Later<Payload> {
    return this._inner._run(payload, run);
  }
}

export class ZodNullable extends Wrapper {
  get _values(): Set<unknown> | undefined {
    const values = this._inner._values;
    return values && new Set([...values, null]);
  }

  get _propValues() {
    return undefined;
  }

  get _pattern(): string | undefined {
    const pattern = this._inner._pattern;
    return pattern === undefined ? undefined : `${pattern.replace(/^\^|\$$/g, '')}|null`;
  }

  _parse(payload: Payload, run: Run): Later<Payload> {
    return payload.value === null ? payload : this._inner._run(payload, run);
  }
}

abstract class Given extends Wrapper {
  get _optin(): 'defaulted' {
    return 'defaulted';
  }

  get _optout() {
    return undefined;
  }
}

export class ZodDefault extends Given {
  removeDefault(): ZodType {
    return this._inner;
  }

  _parse(payload: Payload, run: Run): Later<Payload> {
    if (run.direction === 'backward') return this._inner._run(payload, run);
    const orDefault = (read: Payload) => {
      if (read.value === undefined) read.value = this.def.defaultValue;
      return read;
    };
    return payload.value === undefined ? orDefault(payload) : then(this._inner._run(payload, run), orDefault);
  }
}

/** Gives the inner schema a value to read. */
export class ZodPrefault extends Given {
  _parse(payload: Payload, run: Run): Later<Payload> {
    if (payload.value === undefined && run.direction !== 'backward') payload.value = this.def.defaultValue;
    return this._inner._run(payload, run);
  }
}

export class ZodNonOptional extends Wrapper {
  get _optin() {
    return undefined;
  }

  get _optout() {
    return undefined;
  }

  get _values(): Set<unknown> | undefined {
    const values = this._inner._values;
    return values && new Set([...values].filter(value => value !== undefined));
  }

  _parse(payload: Payload, run: Run): Later<Payload> {
    return then(this._inner._run(payload, run), read => {
      const isMissing = read.issues.length === 0 && read.value === undefined;
      if (isMissing) read.issues.push({ code: 'invalid_type', expected: 'nonoptional', input: read.value, inst: this });
      return read;
    });
  }
}

/** Whether the value fits. */
export class ZodSuccess extends Wrapper {
  get _optin() {
    return undefined;
  }

  get _optout() {
    return undefined;
  }

  _parse(payload: Payload, run: Run): Later<Payload> {
    if (run.direction === 'backward') throw new ZodEncodeError('ZodSuccess');
    return then(this._inner._run(fresh(payload.value), run), read => {
      payload.value = read.issues.length === 0;
      return payload;
    });
  }
}

export class ZodCatch extends Wrapper {
  get _optin() {
    return orOptional(this._inner);
  }

  removeCatch(): ZodType {
    return this._inner;
  }

  _parse(payload: Payload, run: Run): Later<Payload> {
    if (run.direction === 'backward') return this._inner._run(payload, run);
    const input = payload.value;
    return then(this._inner._run(fresh(input), run), read => {
      const error = () => ({ issues: finishIssues(read.issues, run) });
      payload.value = read.issues.length === 0 ? read.value : this.def.catchValue({ ...read, value: input, error: error(), input });
      return payload;
    });
  }
}

export class ZodReadonly extends Wrapper {
  _parse(payload: Payload, run: Run): Later<Payload> {
    if (run.direction === 'backward') return this._inner._run(payload, run);
    return then(this._inner._run(payload, run), read => {
      read.value = Object.freeze(read.value);
      return read;
    });
  }
}

/** Found when it is first needed: schemas may name each other. */
export class ZodLazy extends Wrapper {
  get _inner(): ZodType {
    return (this.def.found ??= this.def.getter());
  }

  get _pattern() {
    return this._inner._pattern;
  }

  _parse(payload: Payload, run: Run): Later<Payload> {
    return this._inner._run(payload, run);
  }
}

export class ZodPromise extends Wrapper {
  get _optin() {
    return undefined;
  }

  get _optout() {
    return undefined;
  }

  _parse(payload: Payload, run: Run): Later<Payload> {
    return Promise.resolve(payload.value).then(value => this._inner._run(fresh(value), run));
  }
}

/** A value of its own for each that is asked; functions are asked themselves. */
function given(type: string, innerType: ZodType, value: any): object {
  const copy = () => (Array.isArray(value) ? [...value] : Object.getPrototypeOf(Object(value)) === Object.prototype ? { ...value } : value);
  const read = () => (typeof value === 'function' ? value() : value !== null && typeof value === 'object' ? copy() : value);
  return Object.defineProperty({ type, innerType, isAsked: typeof value === 'function' }, 'defaultValue', { get: read, enumerable: true, configurable: true });
}

export const optional = (innerType: ZodType) => new ZodOptional({ type: 'optional', innerType });
export const exactOptional = (innerType: ZodType) => new ZodExactOptional({ type: 'optional', innerType });
export const nullable = (innerType: ZodType) => new ZodNullable({ type: 'nullable', innerType });
export const nullish = (innerType: ZodType) => optional(nullable(innerType));
export const defaultOf = (innerType: ZodType, value: unknown) => new ZodDefault(given('default', innerType, value));
export const prefault = (innerType: ZodType, value: unknown) => new ZodPrefault(given('prefault', innerType, value));
export const nonoptional = (innerType: ZodType, params?: Params) => new ZodNonOptional({ type: 'nonoptional', innerType, ...readParams(params) });
export const success = (innerType: ZodType) => new ZodSuccess({ type: 'success', innerType });
export const catchOf = (innerType: ZodType, value: unknown) =>
  new ZodCatch({ type: 'catch', innerType, catchValue: typeof value === 'function' ? value : () => value });
export const readonly = (innerType: ZodType) => new ZodReadonly({ type: 'readonly', innerType });
export const lazy = (getter: () => ZodType) => new ZodLazy({ type: 'lazy', getter });
export const promise = (innerType: ZodType) => new ZodPromise({ type: 'promise', innerType });

Object.assign(makers, { optional, exactOptional, nullable, default: defaultOf, prefault, nonoptional, catch: catchOf, readonly });
