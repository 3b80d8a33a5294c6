// The report: when it is made, and what it says.
import { cronflow } from 'cronflow';
import { expect, test, vi } from 'cronflow/testing';
import './workflow';

const report = cronflow.getWorkflow('nightly-report')!;

test('says what was sold', async () => {
  vi.setSystemTime('2026-03-01T20:30:00Z');
  const run = await report.test().run();
  expect(run.steps.report.output).toBe('2026-03-01: 0 sales, 0 in all, 0 failed runs');
});

test('is named after the night that it was due for', async () => {
  const run = await report.test().trigger({ scheduled_at: '2026-03-02T01:00:00.000Z' }).run();
  expect(run.steps.report.output).toMatch(/^2026-03-02: /);
});

test('a sale is added', async () => {
  const run = await cronflow.getWorkflow('sales')!.test().trigger({ amount: 12.5 }).expectStep('add').toReturn(12.5).run();
  expect(run.status).toBe('completed');
});
