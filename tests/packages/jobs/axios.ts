import assert from 'node:assert/strict';
import axios from 'axios';

const base = process.env.JOB_SERVER!;
for (const adapter of ['http', 'fetch'] as const) {
  const client = axios.create({ baseURL: base, adapter });
  const got = await client.get('/json?x=1', { params: { y: 2 } });
  assert.deepEqual([got.status, got.data.url], [200, '/json?x=1&y=2']);
  const posted = await client.post('/json', { a: 1 }, { auth: { username: 'u', password: 'p' } });
  assert.deepEqual([posted.data.body, posted.data.type, posted.data.auth], ['{"a":1}', 'application/json', 'Basic dTpw']);
  assert.equal((await client.get('/redirect')).data.url, '/json');
  assert.deepEqual((await client.get('/gzip')).data, { z: 1 });
  await assert.rejects(client.get('/404'), (error: any) => error.response.status === 404 && error.response.data === 'nope');
  await assert.rejects(client.get('/slow', { timeout: 50 }));
}
const http = axios.create({ baseURL: base, adapter: 'http' });
assert.deepEqual((await http.get('/json')).headers['set-cookie'], ['a=1', 'b=2']);
const aborter = new AbortController();
setTimeout(() => aborter.abort(), 20);
await assert.rejects(http.get('/slow', { signal: aborter.signal }), { code: 'ERR_CANCELED' });
await assert.rejects(axios.get('http://127.0.0.1:1/', { adapter: 'http' }), { code: 'ECONNREFUSED' });
let streamed = '';
for await (const piece of (await http.get('/held', { responseType: 'stream' })).data) {
  streamed += piece;
  // The rest is held back until then.
  if (streamed === 'one') await http.get('/go');
}
assert.equal(streamed, 'onetwo');
