// node:path, as POSIX has it.

import { expect, test } from 'cronflow/testing';
import path from 'node:path';

test.each([
  [['a', '..', 'b'], 'b'],
  [['/a/', '/b', './c'], '/a/b/c'],
  [['', ''], '.'],
  [['..', '..', 'a'], '../../a'],
])('join %p', (parts, expected) => {
  expect(path.join(...(parts as string[]))).toBe(expected);
});

test('parts of a path', () => {
  expect(path.parse('/home/ann/a.test.ts')).toEqual({ root: '/', dir: '/home/ann', base: 'a.test.ts', ext: '.ts', name: 'a.test' });
  expect(path.format({ dir: '/x', base: 'y.z' })).toBe('/x/y.z');
  expect([path.basename('/a/b.html', '.html'), path.dirname('/a/b/'), path.extname('.env')]).toEqual(['b', '/a', '']);
  expect(path.relative('/a/b/c', '/a/d')).toBe('../../d');
  expect(path.resolve('/a', 'b', '../c')).toBe('/a/c');
  expect([path.isAbsolute('/a'), path.isAbsolute('a')]).toEqual([true, false]);
  expect(path.normalize('/a//b/./../c/')).toBe('/a/c/');
});
