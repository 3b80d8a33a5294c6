// Exchange rates from a service that is down now and then.
import { cronflow } from 'cronflow';
import { expect, mockFetch, test } from 'cronflow/testing';
import './workflow';

const rates = cronflow.getWorkflow('rates')!;

test('asks for the currency', async () => {
  const { calls } = mockFetch('*/EUR', { rate: 1.08 });
  const run = await rates.test().trigger({ currency: 'EUR' }).run();
  expect(run.output).toEqual({ currency: 'EUR', rate: 1.08, fresh: true });
  expect(calls).toHaveLength(1);
});

test('an unknown currency is not asked for again', async () => {
  const { calls } = mockFetch('*', { status: 404 });
  await rates.test().trigger({ currency: 'ABC' }).expectStep('ask').toFailWith("there is no currency 'ABC'").run();
  expect(calls).toHaveLength(1);
});

test('an error that retries do not cover ends at once', async () => {
  mockFetch('*', { status: 403 });
  const run = await rates.test().trigger({ currency: 'EUR' }).expectStep('ask').toFailWith('the service answered 403').run();
  expect(run.status).toBe('failed');
});
