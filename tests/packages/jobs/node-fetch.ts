import assert from 'node:assert/strict';
import fetch from 'node-fetch';

const base = process.env.JOB_SERVER!;
assert.equal((await (await fetch(`${base}/json`, { method: 'POST', body: 'hi' })).json() as any).body, 'hi');
assert.equal((await (await fetch(`${base}/redirect`)).json() as any).url, '/json');
assert.equal((await (await fetch(`${base}/gzip`)).json() as any).z, 1);
