// Snapshots in a file, and one that is wrong.
import { expect, test } from 'cronflow/testing';

test('is as it was', () => {
  expect({ b: [1, 'two'], a: new Map([['k', null]]) }).toMatchSnapshot();
  expect({ id: Math.random(), name: 'x' }).toMatchSnapshot({ id: expect.any(Number) });
});
test('is another', () => expect('new').toMatchSnapshot());
test('inline', () => {
  expect({ a: 1 }).toMatchInlineSnapshot(`
    {
      "a": 1,
    }
  `);
  expect(() => {
    throw new Error('no');
  }).toThrowErrorMatchingInlineSnapshot(`"no"`);
});
