import assert from 'node:assert/strict';
import { parse, v4, v5, v7, validate, version } from 'uuid';

assert(validate(v4()) && version(v4()) === 4);
assert.equal(v5('hello.example.com', v5.DNS), 'fdda765f-fc57-5604-a269-52a7df8164ec');
assert.equal(version(v7()), 7);
assert(v7() < v7());
assert.equal(parse(v4()).length, 16);
