// Orders: small ones are paid at once, large ones wait until a person has decided.
//
//   curl -X POST http://127.0.0.1:3000/orders -H 'content-type: application/json' \
//     -d '{"id":"o-7","items":[{"sku":"lamp","price":600,"quantity":2}]}'
//
// The answer is 202 with the run's id. `listPausedWorkflows()`, which GET /approvals shows, has the token:
//
//   curl -X POST http://127.0.0.1:3000/approvals -H 'content-type: application/json' \
//     -d '{"token":"...","approved":true,"approvedBy":"kim","reason":"known customer"}'

import { cronflow } from 'cronflow';

interface Item {
  sku: string;
  price: number;
  quantity: number;
}

interface Order {
  id: string;
  items: Item[];
}

/** Orders from this total on need a decision. */
const LARGE = 1_000;

cronflow
  .define<Order>({
    id: 'order',
    name: 'Order with approval',
    // Two requests for one order never run side by side.
    concurrency: { limit: 1, key: ctx => ctx.payload.id },
    hooks: { onFailure: (ctx, step) => ctx.logger.error(`order ${ctx.payload.id}: ${step ?? 'the run'} failed: ${ctx.error.message}`) },
  })
  .onWebhook('/orders')
  .step('check', ctx => {
    const { items } = ctx.payload;
    if (!Array.isArray(items) || items.length === 0) throw new Error('an order needs items');
    return { total: items.reduce((sum, item) => sum + item.price * item.quantity, 0) };
  })
  .if('large', ctx => ctx.steps.check.output.total >= LARGE)
    .humanInTheLoop({
      description: 'A large order waits for a decision',
      timeout: '3d',
      onPause: (ctx, token) => ctx.logger.info(`order ${ctx.payload.id} waits; token ${token}`),
    })
    .if('refused', ctx => !ctx.last.approved)
      .action('tell-customer', ctx => console.log(`order ${ctx.payload.id} was refused: ${ctx.last.reason ?? 'no answer in time'}`))
      .cancel(ctx => `refused: ${ctx.last.reason ?? 'no answer in time'}`)
    .endIf()
  .endIf()
  .step('charge', ctx => ({ charged: ctx.steps.check.output.total, reference: ctx.idempotencyKey }))
    .retry({ attempts: 5, backoff: { strategy: 'exponential', delay: '2s', maxDelay: '1m' }, jitter: true })
    .timeout('20s')
  .parallel({
    stock: flow => {
      flow.forEach('reserve', ctx => ctx.payload.items, (item: Item, each) => {
        each.step('take', ctx => ctx.state.incr(`reserved:${item.sku}`, item.quantity));
      });
    },
    mail: ctx => `sent a receipt for ${ctx.steps.charge.output.charged}`,
  })
  .step('done', ctx => ({
    order: ctx.payload.id,
    charged: ctx.steps.charge.output.charged,
    mail: ctx.last.mail,
  }));

cronflow
  .define({ id: 'approvals', name: 'What waits for a decision' })
  .onWebhook('/approvals', { method: 'GET' })
  .step('list', () => cronflow.listPausedWorkflows())
  .onWebhook('/approvals')
  .step('decide', async ctx => {
    const { token, ...decision } = ctx.payload;
    return { resumed: await cronflow.resume(token, decision) };
  });
