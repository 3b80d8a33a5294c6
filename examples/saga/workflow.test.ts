// The trip: everything is booked, or nothing is.
import { cronflow } from 'cronflow';
import { expect, test } from 'cronflow/testing';
import './workflow';

const trip = cronflow.getWorkflow('trip')!;

test('books in all three places', async () => {
  const run = await trip.test().trigger({ to: 'Oslo' }).expectStep('booked').toSucceed().expectStep('undone').toBeSkipped().run();
  expect(run.output.status).toBe('booked');
  expect(run.output.references).toEqual([expect.stringMatching(/^flight-/), expect.stringMatching(/^hotel-/), expect.stringMatching(/^car-/)]);
});

test.each([
  ['flight', []],
  ['hotel', ['flight']],
  ['car', ['hotel', 'flight']],
])('when there is no %s, the others are taken back, the last first', async (fails, undone) => {
  const run = await trip.test().trigger({ to: 'Oslo', fails }).expectStep('booked').toBeSkipped().run();
  expect(run.output).toEqual({ status: 'cancelled', why: `no ${fails} left in Oslo`, undone });
});

test('a compensation is tried until it gets through', async () => {
  const run = await trip.test().trigger({ to: 'Oslo', fails: 'hotel' }).failStep('cancel', 'line is busy', { attempts: 20 }).expectStep('cancel').toHaveAttempts(21).run();
  expect(run.output.undone).toEqual(['flight']);
  expect(Math.max(...run.steps.cancel.retryDelays)).toBe(3_600_000);
});

test('survives a crash after every commit', () => trip.test().trigger({ to: 'Oslo', fails: 'car' }).crashEverywhere().run());
