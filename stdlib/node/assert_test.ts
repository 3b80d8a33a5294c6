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

test('what is thrown and not meant', async () => {
  const fail = () => {
    throw new TypeError('no such thing');
  };
  expect(() => assert.throws(fail, RangeError)).toThrow('instance of "RangeError". Received "TypeError"');
  expect(() => assert.throws(fail, 1 as any)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }));
  expect(() => assert.throws(fail, {})).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
  expect(() => assert.throws(() => { throw 'text'; }, { message: 'text' })).toThrow(assert.AssertionError);
  expect(() => assert.doesNotThrow(fail, RangeError)).toThrow(TypeError);
  expect(() => assert.doesNotThrow(fail, /such/)).toThrow(assert.AssertionError);
  expect(() => assert.doesNotThrow(fail, {} as any)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }));
  await expect(assert.doesNotReject(async () => fail(), RangeError)).rejects.toThrow(TypeError);
});

test('circles', () => {
  const circle = (steps: number) => {
    const first: any = { next: null };
    let last = first;
    for (let step = 1; step < steps; step++) last = last.next = { next: null };
    last.next = first;
    return first;
  };
  assert.deepStrictEqual(circle(2), circle(2));
  assert.notDeepStrictEqual(circle(1), circle(2));
  assert.notDeepEqual(circle(2), circle(3));
});

test('parts', () => {
  assert.partialDeepStrictEqual({ a: 1, b: { c: new Set([1, { d: 1 }]), e: 2 } }, { b: { c: new Set([{ d: 1 }]) } });
  assert.partialDeepStrictEqual([1, { a: 1, b: 2 }, 3], [{ a: 1 }, 3]);
  assert.partialDeepStrictEqual(new Map([['a', { b: 1, c: 2 }], ['d', { b: 0, c: 0 }]]), new Map([['a', { b: 1 }]]));
  for (const [value, part] of [[[1, 2], [2, 1]], [[1, 2], [1, 1]], [{}, { a: undefined }], [new Set([1]), new Set([1, 2])], [new Date(0), new Date(1)]]) {
    expect(() => assert.partialDeepStrictEqual(value, part)).toThrow(assert.AssertionError);
  }
});

test('bytes and addresses', () => {
  assert.deepEqual(new Float32Array([0]), new Float32Array([-0]));
  assert.notDeepStrictEqual(new Float32Array([0]), new Float32Array([-0]));
  assert.notDeepStrictEqual(new URL('http://a.example/'), new URL('http://b.example/'));
});
