import assert from 'node:assert/strict';
import ky, { HTTPError } from 'ky';

let calls = 0;
const api = ky.create({
  prefix: 'http://api.test',
  retry: { limit: 2, delay: () => 1 },
  fetch: async (request: Request) => {
    calls++;
    if (request.url.endsWith('/flaky') && calls < 2) return new Response('', { status: 503 });
    if (request.url.endsWith('/missing')) return new Response('{}', { status: 404 });
    return new Response(JSON.stringify({ method: request.method, body: request.method === 'POST' ? await request.json() : null }), { headers: { 'content-type': 'application/json' } });
  },
} as any);
assert.deepEqual(await api.post('x', { json: { a: 1 } }).json(), { method: 'POST', body: { a: 1 } });
calls = 0;
assert.deepEqual(await api.get('flaky').json(), { method: 'GET', body: null });
assert.equal(calls, 2);
await assert.rejects(api.get('missing').json(), HTTPError);
