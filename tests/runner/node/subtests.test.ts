// Tests within tests, as node:test has them.
import assert from 'node:assert';
import test, { after, beforeEach, describe } from 'node:test';

const seen: string[] = [];

test('subtests run in turn', async t => {
  const order: string[] = [];
  t.test('slow', async () => {
    await new Promise(done => setTimeout(done, 100));
    order.push('slow');
  });
  t.test('fast', () => void order.push('fast'));
  await t.test('deep', async inner => {
    assert.equal(inner.name, 'deep');
    assert.equal(inner.fullName, 'subtests run in turn > deep');
    await inner.test('deeper', t => t.diagnostic('a remark'));
  });
  assert.deepEqual(order, ['slow', 'fast']);
});

test('and beside each other', { concurrency: 2 }, async t => {
  const order: string[] = [];
  const sub = (name: string, millis: number) =>
    t.test(name, async () => {
      await new Promise(done => setTimeout(done, millis));
      order.push(name);
    });
  await Promise.all([sub('one', 300), sub('two', 100), sub('three', 100)]);
  assert.deepEqual(order, ['two', 'three', 'one']);
});

test('what nobody awaits is waited for', t => {
  t.test('late', async () => {
    await new Promise(done => setTimeout(done, 100));
    seen.push('late');
  });
});
test('it was', () => assert.deepEqual(seen, ['late']));

test('a subtest that fails fails the test', async t => {
  await t.test('wrong', () => assert.equal(1, 2));
  await t.test('right', () => {});
  assert.ok(true, 'the rest still runs');
});

describe('hooks', () => {
  const order: string[] = [];
  beforeEach(t => void order.push(`around ${(t as any).name}`));
  test('of a test', async t => {
    t.before(async () => {
      await new Promise(done => setTimeout(done, 10));
      order.push('before');
    });
    t.beforeEach(one => void order.push(`before ${one.name}`));
    t.afterEach(one => void order.push(`after ${one.name} ${one.passed}`));
    t.after(() => void order.push('after'));
    await t.test('a', () => void order.push('a'));
    await t.test('b', () => void order.push('b'));
  });
  after(() => {
    assert.deepEqual(order, [
      'around of a test', 'before', 'around a', 'before a', 'a', 'after a true', 'around b', 'before b', 'b', 'after b true', 'after',
    ]);
  });
});

test('a hook that fails fails the subtests', async t => {
  t.before(() => {
    throw new Error('no database');
  });
  await t.test('never', () => {});
});

test('time is up', { timeout: 100 }, async t => {
  t.signal.addEventListener('abort', () => seen.push('aborted'));
  t.test('hangs', { timeout: 60_000 }, () => new Promise(() => {}));
  t.test('has not begun', () => {});
  // Not a timer that is left behind.
  while (!t.signal.aborted) await new Promise(done => setTimeout(done, 1));
});
test('its signal says so', () => assert.ok(seen.includes('aborted')));

test('nothing settles it', async t => {
  await t.test('hangs', () => new Promise(() => {}));
});

const controller = new AbortController();
test('is aborted from outside', { signal: controller.signal }, async () => {
  controller.abort();
  await new Promise(() => {});
});
test('does not begin', { signal: controller.signal }, () => {
  throw new Error('it did');
});

let ended: any;
test('has ended', t => void (ended = t));
test('begins no subtest any more', () => assert.throws(() => ended.test('x', () => {}), /has ended/));
