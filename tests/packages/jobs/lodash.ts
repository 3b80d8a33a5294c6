import assert from 'node:assert/strict';
import _, { chunk } from 'lodash';
import get from 'lodash/get';
import fp from 'lodash/fp';

assert.deepEqual(chunk([1, 2, 3], 2), [[1, 2], [3]]);
assert.deepEqual(_.chain([3, 1, 2]).sortBy().map(n => n * 2).value(), [2, 4, 6]);
assert.equal(get({ a: [{ b: 1 }] }, 'a[0].b'), 1);
assert.equal(_.template('<% for (const x of list) { %>[<%- x %>]<% } %>')({ list: ['<', 'b'] }), '[&lt;][b]');
assert.deepEqual(fp.flow(fp.map((n: number) => n + 1), fp.filter((n: number) => n > 2))([1, 2, 3]), [3, 4]);
assert.equal(_.camelCase('hello big-world'), 'helloBigWorld');
