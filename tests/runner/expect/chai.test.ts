// Assertions in Chai's style: each where it holds, and where it does not.
import { assert, describe, expect, test, vi } from 'vitest';

class Card {
  pay() {}
  static find() {}
}
const called = (...calls: unknown[][]) => {
  const mock = vi.fn((...args: unknown[]) => args[0]);
  for (const args of calls) mock(...args);
  return mock;
};
const cart = () => ({ items: [1, 2], total: 3, owner: { name: 'Ada', 'e.mail': 'a@b.example' } });

type Row = [holds: (to: any) => unknown, value: unknown, wrong: unknown];
const rows: Row[] = [
  [to => to.be.ok, 1, 0],
  [to => to.be.true, true, 1],
  [to => to.be.false, false, 0],
  [to => to.be.null, null, undefined],
  [to => to.be.undefined, undefined, null],
  [to => to.be.NaN, NaN, 1],
  [to => to.exist, 0, null],
  [to => to.be.empty, new Map(), [1]],
  [to => to.be.empty, {}, 'x'],
  [to => to.be.frozen, Object.freeze({}), {}],
  [to => to.be.sealed, Object.seal({}), {}],
  [to => to.be.extensible, {}, Object.freeze({})],
  [to => to.be.finite, 1, Infinity],
  [to => to.be.iterable, 'x', {}],
  [to => to.be.callable, () => 1, {}],
  [to => to.be.numeric, 1n, '1'],
  [to => to.equal(1), 1, '1'],
  [to => to.deep.equal({ a: [1] }), { a: [1] }, { a: [1], b: undefined }],
  [to => to.eql({ a: 1 }), { a: 1 }, { a: 2 }],
  [to => to.be.a('string'), 'x', 1],
  [to => to.be.an('array').that.includes(2).and.has.lengthOf(2), [1, 2], [2]],
  [to => to.be.a('null'), null, undefined],
  [to => to.be.an.instanceof(Card), new Card(), {}],
  [to => to.be.above(1).and.below(3), 2, 3],
  [to => to.be.at.least(2), 2, 1],
  [to => to.be.at.most(2), 2, 3],
  [to => to.be.within(1, 2), 2, 3],
  [to => to.be.closeTo(1, 0.5), 1.4, 1.6],
  [to => to.have.lengthOf(2), new Set([1, 2]), 'abc'],
  [to => to.have.length.above(1), [1, 2], [1]],
  [to => to.have.lengthOf.within(1, 2), 'ab', 'abc'],
  [to => to.include('b'), 'abc', 'ac'],
  [to => to.include(2), new Set([2]), [1]],
  [to => to.include({ a: 1 }), { a: 1, b: 2 }, { a: 2 }],
  [to => to.deep.include({ a: 1 }), [{ a: 1 }], [{ a: 2 }]],
  [to => to.deep.include({ b: { c: 1 } }), { a: 1, b: { c: 1 } }, { b: {} }],
  [to => to.nested.include({ 'owner.name': 'Ada' }), cart(), {}],
  [to => to.contain.oneOf(['a', 'b']), 'xa', 'x'],
  [to => to.be.oneOf([1, 2]), 2, 3],
  [to => to.be.deep.oneOf([[1], [2]]), [2], [3]],
  [to => to.have.property('total').that.is.a('number'), cart(), { total: '3' }],
  [to => to.have.property('total', 3), cart(), { total: 4 }],
  [to => to.have.deep.property('items', [1, 2]), cart(), { items: [] }],
  [to => to.have.nested.property('items[1]', 2), cart(), { items: [] }],
  [to => to.have.nested.property('owner.e\\.mail'), cart(), { owner: {} }],
  [to => to.have.own.property('total'), cart(), Object.create(cart())],
  [to => to.have.ownPropertyDescriptor('a').with.property('writable', true), { a: 1 }, Object.freeze({ a: 1 })],
  [to => to.have.keys('a', 'b'), { a: 1, b: 2 }, { a: 1, b: 2, c: 3 }],
  [to => to.contain.keys(['a']), { a: 1, b: 2 }, { b: 1 }],
  [to => to.have.any.keys('a', 'c'), { a: 1, b: 2 }, { b: 1 }],
  [to => to.have.members([2, 1]), [1, 2], [1, 2, 2]],
  [to => to.have.ordered.members([1, 2]), [1, 2], [2, 1]],
  [to => to.have.deep.members([{ a: 1 }]), [{ a: 1 }], [{ a: 2 }]],
  [to => to.include.members([1]), [1, 2], [2]],
  [to => to.match(/^a/), 'ab', 'ba'],
  [to => to.have.string('b'), 'abc', 'ac'],
  [to => to.throw(), () => { throw new Error('no'); }, () => 1],
  [to => to.throw(TypeError, 'no'), () => { throw new TypeError('no'); }, () => { throw new TypeError('yes'); }],
  [to => to.throw(/^n/).with.property('message', 'no'), () => { throw new Error('no'); }, () => { throw new Error('nothing'); }],
  [to => to.respondTo('pay'), Card, class {}],
  [to => to.itself.respondTo('find'), Card, class {}],
  [to => to.satisfy((n: number) => n > 1), 2, 1],
  [to => to.containSubset({ owner: { name: 'Ada' } }), cart(), {}],
  [to => to.containSubset({ items: [2], total: (n: number) => n > 2 }), cart(), { items: [1], total: 3 }],
  [to => to.have.been.called, called([1]), called()],
  [to => to.have.been.calledOnce, called([1]), called([1], [2])],
  [to => to.have.been.calledTwice, called([1], [2]), called([1])],
  [to => to.have.been.calledThrice, called([1], [2], [3]), called([1])],
  [to => to.have.callCount(2), called([1], [2]), called([1])],
  [to => to.have.been.calledWith(1, 2), called([1, 2]), called([1])],
  [to => to.have.been.calledOnceWith(1), called([1]), called([1], [1])],
  [to => to.have.been.lastCalledWith(2), called([1], [2]), called([2], [1])],
  [to => to.have.been.nthCalledWith(1, 1), called([1], [2]), called([2], [1])],
  [to => to.have.returned(1), called([1]), called([2])],
  [to => to.have.returnedWith(1), called([1]), called([2])],
  [to => to.have.returnedTimes(1), called([1]), called()],
];
test.for(rows)('%$', ([check, value, wrong]) => {
  check(expect(value).to);
  expect(() => check(expect(wrong).to)).toThrow(expect.objectContaining({ name: 'AssertionError' }));
});

