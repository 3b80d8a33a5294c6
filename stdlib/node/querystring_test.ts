// node:querystring: what a query says, and back.

import { expect, test } from 'cronflow/testing';
import querystring from 'node:querystring';

test.each([
  ['a=1&b=2', { a: '1', b: '2' }],
  ['a=1&a=2', { a: ['1', '2'] }],
  ['a=b+c&d=%20', { a: 'b c', d: ' ' }],
  ['flag', { flag: '' }],
  ['', {}],
  ['bad=%zz', { bad: '%zz' }],
])('%s', (text, expected) => {
  expect({ ...querystring.parse(text) }).toEqual(expected);
});

test('the other way', () => {
  expect(querystring.stringify({ a: 'b c', list: ['1', '2'], none: null, n: 5, yes: true })).toBe('a=b%20c&list=1&list=2&none=&n=5&yes=true');
  expect(querystring.stringify({ a: 1, b: 2 }, ';', ':')).toBe('a:1;b:2');
  expect(querystring.escape('ä/&')).toBe('%C3%A4%2F%26');
  expect(querystring.unescape('%C3%A4')).toBe('ä');
});
