import assert from 'node:assert/strict';
import ms from 'ms';

assert.equal(ms('2 days'), 172800000);
assert.equal(ms(60000), '1m');
assert.equal(ms(2 * 60000, { long: true }), '2 minutes');
