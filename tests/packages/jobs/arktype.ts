import assert from 'node:assert/strict';
import { type } from 'arktype';

const User = type({ name: 'string > 1', 'age?': 'number.integer >= 0', tags: 'string[]' });
assert.deepEqual(User({ name: 'Ada', age: 36, tags: ['x'] }), { name: 'Ada', age: 36, tags: ['x'] });
const out = User({ name: 'A', tags: [1] });
assert(out instanceof type.errors);
assert(out.summary.includes('name'), out.summary);
