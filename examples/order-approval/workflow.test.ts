// Orders: what is charged, what waits, what is refused.
import { cronflow } from 'cronflow';
import { describe, expect, test } from 'cronflow/testing';
import './workflow';

const order = cronflow.getWorkflow('order')!;
const lamp = (quantity: number) => ({ id: 'o-7', items: [{ sku: 'lamp', price: 100, quantity }] });

test('a small order is charged at once', async () => {
  const run = await order.test().trigger(lamp(2)).expectStep('charge').toSucceed().run();
  expect(run.status).toBe('completed');
  expect(run.duration).toBe(0);
  expect(run.output).toEqual({ order: 'o-7', charged: 200, mail: 'sent a receipt for 200' });
  expect(run.steps.map((step: any) => step.name)).toContain('take');
});

test.each([9, 10])('%d lamps: an order is large from 1000 on', async quantity => {
  const run = await order.test().trigger(lamp(quantity)).run();
  expect(run.status).toBe(quantity >= 10 ? 'cancelled' : 'completed');
});

describe('a large order', () => {
  test('goes on when it is approved', async () => {
    const run = await order.test().trigger(lamp(10)).advanceTime('1d').approve({ approved: true }).expectStep('charge').toSucceed().run();
    expect(run.output.charged).toBe(1000);
    expect(run.duration).toBe(24 * 3600 * 1000);
    expect(run.logs[0].message).toMatch(/^order o-7 waits; token /);
  });

  test('is cancelled when it is refused', async () => {
    const run = await order.test().trigger(lamp(10)).reject({ approved: false, reason: 'unknown customer' }).expectStep('tell-customer').toSucceed().expectStep('charge').toBeSkipped().run();
    expect(run.status).toBe('cancelled');
    expect(run.error.message).toContain('refused: unknown customer');
  });

  test('is cancelled after three days without an answer', async () => {
    const run = await order.test().trigger(lamp(10)).advanceTime('71h').advanceTime('1h').expectStep('charge').toBeSkipped().run();
    expect(run.status).toBe('cancelled');
    expect(run.duration).toBe(72 * 3600 * 1000);
    expect(run.error.message).toContain('no answer in time');
  });
});

test('an order needs items', async () => {
  const run = await order.test().trigger({ id: 'o-8', items: [] }).expectStep('check').toFailWith('needs items').run();
  expect(run.status).toBe('failed');
  expect(run.logs.at(-1)?.message).toBe('order o-8: the run failed: an order needs items');
});

test('charging is tried five times, with growing waits', async () => {
  const run = await order.test().trigger(lamp(1)).failStep('charge', 'card reader offline', { attempts: 4 }).expectStep('charge').toSucceed().run();
  expect(run.steps.charge.attempts).toBe(5);
  const [first, second, third, fourth] = run.steps.charge.retryDelays;
  // Jitter adds or takes up to half of a wait.
  for (const [delay, most] of [[first, 3_000], [second, 6_000], [third, 12_000], [fourth, 24_000]]) {
    expect(delay).toBeLessThanOrEqual(most);
  }
  await order.test().trigger(lamp(1)).failStep('charge', 'card reader offline').expectStep('charge').toHaveAttempts(5).run();
});

test('takes exactly what was ordered', async () => {
  const items = [{ sku: 'lamp', price: 1, quantity: 2 }, { sku: 'pen', price: 2, quantity: 3 }];
  const run = await order.test().trigger({ id: 'o-9', items }).run();
  const taken = run.steps.filter((step: any) => step.name === 'take').map((step: any) => step.output);
  expect(taken).toEqual([2, 3]);
  expect(run.output.charged).toBe(8);
});

test('survives a crash after every commit', async () => {
  // What a step counts is counted again when it dies between the count and its own end.
  await order.test().trigger(lamp(2)).mockStep('take', () => 2).crashEverywhere().run();
  await order.test().trigger(lamp(20)).mockStep('take', () => 20).approve({ approved: true }).crashEverywhere().run();
});
