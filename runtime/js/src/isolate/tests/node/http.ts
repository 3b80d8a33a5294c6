// node:http as a client. The same file passes in Node.js; JOB_SERVER is tests/it/echo.rs.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';

const base = process.env.JOB_SERVER!;
const body = async (response: any) => {
  let text = '';
  for await (const piece of response) text += piece;
  return text;
};

// Events come in their order, and the first piece before the last, which waits for it.
const seen: string[] = [];
const request = http.request(`${base}/held`, { agent: new http.Agent({ keepAlive: true }) });
for (const name of ['socket', 'finish', 'response', 'close', 'error']) request.on(name, () => seen.push(name));
request.on('response', response => {
  response.on('data', (piece: any) => {
    if (seen.push(String(piece)) === 4) http.get(`${base}/go`, answer => answer.resume());
  });
  response.on('end', () => seen.push('end'));
});
request.end();
await once(request, 'close');
assert.deepEqual(seen, ['socket', 'finish', 'response', 'one', 'two', 'end', 'close']);

const put = http.request(`${base}/json`, { method: 'PUT', headers: { 'Content-Type': 'text/x', 'Content-Length': 3 }, auth: 'u:p' });
assert.equal(put.getHeader('content-type'), 'text/x');
put.write('a');
put.end('bc');
const [answer]: any = await once(put, 'response');
assert.deepEqual([answer.statusCode, answer.statusMessage, answer.headers['set-cookie']], [200, 'OK', ['a=1', 'b=2']]);
const told = JSON.parse(await body(answer));
assert.deepEqual([told.method, told.body, told.type, told.auth, answer.complete], ['PUT', 'abc', 'text/x', 'Basic dTpw', true]);

const [redirect]: any = await once(http.get(`${base}/redirect`), 'response');
assert.deepEqual([redirect.statusCode, redirect.headers.location], [302, '/json']);
redirect.resume();
const url = new URL(base);
const [missing]: any = await once(http.get({ host: url.hostname, port: url.port, path: '/404' }), 'response');
assert.deepEqual([missing.statusCode, missing.headers['x-a'], await body(missing)], [404, 'b', 'nope']);

const slow = http.get(`${base}/slow`, { timeout: 30 });
slow.on('timeout', () => slow.destroy(new Error('mine')));
assert.equal(((await once(slow, 'close').catch((error: any) => [error])) as any)[0].message, 'mine');
const aborted = http.get(`${base}/slow`);
setTimeout(() => aborted.destroy(), 20);
assert.equal(((await once(aborted, 'error')) as any)[0].code, 'ECONNRESET');
assert.equal(((await once(http.get('http://127.0.0.1:1/'), 'error')) as any)[0].code, 'ECONNREFUSED');
