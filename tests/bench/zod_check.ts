// Times the check of an object with six fields by the built-in zod: `cronflow-rt check tests/bench/zod_check.ts` prints it.

import { cronflow } from 'cronflow';
import { z } from 'zod';

const User = z.object({
  name: z.string().min(2).max(100),
  mail: z.email(),
  age: z.number().int().min(0),
  role: z.enum(['admin', 'user']),
  active: z.boolean(),
  tags: z.array(z.string()).max(10),
});
const user = { name: 'Ada Lovelace', mail: 'ada@example.com', age: 36, role: 'admin', active: true, tags: ['a', 'b'] };
const ROUNDS = 20_000;

/** The best of some runs, in microseconds for one call. */
function show(what: string, work: () => unknown, rounds = ROUNDS): void {
  let least = Infinity;
  for (let run = 0; run < 5; run++) {
    const start = performance.now();
    for (let i = 0; i < rounds; i++) work();
    least = Math.min(least, performance.now() - start);
  }
  console.log(`${what.padEnd(40)} ${((least * 1000) / rounds).toFixed(2)} us`);
}

show('an empty function', () => 0);
show('parse of an object that fits', () => User.parse(user));
show('safeParse of an object that fits', () => User.safeParse(user));
// Options have the whole parse run in JavaScript.
show('safeParse in JavaScript', () => User.safeParse(user, {}), ROUNDS / 20);
show('safeParse of an object that does not fit', () => User.safeParse({ ...user, age: -1 }), ROUNDS / 20);
show('JSON.parse of the same object', () => JSON.parse('{"name":"Ada Lovelace","mail":"ada@example.com","age":36,"role":"admin","active":true,"tags":["a","b"]}'));

cronflow.define({ id: 'zod' }).step('done', () => null);
