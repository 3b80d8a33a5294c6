// Buffer: making, encodings, numbers, search. The same file passes in Node.js.
import assert from 'node:assert/strict';
import { Buffer as Named, kMaxLength } from 'node:buffer';

assert.equal(Named, Buffer);
assert(Buffer.isBuffer(Buffer.alloc(1)) && !Buffer.isBuffer(new Uint8Array(1)));
assert(Buffer.from('a') instanceof Uint8Array);
assert(kMaxLength > 1e6);

assert.equal(Buffer.from('héllo €').toString('hex'), '68c3a96c6c6f20e282ac');
assert.equal(Buffer.from('68c3a96c6c6f', 'hex').toString(), 'héllo');
assert.equal(Buffer.from('hello world').toString('base64'), 'aGVsbG8gd29ybGQ=');
assert.equal(Buffer.from('aGVsbG8gd29ybGQ', 'base64').toString(), 'hello world');
assert.equal(Buffer.from([0xfb, 0xff]).toString('base64url'), '-_8');
assert.equal(Buffer.from('é', 'latin1').length, 1);
assert.equal(Buffer.from([0xe9]).toString('latin1'), 'é');
assert.equal(Buffer.from('hi', 'utf16le').toString('hex'), '68006900');
assert.equal(Buffer.from('hi', 'utf16le').toString('ucs2'), 'hi');
assert.equal(Buffer.byteLength('€'), 3);
assert.throws(() => Buffer.from('a', 'nope' as any), { code: 'ERR_UNKNOWN_ENCODING', name: 'TypeError' });
assert.throws(() => Buffer.from(5 as any), { code: 'ERR_INVALID_ARG_TYPE' });
assert.throws(() => Buffer.alloc(-1), { code: 'ERR_OUT_OF_RANGE' });

const bytes = Buffer.from([1, 2, 3, 4]);
assert.deepEqual([...bytes.subarray(1, 3)], [2, 3]);
assert(Buffer.isBuffer(bytes.subarray(1)), 'subarray is a Buffer');
bytes.slice(0, 1)[0] = 9;
assert.equal(bytes[0], 9, 'slice shares the memory');
assert.deepEqual(JSON.parse(JSON.stringify(bytes)), { type: 'Buffer', data: [9, 2, 3, 4] });
assert.deepEqual(Buffer.from(JSON.parse(JSON.stringify(bytes))), bytes);
assert.equal(Buffer.concat([Buffer.from('ab'), Buffer.from('cd')], 3).toString(), 'abc');
assert.equal(Buffer.compare(Buffer.from('a'), Buffer.from('b')), -1);
assert(Buffer.from('x').equals(Buffer.from('x')));
assert.equal(Buffer.alloc(5, 'ab').toString(), 'ababa');
assert.deepEqual([...Buffer.from(new Uint16Array([1, 256]))], [1, 0]);
assert.deepEqual([...Buffer.from(new Uint16Array([1, 256]).buffer)], [1, 0, 0, 1]);

const numbers = Buffer.alloc(16);
assert.equal(numbers.writeUInt32BE(0xdeadbeef, 0), 4);
assert.equal(numbers.readUInt32BE(0), 0xdeadbeef);
assert.equal(numbers.readInt32BE(), -559038737);
assert.equal(numbers.readUInt16LE(0), 0xadde);
numbers.writeDoubleLE(1.5, 8);
assert.equal(numbers.readDoubleLE(8), 1.5);
numbers.writeBigUInt64BE(2n ** 63n, 8);
assert.equal(numbers.readBigUInt64BE(8), 2n ** 63n);
numbers.writeIntBE(-2, 0, 6);
assert.equal(numbers.readIntBE(0, 6), -2);
assert.equal(numbers.readUIntLE(0, 3), 0xffffff);
assert.throws(() => numbers.readUInt32LE(13), { code: 'ERR_OUT_OF_RANGE', name: 'RangeError' });
assert.throws(() => numbers.writeUInt8(256, 0), { code: 'ERR_OUT_OF_RANGE' });

const text = Buffer.from('abcabc');
assert.equal(text.indexOf('c'), 2);
assert.equal(text.indexOf('c', 3), 5);
assert.equal(text.lastIndexOf('a'), 3);
assert.equal(text.indexOf(Buffer.from('bca')), 1);
assert.equal(text.indexOf(98), 1);
assert(!text.includes('x'));
const target = Buffer.alloc(4);
assert.equal(text.copy(target, 1, 0, 2), 2);
assert.equal(target.toString('latin1'), '\0ab\0');
assert.equal(target.write('€€', 0), 3);
assert.equal(Buffer.from([1, 2, 3, 4]).swap16().toString('hex'), '02010403');
