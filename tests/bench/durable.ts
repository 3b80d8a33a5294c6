// What tests/bench/durable.py measures: runs that sleep, and loops over many items.

import { cronflow } from 'cronflow';

cronflow.define({ id: 'sleeper' }).step('before', ctx => ({ n: ctx.payload })).sleep('10h').step('after', ctx => ctx.last);

cronflow
  .define({ id: 'values' })
  .forEach('items', ctx => Array.from({ length: ctx.payload }, (_, i) => i), (n: number) => n * 2, { concurrency: 50 });

cronflow
  .define({ id: 'steps' })
  .forEach('items', ctx => Array.from({ length: ctx.payload }, (_, i) => i), (n: number, flow) => {
    flow.step('double', () => n * 2).step('more', ctx => ctx.last + 1);
  }, { concurrency: 50 });

cronflow
  .define({ id: 'rounds' })
  .step('start', () => 0)
  .while('count', ctx => ctx.last < ctx.payload, ctx => ctx.last + 1, { maxIterations: 100_000 });
