// Hooks of each attempt of a test, further attempts, and tests that skip themselves.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFailed, onTestFinished, test, vi } from 'vitest';

describe('hooks at the end', () => {
  const log: string[] = [];
  describe('in a row', () => {
    beforeAll(() => () => void log.push('after the suite'));
    afterAll(() => void log.push('afterAll'));
    beforeEach(() => () => void log.push('cleanup 1'));
    beforeEach(() => () => void log.push('cleanup 2'));
    afterEach(() => void log.push('afterEach 1'));
    afterEach(({ task }: any) => void log.push(`afterEach 2: ${task.result.state}`));
    test('of a test', () => {
      onTestFinished(() => void log.push('finished 1'));
      onTestFinished(() => void log.push('finished 2'));
    });
  });
  test('the last comes first', () => {
    expect(log).toEqual(['afterEach 2: pass', 'afterEach 1', 'cleanup 2', 'cleanup 1', 'finished 2', 'finished 1', 'afterAll', 'after the suite']);
  });
});

describe('hooks of each attempt', () => {
  const log: string[] = [];
  const noted = (task: any) => {
    const { retryCount, repeatCount } = task.result;
    onTestFinished(() => void log.push(`${retryCount}.${repeatCount} finished`));
    onTestFailed(() => void log.push(`${retryCount}.${repeatCount} failed`));
    return { retryCount, repeatCount };
  };
  beforeEach(() => void log.splice(0, log.length * Number(log[0] === 'done')));
  test('that is one more', { retry: 2 }, ({ task }) => {
    if (noted(task).retryCount < 1) throw new Error('not yet');
  });
  test('have run for both', () => {
    expect(log).toEqual(['0.0 finished', '0.0 failed', '1.0 finished']);
    log.splice(0, 3, 'done');
  });
  test.fails('that is a repetition', { repeats: 2 }, ({ task }) => {
    if (noted(task).repeatCount === 1) throw new Error('the second');
  });
  test('have run for all, and the test has failed since', () => {
    expect(log).toEqual(['0.0 finished', '0.1 finished', '0.1 failed', '0.2 finished', '0.2 failed']);
  });
});

describe('further attempts', () => {
  let count = 0;
  let began = 0;
  test('after a while', { retry: { count: 2, delay: 60_000 } }, () => {
    began ||= Date.now();
    expect(++count).toBe(3);
  });
  test('the time has passed', () => expect(Date.now() - began).toBe(120_000));
  test('where the error is worth it', { retry: { count: 5, condition: /again/ } }, ({ task }) => {
    if (task.result!.retryCount < 2) throw new Error('once again');
  });
  let tried = 0;
  test.fails('and not where it is not', { retry: { count: 5, condition: error => error.name === 'RangeError' } }, () => {
    tried += 1;
    throw new TypeError('no');
  });
  test('so often', () => expect(tried).toBe(1));
});

describe('a test that skips itself', () => {
  test('at once', ({ skip }) => {
    skip();
    throw new Error('it ran');
  });
  test('with a reason', ({ skip }) => skip(true, 'no network'));
  test('when a condition holds', ({ skip }) => {
    skip(false, 'never');
    expect(1).toBe(1);
  });
  test('behind its own back', ({ skip }) => {
    const later = async () => skip('later');
    void later();
    throw new Error('this does not count');
  });
});

describe('orders of hooks', () => {
  const log: number[] = [];
  beforeAll(() => void vi.setConfig({ sequence: { hooks: 'list' } }));
  describe('as they are written', () => {
    afterEach(() => void log.push(1));
    afterEach(() => void log.push(2));
    test('a test', () => {});
  });
  describe('all at once', () => {
    beforeAll(() => void vi.setConfig({ sequence: { hooks: 'parallel' } }));
    beforeEach(async () => {
      await new Promise(done => setTimeout(done, 10));
      log.push(4);
    });
    beforeEach(() => void log.push(3));
    test('another', () => expect(log).toEqual([1, 2, 3, 4]));
  });
  afterAll(() => vi.resetConfig());
  test('that do not exist', () => expect(() => vi.setConfig({ sequence: { hooks: 'random' as any } })).toThrow('stack, list or parallel'));
});

describe('settings before each test', () => {
  const mock = vi.fn(() => 1);
  beforeAll(() => void vi.setConfig({ clearMocks: true, unstubEnvs: true, unstubGlobals: true }));
  test('leave something behind', () => {
    mock();
    vi.stubEnv('SHOP_OPEN', 'yes');
    vi.stubGlobal('SHOP', 1);
  });
  test('that is gone', () => {
    expect(mock).not.toHaveBeenCalled();
    expect([process.env.SHOP_OPEN, 'SHOP' in globalThis]).toEqual([undefined, false]);
  });
  afterAll(() => vi.resetConfig());
});
