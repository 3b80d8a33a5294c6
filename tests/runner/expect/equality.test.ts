// Which values are equal, as Jest and Vitest see it: pairs that are, that are not, and that only toStrictEqual() tells apart.
import { describe, expect, test } from 'vitest';

class Coin {
  constructor(public cents: number) {}
}
class Token {
  constructor(public cents: number) {}
}
class Refused extends Error {
  constructor(message: string, public reason?: string) {
    super(message);
  }
}
class Denied extends Error {}

const circle = (steps: number) => {
  const first: any = { next: null };
  let last = first;
  for (let step = 1; step < steps; step++) last = last.next = { next: null };
  last.next = first;
  return first;
};
const looped = () => {
  const set: Set<unknown> = new Set([1]);
  set.add(set);
  return set;
};
const key = Symbol('key');
const steps = (...items: unknown[]) => ({ *[Symbol.iterator]() { yield* items; } });
const bytes = (...items: number[]) => new Uint8Array(items).buffer;

type Pair = [name: string, left: unknown, right: unknown];

const alike: Pair[] = [
  ['dates that are none', new Date('x'), new Date('y')],
  ['sets of objects', new Set([{ a: 1 }, { b: 2 }]), new Set([{ b: 2 }, { a: 1 }])],
  ['maps with objects as keys', new Map([[{ a: 1 }, 'x']]), new Map([[{ a: 1 }, 'x']])],
  ['things to go through', steps(1, { a: 2 }), steps(1, { a: 2 })],
  ['generators', (function* () { yield 1; })().constructor, (function* () { yield 1; })().constructor],
  ['circles of one size', circle(2), circle(2)],
  ['sets within themselves', looped(), looped()],
  ['symbols as keys', { [key]: 1 }, { [key]: 1 }],
  ['bytes', bytes(1, 2), bytes(1, 2)],
  ['views of bytes', new DataView(bytes(1, 2)), new DataView(bytes(1, 2))],
  ['typed arrays', new Float64Array([NaN, 1]), new Float64Array([NaN, 1])],
  ['boxes', [new Number(1), Object(1n)], [new Number(1), Object(1n)]],
  ['addresses', new URL('https://a.example/x'), new URL('/x', 'https://a.example')],
  ['errors with causes', new Error('x', { cause: { code: 1 } }), new Error('x', { cause: { code: 1 } })],
  ['errors with a cause that is not expected', new Error('x', { cause: 'y' }), new Error('x')],
  ['errors of errors', new AggregateError([new Error('a')], 'x'), new AggregateError([new Error('a')], 'x')],
  ['errors with properties', new Refused('x', 'late'), new Refused('x', 'late')],
  ['asymmetric values', expect.stringContaining('a'), expect.stringContaining('a')],
];
test.for(alike)('equal: %s', ([, left, right]) => {
  expect(left).toEqual(right);
  expect(left).toStrictEqual(right);
});

const unlike: Pair[] = [
  ['circles of two sizes', circle(2), circle(4)],
  ['a circle and what looks like it', circle(1), { next: { next: null } }],
  ['zeros', [0], [-0]],
  ['sets', new Set([{ a: 1 }]), new Set([{ a: 2 }])],
  ['maps with objects as keys', new Map([[{ a: 1 }, 'x']]), new Map([[{ a: 1 }, 'y']])],
  ['things to go through', steps(1, 2), steps(1)],
  ['bytes', bytes(1, 2), bytes(1, 3)],
  ['views of bytes', new DataView(bytes(1, 2)), new DataView(bytes(1, 3))],
  ['boxes and plain values', [new Number(1)], [1]],
  ['symbols as keys', { [key]: 1 }, { [key]: 2 }],
  ['flags of patterns', /a/g, /a/i],
  ['an error without the cause', new Error('x'), new Error('x', { cause: 'y' })],
  ['errors of errors', new AggregateError([new Error('a')], 'x'), new AggregateError([new Error('b')], 'x')],
  ['properties of errors', new Refused('x', 'late'), new Refused('x', 'early')],
  ['names of errors', new TypeError('x'), new RangeError('x')],
  ['an error and its properties', new Error('x'), { message: 'x' }],
  ['asymmetric values', expect.stringContaining('a'), expect.stringContaining('b')],
  ['a hidden property', Object.defineProperty({}, 'a', { value: 1 }), { a: 1 }],
];
test.for(unlike)('not equal: %s', ([, left, right]) => {
  expect(left).not.toEqual(right);
  expect(left).not.toStrictEqual(right);
});

