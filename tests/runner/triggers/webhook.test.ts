import { cronflow } from 'cronflow';
import { describe, expect, test, vi } from 'cronflow/testing';

const orders = cronflow
  .define({ id: 'orders' })
  .onWebhook('/orders/:id', {
    method: ['PUT', 'POST'],
    headers: { required: { 'x-shop': true } },
    schema: { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] },
    condition: ctx => ctx.payload.amount !== 0,
    idempotencyKey: 'x-key',
    maxBody: '100b',
    cors: { origin: 'https://shop.example' },
  })
  .onWebhook('/ping', { method: 'GET', respond: ctx => new Response(`pong ${ctx.trigger.query.n}`, { status: 418 }) })
  .step('note', ctx => ctx.trigger);

const order = { path: '/orders/7', headers: { 'X-Shop': 'one' }, body: { amount: 3 } };

describe('what the server accepts', () => {
  test('starts the run with what the request had', async () => {
    const run = await orders.advancedTest().mockTrigger('webhook', { ...order, query: { a: 1, b: ['x', 'y'] } }).run();
    const trigger = { type: 'webhook', method: 'PUT', path: '/orders/7', params: { id: '7' }, query: { a: '1', b: ['x', 'y'] }, ip: '127.0.0.1' };
    expect(run.output).toMatchObject(trigger);
    expect(run.output.headers).toEqual({ 'x-shop': 'one', 'content-type': 'application/json' });
    expect(run.status).toBe('completed');
    expect(run.http).toMatchObject({ status: 200, body: { status: 'success', run_id: run.runId, output: trigger } });
  });

  test('is answered as the webhook says', async () => {
    const run = await orders.advancedTest().mockTrigger('webhook', { path: '/ping?n=1' }).run();
    expect([run.output.method, run.http?.status, run.http?.body]).toEqual(['GET', 418, 'pong 1']);
    const head = await orders.advancedTest().mockTrigger('webhook', { path: '/ping', query: { n: 2 }, method: 'head' }).run();
    expect([head.output.method, head.http?.status, head.http?.body]).toEqual(['HEAD', 418, '']);
  });

  test('lets the pages read the answer that may', async () => {
    const from = (origin: string) => orders.advancedTest().mockTrigger('webhook', { ...order, headers: { ...order.headers, origin } }).run();
    expect((await from('https://shop.example')).http?.headers['access-control-allow-origin']).toBe('https://shop.example');
    expect((await from('https://evil.example')).http?.headers).not.toHaveProperty('access-control-allow-origin');
    const asked = await orders.advancedTest().mockTrigger('webhook', { path: '/orders/7', method: 'OPTIONS', headers: { origin: 'https://shop.example', 'access-control-request-method': 'PUT' } }).run();
    expect([asked.status, asked.http?.status, asked.http?.headers['access-control-allow-methods']]).toEqual(['answered', 204, 'PUT, POST']);
  });

  test('starts one run for one key', async () => {
    const keyed = { ...order, headers: { ...order.headers, 'x-key': 'k' } };
    const run = await orders.advancedTest().mockTrigger('webhook', keyed).mockTrigger('webhook', keyed).mockTrigger('webhook', order).run();
    expect(run.runs).toHaveLength(2);
    expect(run.runs[0].runId).toBe(run.runId);
    expect(run.responses.map(one => one?.body.run_id)).toEqual([run.runId, run.runId, run.runs[1].runId]);
  });

  test('the generated data is the body', async () => {
    const run = await orders.advancedTest().generateData(() => ({ amount: 9 })).mockTrigger('webhook', { path: '/orders/1', headers: order.headers }).mockStep('note', ctx => ctx.payload).run();
    expect(run.output).toEqual({ amount: 9 });
  });
});

describe('what the server refuses', () => {
  test.each([
    ['a header is missing', { headers: {} }, 400, "the header 'x-shop' is missing"],
    ['the payload does not fit', { body: { amount: 'x' } }, 400, 'payload.amount'],
    ['the body is no JSON', { body: '{"amount":' }, 400, 'not valid JSON'],
    ['the body is too large', { body: { amount: 1, text: 'x'.repeat(100) } }, 413, 'larger than'],
    ['the body has another type', { body: 'a', headers: { 'x-shop': 'one', 'content-type': 'image/png' } }, 415, 'image/png'],
    ['the key is too long', { headers: { 'x-shop': 'one', 'x-key': 'k'.repeat(1001) } }, 400, 'idempotency key'],
    ['the method is another', { method: 'DELETE' }, 405, 'Method not allowed'],
    ['the path is too long', { path: `/orders/${'7'.repeat(9000)}` }, 414, 'too long'],
  ] as const)('%s', async (_, wrong, status, reason) => {
    const run = await orders.advancedTest().mockTrigger('webhook', { ...order, ...wrong }).expectStep('note').toBeSkipped().run();
    expect([run.status, run.http?.status, run.runId, run.runs]).toEqual(['rejected', status, '', []]);
    expect(run.error.message).toContain(reason);
  });

  test('the condition is not met', async () => {
    const run = await orders.advancedTest().mockTrigger('webhook', { ...order, body: { amount: 0 } }).run();
    expect([run.status, run.error, run.http?.status, run.http?.body.conditionMet]).toEqual(['skipped', undefined, 200, false]);
  });

  test('and nothing can happen to what did not start', async () => {
    const refused = () => orders.advancedTest().mockTrigger('webhook', { ...order, headers: {} });
    await expect(refused().approve().run()).rejects.toThrow(/approve\(\): there is no run[^]*rejected  RejectedError: the header 'x-shop' is missing/);
    await expect(refused().cancel().run()).rejects.toThrow('cancel(): there is no run');
    const later = await refused().mockTrigger('webhook', order).run();
    expect([later.status, later.responses.map(one => one?.status)]).toEqual(['completed', [400, 200]]);
  });
});

