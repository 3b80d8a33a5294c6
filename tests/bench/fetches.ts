// The benchmark of fetch: a thousand requests at once to the loopback, in one step.
import { cronflow } from 'cronflow';

const target = 'http://127.0.0.1:3200/health';

cronflow.define({ id: 'bench-fetch', name: 'a thousand fetches' }).onWebhook('/fetch').step('all', async ctx => {
  const count = ctx.payload?.count ?? 1000;
  const begun = performance.now();
  const statuses = await Promise.all(Array.from({ length: count }, async () => {
    const response = await fetch(target);
    await response.text();
    return response.status;
  }));
  return { count, ok: statuses.filter(status => status === 200).length, milliseconds: Math.round(performance.now() - begun) };
});

cronflow.start({ webhookServer: { host: '127.0.0.1', port: 3200 } });
