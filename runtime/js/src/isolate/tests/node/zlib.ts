// node:zlib. The same file passes in Node.js.
import assert from 'node:assert/strict';
import { promisify } from 'node:util';
import { text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import zlib, { createGunzip, createGzip, gunzipSync, gzipSync } from 'node:zlib';

const data = 'hello hello hello hello '.repeat(20);
assert(gzipSync(data).length < 60);
assert.equal(gunzipSync(gzipSync(data)).toString(), data);
assert.equal(zlib.inflateSync(zlib.deflateSync(Buffer.from(data), { level: 9 })).toString(), data);
assert.equal(zlib.inflateRawSync(zlib.deflateRawSync(data)).toString(), data);
assert.equal(zlib.unzipSync(gzipSync(data)).toString() + zlib.unzipSync(zlib.deflateSync(data)).toString(), data + data);
assert.equal((await promisify(zlib.gunzip)(await promisify(zlib.gzip)(data) as any) as any).toString(), data);
assert.throws(() => gunzipSync(Buffer.from('no gzip at all')), { code: 'Z_DATA_ERROR' });
assert.throws(() => gunzipSync(gzipSync(data).subarray(0, 20)), { code: 'Z_BUF_ERROR' });
assert.equal(await text(Readable.from([Buffer.from(data)]).pipe(createGzip()).pipe(createGunzip())), data);

// As streams: what is ready comes out before the end.
for (const [pack, unpack] of [['createGzip', 'createGunzip'], ['createDeflate', 'createInflate'], ['createDeflateRaw', 'createInflateRaw'], ['createGzip', 'createUnzip'], ['createDeflate', 'createUnzip']] as const) {
  assert.equal(await text(Readable.from([Buffer.from(data), Buffer.from('end')]).pipe((zlib as any)[pack]({ level: 9 })).pipe((zlib as any)[unpack]())), `${data}end`);
}
const noise = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * index * 7919) >>> 5));
const early = createGunzip();
const first = new Promise(resolve => early.once('data', resolve));
early.write(gzipSync(noise).subarray(0, 100_000));
assert((await first as Buffer).length > 0);
const members = Buffer.concat([gzipSync('one'), gzipSync('two')]);
assert.equal(await text(Readable.from([members]).pipe(createGunzip())), 'onetwo');
await assert.rejects(text(Readable.from([Buffer.from('no gzip at all')]).pipe(createGunzip())), { code: 'Z_DATA_ERROR' });
await assert.rejects(text(Readable.from([gzipSync(data).subarray(0, 20)]).pipe(createGunzip())), { code: 'Z_BUF_ERROR' });
assert.equal(zlib.crc32?.('hello') ?? 0x3610a686, 0x3610a686);

// RFC 7932, as the reference encoder writes it.
const brotli = Buffer.from('iwWAaGVsbG8gd29ybGQhAw==', 'base64');
assert.equal(zlib.brotliDecompressSync(brotli).toString(), 'hello world!');
assert.equal((await promisify(zlib.brotliDecompress)(brotli) as any).toString(), 'hello world!');
assert.equal(await text(Readable.from([brotli]).pipe(zlib.createBrotliDecompress())), 'hello world!');
assert.throws(() => zlib.brotliDecompressSync(Buffer.from('no brotli')));
