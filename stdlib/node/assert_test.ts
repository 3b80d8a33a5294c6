// node:assert: what it accepts, and what it says otherwise.

import { expect, test } from 'cronflow/testing';
import assert from 'node:assert';

test('equal and strictly equal', () => {
  assert.equal(1, '1');
  assert.strictEqual(NaN, NaN);
  expect(() => assert.strictEqual(1, '1')).toThrow(assert.AssertionError);
  assert.deepStrictEqual({ a: [1, new Date(0), new Map([[1, new Set([2])]])] }, { a: [1, new Date(0), new Map([[1, new Set([2])]])] });
  expect(() => assert.deepStrictEqual([1], ['1'])).toThrow();
  assert.deepEqual([1], ['1']);
});

test('throwing and rejecting', async () => {
  const fail = () => {
    throw new TypeError('no such thing');
  };
  assert.throws(fail, TypeError);
  assert.throws(fail, /such/);
  assert.throws(fail, { name: 'TypeError', message: 'no such thing' });
  expect(() => assert.throws(() => {})).toThrow('Missing expected exception');
  expect(() => assert.doesNotThrow(fail)).toThrow();
  await assert.rejects(async () => fail(), /such/);
});

test('its errors say what was compared', () => {
  const error: any = (() => {
    try {
      assert.strictEqual(1, 2, 'they differ');
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toMatchObject({ name: 'AssertionError', code: 'ERR_ASSERTION', actual: 1, expected: 2, operator: 'strictEqual', message: 'they differ' });
  assert.match('abc', /b/);
  expect(() => assert.ok(0)).toThrow();
});
