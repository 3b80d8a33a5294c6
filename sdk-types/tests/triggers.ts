// The triggers of the workflow test kit. Checked by tsc; nothing here is executed.

import { cronflow } from 'cronflow';
import { expect, test } from 'cronflow/testing';

const flow = cronflow.define({ id: 'any' }).onWebhook('/any').step('any', () => 1);

test('what a trigger takes', async () => {
  const kit = flow.advancedTest();
  kit.mockTrigger('webhook').mockTrigger('event').mockTrigger('schedule').mockTrigger('interval').mockTrigger('poll').mockTrigger('manual');
  kit.mockTrigger('webhook', { path: '/any', method: 'PUT', headers: { a: 'b', c: ['d', 'e'], f: 1, g: undefined }, query: { a: [1, 'b', true] }, body: { a: 1 } });
  kit.mockTrigger('webhook', { headers: new Headers(), query: new URLSearchParams(), body: new Uint8Array(1), signed: true });
  kit.mockTrigger('webhook', { secret: 'whsec_AAAA', signedAt: new Date() });
  kit.mockTrigger('event', { name: 'a', payload: 1 });
  kit.mockTrigger('schedule', { at: '2030-01-01T09:00:00Z' }).mockTrigger('interval', { at: 0 });
  kit.mockTrigger('poll', { items: [{ id: 1 }] as const, id: 'inbox' });
  kit.mockTrigger('manual', { payload: { a: 1 } });

  // @ts-expect-error: no such trigger
  kit.mockTrigger('cron');
  // @ts-expect-error: an unknown option
  kit.mockTrigger('webhook', { payload: 1 });
  // @ts-expect-error: no text
  kit.mockTrigger('webhook', { headers: { a: {} } });
  // @ts-expect-error: no such option of a schedule
  kit.mockTrigger('schedule', { items: [] });
  // @ts-expect-error: no list
  kit.mockTrigger('poll', { items: 'x' });
  // @ts-expect-error: it belongs to webhooks
  kit.mockTrigger('event', { body: 1 });

  const run = await kit.run();
  expect(run.http?.status).toBe(200);
  const first: string | undefined = run.http?.headers['content-type'];
  expect([first, run.http?.body.anything, run.http?.failure?.message, run.responses[0]?.status, run.runs[0].runId]).toBe(1);
  // @ts-expect-error: it may be undefined
  run.http.status;
});
