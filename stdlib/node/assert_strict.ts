// node:assert/strict.

import { strict } from 'node:assert';

export const {
  AssertionError, ok, fail, equal, notEqual, strictEqual, notStrictEqual, deepEqual, notDeepEqual, deepStrictEqual, notDeepStrictEqual,
  partialDeepStrictEqual, ifError, match, doesNotMatch, throws, rejects, doesNotThrow, doesNotReject,
} = strict;
export { strict };
export default strict;