const simple = rows.filter(([check]) => String(check).split('to.')[1].split('(').length <= 2 && !/\.(that|and|with)\./.test(String(check)));
test.for(simple)('not, %$', ([check, value, wrong]) => {
  check(expect(wrong).to.not);
  expect(() => check(expect(value).not.to)).toThrow(expect.objectContaining({ name: 'AssertionError' }));
});

test('what a function changes', () => {
  const shelf = { count: 3 };
  expect(() => shelf.count++).to.increase(shelf, 'count').by(1);
  expect(() => shelf.count--).to.decrease(() => shelf.count);
  expect(() => (shelf.count += 4)).to.change(shelf, 'count').by(4);
  expect(() => shelf).to.not.change(shelf, 'count');
  expect(() => expect(() => (shelf.count += 4)).to.change(shelf, 'count').by(2)).toThrow('which should have been 2');
});

test('with promises and messages', async () => {
  await expect(Promise.resolve([1])).resolves.to.be.an('array');
  await expect(Promise.reject(new Error('no'))).rejects.to.have.property('message', 'no');
  await expect(Promise.resolve(true)).resolves.to.be.true;
  expect(() => expect(1, 'the answer').to.equal(2)).toThrow('the answer: expected 1 to equal 2');
  expect(() => expect(1).to.be.above('0')).toThrow('"0" is neither a number nor a date');
});

describe('assert', () => {
  const checks: [name: string, holds: unknown[], wrong: unknown[]][] = [
    ['ok', [1], [0]],
    ['isTrue', [true], [1]],
    ['isNotNull', [1], [null]],
    ['isDefined', [1], [undefined]],
    ['equal', [1, '1'], [1, 2]],
    ['notEqual', [1, 2], [1, '1']],
    ['strictEqual', [1, 1], [1, '1']],
    ['deepEqual', [{ a: 1 }, { a: 1 }], [{ a: 1 }, { a: 2 }]],
    ['isAbove', [2, 1], [1, 2]],
    ['isArray', [[]], [{}]],
    ['isString', ['x'], [1]],
    ['isNotObject', [1], [{}]],
    ['typeOf', ['x', 'string'], [1, 'string']],
    ['instanceOf', [new Card(), Card], [{}, Card]],
    ['include', ['abc', 'b'], ['ac', 'b']],
    ['deepInclude', [[{ a: 1 }], { a: 1 }], [[], { a: 1 }]],
    ['property', [cart(), 'total'], [{}, 'total']],
    ['nestedPropertyVal', [cart(), 'owner.name', 'Ada'], [cart(), 'owner.name', 'Bob']],
    ['lengthOf', [[1], 1], [[1], 2]],
    ['hasAllKeys', [{ a: 1 }, ['a']], [{ b: 1 }, ['a']]],
    ['sameMembers', [[1, 2], [2, 1]], [[1], [2]]],
    ['closeTo', [1, 1.1, 0.2], [1, 2, 0.2]],
    ['match', ['ab', /a/], ['b', /a/]],
    ['isEmpty', [[]], [[1]]],
    ['oneOf', [1, [1]], [2, [1]]],
    ['throws', [() => { throw new TypeError('no'); }, TypeError, 'no'], [() => 1]],
    ['doesNotThrow', [() => 1], [() => { throw 1; }]],
  ];
  test.for(checks)('%s', ([name, holds, wrong]) => {
    assert[name](...holds);
    expect(() => assert[name](...wrong)).toThrow(expect.objectContaining({ name: 'AssertionError' }));
  });
  test('takes a message', () => {
    assert(1 < 2);
    expect(() => assert(false, 'the till is open')).toThrow('the till is open');
    expect(() => assert.strictEqual(1, 2, 'the sum')).toThrow('the sum: expected 1 to equal 2');
    expect(() => assert.fail('never')).toThrow('never');
  });
});
