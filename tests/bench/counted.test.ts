// What coverage costs: calls of plain functions, and runs of a workflow. See docs/benchmarks.md.

import { expect, test } from 'cronflow/testing';
import { order, sorted, words } from './counted';

const TEXT = 'the quick brown fox jumps over the lazy dog and runs away. '.repeat(100);

test('plain code', () => {
  let next = 1;
  const list = Array.from({ length: 2000 }, () => (next = (next * 48271) % 2147483647));
  for (let round = 0; round < 20; round++) {
    expect(words(TEXT).get('the')).toBe(200);
    expect(sorted(list)[0]).toBe(Math.min(...list));
  }
}, 60_000);

for (let number = 0; number < 100; number++) {
  test(`run ${number}`, async () => {
    const run = await order.test().trigger({ text: 'one two three' }).run();
    expect(run.steps.end.output).toBe(3);
  });
}
