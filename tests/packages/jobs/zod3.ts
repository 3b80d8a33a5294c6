import assert from 'node:assert/strict';
import { z, ZodError } from 'zod3';

const User = z.object({ name: z.string().min(2), age: z.number().int().optional(), role: z.enum(['a', 'b']).default('a') }).strict();
assert.deepEqual(User.parse({ name: 'Ada', age: 36 }), { name: 'Ada', age: 36, role: 'a' });
const bad = User.safeParse({ name: 'A', more: 1 });
assert(!bad.success && bad.error instanceof ZodError);
assert.deepEqual(bad.error.issues.map(issue => issue.code).sort(), ['too_small', 'unrecognized_keys']);
assert.deepEqual(Object.keys(bad.error.flatten().fieldErrors), ['name']);
assert.equal(z.string().transform(text => text.length).pipe(z.number().max(5)).parse('four'), 4);
