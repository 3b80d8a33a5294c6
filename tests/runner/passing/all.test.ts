// Everything here passes.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test, vi } from 'cronflow/testing';

const seen: string[] = [];
beforeAll(() => void seen.push('beforeAll'));
afterAll(() => void seen.push('afterAll'));

test('sums', () => {
  expect(1 + 1).toBe(2);
  expect([1, { a: 2 }]).toEqual([1, { a: 2 }]);
});

describe('hooks', () => {
  beforeEach(() => {
    seen.push('before');
    return () => void seen.push('cleanup');
  });
  afterEach(() => void seen.push('after'));
  it('go around a test', () => expect(seen).toEqual(['beforeAll', 'before']));
  it('and around the next', () => expect(seen).toEqual(['beforeAll', 'before', 'after', 'cleanup', 'before']));
});

test.each([[1, 2, 3], [2, 3, 5]])('%d + %d is %d', (a, b, sum) => expect(a + b).toBe(sum));
test.each`
  word    | length
  ${'ab'} | ${2}
  ${''}   | ${0}
`('$word has $length letters', ({ word, length }: any) => expect(word).toHaveLength(length));
test.for([[1, 2]])('takes a row as it is: %d', (row: any) => expect(row).toEqual([1, 2]));
test.skip('is left out', () => expect(1).toBe(2));
test.todo('is still to be written');
test.fails('is wrong as expected', () => expect(1).toBe(2));
let attempts = 0;
test('passes at the third attempt', { retry: 2 }, () => expect(++attempts).toBe(3));

test('time passes by itself', async () => {
  const began = Date.now();
  await new Promise(done => setTimeout(done, 3 * 24 * 3600 * 1000));
  expect(Date.now() - began).toBe(3 * 24 * 3600 * 1000);
});

test('fake timers move the one clock', () => {
  vi.useFakeTimers({ now: new Date('2030-01-01T00:00:00Z') });
  const tick = vi.fn();
  setInterval(tick, 1000);
  vi.advanceTimersByTime(3500);
  expect(tick).toHaveBeenCalledTimes(3);
  expect(new Date().toISOString()).toBe('2030-01-01T00:00:03.500Z');
  expect(vi.getTimerCount()).toBe(1);
  vi.clearAllTimers();
});

describe.concurrent('beside each other', () => {
  const order: string[] = [];
  test('slow', async () => {
    await new Promise(done => setTimeout(done, 100));
    order.push('slow');
  });
  test('fast', async () => {
    await new Promise(done => setTimeout(done, 10));
    order.push('fast');
    expect(order).toEqual(['fast']);
  });
});
