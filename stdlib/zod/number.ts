// Numbers and big integers, and their formats.

import * as checks from 'cronflow:internal/zod/checks';
import { RANGES, factsOf } from 'cronflow:internal/zod/facts';
import { type Params, readParams } from 'cronflow:internal/zod/params';
import { type Payload, wrongType } from 'cronflow:internal/zod/payload';
import { ZodType, makers } from 'cronflow:internal/zod/type';

/** The bounds that numbers and big integers have. */
abstract class Numeric<N> extends ZodType {
  /** Zero of the kind. */
  protected abstract readonly _zero: any;

  gt(limit: N, params?: Params): this {
    return this.check(checks.gt(limit, params));
  }

  gte(limit: N, params?: Params): this {
    return this.check(checks.gte(limit, params));
  }

  min(limit: N, params?: Params): this {
    return this.gte(limit, params);
  }

  lt(limit: N, params?: Params): this {
    return this.check(checks.lt(limit, params));
  }

  lte(limit: N, params?: Params): this {
    return this.check(checks.lte(limit, params));
  }

  max(limit: N, params?: Params): this {
    return this.lte(limit, params);
  }

  positive(params?: Params): this {
    return this.gt(this._zero, params);
  }

  nonnegative(params?: Params): this {
    return this.gte(this._zero, params);
  }

  negative(params?: Params): this {
    return this.lt(this._zero, params);
  }

  nonpositive(params?: Params): this {
    return this.lte(this._zero, params);
  }

  multipleOf(divisor: N, params?: Params): this {
    return this.check(checks.multipleOf(divisor, params));
  }

  get format(): string | null {
    return factsOf(this).format ?? null;
  }
}

function changed<T>(change: () => T, value: unknown): T | unknown {
  try {
    return change();
  } catch {
    return value;
  }
}

export class ZodNumber extends Numeric<number> {
  protected get _zero() {
    return 0;
  }

  get isFinite(): true {
    return true;
  }

  _parse(payload: Payload): Payload {
    if (this.def.coerce) payload.value = changed(() => Number(payload.value), payload.value);
    const { value } = payload;
    if (typeof value === 'number' && Number.isFinite(value)) return payload;
    return wrongType(payload, 'number', this, typeof value === 'number' ? { received: String(value) } : {});
  }

  get _pattern(): string {
    return factsOf(this).isInt ? '-?\\d+' : '-?\\d+(?:\\.\\d+)?';
  }

  get minValue(): number {
    const { minimum = -Infinity, exclusiveMinimum = -Infinity } = factsOf(this);
    return Math.max(minimum, exclusiveMinimum);
  }

  get maxValue(): number {
    const { maximum = Infinity, exclusiveMaximum = Infinity } = factsOf(this);
    return Math.min(maximum, exclusiveMaximum);
  }

  get isInt(): boolean {
    const { isInt, divisors } = factsOf(this);
    return isInt || divisors.some(Number.isSafeInteger);
  }

  int(params?: Params): this {
    return this.check(int(params) as any);
  }

  safe(params?: Params): this {
    return this.int(params);
  }

  step(divisor: number, params?: Params): this {
    return this.multipleOf(divisor, params);
  }

  finite(): this {
    return this;
  }
}

/** A number in a format: a schema, and a check of other schemas of numbers. */
export class ZodNumberFormat extends ZodNumber {
  _judge(payload: Payload): void {
    const { format } = this.def;
    const { value } = payload;
    const tell = (issue: any) => checks.fail(payload, this as any, issue);
    if (format.includes('int')) {
      if (!Number.isInteger(value)) return tell({ expected: 'int', format, code: 'invalid_type', continue: false });
      if (!Number.isSafeInteger(value)) return tell({ origin: 'int', inclusive: true, note: 'Integers must be within the safe integer range.', ...beyond(value) });
    }
    judgeRange(value, RANGES[format], 'number', tell);
  }
}

const beyond = (value: number): { code: string; [limit: string]: unknown } =>
  value > 0 ? { code: 'too_big', maximum: Number.MAX_SAFE_INTEGER } : { code: 'too_small', minimum: Number.MIN_SAFE_INTEGER };

function judgeRange(value: any, [minimum, maximum]: [any, any], origin: string, tell: (issue: any) => void): void {
  if (value < minimum) tell({ origin, code: 'too_small', minimum, inclusive: true });
  if (value > maximum) tell({ origin, code: 'too_big', maximum, inclusive: true });
}

const numberIn = (format: string) => (params?: Params) =>
  new ZodNumberFormat({ type: 'number', check: 'number_format', abort: false, format, ...readParams(params) });

export const number = (params?: Params) => new ZodNumber({ type: 'number', ...readParams(params) });
export const coerceNumber = (params?: Params) => new ZodNumber({ type: 'number', coerce: true, ...readParams(params) });
export const int = numberIn('safeint');
export const int32 = numberIn('int32');
export const uint32 = numberIn('uint32');
export const float32 = numberIn('float32');
export const float64 = numberIn('float64');

export class ZodBigInt extends Numeric<bigint> {
  protected get _zero() {
    return 0n;
  }

  _parse(payload: Payload): Payload {
    if (this.def.coerce) payload.value = changed(() => BigInt(payload.value), payload.value);
    return typeof payload.value === 'bigint' ? payload : wrongType(payload, 'bigint', this);
  }

  get _pattern(): string {
    return '-?\\d+n?';
  }

  get minValue(): bigint | null {
    return factsOf(this).minimum ?? null;
  }

  get maxValue(): bigint | null {
    return factsOf(this).maximum ?? null;
  }
}

export class ZodBigIntFormat extends ZodBigInt {
  _judge(payload: Payload): void {
    judgeRange(payload.value, RANGES[this.def.format], 'bigint', issue => checks.fail(payload, this as any, issue));
  }
}

const bigintIn = (format: string) => (params?: Params) =>
  new ZodBigIntFormat({ type: 'bigint', check: 'bigint_format', abort: false, format, ...readParams(params) });

export const bigint = (params?: Params) => new ZodBigInt({ type: 'bigint', ...readParams(params) });
export const coerceBigint = (params?: Params) => new ZodBigInt({ type: 'bigint', coerce: true, ...readParams(params) });
export const int64 = bigintIn('int64');
export const uint64 = bigintIn('uint64');

Object.assign(makers, { number });
