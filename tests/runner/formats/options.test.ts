// What serializers may change about the format, and how failures show errors.
import { expect, test } from 'vitest';

class Box {
  constructor(public value: unknown, public options: object) {}
}
expect.addSnapshotSerializer({
  test: value => value instanceof Box,
  serialize: (box, config, indentation, depth, refs, printer) => printer(box.value, { ...config, ...box.options }, indentation, depth, refs),
});
const tree = { b: [1, { c: new Map([['d', [2]]]) }], a: 'say "hi"' };

test('options', () => {
  expect(new Box(tree, { compareKeys: null, maxDepth: 2 })).toMatchInlineSnapshot(`
    {
      "b": [
        1,
        [Object],
      ],
      "a": "say "hi"",
    }
  `);
  expect(new Box(tree, { min: true, indent: '', spacingInner: ' ', spacingOuter: '' })).toMatchInlineSnapshot(`{"a": "say "hi"", "b": [1, {"c": Map {"d" => [2]}}]}`);
  expect(new Box({ a: [] }, { printBasicPrototype: true })).toMatchInlineSnapshot(`
    Object {
      "a": Array [],
    }
  `);
  expect(new Box('a"\\', { escapeString: true })).toMatchInlineSnapshot('"a\\"\\\\"');
  expect(new Box([1, 2, 3], { maxWidth: 2 })).toMatchInlineSnapshot(`
    [
      1,
      2,
      …
    ]
  `);
  expect(new Box({ toJSON: () => 1, a: 2 }, { callToJSON: false, printFunctionName: true })).toMatchInlineSnapshot(`
    {
      "a": 2,
      "toJSON": [Function toJSON],
    }
  `);
  expect(new Box(/a.b/, { escapeRegex: false })).toMatchInlineSnapshot(`/a.b/`);
});

test('what JSON would make of a value is made once', () => {
  expect({ toJSON: () => ({ toJSON: () => 1 }) }).toMatchInlineSnapshot(`
    {
      "toJSON": [Function],
    }
  `);
});

test('bytes', () => {
  expect([new Uint8Array([255]).buffer, new Uint8Array([255])]).toMatchInlineSnapshot(`
    [
      ArrayBuffer [
        -1,
      ],
      Uint8Array [
        255,
      ],
    ]
  `);
});

test('a serializer must give text', () => {
  expect.addSnapshotSerializer({ test: value => value === 'number', serialize: () => 1 as any });
  expect(() => expect('number').toMatchSnapshot()).toThrow('must return text, and it returned number');
});

test('failures show what else an error has', () => {
  const error = Object.assign(new Error('no', { cause: 'late' }), { code: 7 });
  try {
    expect(error).toEqual(new Error('no', { cause: 'early' }));
    expect.unreachable();
  } catch (failure: any) {
    expect(failure.message).toBe('expected [Error: no] to equal [Error: no]');
    expect(failure.diff).toBe('  [Error: no] {\n-   "cause": "early",\n+   "cause": "late",\n+   "code": 7,\n  }');
  }
});
