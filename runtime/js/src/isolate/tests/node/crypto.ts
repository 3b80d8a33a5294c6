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
assert.equal(crypto.pbkdf2Sync('password', 'salt', 4096, 20, 'sha1').toString('hex'), '4b007901b765489abead49d926f721d065a429c1');

// RFC 7914, section 12.
const scrypt: any = promisify(crypto.scrypt as any);
const hard = '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887';
assert.equal(crypto.scryptSync('pleaseletmein', 'SodiumChloride', 64, { N: 16384, r: 8, p: 1 }).toString('hex'), hard);
assert.equal((await scrypt('', '', 64, { N: 16, r: 1, p: 1 })).toString('hex').slice(0, 32), '77d6576238657b203b19ca42c18a0497');
assert.throws(() => crypto.scryptSync('a', 'b', 64, { N: 1 << 20 }), { code: 'ERR_CRYPTO_INVALID_SCRYPT_PARAMS' });
assert.throws(() => crypto.scryptSync('a', 'b', 64, { N: 3 }), { code: 'ERR_CRYPTO_INVALID_SCRYPT_PARAMS' });

// RFC 5869, A.1.
const expanded = '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865';
const hkdf = ['0b'.repeat(22), '000102030405060708090a0b0c', 'f0f1f2f3f4f5f6f7f8f9'].map(text => Buffer.from(text, 'hex'));
assert.equal(Buffer.from(crypto.hkdfSync('sha256', hkdf[0]!, hkdf[1]!, hkdf[2]!, 42)).toString('hex'), expanded);

// Ciphers. NIST SP 800-38A, F.2.1, F.2.5 and F.5.5.
const plain = Buffer.from('6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710', 'hex');
const iv = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const [key128, key256] = ['2b7e151628aed2a6abf7158809cf4f3c', '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4'].map(text => Buffer.from(text, 'hex')) as any;
/** In pieces that end anywhere. */
function through(cipher: any, data: Buffer, size = 7): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < data.length; at += size) parts.push(cipher.update(data.subarray(at, at + size)));
  return Buffer.concat([...parts, cipher.final()]);
}
const cbc = '7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b273bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7';
assert.equal(through(crypto.createCipheriv('aes-128-cbc', key128, iv).setAutoPadding(false), plain).toString('hex'), cbc);
const padded = through(crypto.createCipheriv('aes-128-cbc', key128, iv), plain);
assert.equal(padded.length, 80);
for (const size of [1, 16, 17, 80]) assert.deepEqual(through(crypto.createDecipheriv('aes-128-cbc', key128, iv), padded, size), plain);
assert.throws(() => through(crypto.createDecipheriv('aes-128-cbc', key256.subarray(16), iv), padded), { code: 'ERR_OSSL_BAD_DECRYPT' });
assert.equal(through(crypto.createCipheriv('aes-256-cbc', key256, iv).setAutoPadding(false), plain).toString('hex').slice(0, 32), 'f58c4c04d6e5f1ba779eabfb5f7bfbd6');
const counter = Buffer.from('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff', 'hex');
assert.equal(through(crypto.createCipheriv('aes-256-ctr', key256, counter), plain).toString('hex').slice(0, 64), '601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5');
assert.deepEqual(through(crypto.createDecipheriv('aes-256-ctr', key256, counter), through(crypto.createCipheriv('aes-256-ctr', key256, counter), plain)), plain);
// The specification of GCM, test case 4, and case 6 with a long nonce.
const sealedKey = Buffer.from('feffe9928665731c6d6a8f9467308308', 'hex');
const text = Buffer.from('d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39', 'hex');
const extra = Buffer.from('feedfacedeadbeeffeedfacedeadbeefabaddad2', 'hex');
const nonces = ['cafebabefacedbaddecaf888', '9313225df88406e555909c5aff5269aa6a7a9538534f7da1e4c303d2a318a728c3c0c95156809539fcf0e2429a6b525416aedbf5a0de6a57a637b39b'];
for (const [index, tag] of ['5bc94fbc3221a5db94fae95ae7121a47', '619cc5aefffe0bfa462af43c1699d050'].entries()) {
  const nonce = Buffer.from(nonces[index]!, 'hex');
  const seal = crypto.createCipheriv('aes-128-gcm', sealedKey, nonce).setAAD(extra);
  const sealed = through(seal, text);
  assert.equal(seal.getAuthTag().toString('hex'), tag);
  const open = crypto.createDecipheriv('aes-128-gcm', sealedKey, nonce).setAAD(extra).setAuthTag(seal.getAuthTag());
  assert.deepEqual(through(open, sealed), text);
  sealed[3]! ^= 1;
  assert.throws(() => through(crypto.createDecipheriv('aes-128-gcm', sealedKey, nonce).setAAD(extra).setAuthTag(seal.getAuthTag()), sealed), /unable to authenticate data/);
  assert.throws(() => through(crypto.createDecipheriv('aes-128-gcm', sealedKey, nonce), sealed), /unable to authenticate data/);
}
const worded = crypto.createCipheriv('aes-192-cbc', Buffer.alloc(24, 1), iv);
const shut = worded.update('grüße, ', 'utf8', 'base64') + worded.update('welt', 'utf8', 'base64') + worded.final('base64');
const unworded = crypto.createDecipheriv('aes-192-cbc', Buffer.alloc(24, 1), iv);
assert.equal(unworded.update(shut, 'base64', 'utf8') + unworded.final('utf8'), 'grüße, welt');
assert.throws(() => crypto.createCipheriv('aes-128-cbc', key256, iv), { code: 'ERR_CRYPTO_INVALID_KEYLEN' });
assert.throws(() => crypto.createCipheriv('aes-128-cbc', key128, key256), { code: 'ERR_CRYPTO_INVALID_IV' });
assert.throws(() => crypto.createCipheriv('des-nothing', key128, iv), { code: 'ERR_CRYPTO_UNKNOWN_CIPHER' });
assert(crypto.getCiphers().includes('aes-256-gcm'));

