// The names of Bun.
import { expect, jest, mock, spyOn, test } from 'bun:test';

test('mock', () => {
  const double = mock((n: number) => n * 2);
  expect(double(2)).toBe(4);
  expect(double).toHaveBeenCalledTimes(1);
  expect(typeof jest.fn).toBe('function');
  const log = spyOn(console, 'log').mockImplementation(() => {});
  console.log('x');
  expect(log).toHaveBeenCalledWith('x');
  log.mockRestore();
});
