import assert from 'node:assert/strict';
import { Hono } from 'hono';
import { cors } from 'hono/cors';

const app = new Hono();
app.use('*', cors());
app.get('/hello/:name', context => context.json({ hello: context.req.param('name'), q: context.req.query('q') }));
app.post('/echo', async context => context.text((await context.req.json()).text, 201));
app.onError((error, context) => context.text(error.message, 500));
app.get('/fail', () => { throw new Error('no'); });
const hello = await app.request('/hello/ada?q=1');
assert.deepEqual([hello.status, await hello.json(), hello.headers.get('access-control-allow-origin')], [200, { hello: 'ada', q: '1' }, '*']);
const echo = await app.request('/echo', { method: 'POST', body: JSON.stringify({ text: 'hi' }), headers: { 'content-type': 'application/json' } });
assert.deepEqual([echo.status, await echo.text()], [201, 'hi']);
assert.equal((await app.request('/none')).status, 404);
assert.equal((await app.request('/fail')).status, 500);
