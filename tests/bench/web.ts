// Speed of the web platform at the top level of a file: `cronflow-rt check tests/bench/web.ts` prints it.

import { cronflow } from 'cronflow';

cronflow.define({ id: 'web-bench' }).step('none', () => null);

function measure(name: string, count: number, work: () => unknown): void {
  work();
  let best = Infinity;
  for (let round = 0; round < 5; round++) {
    const began = performance.now();
    for (let i = 0; i < count; i++) work();
    best = Math.min(best, (performance.now() - began) / count);
  }
  console.log(`${name.padEnd(44)} ${(best * 1000).toFixed(1)} us`);
}

const MEGABYTE = 1 << 20;
const ascii = new Uint8Array(MEGABYTE).fill(97);
const mixed = new TextEncoder().encode('héllo wörld €5, 日本語 '.repeat(MEGABYTE / 32)).slice(0, MEGABYTE);
const latin = new Uint8Array(MEGABYTE).fill(0xe9);
const text = new TextDecoder().decode(ascii);

measure('new URL(text)', 1000, () => new URL('https://user@example.com:8080/a/b/../c?x=1&y=2#part'));
measure('new URL(text, base).pathname', 1000, () => new URL('../c?x=1', 'https://example.com/a/b/').pathname);
measure('new URLSearchParams(text), 10 pairs', 200, () => new URLSearchParams('a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=%20'));
measure('TextDecoder.decode, 1 MB of ASCII', 20, () => new TextDecoder().decode(ascii));
measure('TextDecoder.decode, 1 MB of mixed UTF-8', 20, () => new TextDecoder().decode(mixed));
measure('TextDecoder.decode, 1 MB of windows-1252', 20, () => new TextDecoder('latin1').decode(latin));
measure('TextEncoder.encode, 1 MB of ASCII', 20, () => new TextEncoder().encode(text));
measure('structuredClone of 1,000 objects', 2, () => structuredClone(Array.from({ length: 1000 }, (_, i) => ({ id: i, name: `n${i}` }))));
