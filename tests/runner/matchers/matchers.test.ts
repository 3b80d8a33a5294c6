// Every matcher, where it holds and where it does not.
import { describe, expect, test, vi } from 'vitest';

class Point {
  constructor(public x: number, public y?: number) {}
}

const holds: [string, () => void][] = [
  ['toBe', () => expect(NaN).toBe(NaN)],
  ['toEqual ignores undefined', () => expect({ a: 1, b: undefined }).toEqual({ a: 1 })],
  ['toEqual takes classes as objects', () => expect(new Point(1)).toEqual({ x: 1 })],
  ['toStrictEqual', () => expect({ a: [1, , 3] }).toStrictEqual({ a: [1, , 3] })],
  ['toEqual of maps and sets', () => expect(new Map([['a', new Set([1])]])).toEqual(new Map([['a', new Set([1])]]))],
  ['toEqual of a circle', () => {
    const a: any = { n: 1 };
    a.self = a;
    const b: any = { n: 1 };
    b.self = b;
    expect(a).toEqual(b);
  }],
  ['toMatchObject', () => expect({ a: 1, b: { c: 2, d: 3 }, e: [{ f: 1, g: 2 }] }).toMatchObject({ b: { c: 2 }, e: [{ f: 1 }] })],
  ['toBeCloseTo', () => expect(0.1 + 0.2).toBeCloseTo(0.3, 5)],
  ['toHaveProperty', () => expect({ a: { b: [{ c: 1 }] } }).toHaveProperty('a.b[0].c', 1)],
  ['toHaveProperty with dots', () => expect({ 'a.b': 1 }).toHaveProperty('a.b')],
  ['toContain', () => expect('team').toContain('tea')],
  ['toContainEqual', () => expect([{ a: 1 }]).toContainEqual({ a: 1 })],
  ['toHaveLength', () => expect('abc').toHaveLength(3)],
  ['toMatch', () => expect('order-42').toMatch(/\d+$/)],
  ['toBeInstanceOf', () => expect(new Point(1)).toBeInstanceOf(Point)],
  ['toBeTypeOf', () => expect(1n).toBeTypeOf('bigint')],
  ['numbers', () => {
    expect(2).toBeGreaterThan(1);
    expect(2).toBeGreaterThanOrEqual(2);
    expect(1n).toBeLessThan(2);
    expect(2).toBeLessThanOrEqual(2);
  }],
  ['truth', () => {
    expect('').toBeFalsy();
    expect([]).toBeTruthy();
    expect(null).toBeNull();
    expect(undefined).toBeUndefined();
    expect(0).toBeDefined();
    expect(NaN).toBeNaN();
    expect(undefined).toBeNullable();
  }],
  ['toBeOneOf', () => expect(2).toBeOneOf([1, 2])],
  ['toSatisfy', () => expect(4).toSatisfy((n: number) => n % 2 === 0)],
  ['toThrow', () => {
    const fail = () => {
      throw new TypeError('no such card');
    };
    expect(fail).toThrow();
    expect(fail).toThrow('card');
    expect(fail).toThrow(/^no/);
    expect(fail).toThrow(TypeError);
    expect(fail).toThrowError(new TypeError('no such card'));
    expect(() => 1).not.toThrow();
  }],
  ['asymmetric', () => {
    expect({ id: 7, at: new Date(), tags: ['a', 'b'], name: 'order 7', ratio: 0.333 }).toEqual({
      id: expect.any(Number),
      at: expect.anything(),
      tags: expect.arrayContaining(['b']),
      name: expect.stringMatching(/^order/),
      ratio: expect.closeTo(1 / 3, 2),
    });
    expect({ a: 1, b: 2 }).toEqual(expect.objectContaining({ a: 1 }));
    expect({ a: 1 }).toEqual(expect.not.objectContaining({ b: 1 }));
    expect('team').not.toEqual(expect.stringContaining('i'));
  }],
  ['mocks', () => {
    const mock = vi.fn((n: number) => n * 2);
    mock(1);
    mock(2);
    expect(mock).toHaveBeenCalled();
    expect(mock).toHaveBeenCalledTimes(2);
    expect(mock).toHaveBeenCalledWith(1);
    expect(mock).toHaveBeenLastCalledWith(2);
    expect(mock).toHaveBeenNthCalledWith(1, expect.any(Number));
    expect(mock).toHaveReturnedWith(4);
    expect(mock).not.toHaveBeenCalledWith(3);
    expect(mock.mock.calls).toEqual([[1], [2]]);
    expect(mock.mock.lastCall).toEqual([2]);
  }],
  ['spies', () => {
    const cart = { total: () => 3 };
    const spy = vi.spyOn(cart, 'total').mockReturnValueOnce(9);
    expect([cart.total(), cart.total()]).toEqual([9, 3]);
    spy.mockRestore();
    expect(vi.isMockFunction(cart.total)).toBe(false);
    expect(spy).toHaveBeenCalledTimes(0);
  }],
  ['bun', () => {
    expect([]).toBeEmpty();
    expect('abc').toStartWith('a');
    expect(3).toBeWithin(1, 4);
  }],
];
test.each(holds)('%s', (_, check) => check());

