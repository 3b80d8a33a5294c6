// The lines that failed assertions show.

import { expect, test } from 'cronflow/testing';
import { diffLines } from './diff.ts';

test('one line of several', () => {
  expect(diffLines('a\nb\nc', 'a\nx\nc')).toBe('  a\n- b\n+ x\n  c');
});

test('what is far from every change is left out', () => {
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`);
  const changed = lines.with(10, 'other');
  const shown = diffLines(lines.join('\n'), changed.join('\n')).split('\n');
  expect(shown).toContain('- line 10');
  expect(shown).toContain('+ other');
  expect(shown).not.toContain('  line 2');
  expect(shown.length).toBeLessThan(12);
});
