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
