// Plans of schemas that are plain data: the native reader follows them (runtime/js/src/ops/schema.rs). A schema with
// functions, changes or formats that it does not know has no plan, and a value that does not fit is read again here.

import { schemaPlan } from 'cronflow:internal/ops';
import { ZodArray, ZodRecord } from 'cronflow:internal/zod/containers';
import { RANGES } from 'cronflow:internal/zod/facts';
import { EMAIL, UUID } from 'cronflow:internal/zod/formats';
import { ZodNumber, ZodNumberFormat } from 'cronflow:internal/zod/number';
import { ZodObject } from 'cronflow:internal/zod/object';
import { ZodAny, ZodBoolean, ZodEnum, ZodLiteral, ZodNull, ZodUndefined, ZodUnknown } from 'cronflow:internal/zod/plain';
import { ZodString, ZodStringFormat } from 'cronflow:internal/zod/string';
import { type ZodType, makers } from 'cronflow:internal/zod/type';
import { ZodDiscriminatedUnion, ZodUnion } from 'cronflow:internal/zod/unions';
import { ZodDefault, ZodNullable, ZodOptional } from 'cronflow:internal/zod/wrappers';

type Plan = Record<string, unknown>;
/** Ends the making of a plan. */
class NoPlan extends Error {}

const MAX_DEPTH = 32;

class Planner {
  patterns: RegExp[] = [];
  private _depth = 0;

  planOf(schema: ZodType): Plan {
    const make = KINDS.get(schema.constructor);
    if (make === undefined || ++this._depth > MAX_DEPTH) throw new NoPlan();
    const plan = make(schema, this);
    this._depth--;
    return plan;
  }
}

function must(holds: boolean): void {
  if (!holds) throw new NoPlan();
}

/** The checks but those that only carry metadata. */
const checksOf = (schema: ZodType) => schema._checks.map(check => check.def).filter(def => def.check !== 'meta');

/** No check judges what a kind has read. */
const bare =
  (make: (schema: any, planner: Planner) => Plan) =>
  (schema: ZodType, planner: Planner): Plan => {
    must(checksOf(schema).length === 0 && !schema.def.coerce);
    return make(schema, planner);
  };

type Lengths = { min?: number; max?: number };

/** Whether the check is a bound of a length, which is then taken. */
function takesLength(def: any, lengths: Lengths): boolean {
  const bounds: Record<string, [number | undefined, number | undefined]> = {
    min_length: [def.minimum, undefined],
    max_length: [undefined, def.maximum],
    length_equals: [def.length, def.length],
  };
  if (!Object.hasOwn(bounds, def.check)) return false;
  const [min, max] = bounds[def.check];
  for (const limit of [min, max]) must(limit === undefined || (Number.isSafeInteger(limit) && limit >= 0));
  if (min !== undefined) lengths.min = Math.max(lengths.min ?? 0, min);
  if (max !== undefined) lengths.max = Math.min(lengths.max ?? Infinity, max);
  return true;
}

function rulesOf(def: any, planner: Planner): Plan[] {
  const { format, pattern } = def;
  if (format === 'starts_with') return [{ rule: 'starts', text: def.prefix }];
  if (format === 'ends_with') return [{ rule: 'ends', text: def.suffix }];
  if (format === 'includes' && def.position === undefined) return [{ rule: 'includes', text: def.includes }];
  must(format !== 'url' && format !== 'includes' && def.fits === undefined && pattern instanceof RegExp);
  if (format === 'email' && pattern.source === EMAIL.source) return [{ rule: 'email' }];
  if (format === 'uuid' && pattern.source === UUID.source) return [{ rule: 'uuid' }];
  // One that remembers where it was is asked in its own way.
  must(!pattern.global && !pattern.sticky);
  planner.patterns.push(pattern);
  const day = format === 'date' || format === 'datetime' ? [{ rule: 'day' }] : [];
  return [{ rule: 'pattern', at: planner.patterns.length - 1 }, ...day];
}

function text(schema: ZodType, planner: Planner): Plan {
  must(!schema.def.coerce);
  const lengths: Lengths = {};
  const rules: Plan[] = [];
  for (const def of checksOf(schema)) {
    if (takesLength(def, lengths)) continue;
    must(def.check === 'string_format');
    rules.push(...rulesOf(def, planner));
  }
  return { kind: 'text', ...lengths, rules };
}

function number(schema: ZodType): Plan {
  must(!schema.def.coerce);
  const plan: any = { kind: 'number', int: false, steps: [] };
  const low = (key: 'min' | 'above', limit: number) => (plan[key] = Math.max(plan[key] ?? limit, limit));
  const high = (key: 'max' | 'below', limit: number) => (plan[key] = Math.min(plan[key] ?? limit, limit));
  for (const def of checksOf(schema)) {
    must(def.check === 'number_format' || Number.isFinite(def.value));
    if (def.check === 'greater_than') low(def.inclusive ? 'min' : 'above', def.value);
    else if (def.check === 'less_than') high(def.inclusive ? 'max' : 'below', def.value);
    else if (def.check === 'multiple_of') plan.steps.push(def.value);
    else {
      must(def.check === 'number_format');
      plan.int ||= def.format.includes('int');
      low('min', RANGES[def.format][0]);
      high('max', RANGES[def.format][1]);
    }
  }
  return plan;
}