const wrong: [string, () => unknown, string][] = [
  ['toBe', () => expect(1).toBe(2), 'expected 1 to be 2'],
  ['not', () => expect(1).not.toBe(1), 'expected 1 not to be 1'],
  ['toStrictEqual', () => expect(new Point(1)).toStrictEqual({ x: 1 }), 'to strictly equal'],
  ['toEqual of holes', () => expect([1]).toEqual([1, undefined]), 'to equal'],
  ['toMatchObject', () => expect({ a: [1, 2] }).toMatchObject({ a: [1] }), 'to match'],
  ['toHaveProperty', () => expect({ a: 1 }).toHaveProperty('a', 2), 'the property "a" to be 2, and it is 1'],
  ['toThrow', () => expect(() => 1).toThrow('x'), 'it threw nothing'],
  ['toThrow another', () => expect(() => { throw new Error('y'); }).toThrow('x'), 'it threw [Error: y]'],
  ['toBeCloseTo', () => expect(1).toBeCloseTo(1.1), 'to be close to 1.1'],
  ['toBeGreaterThan text', () => expect('2').toBeGreaterThan(1), '"2" is no number'],
  ['toHaveLength', () => expect([1]).toHaveLength(2), 'it has 1'],
  ['calls', () => expect(vi.fn()).toHaveBeenCalledWith(1), 'to have been called with [ 1 ]'],
  ['no mock', () => expect(() => 1).toHaveBeenCalled(), 'is no mock function'],
  ['message', () => expect(1, 'the answer').toBe(2), 'the answer: expected 1 to be 2'],
];
test.each(wrong)('%s fails', (_, check, message) => expect(check).toThrow(message));

describe('promises', () => {
  test('resolves and rejects', async () => {
    await expect(Promise.resolve(1)).resolves.toBe(1);
    await expect(Promise.reject(new Error('no'))).rejects.toThrow('no');
    await expect(expect(Promise.resolve(1)).rejects.toBe(1)).rejects.toThrow('expected the promise to reject');
    expect(() => expect(1).resolves.toBe(1)).toThrow('.resolves needs a promise');
  });
  test('poll', async () => {
    let n = 0;
    await expect.poll(() => ++n).toBe(5);
    await expect(expect.poll(() => 0, { timeout: 200 }).toBe(1)).rejects.toThrow('expected 0 to be 1');
  });
});

test('extend', () => {
  expect.extend({
    toBeEven(received: number) {
      return { pass: received % 2 === 0, message: () => `expected ${received} ${this.isNot ? 'not ' : ''}to be even` };
    },
  });
  (expect(2) as any).toBeEven();
  (expect(3) as any).not.toBeEven();
  expect({ n: 4 }).toEqual({ n: (expect as any).toBeEven() });
  expect(() => (expect(3) as any).toBeEven()).toThrow('expected 3 to be even');
});

test('counts assertions', () => {
  expect.assertions(2);
  expect(1).toBe(1);
  expect(2).toBe(2);
});
