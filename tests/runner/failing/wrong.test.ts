// Tests that fail, each in its own way.
import { beforeAll, describe, expect, test } from 'cronflow/testing';

test('a wrong value', () => {
  const order = { id: 1, items: ['a', 'b'], paid: true };
  expect(order).toEqual({ id: 1, items: ['a', 'c'], paid: true });
});

test('throws', () => {
  null!.toString();
});

test('throws text', () => {
  throw 'just text';
});

test('soft assertions go on', () => {
  expect.soft(1).toBe(2);
  expect.soft(2).toBe(3);
});

test('no assertion', () => {
  expect.hasAssertions();
});

test('a promise that does not resolve', async () => {
  await expect(Promise.reject(new Error('declined'))).resolves.toBe(1);
});

test.fails('passes and should not', () => {});

test('unhandled rejection', async () => {
  Promise.reject(new Error('nobody cares'));
  await null;
});

describe('a broken hook', () => {
  beforeAll(() => {
    throw new Error('no database');
  });
  test('cannot run', () => {});
});

test('still passes', () => {});
