// node:crypto. The same file passes in Node.js.
import assert from 'node:assert/strict';
import crypto, { createHash, createHmac, randomBytes, randomInt, randomUUID, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

assert.equal(createHash('md5').update('abc').digest('hex'), '900150983cd24fb0d6963f7d28e17f72');
assert.equal(createHash('sha1').update('a').update('bc').digest('base64'), 'qZk+NkcGgWq6PiVxeFDCbJzQ2J0=');
assert.equal(createHash('sha256').update(Buffer.from('abc')).digest('hex'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
assert.equal(createHash('SHA-512').update('').digest().length, 64);
assert.throws(() => createHash('nope'), /not supported/);
const once = createHash('sha256');
const copy = once.update('a').copy();
assert.deepEqual(once.digest(), copy.digest());
assert.throws(() => once.update('b'), { code: 'ERR_CRYPTO_HASH_FINALIZED' });
assert.equal(createHmac('sha256', 'key').update('The quick brown fox jumps over the lazy dog').digest('hex'), 'f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8');

assert.equal(randomBytes(16).length, 16);
assert.notDeepEqual(randomBytes(16), randomBytes(16));
assert.match(randomUUID(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
for (let i = 0; i < 20; i++) assert([5, 6].includes(randomInt(5, 7)));
assert(timingSafeEqual(Buffer.from('abc'), Buffer.from('abc')));
assert(!timingSafeEqual(Buffer.from('abc'), Buffer.from('abd')));
assert.throws(() => timingSafeEqual(Buffer.from('a'), Buffer.from('ab')), RangeError);

const pbkdf2 = promisify(crypto.pbkdf2);
assert.equal((await pbkdf2('password', 'salt', 2, 20, 'sha1')).toString('hex'), 'ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957');
assert.equal(crypto.pbkdf2Sync('password', 'salt', 1, 32, 'sha256').toString('hex'), '120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b');
