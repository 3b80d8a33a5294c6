import { expect, test, vi } from 'cronflow/testing';
import { send } from './mail';
import { order } from './order';

vi.mock('./mail', { spy: true });

test('functions do what they did', () => {
  expect(order('ann')).toBe('real: really sent to ann');
  expect(send).toHaveBeenCalledTimes(1);
});
