// -t chooses by name.
import { describe, test } from 'cronflow/testing';

describe('cart', () => {
  test('adds', () => {});
  test('removes', () => {
    throw new Error('it ran');
  });
});
test('adds nothing', () => {});
