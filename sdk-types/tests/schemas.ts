// What schemas make of the payload. Checked by tsc; nothing here is executed.

import { cronflow, type Infer } from 'cronflow';
import { expect, test } from 'vitest';
import { z } from 'zod';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Equal<A, B>): void {}

const order = z.object({
  id: z.string().min(1),
  total: z.coerce.number().positive(),
  state: z.enum(['new', 'paid']).default('new'),
  note: z.string().optional(),
  lines: z.array(z.object({ sku: z.string(), count: z.number().int() })),
});
type Order = { id: string; total: number; state: 'new' | 'paid'; note?: string | undefined; lines: { sku: string; count: number }[] };
same<z.infer<typeof order>, Order>(true);
same<z.infer<ReturnType<typeof picked>>, { id: string }>(true);
const picked = () => order.pick({ id: true });
same<Infer<typeof order>, Order>(true);
const parsed = order.safeParse({});
if (parsed.success) same<typeof parsed.data, Order>(true);
else parsed.error.issues.map(issue => issue.path);
// @ts-expect-error: no such check
z.string().positive();
same<z.infer<ReturnType<typeof union>>, { kind: 'a'; a: number } | { kind: 'b' }>(true);
const union = () => z.discriminatedUnion('kind', [z.object({ kind: z.literal('a'), a: z.number() }), z.object({ kind: z.literal('b') })]);

same<z.infer<ReturnType<typeof kinds>>, { map: Map<string, number>; pair: [string, ...number[]]; some: 'b' | 'c'; when: Date; flag?: boolean | undefined }>(true);
const kinds = () =>
  z.object({
    map: z.map(z.string(), z.number()),
    pair: z.tuple([z.string()], z.number()),
    some: z.enum(['a', 'b', 'c']).exclude(['a']),
    when: z.codec(z.iso.datetime(), z.date(), { decode: text => new Date(text), encode: date => date.toISOString() }),
    flag: z.stringbool().optional(),
  });
same<ReturnType<ReturnType<typeof kinds>['encode']>['when'], string>(true);
same<z.infer<ReturnType<typeof needed>>, { a: string }>(true);
const needed = () => z.object({ a: z.string().optional() }).required();
// @ts-expect-error: of the package, not built in
z.fromJSONSchema({});

cronflow
  .define({ id: 'zod' })
  .onWebhook('/orders', {
    schema: order,
    validate: payload => payload.total > 1,
    condition: req => req.body.state === 'paid',
    idempotencyKey: ctx => ctx.payload.id,
  })
  .step('sum', ctx => {
    same<typeof ctx.payload, Order>(true);
    return ctx.payload.lines.length;
  })
  // @ts-expect-error: there is no such field of the payload
  .step('wrong', ctx => ctx.payload.nothing)
  .step('last', ctx => {
    same<typeof ctx.steps.sum.output, number>(true);
    return ctx.steps.sum.output;
  });

cronflow
  .define({ id: 'json-schema' })
  .onWebhook('/events', {
    schema: {
      type: 'object',
      properties: { kind: { enum: ['a', 'b'] }, count: { type: 'integer' }, tags: { type: 'array', items: { type: 'string' } } },
      required: ['kind', 'tags'],
    },
  })
  .step('read', ctx => same<typeof ctx.payload, { kind: 'a' | 'b'; tags: string[]; count?: number }>(true));

const standard = { '~standard': { version: 1, vendor: 'mine', validate: (value: any) => ({ value }), types: undefined as undefined | { input: string; output: { at: number } } } } as const;
cronflow
  .define({ id: 'standard' })
  .onEvent('seen', { schema: standard, filter: event => event.at > 1 })
  .step('read', ctx => same<typeof ctx.payload, { at: number }>(true));

cronflow
  .define({ id: 'two' })
  .onWebhook('/a', { schema: z.object({ a: z.string() }) })
  .onEvent('b', { schema: z.object({ b: z.number() }) })
  .step('either', ctx => ('a' in ctx.payload ? ctx.payload.a : ctx.payload.b));

const untyped = cronflow.define({ id: 'untyped' }).onWebhook('/any').step('any', ctx => ctx.payload.what.ever);

test('a workflow', async () => {
  const run = await untyped.test().trigger({ a: 1 }).expectStep('any').toSucceed().run();
  expect(run.status).toBe('completed');
  // @ts-expect-error: no such expectation
  untyped.test().expectStep('any').toFly();
});
