// A call to a service that is down now and then: retries with growing waits, a circuit breaker that all runs
// share, and an answer from the cache of the last good one when nothing helps.
//
//   curl -X POST http://127.0.0.1:3000/rates -H 'content-type: application/json' -d '{"currency":"EUR"}'
//
// RATES_URL is the service to ask; it answers {"rate": 1.08} for /EUR.

import { cronflow, NonRetryableError } from 'cronflow';

cronflow
  .define({ id: 'rates', name: 'Exchange rate', secrets: { url: 'RATES_URL' } })
  .onWebhook('/rates')
  .step('ask', async ctx => {
    const { currency } = ctx.payload;
    const response = await fetch(`${ctx.secrets.url}/${currency}`, { signal: ctx.signal });
    if (response.status === 404) throw new NonRetryableError(`there is no currency '${currency}'`);
    if (!response.ok) throw new Error(`the service answered ${response.status}`);
    const { rate } = await response.json();
    await ctx.state.set(`rate:${currency}`, rate, { ttl: '1d' });
    return { rate, fresh: true };
  })
    // The waits are durable, and a Retry-After of the service is kept.
    .retry({ attempts: 3, backoff: { strategy: 'exponential', delay: '200ms' }, retryOn: { statusCodes: [429, 500, 502, 503] } })
    .timeout('5s')
    .circuitBreaker({ name: 'rates', failureThreshold: 4, recoveryTimeout: '2s' })
    .onError(async ctx => {
      const rate = await ctx.state.get(`rate:${ctx.payload.currency}`);
      if (rate === undefined) throw ctx.error;
      ctx.logger.warn(`an old rate: ${ctx.error.message}`);
      return { rate, fresh: false };
    })
  .step('answer', ctx => ({ currency: ctx.payload.currency, ...ctx.last }));
