// What was printed before a test hangs is not lost.
import { test } from 'cronflow/testing';

test('loops', { timeout: 100 }, () => {
  console.log('about to loop');
  for (;;);
});