describe('functions of the webhook', () => {
  const guarded = cronflow
    .define({ id: 'guarded' })
    .onWebhook('/guarded', {
      middleware: (req, res, next) => (req.headers['x-pass'] === 'yes' ? next() : res.status(403).json({ no: true })),
      condition: ctx => {
        if (ctx.payload.bad) throw new TypeError('a defect of the condition');
        return true;
      },
      respond: ctx => {
        if (ctx.last === 'odd') throw new RangeError('a defect of respond');
        return new Response(ctx.last);
      },
    })
    .step('work', ctx => ctx.payload.give);
  const send = (body: unknown, pass = 'yes') => guarded.advancedTest().mockTrigger('webhook', { body, headers: { 'x-pass': pass } }).run();

  test('answer for themselves', async () => {
    const run = await send({}, 'no');
    expect([run.status, run.http?.status, run.http?.body]).toEqual(['answered', 403, { no: true }]);
    expect((await send({ give: 'text' })).http).toMatchObject({ status: 200, body: 'text' });
  });

  test('show what they have thrown', async () => {
    const refused = await send({ bad: true });
    expect([refused.status, refused.http?.status]).toEqual(['rejected', 500]);
    expect(refused.error).toMatchObject({ name: 'TypeError', message: 'a defect of the condition' });
    expect(JSON.stringify(refused.http?.body)).not.toContain('defect');
    const unanswered = await send({ give: 'odd' });
    expect([unanswered.status, unanswered.http?.status]).toEqual(['completed', 500]);
    expect(unanswered.http?.failure).toMatchObject({ name: 'RangeError', message: 'a defect of respond' });
  });
});

describe('signatures', () => {
  const text = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const schemes: Record<string, any> = {
    'standard-webhooks': { secret: text },
    github: { secret: 'the secret of github' },
    stripe: { secret: 'the secret of stripe', tolerance: '1m' },
    slack: { secret: ['the new secret of slack', 'the old secret of slack'] },
    hmac: { secret: 'the secret of another sender', header: 'X-Sig', algorithm: 'sha512', encoding: 'base64', prefix: 'v=', id: 'x-id' },
  };
  const signed = Object.entries(schemes).map(([scheme, options]) => {
    const flow = cronflow.define({ id: scheme }).onWebhook(`/${scheme}`, { signature: { scheme, ...options } }).step('read', ctx => ctx.payload);
    return [scheme, flow] as const;
  });
  const timed = signed.filter(([scheme]) => !['github', 'hmac'].includes(scheme));
  const other = { 'standard-webhooks': 'whsec_AAAA' } as Record<string, string>;

  test.each(signed)('%s: its own secret opens the door', async (_, flow) => {
    const run = await flow.advancedTest().mockTrigger('webhook', { signed: true, body: { a: 'ü' } }).run();
    expect([run.status, run.output, run.http?.status]).toEqual(['completed', { a: 'ü' }, 200]);
  });

  test.each(signed)('%s: another secret does not, nor does none', async (scheme, flow) => {
    const wrong = await flow.advancedTest().mockTrigger('webhook', { secret: other[scheme] ?? 'wrong', body: 1 }).run();
    expect([wrong.status, wrong.http?.status, wrong.error.message]).toEqual(['rejected', 401, 'the signature does not match']);
    const none = await flow.advancedTest().mockTrigger('webhook', { body: 1 }).run();
    expect([none.http?.status, none.http?.body.workflow_triggered]).toEqual([401, false]);
    expect(none.error.message).toMatch('is missing');
  });

  test.each(timed)('%s: the signed time is near', async (scheme, flow) => {
    const at = (away: number) => flow.advancedTest().mockTrigger('webhook', { signedAt: Date.now() + away, body: 1 }).run();
    const limit = scheme === 'stripe' ? 60_000 : 300_000;
    expect((await at(-limit)).status).toBe('completed');
    const stale = await at(-limit - 1000);
    expect([stale.http?.status, stale.error.message]).toEqual([401, "the signed time is too far from the server's"]);
    expect((await at(limit + 1000)).status).toBe('rejected');
  });

  test('a delivery that comes again is the same delivery', async () => {
    const [, github] = signed[1];
    const again = { signed: true, body: 1, headers: { 'X-GitHub-Delivery': 'one' } };
    const run = await github.advancedTest().mockTrigger('webhook', again).mockTrigger('webhook', again).mockTrigger('webhook', { signed: true, body: 1 }).run();
    expect(run.runs).toHaveLength(2);
  });

  test('a signature that the test gives is sent', async () => {
    const [, github] = signed[1];
    const run = await github.advancedTest().mockTrigger('webhook', { signed: true, body: 1, headers: { 'x-hub-signature-256': 'sha256=00' } }).run();
    expect(run.http?.status).toBe(401);
  });
});

