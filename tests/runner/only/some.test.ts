// Only what is marked runs.
import { describe, test } from 'cronflow/testing';

test('not this', () => {
  throw new Error('it ran');
});
describe('outer', () => {
  test.only('this', () => {});
  test('nor this', () => {
    throw new Error('it ran');
  });
});
describe.only('a whole suite', () => {
  test('and this', () => {});
  test.skip('but not this', () => {});
});
