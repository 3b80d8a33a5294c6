import assert from 'node:assert/strict';
import pLimit from 'p-limit';

const limit = pLimit(2);
let running = 0;
let most = 0;
const work = (value: number) => limit(async () => {
  most = Math.max(most, ++running);
  await new Promise(resolve => setTimeout(resolve, 1));
  running--;
  return value * 2;
});
assert.deepEqual(await Promise.all([1, 2, 3, 4, 5].map(work)), [2, 4, 6, 8, 10]);
assert.equal(most, 2);
