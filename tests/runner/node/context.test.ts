// What else the context of node:test offers.
import assert from 'node:assert';
import test, { assert as own, describe, it, mock, run, snapshot } from 'node:test';

test('skips itself, and goes on', t => {
  t.skip('no network');
  t.assert.equal(1, 2);
});
test('is still to be done', t => {
  t.todo();
  throw new Error('not yet');
});
test('an option says so', { todo: 'later' }, () => {
  throw new Error('not yet');
});
test('is skipped', { skip: 'because' }, () => {
  throw new Error('it ran');
});
test.todo('without a function');
test.skip('not now', () => {});
test(function named(t) {
  assert.equal(t.name, 'named');
});
test('with a callback', (t, done) => void setTimeout(done, 10));

test('a plan that holds', async t => {
  t.plan(3);
  t.assert.ok(true);
  t.assert.strictEqual(1, 1);
  await t.test('counts', () => {});
});
test('a plan that does not', t => {
  t.plan(2);
  t.assert.ok(true);
});
test('a plan of the options', { plan: 1 }, t => t.assert.ok(true));
test('a plan that waits', t => {
  t.plan(1, { wait: true });
  setTimeout(() => t.assert.ok(true), 500);
});
test('a plan that waits for too short', t => {
  t.plan(1, { wait: 100 });
  const late = setTimeout(() => t.assert.ok(true), 500);
  t.after(() => clearTimeout(late));
});
test('one plan is enough', t => {
  t.plan(0);
  assert.throws(() => t.plan(1), /has a plan already/);
  assert.throws(() => (t as any).plan('many'), /has a plan already/);
});

test('assertions of one\'s own', t => {
  own.register('even', (value: number) => assert.equal(value % 2, 0));
  t.plan(1);
  (t.assert as any).even(2);
});
test('snapshots', t => t.assert.snapshot({ a: 1 }));

const shop = { price: () => 1, open: true };
test('mocks', async t => {
  const price = t.mock.method(shop, 'price', () => 2);
  assert.equal(shop.price(), 2);
  price.mock.mockImplementationOnce(() => 9, 2);
  assert.deepEqual([shop.price(), shop.price(), shop.price()], [2, 9, 2]);
  assert.equal(price.mock.callCount(), 4);
  assert.deepEqual(price.mock.calls[1].arguments, []);
  price.mock.restore();
  assert.equal(shop.price(), 1);
  const twice = t.mock.fn((n: number) => n, (n: number) => n * 2, { times: 2 });
  assert.deepEqual([twice(1), twice(1), twice(1)], [2, 2, 1]);
  t.mock.method(shop, 'price', () => 3);
  const mocked = t.mock.property(shop, 'open', false);
  assert.equal(shop.open, false);
  shop.open = true;
  assert.deepEqual(mocked.mock.accesses.map((one: any) => one.type), ['get', 'set']);
  const clock = { get now() { return 5; } };
  t.mock.getter(clock, 'now', () => 6);
  assert.equal(clock.now, 6);
});
test('end with their test', () => {
  assert.equal(shop.price(), 1);
  assert.equal(shop.open, true);
});
test('and so do timers', t => {
  t.mock.timers.enable();
  assert.equal(Date.now(), 0);
  const beat = t.mock.fn();
  setTimeout(beat, 50);
  t.mock.timers.tick(50);
  assert.equal(beat.mock.callCount(), 1);
  assert.equal(Date.now(), 50);
});
test('which run again', async () => {
  await new Promise(done => setTimeout(done, 1000));
  assert.ok(Date.now() > 1e12);
});

test('only some subtests', async t => {
  const ran: string[] = [];
  const sub = (name: string, options = {}) => t.test(name, options, () => void ran.push(name));
  await sub('all');
  t.runOnly(true);
  await sub('left out');
  await sub('taken', { only: true });
  t.runOnly(false);
  await sub('all again');
  assert.deepEqual(ran, ['all', 'taken', 'all again']);
});

test('waits for what holds later', async t => {
  let ready = false;
  setTimeout(() => (ready = true), 200);
  await t.waitFor(() => assert.ok(ready));
});

describe('a suite', { concurrency: true, timeout: 60_000 }, s => {
  it('has a context', () => assert.equal((s as any).name, 'a suite'));
});

for (const [what, call] of Object.entries({
  run: () => run(),
  snapshot: () => snapshot.setResolveSnapshotPath(() => ''),
  apis: () => mock.timers.enable({ apis: ['Date'] }),
  option: () => test('x', { concurency: 1 } as any, () => {}),
  times: () => mock.fn(() => {}, { times: 0 }),
})) {
  test(`refuses ${what}`, t => {
    try {
      call();
    } catch (error: any) {
      return t.diagnostic(error.message);
    }
    throw new Error('it did not');
  });
}
