// The names of Jest.
import { expect, jest, test } from '@jest/globals';

test('fake timers', () => {
  jest.useFakeTimers();
  const f = jest.fn();
  setTimeout(f, 1000);
  jest.runAllTimers();
  expect(f).toHaveBeenCalledTimes(1);
});
