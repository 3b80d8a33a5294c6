// What the declarations infer, and what they refuse. Checked by tsc; nothing here is executed.

import { cronflow, defineService, NonRetryableError, RetryableError } from 'cronflow';
import { RetryExecutor } from 'cronflow/sdk';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Equal<A, B>): void {}

interface Order {
  id: string;
  items: { sku: string; price: number }[];
}

cronflow
  .define<Order>({ id: 'order', concurrency: { limit: 1, key: ctx => ctx.payload.id } })
  .onWebhook('/orders')
  .step('total', async ctx => ctx.payload.items.reduce((sum, item) => sum + item.price, 0))
  .retry({ attempts: 3, onRetry: (error, attempt, delay) => console.log(error.message, attempt + delay) })
  .step('text', ctx => {
    same<typeof ctx.last, number>(true);
    same<typeof ctx.steps.total.output, number>(true);
    return `${ctx.last}`;
  })
  .action('tell', ctx => same<typeof ctx.last, string>(true))
  .sleep('3d')
  .step('still', ctx => {
    same<typeof ctx.last, string>(true);
    // @ts-expect-error: there is no such step
    return ctx.steps.nowhere;
  })
  // @ts-expect-error: there is no such field of the payload
  .log(ctx => ctx.payload.nothing)
  // @ts-expect-error: no level of that name
  .log('x', 'loud')
  .step('end', () => 1)
  // @ts-expect-error: an unknown option
  .retry({ attempt: 3 });

cronflow
  .define({ id: 'timed' })
  .onSchedule('0 2 * * *', { timezone: 'Europe/Berlin', overlap: 'queue', catchUp: 'all' })
  .onSchedule({ cron: '@daily', jitter: '5m', end: new Date() })
  .onInterval('90s')
  .onEvent('order.*', { filter: (event, ctx) => event.total > 1 && ctx.trigger.event?.id, debounce: '5s' })
  .onPoll(async ctx => [{ id: 1, asked: await ctx.state.incr('asked') }], { interval: '5m' })
  // @ts-expect-error: no such policy
  .onInterval('1h', { overlap: 'wait' })
  // @ts-expect-error: a poll needs an interval
  .onPoll(() => [])
  .step('s', async () => (await cronflow.getSchedules()).map(one => one.nextFire));

cronflow
  .define({ id: 'blocks' })
  .parallel([() => 1, async () => 'two'])
  .step('list', ctx => {
    same<typeof ctx.last, [number, string]>(true);
    return ctx.last[1].length;
  })
  .parallel({ a: ctx => ctx.last + 1, b: flow => { flow.step('s', () => 1).sleep(5); } })
  .step('object', ctx => {
    same<typeof ctx.last.a, number>(true);
    return ctx.last.b;
  })
  .race([() => 1, async () => 'one'])
  .step('either', ctx => {
    same<typeof ctx.last, number | string>(true);
    return ctx.last;
  })
  .forEach('each', [1, 2, 3], (n, flow, index) => ({ text: `${n}`, index, at: flow.run.id }), { concurrency: 2 })
  .step('texts', ctx => {
    same<typeof ctx.last.results[0]['item'], number>(true);
    return ctx.steps.each.output.results.map(({ result }) => result.text);
  })
  .batch('groups', { items: ctx => ctx.last, size: 2 }, items => {
    same<typeof items, string[]>(true);
    return items.length;
  })
  .while('loop', ctx => ctx.last < 5, flow => flow.last + 1)
  .step('rounds', ctx => same<typeof ctx.last, { iterations: number; completed: boolean } & {}>(true as never))
  .waitForEvent<{ order: string }>('paid', { timeout: '1h', filter: event => event.order === 'x' })
  .if('late', ctx => ctx.last.timedOut)
  .cancel('late')
  .endIf()
  .humanInTheLoop({ description: 'd', onPause: (ctx, token) => console.log(ctx.token === token) })
  .step('decision', ctx => {
    same<typeof ctx.last.approved, boolean>(true);
    same<typeof ctx.steps.human_in_the_loop.output.status, 'resumed' | 'timeout'>(true);
  })
  .subflow('child', 'blocks', null, { wait: false })
  .step('id', ctx => same<typeof ctx.last, { runId: string }>(true))
  .subflow<number>('other', 'blocks')
  .step('number', ctx => same<typeof ctx.last, number>(true));

// @ts-expect-error: a workflow needs an id
cronflow.define({ name: 'x' });
// @ts-expect-error: an unknown option
cronflow.define({ id: 'x', concurency: 3 });
// @ts-expect-error: only actions can be critical
cronflow.define({ id: 'x' }).step('s', () => 1, { critical: true });

const mail = defineService({
  id: 'mail',
  setup: ({ auth, engine }: { auth: { key: string }; config: object; engine: any }) => {
    engine.registerTrigger('received', { webhook: '/mail' });
    return { actions: { send: async (to: string) => `${to} ${auth.key.length}` } };
  },
}).withConfig({ auth: { key: 'k' } });
same<Parameters<typeof mail.actions.send>, [to: string]>(true);

async function engine(): Promise<void> {
  const run = await cronflow.triggerAndWait('blocks', { any: 'thing' }, { priority: 3, delay: '5s' });
  same<typeof run.status, 'pending' | 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled' | 'timed_out'>(true);
  const count = await cronflow.incrGlobalState('n');
  same<typeof count, number>(true);
  // @ts-expect-error: no status of that name
  await cronflow.listRuns({ status: 'odd' });
  const result = await RetryExecutor.execute(async () => 5, { attempts: 3 });
  same<typeof result.result, number | undefined>(true);
  throw count > 1 ? new NonRetryableError('no') : new RetryableError('later', { retryAfter: '5s' });
}
void engine;

// Webhooks: checks are given the request together with ctx, and a scheme has its own options.
cronflow
  .define<Order>({ id: 'hooks' })
  .onWebhook('/hooks', {
    method: ['POST', 'PUT'],
    signature: { scheme: 'hmac', secret: { env: 'KEY' }, header: 'X-Sig', encoding: 'base64' },
    headers: { required: { 'x-a': 'b', 'x-b': true } },
    middleware: (req, res, next) => (req.get('x-c') === undefined ? res.status(401).json({}) : next()),
    validate: order => order.items.length > 0 || 'no items',
    condition: req => req.body.items.length > 0,
    idempotencyKey: ctx => ctx.payload.id,
    respond: ctx => ({ total: ctx.output }),
    onError: (ctx, error) => ({ status: 422, body: error.message }),
  })
  // @ts-expect-error: GitHub signs no time
  .onWebhook('/github', { signature: { scheme: 'github', secret: 'x', tolerance: '5m' } })
  .step('s', () => 1);