const loose: Pair[] = [
  ['holes', [1, , 3], [1, undefined, 3]],
  ['undefined properties', { a: { b: undefined } }, { a: {} }],
  ['undefined symbols', { [key]: undefined }, {}],
  ['classes', new Coin(1), new Token(1)],
  ['classes in collections', [new Set([new Coin(1)])], [new Set([{ cents: 1 }])]],
  ['classes of errors', new Denied('x'), new Refused('x')],
  ['a missing property and a value that may be', {}, { a: expect.toBeOneOf([undefined, 1]) }],
  ['classes within asymmetric values', [new Coin(1)], expect.arrayContaining([{ cents: 1 }])],
];
test.for(loose)('only strictly not equal: %s', ([, left, right]) => {
  expect(left).toEqual(right);
  expect(left).not.toStrictEqual(right);
});

describe('toMatchObject', () => {
  const fits: Pair[] = [
    ['in collections', new Map([['a', { b: 1, c: 2 }]]), new Map([['a', { b: 1 }]])],
    ['in sets', new Set([{ b: 1, c: 2 }]), new Set([{ b: 1 }])],
    ['another class', new Coin(1), new Token(1)],
    ['of an error', new Refused('x', 'late'), { message: 'x', reason: 'late' }],
    ['inherited', Object.create({ a: 1 }), { a: 1 }],
    ['symbols', { [key]: { a: 1, b: 2 } }, { [key]: { a: 1 } }],
    ['a circle', circle(3), circle(3)],
    ['more of an error', new Refused('x', 'late'), new Error('x')],
    ['dates', { at: new Date(5) }, { at: new Date(5) }],
    ['asymmetric', { a: [1, 'x'] }, { a: [expect.any(Number), expect.any(String)] }],
  ];
  test.for(fits)('holds: %s', ([, value, pattern]) => expect(value).toMatchObject(pattern as object));
  const misfits: Pair[] = [
    ['what all objects have', {}, { toString: expect.any(Function) }],
    ['undefined is not missing', {}, { a: undefined }],
    ['lengths of arrays', [1, 2], [1]],
    ['not in sets', new Set([{ b: 1 }]), new Set([{ b: 2 }])],
    ['patterns', { a: 'x' }, { a: /x/ }],
    ['nothing', null, { a: 1 }],
    ['circles of two sizes', circle(3), circle(1)],
  ];
  test.for(misfits)('does not hold: %s', ([, value, pattern]) => expect(value).not.toMatchObject(pattern as object));
});

