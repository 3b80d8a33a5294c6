// What was printed before a test hangs is not lost.
import { test } from 'cronflow/testing';

test('loops', () => {
  console.log('about to loop');
  for (;;);
});
