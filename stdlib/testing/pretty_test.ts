// The format of snapshots, with what serializers may change about it.

import { expect, test } from 'cronflow/testing';
import { brief, pretty } from './pretty.ts';

const tree = { b: [1, { c: new Map([['d', [2]]]) }], a: 'say "hi"' };

test('options', () => {
  expect(pretty(tree, { compareKeys: null, maxDepth: 2 })).toBe('{\n  "b": [\n    1,\n    [Object],\n  ],\n  "a": "say "hi"",\n}');
  expect(pretty(tree, { min: true, indent: '', spacingInner: ' ', spacingOuter: '' })).toBe('{"a": "say "hi"", "b": [1, {"c": Map {"d" => [2]}}]}');
  expect(pretty({ a: [] }, { printBasicPrototype: true })).toBe('Object {\n  "a": Array [],\n}');
  expect(pretty('a"\\', { escapeString: true })).toBe('"a\\"\\\\"');
  expect(pretty([1, 2, 3], { maxWidth: 2 })).toBe('[\n  1,\n  2,\n  …\n]');
  expect(pretty({ toJSON: () => 1, a: 2 }, { callToJSON: false, printFunctionName: false })).toBe('{\n  "a": 2,\n  "toJSON": [Function],\n}');
  expect(pretty(/a.b/, { escapeRegex: true })).toBe('/a\\.b/');
});

test('what JSON would make of a value is made once', () => {
  expect(pretty({ toJSON: () => ({ toJSON: () => 1 }) })).toBe('{\n  "toJSON": [Function toJSON],\n}');
});

test('errors with more than a message', () => {
  const error = Object.assign(new Error('no', { cause: 'late' }), { code: 7 });
  expect(pretty(error)).toBe('[Error: no] {\n  "cause": "late",\n  "code": 7,\n}');
  expect(brief(error)).toBe('[Error: no]');
  error.cause = error;
  expect(pretty(error)).toContain('"cause": [Circular]');
});

test('bytes', () => {
  expect(pretty([new Uint8Array([255]).buffer, new Uint8Array([255])])).toBe('[\n  ArrayBuffer [\n    -1,\n  ],\n  Uint8Array [\n    255,\n  ],\n]');
});
