// Snapshots that Jest has written: names are joined by spaces, hints follow a colon, of errors the message is kept.
import { describe, expect, test } from '@jest/globals';

describe('till', () => {
  test('adds `up` ${to}', () => {
    expect({ sum: 3, items: [1, , 'two'] }).toMatchSnapshot('the receipt');
    expect('a\\b').toMatchSnapshot('the receipt');
    expect(() => { throw new TypeError('no change'); }).toThrowErrorMatchingSnapshot();
  });
});
test('inline', () => {
  expect(() => { throw new TypeError('no change'); }).toThrowErrorMatchingInlineSnapshot(`"no change"`);
  expect({ a: 'x\n  y' }).toMatchInlineSnapshot(`
{
  "a": "x
  y",
}
`);
});
