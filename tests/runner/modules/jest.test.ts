import { expect, jest, test } from '@jest/globals';
import { order } from './order';

const mockSend = jest.fn(() => 'jest');
jest.mock('./mail', () => ({ from: 'j', send: (...args: unknown[]) => (mockSend as any)(...args) }));

test('a factory may use what is set later', () => {
  expect(order('ann')).toBe('j: jest');
  expect(mockSend).toHaveBeenCalledWith('ann');
});
