// Snapshots that Vitest has written, of every kind of value: names and hints are joined by ` > `, errors are kept whole.
import { describe, expect, test, vi } from 'vitest';

class Card {
  constructor(public number: string) {}
}
class Deck {
  toJSON() {
    return { cards: 52 };
  }
}
const circle: any = { name: 'circle' };
circle.self = circle;
const spy = vi.fn().mockName('pay');
spy('a', { b: 1 });

describe('shop', () => {
  test('values', () => {
    expect([undefined, null, true, -0, 1n, NaN, Symbol('s'), '"q"', function named() {}, class Shop {}]).toMatchSnapshot('plain');
    expect([/a\.b+/gi, new Date(0), new Date(NaN), new Error('no'), new TypeError(''), Promise.resolve(1), new WeakMap()]).toMatchSnapshot('objects');
    expect([new Card('1'), new Deck(), Object.create(null), circle, new URL('https://a.example'), new Number(1), new Uint8Array([1])]).toMatchSnapshot('classes');
    expect({ z: 1, a: 2, [Symbol('k')]: 3, 'b-c': new Map<unknown, unknown>([['x', new Set([1])], [{ y: 1 }, 2]]) }).toMatchSnapshot('keys');
    expect([spy, vi.fn()]).toMatchSnapshot('mocks');
    expect([expect.any(String), expect.anything(), expect.stringContaining('a'), expect.not.stringMatching(/b/), expect.arrayContaining([1]), expect.objectContaining({ a: 1 }), expect.closeTo(1, 3)]).toMatchSnapshot('asymmetric');
    expect({ id: 7, at: new Date(), list: [{ id: 1, name: 'x' }] }).toMatchSnapshot({ id: expect.any(Number), at: expect.any(Date), list: [{ id: expect.any(Number) }] });
  });
  test('errors', async () => {
    expect(() => { throw new TypeError('no change'); }).toThrowErrorMatchingSnapshot('thrown');
    await expect(Promise.reject({ code: 1 })).rejects.toThrowErrorMatchingSnapshot();
  });
  test('serializers', () => {
    expect.addSnapshotSerializer({
      test: value => value instanceof Card,
      serialize: (value, config, indentation, depth, refs, printer) => `Card <${printer({ number: value.number }, config, indentation, depth, refs)}>`,
    });
    expect.addSnapshotSerializer({ test: value => value === 'secret', print: (_, print, indent) => `(${print('kept')}\n${indent('indented')})` });
    expect({ card: new Card('1'), text: 'secret' }).toMatchSnapshot();
    expect({ card: new Card('1') }).toMatchInlineSnapshot(`
      {
        "card": Card <{
          "number": "1",
        }>,
      }
    `);
    // Failures are told without them.
    expect(() => expect(new Card('1')).toBe(1)).toThrow('expected Card { "number": "1" } to be 1');
    expect(() => expect([new Card('1')]).toMatchSnapshot({ a: 1 })).toThrow('does not match the shape of its snapshot');
  });
});

test('inline', () => {
  expect('one').toMatchInlineSnapshot(`"one"`);
  expect(' one\n   two').toMatchInlineSnapshot(`
    " one
       two"
  `);
  expect('${x} `y`').toMatchInlineSnapshot('"${x} `y`"');
  expect({ id: 7, a: 1 }).toMatchInlineSnapshot({ id: expect.any(Number) }, `
		{
		  "a": 1,
		  "id": Any<Number>,
		}
  `);
  expect(() => { throw new TypeError('no change'); }).toThrowErrorMatchingInlineSnapshot(`[TypeError: no change]`);
});

let tries = 0;
test('is tried again', { retry: 2 }, () => {
  expect('first').toMatchSnapshot();
  expect(++tries).toBe(2);
  expect('second').toMatchSnapshot();
});
