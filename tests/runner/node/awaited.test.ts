// The top level awaits its tests, as in Node.
import assert from 'node:assert';
import test, { after, before, describe, it } from 'node:test';

const seen: string[] = [];
const pause = (millis: number) => new Promise(done => setTimeout(done, millis));
before(() => void seen.push('before'));
after(() => assert.equal(seen.at(-1), 'last'));

const returned = await test('first', async t => {
  await pause(50);
  t.test('nobody awaits it', async () => {
    await pause(50);
    seen.push('subtest');
  });
});
assert.equal(returned, undefined);
assert.deepEqual(seen, ['before', 'subtest']);

before(() => void seen.push('a later hook'));
await test('fails, and the file goes on', () => {
  throw new Error('wrong');
});
await test.skip('is skipped', () => {});
await test.todo('is still to be done');
await pause(1000);
await describe('a suite', () => {
  it('is not waited for', () => void seen.push('in the suite'));
});
seen.push('after the suite');
await Promise.all([test('one', () => void seen.push('one')), test('two', () => void seen.push('two'))]);
assert.deepEqual(seen.splice(2), ['a later hook', 'after the suite', 'in the suite', 'one', 'two']);

test('the last, which nobody awaits', () => {
  assert.throws(() => test('within', () => {}), /is called while tests run/);
  seen.push('last');
});
