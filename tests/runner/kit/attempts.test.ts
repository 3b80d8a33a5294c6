import { cronflow } from 'cronflow';
import { expect, test } from 'cronflow/testing';

const failing = (id: string, onError: any) =>
  cronflow
    .define({ id })
    .step('try', () => {
      throw new Error('it is closed');
    })
    .retry({ attempts: 2, backoff: { delay: '10s' } })
    .onError(onError)
    .step('next', ctx => ctx.last);

test('onError that makes an output is no attempt', async () => {
  const flow = failing('mended', () => 'a substitute');
  const run = await flow.test().expectStep('try').toHaveAttempts(2).expectStep('try').toReturn('a substitute').run();
  expect([run.status, run.steps.try.retryDelays]).toEqual(['completed', [10_000]]);
});

test('nor is one that throws', async () => {
  const flow = failing('broken', () => {
    throw new RangeError('there is no substitute');
  });
  const run = await flow.advancedTest().expectStep('try').toHaveAttempts(2).expectStep('try').toFailWith('RangeError: there is no substitute').run();
  expect([run.status, run.steps.try.retryDelays]).toEqual(['failed', [10_000]]);
  const once = cronflow.define({ id: 'once' }).step('try', () => { throw new Error('no'); }).onError(() => { throw new Error('never'); });
  const single = once.advancedTest();
  expect((await single.run()).steps.try.attempts).toBe(1);
  expect(single.getCoverage().retries).toEqual([]);
});
