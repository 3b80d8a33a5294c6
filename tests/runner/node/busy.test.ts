// A subtest that never yields: the test around it is to blame.
import test from 'node:test';

test('outer', { timeout: 200 }, async t => {
  await t.test('fine', () => {});
  await t.test('loops', () => {
    for (;;);
  });
});
