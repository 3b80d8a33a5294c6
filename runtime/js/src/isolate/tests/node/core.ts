// path, url, querystring, util, events, assert, os, timers. The same file passes in Node.js.
import assert from 'node:assert';
import { strict } from 'assert';
import EventEmitter, { once, on } from 'node:events';
import path from 'path';
import querystring from 'querystring';
import { StringDecoder } from 'string_decoder';
import { setTimeout as sleep } from 'timers/promises';
import url from 'url';
import util from 'util';
import os from 'os';

// path
const joined: [string, string][] = [
  [path.join('/a', '..', 'b', './c//d'), '/b/c/d'], [path.join('', ''), '.'], [path.normalize('/a/../../b/'), '/b/'], [path.normalize('./a/..'), '.'],
  [path.resolve('/a', '../b', 'c'), '/b/c'], [path.relative('/a/b/c', '/a/d'), '../../d'], [path.dirname('/a/b/'), '/a'], [path.dirname('a'), '.'],
  [path.basename('/a/b.ts', '.ts'), 'b'], [path.extname('a.b.c'), '.c'], [path.extname('.rc'), ''], [path.format({ dir: '/x', name: 'y', ext: 'z' }), '/x/y.z'],
];
for (const [actual, expected] of joined) assert.strictEqual(actual, expected);
assert.deepStrictEqual(path.parse('/home/a/b.txt'), { root: '/', dir: '/home/a', base: 'b.txt', ext: '.txt', name: 'b' });
assert.deepStrictEqual(path.parse('b'), { root: '', dir: '', base: 'b', ext: '', name: 'b' });
assert.throws(() => path.join(1 as any), { code: 'ERR_INVALID_ARG_TYPE' });

// url
assert.strictEqual(url.fileURLToPath('file:///a%20b/c'), '/a b/c');
assert.strictEqual(url.pathToFileURL('/a b#c').href, 'file:///a%20b%23c');
const parsed = url.parse('http://user:pw@Host.com:80/p/a?q=1#h', true);
assert.deepStrictEqual(
  [parsed.protocol, parsed.auth, parsed.host, parsed.port, parsed.hostname, parsed.pathname, parsed.search, { ...parsed.query }, parsed.hash],
  ['http:', 'user:pw', 'host.com:80', '80', 'host.com', '/p/a', '?q=1', { q: '1' }, '#h'],
);
assert.strictEqual(url.format({ protocol: 'https', hostname: 'x.y', pathname: '/p', query: { a: 1, b: ['2', '3'] } }), 'https://x.y/p?a=1&b=2&b=3');
assert.strictEqual(url.resolve('/one/two/three', 'four'), '/one/two/four');
assert.strictEqual(url.resolve('http://x.y/one', '/two'), 'http://x.y/two');

// querystring
assert.deepStrictEqual({ ...querystring.parse('a=1&a=2&b=%20c+d&e') }, { a: ['1', '2'], b: ' c d', e: '' });
assert.strictEqual(querystring.stringify({ a: [1, 2], b: 'x y', c: true, d: null }), 'a=1&a=2&b=x%20y&c=true&d=');

// string_decoder
const decoder = new StringDecoder('utf8');
assert.strictEqual(decoder.write(Buffer.from([0xe2, 0x82])) + decoder.write(Buffer.from([0xac])) + decoder.end(), '€');

// util
assert.strictEqual(util.format('%s %d %j', 'a', 1, { b: 2 }, 'more'), 'a 1 {"b":2} more');
assert.strictEqual(util.inspect({ a: [1, { b: new Map([[1, 2]]) }] }), '{ a: [ 1, { b: [Map] } ] }');
const later = util.promisify((value: number, callback: (error: unknown, result?: number) => void) => callback(null, value * 2));
assert.strictEqual(await later(4), 8);
assert(util.isDeepStrictEqual({ a: new Set([1, { x: 1 }]) }, { a: new Set([1, { x: 1 }]) }));
assert(!util.isDeepStrictEqual([1, 2], [1, '2']));
assert(util.types.isDate(new Date()) && util.types.isUint8Array(Buffer.alloc(1)) && util.types.isPromise(Promise.resolve()));
function Old(this: any) { EventEmitter.call(this); }
util.inherits(Old, EventEmitter);
let heard = 0;
new (Old as any)().on('x', () => heard++).emit('x');
assert.strictEqual(heard, 1);
const args = util.parseArgs({ args: ['-f', '--bar=b', 'pos'], options: { foo: { type: 'boolean', short: 'f' }, bar: { type: 'string' } }, allowPositionals: true });
assert.deepStrictEqual([{ ...args.values }, args.positionals], [{ foo: true, bar: 'b' }, ['pos']]);

// events
class Mine extends EventEmitter {}
const mine = new Mine();
const order: string[] = [];
mine.on('a', () => order.push('second'));
mine.prependListener('a', () => order.push('first'));
mine.once('a', () => order.push('once'));
assert(mine.emit('a') && mine.emit('a') && !mine.emit('b'));
assert.deepStrictEqual(order, ['first', 'second', 'once', 'first', 'second']);
assert.strictEqual(mine.listenerCount('a'), 2);
assert.throws(() => mine.emit('error', new Error('boom')), /boom/);
setTimeout(() => mine.emit('late', 1, 2), 1);
assert.deepStrictEqual(await once(mine, 'late'), [1, 2]);
setTimeout(() => { mine.emit('n', 1); mine.emit('n', 2); }, 1);
const seen: number[] = [];
for await (const [value] of on(mine, 'n')) if (seen.push(value) === 2) break;
assert.deepStrictEqual(seen, [1, 2]);
assert.strictEqual(mine.listenerCount('n'), 0);

// assert
assert.deepEqual({ a: '1' }, { a: 1 });
assert.throws(() => assert.deepStrictEqual({ a: '1' }, { a: 1 }), { code: 'ERR_ASSERTION', name: 'AssertionError' });
assert.throws(() => strict.equal(1, '1'), assert.AssertionError);
assert.deepStrictEqual(new Date(0), new Date(0));
assert.notDeepStrictEqual(new Map([[1, { a: 1 }]]), new Map([[1, { a: 2 }]]));
const circle: any = { name: 'c' }; circle.self = circle;
const other: any = { name: 'c' }; other.self = other;
assert.deepStrictEqual(circle, other);
await assert.rejects(Promise.reject(new TypeError('no')), { name: 'TypeError', message: 'no' });
await assert.rejects(async () => { throw new Error('x'); }, /x/);
assert.throws(() => assert.throws(() => undefined), /Missing expected exception/);
assert.match('abc', /b/);
assert.throws(() => assert.ok(0), { code: 'ERR_ASSERTION' });

// timers
let ticks = 0;
const interval = setInterval(() => ticks++, 1);
await sleep(20);
clearInterval(interval);
assert(ticks >= 1);
assert.strictEqual(await sleep(1, 'value'), 'value');
const controller = new AbortController();
const waiting = sleep(10_000, null, { signal: controller.signal });
controller.abort();
await assert.rejects(waiting, { name: 'AbortError' });
await new Promise(resolve => setImmediate(resolve));
await new Promise(resolve => process.nextTick(resolve));
assert.strictEqual(os.EOL, '\n');
assert(os.cpus().length >= 1 && process.pid > 0 && process.cwd().startsWith('/'));
