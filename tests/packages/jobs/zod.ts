import assert from 'node:assert/strict';
import { z } from 'zod';
import * as mini from 'zod/mini';

const User = z.object({ name: z.string().min(2), age: z.coerce.number().int().optional(), tags: z.array(z.string()).default([]), mail: z.email() });
assert.deepEqual(User.parse({ name: 'Ada', age: '36', mail: 'a@b.co' }), { name: 'Ada', age: 36, tags: [], mail: 'a@b.co' });
const bad = User.safeParse({ name: 'A', mail: 'x' });
assert(!bad.success);
assert.deepEqual(bad.error.issues.map(issue => issue.path.join('.')), ['name', 'mail']);
assert.deepEqual(Object.keys(z.flattenError(bad.error).fieldErrors), ['name', 'mail']);
const Shape = z.discriminatedUnion('kind', [z.object({ kind: z.literal('circle'), r: z.number() }), z.object({ kind: z.literal('square'), a: z.number() })]);
assert.equal(Shape.parse({ kind: 'square', a: 2 }).kind, 'square');
assert.equal(await z.string().transform(async text => text.length).parseAsync('four'), 4);
assert.equal((z.toJSONSchema(User) as any).properties.name.minLength, 2);
assert.equal((await User['~standard'].validate({}) as any).issues.length, 2);
assert.equal(mini.parse(mini.string(), 'a'), 'a');
assert.equal(z.locales.de().localeError({ code: 'invalid_type', expected: 'string', input: 1, path: [] } as any)?.toString().includes('Ungültige'), true);
