// 100 tests of a workflow that sleeps and retries: cronflow-rt test tests/bench/sleeps.test.ts --reporter dot; limit: 2 s.

import { cronflow } from 'cronflow';
import { expect, test } from 'cronflow/testing';

const patient = cronflow
  .define({ id: 'patient' })
  .step('first', ctx => ctx.payload.n + 1)
  .sleep('3d')
  .step('flaky', ctx => ctx.steps.first.output * 2).retry({ attempts: 3, backoff: { delay: '1h' } })
  .sleep('1h')
  .step('last', ctx => ctx.last + 1);

for (let n = 0; n < 100; n++) {
  test(`waits ${n}`, async () => {
    const run = await patient.test().trigger({ n }).failStep('flaky', 'not yet', { attempts: 1 }).run();
    expect(run.output).toBe((n + 1) * 2 + 1);
    expect(run.duration).toBe(74 * 3_600_000);
  });
}
