// Rows of tables, and what tests see of themselves.
import { describe, expect, test } from 'vitest';

describe('rows', () => {
  test.each([null, [null]])('that are no arrays throughout stay as they are: %s', (value: any, ...rest: any[]) => {
    expect(value === null || Array.isArray(value)).toBe(true);
  });
  test.each([[1, 2], [3, 4]])('are spread when all are arrays: %i and %i', (a, b) => expect(b).toBe(a + 1));
  test.each([[{ name: 'ann' }, 5]])('have names: $name, $0.name, $1 and $2', () => {});
  test.each([1])('have numbers: %# %$ %%', () => {});
  test.each([-0])('of every kind: %f', () => {});
  test.for([[1, 2]])('go to for() as they are', (row, { expect }) => expect(row).toEqual([1, 2]));
  test.each([{ a: 1 }])(function named({ a }: any) { expect(a).toBe(1); }.name, { retry: 1 }, ({ a }: any) => expect(a).toBe(1));
  describe.for([1, 2])('suites too: %i', number => {
    test('a test', ({ task }) => expect(task.suite?.name).toBe(`suites too: ${number}`));
  });
  describe.concurrent.for([1])('with what the chain says: %i', () => {
    test('a test', ({ task }) => expect([task.suite?.concurrent, task.concurrent]).toEqual([true, true]));
  });
});

describe('a test', { timeout: 4000, retry: 1, repeats: 0, meta: { area: 'shop', floor: 1 } }, () => {
  test('sees itself', { meta: { floor: 2 } }, ({ task, signal, name, fullName }) => {
    expect(task).toMatchObject({ type: 'test', name: 'sees itself', fullTestName: 'a test > sees itself', timeout: 4000, retry: 1, mode: 'run', meta: { area: 'shop', floor: 2 } });
    expect(task.fullName).toBe('tables.test.ts > a test > sees itself');
    expect(task.result).toMatchObject({ state: 'run', retryCount: 0, repeatCount: 0 });
    expect(signal.aborted).toBe(false);
    expect([name, fullName]).toEqual(['sees itself', 'a test > sees itself']);
  });
  test('sees its suite and its file', ({ task }) => {
    expect(task.suite).toMatchObject({ type: 'suite', name: 'a test', suite: undefined });
    expect(task.suite!.tasks!.map(one => one.name)).toEqual(['sees itself', 'sees its suite and its file', 'leaves notes', 'is told of its end']);
    expect(task.file).toMatchObject({ name: 'tables.test.ts', fullName: 'tables.test.ts', fullTestName: undefined, filepath: expect.stringMatching(/.\/tables\.test\.ts$/) });
    expect(task.file.tasks!.map(one => one.name)).toEqual(['rows', 'a test', 'the order of a suite']);
    expect(task.suite!.tasks![0].result!.state).toBe('pass');
  });
  test('leaves notes', async ({ annotate, task }) => {
    expect(await annotate('look here')).toEqual({ message: 'look here', type: 'notice' });
    await annotate('slow', 'warning');
    expect(task.annotations.map(one => one.type)).toEqual(['notice', 'warning']);
  });
  test('is told of its end', { retry: 0 }, async ({ signal, onTestFailed }) => {
    onTestFailed(() => console.log(`aborted: ${signal.aborted}, ${signal.reason.name}`));
    await new Promise(() => {});
  });
});

describe.shuffle('the order of a suite', () => {
  const order: number[] = [];
  for (const number of [1, 2, 3, 4, 5, 6, 7, 8]) test(`number ${number}`, () => void order.push(number));
  describe('is another', { shuffle: false }, () => {
    test('than the written one', () => expect([...order].sort()).not.toEqual(order.length < 2 ? [] : order));
  });
});
