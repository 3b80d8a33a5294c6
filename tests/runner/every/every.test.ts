// Each matcher of Jest and Vitest by name: with a value for which it holds, and with one for which it does not.
import { expect, test, vi } from 'vitest';

const thrower = () => { throw new TypeError('no such card'); };
const silent = () => {};
const called = (...calls: unknown[][]) => {
  const mock = vi.fn((...args: unknown[]) => args[0]);
  for (const args of calls) mock(...args);
  return mock;
};
const settling = async (...values: unknown[]) => {
  const mock = vi.fn(async (value: unknown) => value);
  for (const value of values) await mock(value);
  return mock;
};
class Card {}
const [early, late] = [vi.fn(), vi.fn()];
early();
late();

type Row = [name: string, holds: unknown, wrong: unknown, ...args: unknown[]];
const rows: Row[] = [
  ['toBe', 1, 2, 1],
  ['toEqual', { a: [1] }, { a: [2] }, { a: [1] }],
  ['toStrictEqual', { a: 1 }, { a: 1, b: undefined }, { a: 1 }],
  ['toMatchObject', { a: 1, b: 2 }, { b: 2 }, { a: 1 }],
  ['toBeCloseTo', 0.30000001, 0.4, 0.3],
  ['toBeDefined', 0, undefined],
  ['toBeUndefined', undefined, null],
  ['toBeNull', null, undefined],
  ['toBeNullable', undefined, 0],
  ['toBeNil', null, 0],
  ['toBeNaN', NaN, 1],
  ['toBeTruthy', 'x', ''],
  ['toBeFalsy', 0, 1],
  ['toBeGreaterThan', 2, 1, 1],
  ['toBeGreaterThanOrEqual', 1, 0, 1],
  ['toBeLessThan', 1n, 2n, 2n],
  ['toBeLessThanOrEqual', 2, 3, 2],
  ['toBeInstanceOf', new Card(), {}, Card],
  ['toBeTypeOf', 'x', 1, 'string'],
  ['toBeOneOf', 2, 3, [1, 2]],
  ['toSatisfy', 4, 5, (n: number) => n % 2 === 0],
  ['toContain', [1, 2], [2], 1],
  ['toContainEqual', [{ a: 1 }], [{ a: 2 }], { a: 1 }],
  ['toHaveLength', 'abc', 'ab', 3],
  ['toHaveProperty', { a: { b: 1 } }, { a: {} }, 'a.b', 1],
  ['toMatch', 'order-42', 'order', /\d+$/],
  ['toThrow', thrower, silent, 'card'],
  ['toThrowError', thrower, silent, TypeError],
  ['toHaveBeenCalled', called([1]), called()],
  ['toBeCalled', called([1]), called()],
  ['toHaveBeenCalledOnce', called([1]), called([1], [2])],
  ['toHaveBeenCalledTimes', called([1], [2]), called([1]), 2],
  ['toBeCalledTimes', called([1], [2]), called([1]), 2],
  ['toHaveBeenCalledWith', called([1, 2], [3]), called([1]), 1, 2],
  ['toBeCalledWith', called([1, 2]), called([1]), 1, 2],
  ['toHaveBeenCalledExactlyOnceWith', called([1]), called([1], [1]), 1],
  ['toHaveBeenLastCalledWith', called([1], [2]), called([2], [1]), 2],
  ['lastCalledWith', called([1], [2]), called([2], [1]), 2],
  ['toHaveBeenNthCalledWith', called([1], [2]), called([2], [1]), 2, 2],
  ['nthCalledWith', called([1], [2]), called([2], [1]), 2, 2],
  ['toHaveBeenCalledBefore', early, late, late],
  ['toHaveBeenCalledAfter', late, early, early],
  ['toHaveReturned', called([1]), called()],
  ['toReturn', called([1]), called()],
  ['toHaveReturnedTimes', called([1], [2]), called([1]), 2],
  ['toReturnTimes', called([1], [2]), called([1]), 2],
  ['toHaveReturnedWith', called([1], [2]), called([3]), 1],
  ['toReturnWith', called([1], [2]), called([3]), 1],
  ['toHaveLastReturnedWith', called([1], [2]), called([2], [1]), 2],
  ['lastReturnedWith', called([1], [2]), called([2], [1]), 2],
  ['toHaveNthReturnedWith', called([1], [2]), called([2], [1]), 1, 1],
  ['nthReturnedWith', called([1], [2]), called([2], [1]), 1, 1],
  ['toHaveResolved', await settling(1), called()],
  ['toHaveResolvedTimes', await settling(1, 2), await settling(1), 2],
  ['toHaveResolvedWith', await settling(1, 2), await settling(3), 1],
  ['toHaveLastResolvedWith', await settling(1, 2), await settling(2, 1), 2],
  ['toHaveNthResolvedWith', await settling(1, 2), await settling(2, 1), 1, 1],
  // Those that Bun has besides.
  ['toBeArray', [], {}],
  ['toBeArrayOfSize', [1], [], 1],
  ['toBeBoolean', false, 0],
  ['toBeTrue', true, 1],
  ['toBeFalse', false, 0],
  ['toBeNumber', 1, '1'],
  ['toBeInteger', 1, 1.5],
  ['toBeFinite', 1, Infinity],
  ['toBePositive', 1, 0],
  ['toBeNegative', -1, 0],
  ['toBeEven', 2, 3],
  ['toBeOdd', 3, 2],
  ['toBeWithin', 2, 3, 1, 3],
  ['toBeString', 'x', 1],
  ['toBeSymbol', Symbol('x'), 'x'],
  ['toBeFunction', silent, {}],
  ['toBeDate', new Date(), 0],
  ['toBeObject', {}, 1],
  ['toBeEmpty', '', 'x'],
  ['toStartWith', 'abc', 'bc', 'a'],
  ['toEndWith', 'abc', 'ab', 'c'],
  ['toInclude', 'abc', 'ac', 'b'],
  ['toIncludeRepeated', 'a-b-c', 'a-b', '-', 2],
  ['toEqualIgnoringWhitespace', ' a b', 'a c', 'ab'],
  ['toContainKey', { a: 1 }, {}, 'a'],
  ['toContainKeys', { a: 1, b: 2 }, { a: 1 }, ['a', 'b']],
  ['toContainAllKeys', { b: 1, a: 2 }, { a: 1, b: 2, c: 3 }, ['a', 'b']],
  ['toContainAnyKeys', { a: 1 }, { c: 1 }, ['a', 'b']],
  ['toContainValue', { a: 1 }, { a: 2 }, 1],
  ['toContainValues', { a: 1, b: 2 }, { a: 1 }, [1, 2]],
  ['toContainAllValues', { a: 2, b: 1 }, { a: 1, b: 2, c: 3 }, [1, 2]],
  ['toContainAnyValues', { a: 1 }, { a: 3 }, [1, 2]],
];

test.for(rows)('%s', ([name, holds, wrong, ...args]) => {
  (expect(holds) as any)[name](...args);
  (expect(wrong) as any).not[name](...args);
  expect(() => (expect(wrong) as any)[name](...args)).toThrow(expect.objectContaining({ name: 'AssertionError', matcher: name }));
  expect(() => (expect(holds) as any).not[name](...args)).toThrow(expect.objectContaining({ name: 'AssertionError', matcher: name }));
});

test('values that stand for others', () => {
  const schema = { '~standard': { version: 1, vendor: 'x', validate: (value: unknown) => (value === 1 ? { value } : { issues: [{ message: 'no' }] }) } };
  expect({ a: 1 }).toEqual({ a: expect.schemaMatching(schema) });
  expect({ a: 2 }).toEqual({ a: expect.not.schemaMatching(schema) });
  expect([1, 2]).toEqual(expect.arrayOf(expect.any(Number)));
  expect([1, '2']).not.toEqual(expect.arrayOf(expect.any(Number)));
  expect(4).toEqual(expect.toSatisfy((n: number) => n === 4));
});
