// Every method of the workflow kit: what it does, and what it says when it cannot.
import { cronflow } from 'cronflow';
import { DataGenerator, expect, mockFetch, test, vi } from 'cronflow/testing';

const mail = cronflow.defineService({
  id: 'mail', name: 'Mail', version: '1.0.0',
  setup: () => ({ actions: { send: async () => { throw new Error('this would send a real mail'); } } }),
} as any).withConfig({});

const real = vi.fn(() => 'really charged');
const order = cronflow
  .define({ id: 'order', services: [mail] })
  .step('load', async ctx => (await fetch(`https://shop.example/orders/${ctx.payload.id}`)).json())
  .step('charge', real)
    .retry({ attempts: 3, backoff: { strategy: 'fixed', delay: '1h' } })
  .step('tell', async (ctx: any) => ctx.services.mail.send({ to: ctx.payload.id }))
  .if('large', ctx => ctx.steps.load.output.total > 100)
    .humanInTheLoop({ description: 'A large order', timeout: '2d' })
    .step('approved', ctx => ctx.last)
  .endIf()
  .waitForEvent('packed', { timeout: '5d' })
  .step('ship', ctx => ctx.last);

const small = () => order.test().trigger({ id: 7 }).mockFetch('https://shop.example/*', { total: 20 }).mockService('mail', { send: () => 'sent' });

test('steps, services, requests and events are mocked', async () => {
  const run = await small().mockStep('charge', (ctx: any) => `charged ${ctx.last.total}`).emitEvent('packed', { boxes: 2 }).run();
  expect(run.status).toBe('completed');
  expect([run.steps.charge.output, run.steps.tell.output]).toEqual(['charged 20', 'sent']);
  expect(run.output).toMatchObject({ boxes: 2 });
  expect(real).not.toHaveBeenCalled();
});

test('failures are injected into attempts', async () => {
  const twice = await small().failStep('charge', 'closed', { attempts: 2 }).emitEvent('packed').expectStep('charge').toHaveAttempts(3).run();
  expect(twice.steps.charge).toMatchObject({ output: 'really charged', retryDelays: [3_600_000, 3_600_000] });
  const second = await small().failStep('charge', new RangeError('odd'), { attempts: [1] }).emitEvent('packed').expectStep('charge').toHaveAttempts(2).run();
  expect(second.status).toBe('completed');
  const always = await small().failStep('charge', 'closed').expectStep('charge').toFailWith('closed').expectStep('tell').toBeSkipped().run();
  expect([always.status, always.error.message]).toEqual(['failed', 'closed']);
});

test('people decide, or do not', async () => {
  const large = () => order.test().trigger({ id: 8 }).mockFetch('https://shop.example/*', { total: 500 }).mockService('mail', { send: () => 'sent' });
  const yes = await large().advanceTime('1d').approve({ approved: true, by: 'Ada' }).emitEvent('packed').run();
  expect(yes.steps.approved.output).toMatchObject({ approved: true, by: 'Ada' });
  const no = await large().reject({ approved: false, reason: 'no' }).emitEvent('packed').run();
  expect(no.steps.approved.output).toMatchObject({ approved: false, reason: 'no' });
  const late = await large().advanceTime('3d').emitEvent('packed').run();
  expect(late.steps.approved.output).toMatchObject({ timedOut: true });
  const cancelled = await large().cancel('not wanted').run();
  expect(cancelled.status).toBe('cancelled');
});

test('time passes in no time', async () => {
  const run = await small().run();
  expect([run.status, run.duration]).toEqual(['completed', 5 * 24 * 3_600_000]);
  expect(run.output).toMatchObject({ timedOut: true });
});

test('the engine crashes, and nothing runs twice', async () => {
  real.mockClear();
  const run = await small().crashAfter('charge').emitEvent('packed').run();
  expect([run.status, real.mock.calls.length]).toEqual(['completed', 1]);
  await small().mockStep('charge', 'charged').emitEvent('packed').crashEverywhere().run();
});

test('it crashes when a step has failed, and the step must end', async () => {
  const run = await small().failStep('charge', 'closed').crashAfter('charge').expectStep('charge').toHaveAttempts(3).run();
  expect([run.status, run.error.message]).toEqual(['failed', 'closed']);
  const skipped = small().mockStep('charge', 1).emitEvent('packed').crashAfter('approved');
  await expect(skipped.run()).rejects.toThrow("crashAfter('approved'): the step has not ended, so nothing crashed");
});

test('what was expected and did not happen is told', async () => {
  const expected = (chain: (kit: any) => any) => chain(small().mockStep('charge', 'charged').emitEvent('packed')).run();
  await expect(expected(kit => kit.expectStep('charge').toReturn('free'))).rejects.toThrow(/step 'charge'.*free/s);
  await expect(expected(kit => kit.expectStep('charge').toFail())).rejects.toThrow(/charge/);
  await expect(expected(kit => kit.expectStep('ship').toBeSkipped())).rejects.toThrow(/ship/);
  await expect(expected(kit => kit.expectStep('charge').toHaveAttempts(2))).rejects.toThrow('it returned "charged" in 1 attempt');
  await expect(expected(kit => kit.expectStep('approved').toSucceed())).rejects.toThrow(/approved/);
});

test('what does not exist is an error', async () => {
  await expect(small().expectStep('shipp').toSucceed().run()).rejects.toThrow("there is no step 'shipp'; did you mean 'ship'?");
  await expect(small().mockStep('nothing', 1).run()).rejects.toThrow("there is no step 'nothing'");
  await expect(small().failStep('nothing').run()).rejects.toThrow("there is no step 'nothing'");
  await expect(small().crashAfter('nothing').run()).rejects.toThrow("there is no step 'nothing'");
  expect(() => small().mockService('fax', {})).toThrow("there is no service 'fax'");
  expect(() => small().advanceTime('soon')).toThrow("'soon' is not a duration");
  await expect(small().mockStep('charge', 1).approve().run()).rejects.toThrow('approve(): nothing waits for a person');
});

test('data is generated from a seed', async () => {
  const data = (seed: number) => {
    const make = new DataGenerator(seed);
    return [make.generateOrder(), make.generateUser({ name: 'Ada' }), make.number(1, 6), make.uuid(), make.date()];
  };
  expect(data(1)).toEqual(data(1));
  expect(data(1)).not.toEqual(data(2));
  expect(data(3)[1]).toMatchObject({ name: 'Ada' });
  mockFetch('https://shop.example/*', { total: 1 });
  const run = await order.advancedTest().withDataGenerator(5).generateData(make => ({ id: make.number() })).trigger()
    .mockStep('tell', (ctx: any) => ctx.payload.id).emitEvent('packed').run();
  expect(run.steps.tell.output).toBe(new DataGenerator(5).number());
});
