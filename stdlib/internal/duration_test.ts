// Durations, as authors write them and as they get them wrong.

import { expect, test } from 'cronflow/testing';
import { MAX_MILLIS, parseDuration } from './duration.ts';

test.each([
  ['500ms', 500],
  ['1s', 1_000],
  ['2sec', 2_000],
  ['3m', 180_000],
  ['1.5h', 5_400_000],
  ['1h30m', 5_400_000],
  [' 2d ', 172_800_000],
  ['1w', 604_800_000],
  ['.5s', 500],
])('%s is %d ms', (text, millis) => {
  expect(parseDuration(text)).toBe(millis);
});

test.each(['', 's', '-1s', '1y', '1e3s', '1 2'])('%p is none', text => {
  expect(() => parseDuration(text)).toThrow();
});

test('numbers are milliseconds', () => {
  expect(parseDuration(0)).toBe(0);
  expect(parseDuration(MAX_MILLIS)).toBe(MAX_MILLIS);
  for (const wrong of [-1, NaN, Infinity, MAX_MILLIS * 2]) expect(() => parseDuration(wrong)).toThrow('number of milliseconds');
});
