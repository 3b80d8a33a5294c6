import assert from 'node:assert/strict';
import { enableMapSet, produce } from 'immer';

enableMapSet();
const before = { list: [{ done: false }], map: new Map([['a', 1]]) };
const after = produce(before, draft => {
  draft.list[0]!.done = true;
  draft.list.push({ done: false });
  draft.map.set('b', 2);
});
assert.deepEqual(after.list, [{ done: true }, { done: false }]);
assert.equal(after.map.get('b'), 2);
assert.deepEqual([before.list.length, before.map.size, before.list[0]!.done], [1, 1, false]);
assert.throws(() => { (after.list as any)[0].done = false; }, TypeError);
