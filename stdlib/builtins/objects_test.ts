// What the engine's objects get wrong, and do not here.

import { expect, test } from 'cronflow/testing';

test.each([
  [/a\/b/, 'a\\/b'],
  [new RegExp('a/b'), 'a\\/b'],
  [new RegExp('a\\/b'), 'a\\/b'],
  [new RegExp('\\\\/'), '\\\\\\/'],
  [new RegExp('[/]/\\]/'), '[/]\\/\\]\\/'],
  [/a[\]/]\//, 'a[\\]/]\\/'],
  [new RegExp(''), '(?:)'],
])('the source of %s has each slash escaped once', (pattern, source) => {
  expect(pattern.source).toBe(source);
  expect(String(pattern)).toBe(`/${source}/`);
});

test('the source of what is no regular expression', () => {
  const { get } = Object.getOwnPropertyDescriptor(RegExp.prototype, 'source')!;
  expect(get!.name).toBe('get source');
  expect(RegExp.prototype.source).toBe('(?:)');
  expect(() => get!.call({})).toThrow(TypeError);
});
