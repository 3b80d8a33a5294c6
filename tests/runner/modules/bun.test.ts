import { expect, mock, test } from 'bun:test';
import { order } from './order';

mock.module('./mail', () => ({ from: 'b', send: () => 'bun' }));

test('bun', () => {
  expect(order('ann')).toBe('b: bun');
});
