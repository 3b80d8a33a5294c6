// Intl, as authors use it most.

import { expect, test } from 'cronflow/testing';

test('numbers', () => {
  expect(new Intl.NumberFormat('en-US').format(1234567.891)).toBe('1,234,567.891');
  expect(new Intl.NumberFormat('de-DE', { style: 'currency', currency: 'EUR' }).format(1234.5)).toBe('1.234,50\u00a0€');
  expect(new Intl.NumberFormat('en-US', { style: 'percent' }).format(0.256)).toBe('26%');
});

test('dates with zones', () => {
  const at = new Date('2024-07-01T12:00:00Z');
  const zoned = (timeZone: string) => new Intl.DateTimeFormat('en-US', { timeZone, hour: '2-digit', minute: '2-digit', hour12: false }).format(at);
  expect([zoned('UTC'), zoned('Europe/Berlin'), zoned('America/New_York')]).toEqual(['12:00', '14:00', '08:00']);
});

test('plurals and order', () => {
  expect([0, 1, 2].map(count => new Intl.PluralRules('en').select(count))).toEqual(['other', 'one', 'other']);
  expect(['z', 'a', 'ä'].sort(new Intl.Collator('de').compare)).toEqual(['a', 'ä', 'z']);
});
