// AsyncLocalStorage: follows awaits, timers, microtasks and events; runs beside each other do not mix. Passes in Node.js.
import assert from 'node:assert/strict';
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

const storage = new AsyncLocalStorage<number>();
assert.equal(storage.getStore(), undefined);

async function deep(): Promise<number | undefined> {
  await null;
  await sleep(1);
  return storage.getStore();
}
const all = await Promise.all([1, 2, 3].map(number => storage.run(number, async () => {
  await sleep(4 - number);
  return [number, await deep()];
})));
assert.deepEqual(all, [[1, 1], [2, 2], [3, 3]]);
assert.equal(storage.getStore(), undefined);

const kinds = await storage.run(7, () => Promise.all([
  new Promise(resolve => setTimeout(() => resolve(storage.getStore()), 1)),
  new Promise(resolve => queueMicrotask(() => resolve(storage.getStore()))),
  new Promise(resolve => process.nextTick(() => resolve(storage.getStore()))),
  Promise.resolve().then(() => storage.getStore()),
]));
assert.deepEqual(kinds, [7, 7, 7, 7]);

storage.run(1, () => {
  storage.run(2, () => assert.equal(storage.getStore(), 2));
  assert.equal(storage.getStore(), 1);
  storage.exit(() => assert.equal(storage.getStore(), undefined));
});
assert.throws(() => storage.run(1, () => { throw new Error('out'); }), /out/);
assert.equal(storage.getStore(), undefined);

const bound = storage.run(5, () => AsyncResource.bind(() => storage.getStore()));
assert.equal(storage.run(6, () => bound()), 5);
const snapshot = storage.run(8, () => AsyncLocalStorage.snapshot());
assert.equal(snapshot(() => storage.getStore()), 8);
await storage.run(1, async () => {
  storage.enterWith(9);
  await null;
  assert.equal(storage.getStore(), 9);
});
