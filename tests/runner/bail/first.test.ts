// --bail ends after the first failure.
import { test } from 'cronflow/testing';

test('passes', () => {});
test('fails', () => {
  throw new Error('first');
});
test('does not run', () => {
  throw new Error('second');
});
