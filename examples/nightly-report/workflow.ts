// A report of what was sold, made by a run that sleeps until two in the morning, every night.
//
// `cronflow-rt trigger nightly-report` starts the chain: each run makes one report and starts the next one.
// The singleton keeps a second start from making a second chain; the idempotency key keeps a night from
// being reported twice.
//
//   curl -X POST http://127.0.0.1:3000/sales -H 'content-type: application/json' -d '{"amount":12.5}'

import { cronflow } from 'cronflow';

const DAY = 24 * 60 * 60 * 1000;

/** The next time that it is `hour` o'clock (UTC). */
function next(hour: number, from: number): Date {
  const date = new Date(from);
  date.setUTCHours(hour, 0, 0, 0);
  return date.getTime() > from ? date : new Date(date.getTime() + DAY);
}

cronflow
  .define({ id: 'sales', name: 'A sale' })
  .onWebhook('/sales')
  .step('add', async ctx => {
    await cronflow.incrGlobalState('sold', 1);
    return cronflow.incrGlobalState('amount', ctx.payload.amount);
  });

cronflow
  .define({ id: 'nightly-report', name: 'Nightly report', singleton: {}, retention: '90d' })
  .manual()
  .step('night', ctx => (ctx.payload?.at === undefined ? next(2, Date.now()) : new Date(ctx.payload.at)).toISOString())
  .sleepUntil(ctx => ctx.steps.night.output)
  .parallel({
    sold: () => cronflow.getGlobalState('sold', 0),
    amount: () => cronflow.getGlobalState('amount', 0),
    failed: async () => (await cronflow.listRuns({ status: 'failed', limit: 1000 })).length,
  })
  .step('report', ctx => {
    const { sold, amount, failed } = ctx.last;
    const text = `${ctx.steps.night.output.slice(0, 10)}: ${sold} sales, ${amount} in all, ${failed} failed runs`;
    ctx.logger.info(text);
    return text;
  })
  .step('start-over', async () => {
    await cronflow.setGlobalState('sold', 0);
    await cronflow.setGlobalState('amount', 0);
  })
  .action('next-night', ctx => {
    const at = next(2, Date.parse(ctx.steps.night.output)).toISOString();
    // This run still holds the singleton; the next one may begin when it has ended.
    return cronflow.trigger('nightly-report', { at }, { idempotencyKey: `night ${at}`, delay: '5s' });
  });
