// What the checks of a schema say together: its bounds, formats and patterns.

import type { ZodType } from 'cronflow:internal/zod/type';

export interface Facts {
  minimum?: any;
  maximum?: any;
  exclusiveMinimum?: any;
  exclusiveMaximum?: any;
  divisors: any[];
  format?: string;
  isInt: boolean;
  patterns: RegExp[];
  mime?: string[];
  /** The format takes more than JSON Schema means by it. */
  isLax: boolean;
}

/** Smallest and largest numbers of the formats. */
export const RANGES: Record<string, [any, any]> = {
  safeint: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  float32: [-(2 - 2 ** -23) * 2 ** 127, (2 - 2 ** -23) * 2 ** 127],
  float64: [-Number.MAX_VALUE, Number.MAX_VALUE],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

type Bound = 'minimum' | 'exclusiveMinimum' | 'maximum' | 'exclusiveMaximum';

function narrow(facts: Facts, key: Bound, value: any): void {
  const known = facts[key];
  const isTighter = known === undefined || (/min/i.test(key) ? value > known : value < known);
  if (isTighter) facts[key] = value;
}

function both(facts: Facts, minimum: any, maximum: any): void {
  narrow(facts, 'minimum', minimum);
  narrow(facts, 'maximum', maximum);
}

function named(facts: Facts, format: string): void {
  facts.format = format;
  facts.isInt ||= format.includes('int');
}

function ofText(facts: Facts, def: any): void {
  named(facts, def.format);
  if (def.pattern !== undefined) facts.patterns.push(def.pattern);
  facts.isLax ||= Boolean(def.local) || def.precision === -1;
}

const READERS: Record<string, (facts: Facts, def: any) => void> = {
  greater_than: (facts, def) => narrow(facts, def.inclusive ? 'minimum' : 'exclusiveMinimum', def.value),
  less_than: (facts, def) => narrow(facts, def.inclusive ? 'maximum' : 'exclusiveMaximum', def.value),
  multiple_of: (facts, def) => void (facts.divisors.includes(def.value) || facts.divisors.push(def.value)),
  number_format: (facts, def) => (named(facts, def.format), both(facts, ...RANGES[def.format])),
  bigint_format: (facts, def) => (named(facts, def.format), both(facts, ...RANGES[def.format])),
  min_length: (facts, def) => narrow(facts, 'minimum', def.minimum),
  max_length: (facts, def) => narrow(facts, 'maximum', def.maximum),
  length_equals: (facts, def) => both(facts, def.length, def.length),
  min_size: (facts, def) => narrow(facts, 'minimum', def.minimum),
  max_size: (facts, def) => narrow(facts, 'maximum', def.maximum),
  size_equals: (facts, def) => both(facts, def.size, def.size),
  string_format: ofText,
  mime_type: (facts, def) => void (facts.mime = facts.mime?.filter(one => def.mime.includes(one)) ?? [...def.mime]),
};

export function factsOf(schema: ZodType): Facts {
  const facts: Facts = { divisors: [], isInt: false, patterns: [], isLax: false };
  for (const { def } of schema._checks) READERS[def.check ?? '']?.(facts, def);
  return facts;
}