// Keys and signatures. RFC 8032, 7.1, test 2.
const seed = Buffer.from('302e020100300506032b6570042204204ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex');
const edwards = crypto.createPrivateKey({ key: seed, format: 'der', type: 'pkcs8' });
const edwardsSigned = '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00';
assert.equal(crypto.sign(null, Buffer.from([0x72]), edwards).toString('hex'), edwardsSigned);
assert.equal(edwards.asymmetricKeyType, 'ed25519');
assert.equal((crypto.createPublicKey(edwards as any).export({ format: 'jwk' }) as any).x, 'PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw');

const message = Buffer.from('a message');
for (const [type, options, algorithm] of [['rsa', { modulusLength: 1024 }, 'RSA-SHA256'], ['ec', { namedCurve: 'prime256v1' }, 'sha256'], ['ec', { namedCurve: 'P-521' }, 'SHA512']] as any) {
  const { publicKey, privateKey } = crypto.generateKeyPairSync(type, options) as any;
  const signature = crypto.createSign(algorithm).update('a ').update('message').sign(privateKey);
  assert(crypto.createVerify(algorithm).update(message).verify(publicKey, signature));
  assert(!crypto.createVerify(algorithm).update('another').verify(publicKey, signature));
  for (const form of [{ format: 'pem' }, { format: 'der' }, { format: 'jwk' }]) {
    const again = crypto.createPrivateKey({ key: privateKey.export({ ...form, type: 'pkcs8' }), ...form, type: 'pkcs8' } as any);
    const open = crypto.createPublicKey({ key: publicKey.export({ ...form, type: 'spki' }), ...form, type: 'spki' } as any);
    assert(again.equals(privateKey) && open.equals(publicKey) && crypto.createPublicKey(again as any).equals(publicKey));
  }
  const bare = privateKey.export({ format: 'pem', type: type === 'rsa' ? 'pkcs1' : 'sec1' });
  assert(crypto.createPrivateKey(bare).equals(privateKey));
  assert(crypto.verify(algorithm, message, publicKey.export({ format: 'pem', type: 'spki' }), crypto.sign(algorithm, message, bare)));
  assert.throws(() => crypto.createPrivateKey(publicKey.export({ format: 'pem', type: 'spki' })));
  assert.throws(() => crypto.sign(algorithm, message, publicKey));
}
const rsa = crypto.generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
assert.match(rsa.privateKey, /^-----BEGIN PRIVATE KEY-----\n[\s\S]+-----END PRIVATE KEY-----\n$/);
const pss = { padding: crypto.constants.RSA_PKCS1_PSS_PADDING };
for (const saltLength of [undefined, -1, 20]) {
  const signature = crypto.sign('sha256', message, { key: rsa.privateKey, ...pss, saltLength } as any);
  assert(crypto.verify('sha256', message, { key: rsa.publicKey, ...pss }, signature));
  assert.equal(crypto.verify('sha256', message, { key: rsa.publicKey, ...pss, saltLength: 21 }, signature), false);
}
assert.equal(crypto.createPublicKey(rsa.publicKey).asymmetricKeyDetails!.modulusLength, 2048);
const hidden = crypto.publicEncrypt({ key: rsa.publicKey, oaepHash: 'sha256' }, message);
assert.deepEqual(crypto.privateDecrypt({ key: rsa.privateKey, oaepHash: 'sha256' }, hidden), message);
const pair = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
const flat = crypto.sign('sha256', message, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' });
assert.equal(flat.length, 64);
assert(crypto.verify('sha256', message, { key: pair.publicKey, dsaEncoding: 'ieee-p1363' }, flat));
assert.equal(crypto.verify('sha256', message, pair.publicKey, flat), false);
const [ours, theirs] = [crypto.generateKeyPairSync('x25519'), crypto.generateKeyPairSync('x25519')];
assert.deepEqual(crypto.diffieHellman({ privateKey: ours.privateKey, publicKey: theirs.publicKey }), crypto.diffieHellman({ privateKey: theirs.privateKey, publicKey: ours.publicKey }));
const [first, second] = [crypto.createECDH('secp384r1'), crypto.createECDH('secp384r1')];
assert.equal(first.computeSecret(second.generateKeys('hex', 'compressed') && (first.generateKeys(), second.getPublicKey()), undefined as any, 'hex'), second.computeSecret(first.getPublicKey(null, 'compressed'), undefined as any, 'hex'));
const asynchronous: any = await promisify(crypto.generateKeyPair as any)('ec', { namedCurve: 'P-384' });
assert.equal(asynchronous.publicKey.asymmetricKeyDetails.namedCurve, 'secp384r1');
const secret = crypto.createSecretKey(Buffer.from('abc'));
assert.equal(secret.type, 'secret');
assert.equal(createHmac('sha256', secret).update('x').digest('hex'), createHmac('sha256', 'abc').update('x').digest('hex'));
const viewed: any = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
const flatSigned = crypto.sign('sha256', message, { key: crypto.KeyObject.from(viewed.privateKey), dsaEncoding: 'ieee-p1363' });
assert(await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, viewed.publicKey, flatSigned, message));
assert.throws(() => (crypto as any).createDiffieHellman(8), Error);

// As streams.
const { pipeline } = await import('node:stream/promises');
const { Readable } = await import('node:stream');
const stream = crypto.createHash('sha256');
await pipeline(Readable.from([Buffer.from('a'), Buffer.from('bc')]), stream);
assert.equal(stream.read().toString('hex'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