describe('equality testers', () => {
  class Weight {
    constructor(public amount: number, public unit: 'g' | 'kg') {}
    get grams() {
      return this.unit === 'g' ? this.amount : this.amount * 1000;
    }
  }
  class Parcel {
    constructor(public weight: Weight, public id: number) {}
  }
  expect.addEqualityTesters([
    (a, b) => (a instanceof Weight && b instanceof Weight ? a.grams === b.grams : undefined),
    function (a, b, testers) {
      return a instanceof Parcel && b instanceof Parcel ? this.equals(a.weight, b.weight, testers) : undefined;
    },
  ]);
  const [one, other] = [new Parcel(new Weight(1, 'kg'), 1), new Parcel(new Weight(1000, 'g'), 2)];

  test('decide wherever values are compared', () => {
    expect(one).toEqual(other);
    expect({ a: [one] }).toStrictEqual({ a: [other] });
    expect({ a: { b: one }, c: 1 }).toMatchObject({ a: { b: other } });
    expect(new Map([['a', new Set([one])]])).toEqual(new Map([['a', new Set([other])]]));
    expect([one]).toContainEqual(other);
    expect({ a: one }).toHaveProperty('a', other);
    expect([{ a: one }]).toEqual(expect.arrayContaining([expect.objectContaining({ a: other })]));
    expect([one]).not.toContain(other);
  });
  test('are told to matchers of the file', () => {
    expect.extend({
      toWeigh(a, b) {
        return { pass: this.equals(a, b, [...this.customTesters, this.utils.iterableEquality]), message: () => '' };
      },
      toWeighSame(a, b) {
        return { pass: this.equals(a, b), message: () => '' };
      },
    });
    (expect([one]) as any).toWeigh([other]);
    (expect([one]) as any).not.toWeighSame([other]);
  });
  test('must be functions', () => expect(() => expect.addEqualityTesters({} as any)).toThrow('needs an array of functions'));
});

describe('asymmetric values', () => {
  test('the inverse ones', () => {
    expect({ a: 'x', b: [1], c: { d: 1 }, e: 2, f: ['a'] }).toEqual({
      a: expect.not.stringContaining('y'),
      b: expect.not.arrayContaining([1, 2]),
      c: expect.not.objectContaining({ d: 2 }),
      e: expect.not.closeTo(3),
      f: expect.not.arrayOf(expect.any(Number)),
    });
    expect('x').not.toEqual(expect.not.objectContaining({ a: 1 }));
    expect('x').not.toEqual(expect.not.closeTo(1));
    expect('x').toEqual(expect.not.stringMatching(/y/));
  });
  test('any() knows plain values and boxes', () => {
    for (const [value, type] of [['a', String], [new String('a'), String], [1, Number], [1n, BigInt], [key, Symbol], [null, Object], [() => 1, Function], [[], Array]] as [unknown, any][]) {
      expect(value).toEqual(expect.any(type));
    }
    expect(() => 1).not.toEqual(expect.any(Object));
  });
  test('of functions', () => {
    expect({ n: 3 }).toEqual({ n: expect.toSatisfy((n: number) => n === 3) });
    expect({ n: 3 }).toEqual({ n: expect.not.toBeOneOf([1, 2]) });
  });
});

test('errors that are thrown', () => {
  const refuse = () => { throw new Refused('no', 'late'); };
  expect(refuse).toThrow(new Refused('no', 'late'));
  expect(refuse).not.toThrow(new Refused('no', 'early'));
  expect(refuse).toThrow({ message: 'no' });
  expect(refuse).not.toThrow({ message: 'n' });
  expect(() => { throw new Error('a', { cause: new Error('b') }); }).toThrow({ message: 'a', cause: { message: 'b' } });
  expect(() => { throw new Error('a', { cause: new Error('b') }); }).not.toThrow({ message: 'a' });
  expect(refuse).toThrow(expect.objectContaining({ reason: 'late' }));
  expect(refuse).toThrow('');
  expect(refuse).not.toThrow(/^$/);
  expect(() => { throw 42; }).toThrow(42);
  expect(() => { throw 42; }).not.toThrow(43);
  expect(() => { throw { code: 1, more: 2 }; }).not.toThrow({ code: 1 });
  expect(() => { throw undefined; }).toThrow();
});

test('properties by their paths', () => {
  const tree = { a: { 'b.c': [{ d: undefined }] }, '': 1, [key]: 2, 'x[0]': 3 };
  expect(tree).toHaveProperty(['a', 'b.c', 0, 'd'], undefined);
  expect(tree).toHaveProperty('');
  expect(tree).toHaveProperty([key], 2);
  expect(tree).toHaveProperty('x[0]', 3);
  expect(tree).not.toHaveProperty('.a');
  expect(tree).not.toHaveProperty('a.b.c');
  expect('text').toHaveProperty('length', 4);
});
