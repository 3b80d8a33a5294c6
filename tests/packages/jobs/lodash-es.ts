import assert from 'node:assert/strict';
import { chunk, cloneDeep, debounce, groupBy, merge, template } from 'lodash-es';

assert.deepEqual(chunk([1, 2, 3, 4, 5], 2), [[1, 2], [3, 4], [5]]);
assert.deepEqual(groupBy([1.1, 1.9, 2.5], Math.floor), { 1: [1.1, 1.9], 2: [2.5] });
assert.deepEqual(merge({ a: { b: 1 } }, { a: { c: 2 } }), { a: { b: 1, c: 2 } });
const date = cloneDeep({ d: new Date(5), m: new Map([[1, { x: 1 }]]) });
assert.equal(date.d.getTime(), 5);
assert.equal(template('Hello <%= name %>!')({ name: 'Ada' }), 'Hello Ada!');
let calls = 0;
const later = debounce(() => calls++, 1);
later(); later();
await new Promise(resolve => setTimeout(resolve, 20));
assert.equal(calls, 1);
