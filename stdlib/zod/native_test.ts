// The native reader says what JavaScript says, for random schemas and values; options make a parse run in JavaScript.

import { expect, test } from 'cronflow/testing';
import * as module from 'zod';

const z: any = module;
type Draw = (below: number) => number;
interface Made {
  schema: any;
  /** A value that fits, mostly. */
  value: () => unknown;
}

function random(seed: number): Draw {
  let state = seed;
  return below => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const TEXTS = ['', 'a', 'ab', 'a@b.co', 'x.y+z@a-b.c.de', 'a@b', '.a@b.co', 'a.@b.co', 'a@-b.co', '👍', 'e\u0301é', '\ud800', '2024-02-29', '2023-02-29', '2024-1-1',
  '123e4567-e89b-12d3-a456-426614174000', '123e4567-e89b-92d3-a456-426614174000', '00000000-0000-0000-0000-000000000000', 'FFFFFFFF-ffff-ffff-ffff-ffffffffffff', 'abcabc', 'new', 'old'];
const NUMBERS = [0, -0, 1, -1, 2.5, 0.3, 7, 10, 1e300, 2 ** 31, 2 ** 53, NaN, Infinity];
const JUNK = [undefined, null, true, false, 5n, [], {}, [1, 'a'], { a: 1 }, { constructor: 1 }, new Date(0), new Map(), () => 1, Object.create({ a: 'inherited' }),
  Object.create(null), { get a() { return 'got'; } }, new Array(2), new Proxy({ a: 'x' }, {}), new (class { a = 'own'; })(), { [Symbol('s')]: 1, a: 'x' }];
const KEYS = ['a', 'b', 'c', '0', 'key with space', 'toString'];

function texts(draw: Draw): Made {
  const bounds = [(s: any) => s, (s: any) => s.min(draw(4)), (s: any) => s.max(draw(6)), (s: any) => s.length(draw(4)), (s: any) => s.startsWith('a'), (s: any) => s.endsWith('b'),
    (s: any) => s.includes('b'), (s: any) => s.regex(/^[a-c]*$/), (s: any) => s.check(z.email()), (s: any) => s.lowercase(), (s: any) => s.regex(/b/g), (s: any) => s.describe('d')];
  const first = [z.string(), z.string(), z.email(), z.uuid(), z.iso.date(), z.uuidv4(), z.ipv6(), z.string().trim()][draw(8)];
  const schema = bounds[draw(bounds.length)](bounds[draw(bounds.length)](first));
  return { schema, value: () => TEXTS[draw(TEXTS.length)] };
}

function numbers(draw: Draw): Made {
  const limits = [(s: any) => s, (s: any) => s.min(NUMBERS[draw(9)]), (s: any) => s.max(NUMBERS[draw(9)]), (s: any) => s.gt(1), (s: any) => s.lt(7), (s: any) => s.int(),
    (s: any) => s.multipleOf([0.1, 1, 2.5][draw(3)]), (s: any) => s.positive()];
  const first = [z.number(), z.int(), z.int32(), z.uint32(), z.float32()][draw(5)];
  return { schema: limits[draw(limits.length)](limits[draw(limits.length)](first)), value: () => NUMBERS[draw(NUMBERS.length)] };
}

function lists(draw: Draw, depth: number): Made {
  const item = make(draw, depth - 1);
  const schema = [(s: any) => s, (s: any) => s.min(draw(3)), (s: any) => s.max(draw(4)), (s: any) => s.length(2)][draw(4)](z.array(item.schema));
  return { schema, value: () => Array.from({ length: draw(4) }, () => item.value()) };
}

function objects(draw: Draw, depth: number): Made {
  const fields = new Map<string, Made>();
  for (let count = draw(5); count > 0; count--) {
    const field = make(draw, depth - 1);
    const wrapped = [field.schema, field.schema, field.schema.optional(), field.schema.nullable(), field.schema.default('given'), field.schema.nullish(), field.schema.readonly()][draw(7)];
    fields.set(KEYS[draw(KEYS.length)], { schema: wrapped, value: field.value });
  }
  const shape = Object.fromEntries([...fields].map(([key, { schema }]) => [key, schema]));
  const schema = [z.object, z.object, z.strictObject, z.looseObject][draw(4)](shape);
  const value = () => {
    const entries = [...fields].filter(() => draw(6) > 0).map(([key, field]) => [key, field.value()]);
    if (draw(4) === 0) entries.push(['more', 1]);
    return Object.fromEntries(entries);
  };
  return { schema, value };
}

function choices(draw: Draw, depth: number): Made {
  const [a, b] = [make(draw, depth - 1), make(draw, depth - 1)];
  const tagged = () => {
    const [first, second] = ['x', 'y'].map(kind => z.object({ kind: z.literal(kind), of: kind === 'x' ? a.schema : b.schema }));
    return { schema: z.discriminatedUnion('kind', [first, second]), value: () => ({ kind: ['x', 'y', 'z'][draw(3)], of: a.value() }) };
  };
  const union = () => ({ schema: z.union([a.schema, b.schema]), value: () => (draw(2) === 0 ? a : b).value() });
  const record = () => ({ schema: z.record(z.string(), a.schema), value: () => ({ k: a.value(), 2: a.value() }) });
  return [tagged, union, record][draw(3)]();
}

function make(draw: Draw, depth: number): Made {
  const plain = [
    () => texts(draw),
    () => numbers(draw),
    () => ({ schema: z.boolean(), value: () => draw(2) === 0 }),
    () => ({ schema: z.enum(['new', 'old']), value: () => TEXTS[TEXTS.length - 1 - draw(3)] }),
    () => ({ schema: z.literal(['a', 1, true, null, 0]), value: () => ['a', 1, true, null, -0, 'b'][draw(6)] }),
    () => ({ schema: [z.any(), z.unknown(), z.null(), z.undefined()][draw(4)], value: () => JUNK[draw(JUNK.length)] }),
  ];
  if (depth === 0 || draw(3) === 0) return plain[draw(plain.length)]();
  return [objects, objects, lists, choices][draw(4)](draw, depth);
}

/** Everything that can be told of a result, also the order of keys and which zero it is. */
function told(value: any): unknown {
  if (Object.is(value, -0)) return '-0';
  if (value === null || typeof value !== 'object') return typeof value === 'function' ? 'function' : value === undefined ? 'undefined' : `${typeof value} ${String(value)}`;
  if (value instanceof Date || value instanceof Map) return value;
  if (Array.isArray(value)) return Array.from(value, told);
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  return [name, Object.isFrozen(value), Reflect.ownKeys(value).map(key => [key, told(value[key as string])])];
}

function answer(parse: () => any): unknown {
  try {
    const result = parse();
    return result.success ? ['fits', told(result.data)] : result.error.issues;
  } catch (error: any) {
    return error.message;
  }
}

test.each([1, 2, 3, 4])('random schemas, seed %s', seed => {
  const draw = random(seed);
  let [planned, fitting] = [0, 0];
  for (let round = 0; round < 40; round++) {
    const { schema, value } = make(draw, 3);
    schema.safeParse(undefined);
    schema.safeParse(undefined);
    if (schema._plan) planned++;
    for (let count = 0; count < 12; count++) {
      const given = draw(6) === 0 ? JUNK[draw(JUNK.length)] : value();
      const native = answer(() => schema.safeParse(given));
      expect(native).toEqual(answer(() => schema.safeParse(given, {})));
      if (schema._plan && (native as any)[0] === 'fits') fitting++;
    }
  }
  // Most of the schemas are read natively, and many of the values fit them.
  expect(planned).toBeGreaterThan(10);
  expect(fitting).toBeGreaterThan(40);
});

test('results are copies', () => {
  const schema = z.object({ list: z.array(z.number()), name: z.string().default('d') });
  const given = { list: [1] };
  const read = [1, 2, 3].map(() => schema.parse(given)).at(-1);
  expect(schema._plan).toBeTruthy();
  expect(read).toEqual({ list: [1], name: 'd' });
  expect(read).not.toBe(given);
  expect(read.list).not.toBe(given.list);
});

test.each([
  ['a function', () => z.string().refine(() => true)],
  ['a change', () => z.string().trim()],
  ['a default that is asked', () => z.number().default(() => 1)],
  ['coercion', () => z.coerce.number()],
  ['a format that is more than a shape', () => z.object({ a: z.jwt() })],
  ['a class that extends a kind', () => new (class Own extends z.ZodString {})({ type: 'string' })],
])('%s is read in JavaScript', (_, make) => {
  const schema: any = make();
  for (let count = 0; count < 3; count++) schema.safeParse('x');
  expect(schema._plan).toBe(null);
});
