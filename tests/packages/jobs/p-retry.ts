import assert from 'node:assert/strict';
import pRetry, { AbortError } from 'p-retry';

let attempts = 0;
const result = await pRetry(async () => {
  if (++attempts < 3) throw new Error('not yet');
  return 'done';
}, { retries: 5, minTimeout: 1, maxTimeout: 2 });
assert.deepEqual([result, attempts], ['done', 3]);
await assert.rejects(pRetry(() => { throw new AbortError('stop'); }, { retries: 3 }), /stop/);
