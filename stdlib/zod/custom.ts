// Schemas by the author's own test: any function, instances of a class, files, functions, JSON.

import * as checks from 'cronflow:internal/zod/checks';
import { array, record, tuple } from 'cronflow:internal/zod/containers';
import { type Params, readParams } from 'cronflow:internal/zod/params';
import { type Payload, wrongType } from 'cronflow:internal/zod/payload';
import { boolean, nullOf, unknown } from 'cronflow:internal/zod/plain';
import { number } from 'cronflow:internal/zod/number';
import { string } from 'cronflow:internal/zod/string';
import { ZodType } from 'cronflow:internal/zod/type';
import { union } from 'cronflow:internal/zod/unions';
import { lazy } from 'cronflow:internal/zod/wrappers';

export class ZodCustom extends ZodType {
  _parse(payload: Payload): Payload {
    return payload;
  }

  _judge(payload: Payload): unknown {
    return checks.customJudgement(payload, this.def.fn, issue => checks.fail(payload, this as any, issue), this.def);
  }
}

/** An instance of a class. */
export class ZodInstanceOf extends ZodCustom {
  _judge(payload: Payload): void {
    const wanted = this.def.class;
    if (payload.value instanceof wanted) return;
    payload.issues.push({ code: 'invalid_type', expected: wanted.name, input: payload.value, inst: this, path: [...(this.def.path ?? [])] });
  }
}

export class ZodFile extends ZodType {
  _parse(payload: Payload): Payload {
    return payload.value instanceof (globalThis as any).File ? payload : wrongType(payload, 'file', this);
  }

  min(size: number, params?: Params): this {
    return this.check(checks.minSize(size, params));
  }

  max(size: number, params?: Params): this {
    return this.check(checks.maxSize(size, params));
  }

  mime(types: string | string[], params?: Params): this {
    return this.check(checks.mime(types, params));
  }
}

type AnyFunction = (...given: any[]) => any;

/** A function whose arguments and answer are checked at each call. */
export class ZodFunction extends ZodType {
  _parse(payload: Payload): Payload {
    if (typeof payload.value !== 'function') return wrongType(payload, 'function', this);
    payload.value = this.def.output.type === 'promise' ? this.implementAsync(payload.value) : this.implement(payload.value);
    return payload;
  }

  implement(call: AnyFunction): AnyFunction {
    if (typeof call !== 'function') throw new Error('implement() must be called with a function');
    const { input, output } = this.def;
    return function (this: unknown, ...given) {
      return output.parse(Reflect.apply(call, this, input.parse(given)));
    };
  }

  implementAsync(call: AnyFunction): AnyFunction {
    if (typeof call !== 'function') throw new Error('implementAsync() must be called with a function');
    const { input, output } = this.def;
    return async function (this: unknown, ...given) {
      return output.parseAsync(await Reflect.apply(call, this, await input.parseAsync(given)));
    };
  }

  input(items: ZodType[] | ZodType, rest?: ZodType): ZodFunction {
    return new ZodFunction({ ...this.def, input: Array.isArray(items) ? tuple(items, rest) : items });
  }

  output(schema: ZodType): ZodFunction {
    return new ZodFunction({ ...this.def, output: schema });
  }
}

export const custom = (fn: (value: any) => unknown = () => true, params?: Params) =>
  new ZodCustom({ type: 'custom', check: 'custom', abort: true, fn, ...readParams(params) });
export const instanceOf = (wanted: abstract new (...given: any[]) => any, params?: Params) =>
  new ZodInstanceOf({ type: 'custom', check: 'custom', abort: true, class: wanted, ...readParams(params) });
export const file = (params?: Params) => new ZodFile({ type: 'file', ...readParams(params) });

export function functionOf(params: { input?: ZodType[] | ZodType; output?: ZodType } = {}): ZodFunction {
  const input = Array.isArray(params.input) ? tuple(params.input) : params.input ?? array(unknown());
  return new ZodFunction({ type: 'function', input, output: params.output ?? unknown() });
}

/** What JSON can say. */
export function json(params?: Params): ZodType {
  const schema: ZodType = lazy(() => union([string(params), number(), boolean(), nullOf(), array(schema), record(string(), schema)]));
  return schema;
}