describe('time and crashes', () => {
  const slow = cronflow
    .define({ id: 'slow' })
    .onWebhook('/slow', { responseTimeout: '10s' })
    .step('wait', ctx => new Promise(done => setTimeout(() => done('done'), ctx.payload.millis)));
  const patient = cronflow.define({ id: 'patient' }).onWebhook('/patient').humanInTheLoop({ description: 'ok?' }).step('end', ctx => ctx.last);

  test('an answer waits as long as the webhook says', async () => {
    const send = (millis: number) => slow.advancedTest().mockTrigger('webhook', { body: { millis } }).run();
    const [quick, late] = [await send(9000), await send(11_000)];
    expect([quick.output, quick.http?.status, quick.duration]).toEqual(['done', 200, 9000]);
    expect([late.output, late.http?.status, late.duration]).toEqual(['done', 202, 11_000]);
    expect(late.http?.body.url).toBe(`/api/runs/${late.runId}`);
  });

  test('a run that waits for a person is answered at once', async () => {
    const run = await patient.advancedTest().mockTrigger('webhook').approve({ approved: true }).run();
    expect([run.status, run.http?.status]).toEqual(['completed', 202]);
  });

  test('while time stands still nothing is answered', async () => {
    vi.useFakeTimers();
    const run = await slow.advancedTest().mockTrigger('webhook', { body: { millis: 50 } }).run();
    vi.useRealTimers();
    expect([run.status, run.http, run.responses]).toEqual(['running', undefined, [undefined]]);
  });

  test('an engine that dies does not answer; its run goes on', async () => {
    const run = await slow.advancedTest().mockTrigger('webhook', { body: { millis: 5 } }).crashAfter('wait').run();
    expect([run.status, run.output, run.http]).toEqual(['completed', 'done', undefined]);
    await slow.advancedTest().mockTrigger('webhook', { body: { millis: 5 } }).crashEverywhere().run();
    const key = { path: '/orders/7', headers: { 'x-shop': 'one', 'x-key': 'k' }, body: { amount: 1 } };
    const twice = await orders.advancedTest().mockTrigger('webhook', key).mockTrigger('webhook', key).mockStep('note', 1).crashEverywhere().run();
    expect(twice.runs).toHaveLength(1);
  });
});

describe('mistakes of a test', () => {
  const bare = cronflow.define({ id: 'bare' }).onWebhook('/bare').step('a', () => 1);
  const send = (options: any, flow: any = bare) => flow.advancedTest().mockTrigger('webhook', options);

  test.each([
    [{ pth: '/bare' }, "unknown option 'pth' of mockTrigger('webhook'); did you mean 'path'?"],
    [{ body: () => 1 }, "body of mockTrigger('webhook') must be text, bytes, URLSearchParams or a JSON value"],
    [{ headers: { a: {} } }, "the header 'a' of mockTrigger('webhook') must be text"],
    [{ signed: 'yes' }, "signed of mockTrigger('webhook') must be true or false"],
    [{ signed: false, secret: 'x' }, 'leave out signed: false'],
    [{ signedAt: 'noon' }, 'must be a date'],
  ])('%j', (options, message) => {
    expect(() => send(options)).toThrow(message);
  });

  test.each([
    [{ path: '/bear' }, "workflow 'bare' has no webhook for '/bear'; it has: /bare"],
    [{ path: 'bare' }, "'bare' is not the path of a request"],
    [{ path: '/bare', headers: { 'a b': 'c' } }, "the header 'a b' has a name or value that cannot be sent"],
    [{ signed: true }, "webhook '/bare' checks no signature"],
  ])('%j when it is sent', async (options, message) => {
    await expect(send(options).run()).rejects.toThrow(message);
  });

  test('what the workflow does not have', () => {
    expect(() => send({}, orders)).toThrow("workflow 'orders' has several webhooks; say which with path: '/orders/:id' or '/ping'");
    expect(() => send({ path: '/orders/:id' }, orders)).toThrow("'/orders/:id' has parameters; give the path of a request, such as '/orders/1'");
    expect(() => bare.advancedTest().mockTrigger('poll' as any)).toThrow("workflow 'bare' has no such trigger: there is no trigger 'poll'");
  });
});
