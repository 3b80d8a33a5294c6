// Tests that never end.
import { test } from 'cronflow/testing';

test('awaits what nothing settles', async () => {
  await new Promise(() => {});
});

test('waits for an interval for ever', { timeout: 300 }, async () => {
  let on = true;
  const beat = setInterval(() => {}, 10);
  while (on) await new Promise(done => setTimeout(done, 1));
  clearInterval(beat);
});

test('passes after it', () => {});
