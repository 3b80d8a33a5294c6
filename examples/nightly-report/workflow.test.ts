// The report: when it is made, and what it says.
import { cronflow } from 'cronflow';
import { expect, test, vi } from 'cronflow/testing';
import './workflow';

const report = cronflow.getWorkflow('nightly-report')!;

test('is made at two in the morning', async () => {
  vi.setSystemTime('2026-03-01T20:30:00Z');
  const run = await report.test().mockStep('next-night', () => null).run();
  expect(run.duration).toBe(5.5 * 3600 * 1000);
  expect(run.output ?? run.steps.report.output).toBeDefined();
  expect(run.steps.report.output).toBe('2026-03-02: 0 sales, 0 in all, 0 failed runs');
});

test('after two it is made in the next night', async () => {
  vi.setSystemTime('2026-03-01T02:00:00Z');
  const run = await report.test().mockStep('next-night', () => null).run();
  expect(run.steps.night.output).toBe('2026-03-02T02:00:00.000Z');
});

test('starts over with nothing sold', async () => {
  vi.setSystemTime('2026-03-01T20:30:00Z');
  const run = await report.test().mockStep('next-night', () => cronflow.getGlobalState('sold', 'none')).run();
  expect(run.steps['next-night'].output).toBe(0);
});

test('a sale is added', async () => {
  const run = await cronflow.getWorkflow('sales')!.test().trigger({ amount: 12.5 }).expectStep('add').toReturn(12.5).run();
  expect(run.status).toBe('completed');
});
