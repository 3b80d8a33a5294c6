// Times the parts of the language and of Web Cryptography that were replaced, each at two sizes:
// `cronflow-rt check tests/bench/language.ts` prints them. Linear work takes ten times as long at ten times the size.

import { cronflow } from 'cronflow';

/** The best of some runs, in milliseconds. */
async function best(work: () => unknown, runs = 5): Promise<number> {
  let least = Infinity;
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await work();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

function show(what: string, milliseconds: number): void {
  const micro = milliseconds * 1000;
  console.log(`${what.padEnd(60)} ${micro < 1000 ? `${micro.toFixed(1)} us` : `${milliseconds.toFixed(1)} ms`}`);
}

const item = (id: number) => ({ id, name: `user ${id}`, tags: ['a', 'b'], active: id % 2 === 0, score: id * 1.5 });
const records = Array.from({ length: 125 }, (_, index) => item(index));
const text = JSON.stringify(records);
show(`JSON.parse of ${text.length} bytes`, (await best(() => { for (let i = 0; i < 100; i++) JSON.parse(text); })) / 100);
show(`JSON.stringify of ${text.length} bytes`, (await best(() => { for (let i = 0; i < 100; i++) JSON.stringify(records); })) / 100);
const dated = records.map(record => ({ ...record, at: new Date(0) }));
show('JSON.stringify of the same with dates', (await best(() => { for (let i = 0; i < 100; i++) JSON.stringify(dated); })) / 100);

for (const size of [20_000, 200_000]) {
  const csv = 'abcd,'.repeat(size / 5);
  show(`split(',') of ${size} characters`, await best(() => csv.split(',')));
  show(`split(/,/) of ${size} characters`, await best(() => csv.split(/,/)));
  show(`replaceAll(',', ';') of ${size} characters`, await best(() => csv.replaceAll(',', ';')));
  show(`replace(/,/g, ';') of ${size} characters`, await best(() => csv.replace(/,/g, ';')));
  show(`match(/,/g) of ${size} characters`, await best(() => csv.match(/,/g)));
}
for (const size of [1_000, 10_000]) {
  show(`${size} x Array.unshift`, await best(() => { const list: number[] = []; for (let i = 0; i < size; i++) list.unshift(i); }, 2));
  show(`${size} x Array.splice in the middle`, await best(() => { const list: number[] = []; for (let i = 0; i < size; i++) list.splice(list.length >> 1, 0, i); }, 2));
  show(`${size} x Array.splice from the front`, await best(() => { const list = Array.from({ length: size }, (_, i) => i); while (list.length > 0) list.splice(0, 1); }, 2));
  for (const [name, make] of [['Map', () => new Map(Array.from({ length: size }, (_, i): [number, number] => [i, i]))], ['Set', () => new Set(Array.from({ length: size }, (_, i) => i))]] as const) {
    show(`${size} x ${name}.delete in order of insertion`, await best(() => { const all = make(); for (let i = 0; i < size; i++) all.delete(i); }, 2));
    show(`${size} x ${name}.delete while iterating`, await best(() => { const all = make(); for (const key of all.keys()) all.delete(key); }, 2));
  }
  show(`${size} x Map as a queue: first key, delete, set`, await best(() => {
    const map = new Map<number, number>();
    for (let i = 0; i < size; i++) map.set(i, i);
    for (let i = 0; i < size; i++) {
      map.delete(map.keys().next().value!);
      map.set(size + i, i);
    }
  }, 2));
}
for (const size of [10_000, 100_000]) {
  show(`${size} x s += 'x'`, await best(() => { let s = ''; for (let i = 0; i < size; i++) s += 'x'; }, 2));
}

const megabyte = new Uint8Array(1 << 20);
show('SHA-256 of 1 MB', await best(() => crypto.subtle.digest('SHA-256', megabyte)));
const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt', 'decrypt']);
show('AES-256-GCM of 1 MB', await best(() => crypto.subtle.encrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, key as any, megabyte)));
const pair: any = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
show('ECDSA P-256 signature', await best(() => crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, new Uint8Array(32))));
show('Intl.NumberFormat.format', (await best(() => { const f = new Intl.NumberFormat('de'); for (let i = 0; i < 100; i++) f.format(1234.5); })) / 100);
show('Intl.DateTimeFormat.format', (await best(() => { const f = new Intl.DateTimeFormat('de', { timeZone: 'Europe/Berlin' }); for (let i = 0; i < 100; i++) f.format(0); })) / 100);

cronflow.define({ id: 'language' }).step('nothing', () => null);
