import assert from 'node:assert/strict';
import * as v from 'valibot';

const Login = v.object({ email: v.pipe(v.string(), v.email()), password: v.pipe(v.string(), v.minLength(8)) });
assert.deepEqual(v.parse(Login, { email: 'a@b.co', password: '12345678' }), { email: 'a@b.co', password: '12345678' });
const result = v.safeParse(Login, { email: 'nope', password: 'short' });
assert(!result.success);
assert.deepEqual(Object.keys(v.flatten(result.issues).nested ?? {}), ['email', 'password']);
