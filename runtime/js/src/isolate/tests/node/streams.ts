// node:stream. The same file passes in Node.js.
import assert from 'node:assert/strict';
import stream, { Duplex, PassThrough, Readable, Transform, Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { json, text } from 'node:stream/consumers';

assert.equal(stream.Readable, Readable);
assert.deepEqual(await Readable.from([1, 2, 3]).toArray(), [1, 2, 3]);
assert.equal(await text(Readable.from(['a', 'b'])), 'ab');
assert.deepEqual(await json(Readable.from(['{"a":', '1}'])), { a: 1 });

const chunks: string[] = [];
const sink = () => new Writable({ write(chunk, _encoding, done) { chunks.push(chunk.toString()); setTimeout(done, 0); } });
const upper = new Transform({ transform(chunk, _encoding, done) { done(null, chunk.toString().toUpperCase()); }, flush(done) { done(null, '!'); } });
await pipeline(Readable.from(['ab', 'cd']), upper, sink());
assert.deepEqual(chunks.splice(0), ['AB', 'CD', '!']);

await pipeline(Readable.from(['x', 'y']), async function* (source: AsyncIterable<string>) { for await (const one of source) yield one + one; }, sink());
assert.deepEqual(chunks.splice(0), ['xx', 'yy']);

// Backpressure: a slow sink makes write() return false, and drain comes.
const slow = new Writable({ highWaterMark: 2, write(_chunk, _encoding, done) { setTimeout(done, 1); } });
assert.equal(slow.write('abc'), false);
await new Promise(resolve => slow.once('drain', resolve));
slow.end();
await finished(slow);
assert(slow.writableFinished);

// Errors end a pipeline and destroy its parts.
const source = Readable.from((async function* () { yield 'a'; throw new Error('broken'); })());
const target = new PassThrough();
await assert.rejects(pipeline(source, target), /broken/);
assert(target.destroyed);

// Events, flowing mode, setEncoding.
const readable = new Readable({ read() {} });
readable.setEncoding('utf8');
const seen: string[] = [];
readable.on('data', chunk => seen.push(chunk));
readable.push(Buffer.from([0xe2, 0x82]));
readable.push(Buffer.from([0xac]));
readable.push(null);
await new Promise(resolve => readable.once('end', resolve));
assert.equal(seen.join(''), '€');

// pipe() and a duplex.
const through = new PassThrough();
const piped = Readable.from(['1', '2']).pipe(through);
assert.equal(await text(piped), '12');
const duplex = new Duplex({ read() { this.push('out'); this.push(null); }, write(chunk, _encoding, done) { seen.push(chunk.toString()); done(); } });
duplex.end('in');
assert.equal(await text(duplex), 'out');
assert(seen.includes('in'));
assert.deepEqual(await Readable.from([1, 2, 3, 4]).filter((n: number) => n % 2 === 0).map((n: number) => n * 10).toArray(), [20, 40]);
