// A report of what was sold, every night at two o'clock in Berlin.
//
// When the machine was down at that time, the report is made at its next start (`catchUp`), unless that is
// later than noon (`catchUpWindow`). `cronflow-rt trigger nightly-report` makes one now.
//
//   curl -X POST http://127.0.0.1:3000/sales -H 'content-type: application/json' -d '{"amount":12.5}'

import { cronflow } from 'cronflow';

cronflow
  .define({ id: 'sales', name: 'A sale' })
  .onWebhook('/sales')
  .step('add', async ctx => {
    await cronflow.incrGlobalState('sold', 1);
    return cronflow.incrGlobalState('amount', ctx.payload.amount);
  });

cronflow
  .define({ id: 'nightly-report', name: 'Nightly report', retention: '90d' })
  .onSchedule({ cron: '0 2 * * *', timezone: 'Europe/Berlin', catchUp: 'last', catchUpWindow: '10h' })
  .parallel({
    sold: () => cronflow.getGlobalState('sold', 0),
    amount: () => cronflow.getGlobalState('amount', 0),
    failed: async () => (await cronflow.listRuns({ status: 'failed', limit: 1000 })).length,
  })
  .step('report', ctx => {
    const { sold, amount, failed } = ctx.last;
    const night = ctx.payload?.scheduled_at ?? ctx.run.startedAt;
    const text = `${night.slice(0, 10)}: ${sold} sales, ${amount} in all, ${failed} failed runs`;
    ctx.logger.info(text);
    return text;
  })
  .step('start-over', async () => {
    await cronflow.setGlobalState('sold', 0);
    await cronflow.setGlobalState('amount', 0);
  });
