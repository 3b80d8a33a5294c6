// A saga: books a trip in three places, and takes back what it has booked when one of them refuses.
// Each booking and each compensation is a step of its own: after a crash none is forgotten, none is done twice.
//
//   curl -X POST http://127.0.0.1:3000/trips -H 'content-type: application/json' -d '{"to":"Oslo","fails":"hotel"}'

import { cronflow } from 'cronflow';

const PLACES = ['flight', 'hotel', 'car'] as const;
type Place = (typeof PLACES)[number];

/** Stands for the calls to three other companies. `key` lets them recognise a call that comes twice. */
async function book(place: Place, trip: { to: string; fails?: string }, key: string): Promise<string> {
  if (trip.fails === place) throw new Error(`no ${place} left in ${trip.to}`);
  return `${place}-${key.slice(-6)}`;
}

cronflow
  .define({ id: 'trip', name: 'Trip saga' })
  .onWebhook('/trips')
  .while('booking', ctx => (ctx.last?.next ?? 0) < PLACES.length && !ctx.last?.failed, flow => {
    flow.step('reserve', async ctx => {
      const { next = 0, booked = [] } = ctx.last ?? {};
      const place = PLACES[next];
      try {
        const reference = await book(place, ctx.payload, ctx.idempotencyKey);
        return { next: next + 1, booked: [...booked, { place, reference }] };
      } catch (error) {
        return { next, booked, failed: { place, why: (error as Error).message } };
      }
    });
    flow.step('note', async ctx => {
      await ctx.state.set(`trip:${ctx.run.id}`, ctx.last, { ttl: '30d' });
      return ctx.last;
    });
  })
  .step('outcome', ctx => ctx.state.get(`trip:${ctx.run.id}`))
  .if('failed', ctx => ctx.last.failed !== undefined)
    .forEach('compensate', ctx => [...ctx.steps.outcome.output.booked].reverse(), (booking: { place: Place; reference: string }, flow) => {
      flow
        .step('cancel', ctx => {
          ctx.logger.info(`cancelled ${booking.reference}`);
          return booking.place;
        })
        // A compensation must get through: it is tried for days.
        .retry({ attempts: 100, backoff: { strategy: 'exponential', delay: '1s', maxDelay: '1h' } });
    })
    .step('undone', ctx => ({
      status: 'cancelled',
      why: ctx.steps.outcome.output.failed.why,
      undone: ctx.steps.compensate.output.results.map(({ result }: { result: string }) => result),
    }))
  .else()
    .step('booked', ctx => ({ status: 'booked', references: ctx.steps.outcome.output.booked.map((one: { reference: string }) => one.reference) }))
  .endIf();