/** Values that JSON can say. */
function literals(values: unknown[]): unknown[] {
  for (const value of values) must(value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value));
  return values;
}

function object(schema: ZodObject, planner: Planner): Plan {
  const { shape, catchall } = schema.def;
  const rest = catchall === undefined ? 'strip' : catchall.type === 'never' ? 'refuse' : 'keep';
  must(rest !== 'keep' || (catchall.type === 'unknown' && catchall._checks.length === 0));
  const fields = Reflect.ownKeys(shape).map(key => {
    const field: ZodType = shape[key];
    must(typeof key === 'string' && key !== '__proto__' && Boolean(field?._isSchema));
    const plan = planner.planOf(field);
    const { _optin: optin, _optout: optout } = field;
    const missing = optin === undefined ? 'no' : optin === 'optional' && optout === 'optional' ? 'left' : 'given';
    must(missing !== 'given' || (optin === 'defaulted' && optout === undefined));
    return { key, plan, missing };
  });
  return { kind: 'object', fields, rest };
}

function array(schema: ZodArray, planner: Planner): Plan {
  const lengths: Lengths = {};
  for (const def of checksOf(schema)) must(takesLength(def, lengths));
  return { kind: 'array', item: planner.planOf(schema.element), ...lengths };
}

function record(schema: ZodRecord, planner: Planner): Plan {
  const { keyType, valueType, mode } = schema.def;
  must(keyType.constructor === ZodString && keyType._checks.length === 0 && !keyType.def.coerce && mode === undefined);
  return { kind: 'record', value: planner.planOf(valueType) };
}

function union(schema: ZodUnion, planner: Planner): Plan {
  return { kind: 'union', options: schema.options.map(option => planner.planOf(option)) };
}

function tagged(schema: ZodDiscriminatedUnion, planner: Planner): Plan {
  const { discriminator: key, unionFallback, options } = schema.def;
  must(!unionFallback && options.every((option: ZodType) => option.constructor === ZodObject));
  const cases = options.flatMap((option: ZodType, at: number) =>
    literals([...(option._propValues?.[key] ?? [])]).map(value => ({ value, at })),
  );
  must(new Set(cases.map((one: any) => one.value)).size === cases.length);
  return { kind: 'tagged', key, cases, options: options.map((option: ZodType) => planner.planOf(option)) };
}

function optional(schema: ZodOptional, planner: Planner): Plan {
  must(schema._inner._optin !== 'defaulted');
  return { kind: 'or_undefined', inner: planner.planOf(schema._inner) };
}

function withDefault(schema: ZodDefault, planner: Planner): Plan {
  // A function is asked each time.
  must(!schema.def.isAsked);
  const [value] = literals([schema.def.defaultValue]);
  // JSON has one zero.
  must(!Object.is(value, -0));
  return { kind: 'or_given', inner: planner.planOf(schema._inner), value };
}

const oneOf = bare((schema: ZodEnum | ZodLiteral) => ({ kind: 'one_of', values: literals([...schema._values]) }));

/** By the very class: one that extends it may do other things. */
const KINDS = new Map<unknown, (schema: any, planner: Planner) => Plan>([
  [ZodString, text],
  [ZodStringFormat, text],
  [ZodNumber, number],
  [ZodNumberFormat, number],
  [ZodBoolean, bare(() => ({ kind: 'boolean' }))],
  [ZodNull, bare(() => ({ kind: 'null' }))],
  [ZodUndefined, bare(() => ({ kind: 'undefined' }))],
  [ZodAny, bare(() => ({ kind: 'any' }))],
  [ZodUnknown, bare(() => ({ kind: 'any' }))],
  [ZodEnum, oneOf],
  [ZodLiteral, oneOf],
  [ZodObject, bare(object)],
  [ZodArray, array],
  [ZodRecord, bare(record)],
  [ZodUnion, bare(union)],
  [ZodDiscriminatedUnion, bare(tagged)],
  [ZodNullable, bare((schema, planner) => ({ kind: 'or_null', inner: planner.planOf(schema._inner) }))],
  [ZodOptional, bare(optional)],
  [ZodDefault, bare(withDefault)],
]);

/** For the native reader; `null` when the schema is read in JavaScript. */
function plan(schema: ZodType): object | null {
  const planner = new Planner();
  try {
    return schemaPlan(JSON.stringify(planner.planOf(schema)), planner.patterns) ?? null;
  } catch (error) {
    if (error instanceof NoPlan) return null;
    throw error;
  }
}

Object.assign(makers, { plan });
