import assert from 'node:assert/strict';
import { customAlphabet, nanoid } from 'nanoid';

assert.match(nanoid(), /^[\w-]{21}$/);
assert.notEqual(nanoid(), nanoid());
assert.match(customAlphabet('01', 8)(), /^[01]{8}$/);
