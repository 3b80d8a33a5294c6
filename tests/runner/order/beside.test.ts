// Which tests and suites run beside each other.
import { afterAll, aroundAll, aroundEach, beforeAll, describe, expect, test } from 'vitest';

const wait = (millis: number) => new Promise(done => setTimeout(done, millis));

describe('tests that may', () => {
  const order: string[] = [];
  test('one after the other: slow', async () => {
    await wait(50);
    order.push('a');
  });
  test('one after the other: fast', () => void order.push('b'));
  test.concurrent('beside the next: slow', async ({ task }) => {
    await wait(50);
    expect(task.concurrent).toBe(true);
    order.push('d');
  });
  test.concurrent('beside the last: fast', () => void order.push('c'));
  test('have kept their order', () => expect(order).toEqual(['a', 'b', 'c', 'd']));
});

describe.concurrent('a suite hands it down', () => {
  const order: string[] = [];
  test('slow', async () => {
    await wait(50);
    order.push('slow');
  });
  test('fast', () => void order.push('fast'));
  test('an option takes it back', { concurrent: false }, ({ task }) => {
    expect(task.concurrent).toBeUndefined();
    expect(order).toEqual(['fast', 'slow']);
  });
  describe('to suites too', { concurrent: false }, () => {
    let count = 0;
    test('first', async () => {
      await wait(10);
      expect(++count).toBe(1);
    });
    test('second', () => expect(++count).toBe(2));
  });
  test.concurrent('a chain counts more than an option', { concurrent: false }, ({ task }) => expect(task.concurrent).toBe(true));
});

describe('suites beside each other', () => {
  const log: string[] = [];
  let open: () => void = () => {};
  const opened = new Promise<void>(done => (open = done));
  describe('the first', { concurrent: true }, () => {
    beforeAll(async () => {
      await wait(100);
      log.push('first begins');
    });
    test('waits for the second', async () => {
      await opened;
      log.push('first');
    });
    afterAll(() => void log.push('first ends'));
  });
  describe('the second', { concurrent: true }, () => {
    beforeAll(() => void log.push('second begins'));
    test('lets the first go on', () => {
      log.push('second');
      open();
    });
    afterAll(() => void log.push('second ends'));
  });
  test('have run like that', () => expect(log).toEqual(['second begins', 'second', 'second ends', 'first begins', 'first', 'first ends']));
});

describe('not more than so many at once', () => {
  let now = 0;
  let most = 0;
  describe.concurrent('seven', () => {
    test.each([1, 2, 3, 4, 5, 6, 7])('number %i', async () => {
      most = Math.max(most, ++now);
      await wait(10);
      now -= 1;
    });
  });
  test('were five', () => expect(most).toBe(5));
});

describe('an asynchronous suite', async () => {
  await Promise.resolve();
  test('has the tests of its later part', ({ task }) => expect(task.suite?.name).toBe('an asynchronous suite'));
});

describe('hooks around', () => {
  const log: string[] = [];
  describe('what they are given', () => {
    aroundAll(async (runSuite: any) => {
      log.push('suite begins');
      await runSuite();
      log.push('suite ends');
    });
    aroundEach(async (runTest: any, { task }: any) => {
      log.push(`outer of ${task.name}`);
      await runTest();
      log.push(`outer ends: ${task.result.state}`);
    });
    aroundEach(async (runTest: any) => {
      log.push('inner');
      await runTest();
      log.push('inner ends');
    });
    test('a test', () => void log.push('test'));
  });
  test('in the right order', () => expect(log).toEqual(['suite begins', 'outer of a test', 'inner', 'test', 'inner ends', 'outer ends: pass', 'suite ends']));
  describe('that never run it', () => {
    aroundEach(() => {});
    test('fail', () => {});
  });
  describe('that run it twice', () => {
    aroundEach(async (runTest: any) => {
      await runTest();
      await runTest();
    });
    test('fail too', () => {});
  });
  describe('of a suite that never run it', () => {
    aroundAll(() => {});
    test('fail its tests', () => {});
  });
});
