import { expect, test, vi } from 'cronflow/testing';
import mail, { Box, from, send } from './mail';
import { order } from './order';

vi.mock('./mail');

test('functions do nothing, values stay', () => {
  expect(order('ann')).toBe('real: undefined');
  expect(send).toHaveBeenCalledWith('ann');
  expect(from).toBe('real');
  expect(mail.deep.call()).toBeUndefined();
  expect(mail.list).toEqual([]);
});
test('classes too', () => {
  const box = new Box();
  expect(box.size()).toBeUndefined();
  vi.mocked(box.size).mockReturnValue(3);
  expect(box.size()).toBe(3);
});
