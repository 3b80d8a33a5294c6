// A loop that never yields: the process is ended.
import { test } from 'cronflow/testing';

test('passes before it', () => {});
test('loops', { timeout: 300 }, () => {
  for (;;);
});
test('does not run any more', () => {});
