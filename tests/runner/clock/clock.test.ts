// Who holds the clock, for how long, and what else waits.
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';

const wait = (millis: number) => new Promise(done => setTimeout(done, millis));

describe('a clock that stands still for a suite', () => {
  beforeAll(() => void vi.useFakeTimers({ now: 0 }));
  for (const name of ['stands in the first test', 'and in the next']) {
    test(name, () => {
      const beat = vi.fn();
      setTimeout(beat, 100);
      expect([vi.isFakeTimers(), beat.mock.calls.length]).toEqual([true, 0]);
      vi.advanceTimersByTime(100);
      expect(beat).toHaveBeenCalledOnce();
      setInterval(beat, 10);
    });
  }
  afterAll(() => void vi.useRealTimers());
});

test('a suite gives it back', async () => {
  expect(vi.isFakeTimers()).toBe(false);
  await wait(10);
});
test('a test may forget it', () => {
  vi.useFakeTimers();
  setInterval(() => {}, 10);
});
test('and does not disturb the next', async () => {
  expect(vi.isFakeTimers()).toBe(false);
  await wait(10);
});
test('timers that were set while it stood are gone', async () => {
  const before = vi.fn();
  const meanwhile = vi.fn();
  setTimeout(before, 10);
  vi.useFakeTimers();
  setTimeout(meanwhile, 5);
  vi.useRealTimers();
  await wait(20);
  expect([before.mock.calls.length, meanwhile.mock.calls.length]).toEqual([1, 0]);
});

describe('what is faked', () => {
  afterEach(() => void vi.useRealTimers());
  test('is the date alone', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2030-01-01') });
    await wait(10);
    expect(new Date().getFullYear()).toBe(2030);
  });
  test('are all timers but the date', () => {
    vi.useFakeTimers({ toNotFake: ['Date', 'nextTick'] });
    const beat = vi.fn();
    setTimeout(beat, 10);
    vi.advanceTimersByTime(10);
    expect(beat).toHaveBeenCalledOnce();
  });
  test('goes on by itself', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    await wait(10);
    const beat = vi.fn();
    setTimeout(beat, 10);
    vi.advanceTimersByTime(10);
    expect(beat).toHaveBeenCalledOnce();
  });
  test('does not run for ever', () => {
    vi.useFakeTimers({ loopLimit: 7 });
    setInterval(() => {}, 1);
    expect(() => vi.runAllTimers()).toThrow('still not done after 7 timers');
  });
  test('moves from frame to frame', () => {
    vi.useFakeTimers({ now: 1000 });
    vi.advanceTimersByTime(10);
    vi.advanceTimersToNextFrame();
    expect(Date.now()).toBe(1016);
  });
  test('has names', () => {
    expect(() => vi.useFakeTimers({ toFake: ['clock'] })).toThrow("there is no 'clock' to fake");
    expect(() => vi.useFakeTimers({ toFake: ['queueMicrotask'] })).toThrow("'queueMicrotask' cannot be faked");
    expect(() => vi.useFakeTimers({ speed: 2 } as any)).toThrow("there is no option 'speed'");
    expect(vi.isFakeTimers()).toBe(false);
  });
});

test('a date that was set', () => {
  const date = new Date('2000-02-01');
  expect(vi.getMockedSystemTime()).toBe(null);
  vi.setSystemTime(date);
  expect(vi.getMockedSystemTime()).toBe(date);
  vi.useFakeTimers();
  vi.advanceTimersByTime(5);
  expect(vi.getMockedSystemTime()).toEqual(new Date(date.getTime() + 5));
  vi.useRealTimers();
  expect(vi.getMockedSystemTime()).toBe(null);
  expect(new Date().getFullYear()).toBeGreaterThan(2020);
});

describe('waiting', () => {
  test('asks at once, and at each interval before the end', async () => {
    const ask = vi.fn(() => {
      throw new Error('not yet');
    });
    await expect(vi.waitFor(ask, { timeout: 60, interval: 30 })).rejects.toThrow('not yet');
    expect(ask).toHaveBeenCalledTimes(2);
    await wait(100);
    expect(ask).toHaveBeenCalledTimes(2);
  });
  test('does not ask while an answer is to come', async () => {
    const ask = vi.fn(async () => {
      await wait(200);
      return 'there';
    });
    expect(await vi.waitFor(ask, { interval: 10 })).toBe('there');
    expect(ask).toHaveBeenCalledOnce();
  });
  test('ends when no answer comes', async () => {
    const never = vi.fn(() => new Promise<void>(() => {}));
    const began = Date.now();
    await expect(vi.waitFor(never, 50)).rejects.toThrow('Timed out in waitFor!');
    await expect(vi.waitUntil(never, 50)).rejects.toThrow('Timed out in waitUntil!');
    expect(Date.now() - began).toBe(100);
  });
  test('for something true, and no error', async () => {
    let count = 0;
    expect(await vi.waitUntil(() => ++count > 2 && count)).toBe(3);
    await expect(
      vi.waitUntil(() => {
        throw new Error('wrong');
      }),
    ).rejects.toThrow('wrong');
  });
  test('moves the clock that somebody holds', async () => {
    vi.useFakeTimers();
    const told = vi.fn();
    setTimeout(told, 150);
    await vi.waitFor(() => expect(told).toHaveBeenCalled());
    await vi.waitFor(() => new Promise<void>(done => void setTimeout(done, 70)));
    await expect(vi.waitUntil(() => false, { timeout: 100, interval: 40 })).rejects.toThrow('Timed out in waitUntil!');
  });
});

test('the end of a wait leaves no move of the clock behind', async () => {
  vi.useFakeTimers();
  await vi.waitFor(() => new Promise<void>(done => void setTimeout(done, 70)), 200);
  vi.useRealTimers();
});

describe('timers without a delay', () => {
  test('do not keep time from passing', async () => {
    let isOver = false;
    setTimeout(() => (isOver = true), 2);
    while (!isOver) await new Promise(done => setTimeout(done, 0));
  });
  test('take none, a few of them', async () => {
    const began = Date.now();
    for (let round = 0; round < 15; round++) await wait(0);
    expect(Date.now() - began).toBe(0);
  });
});
