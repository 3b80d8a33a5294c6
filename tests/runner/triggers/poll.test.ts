import { cronflow } from 'cronflow';
import { describe, expect, mockFetch, test, vi } from 'cronflow/testing';

const find = vi.fn(async () => (await fetch('https://inbox.example/')).json());
const inbox = cronflow
  .define({ id: 'inbox' })
  .onPoll(find, { interval: '1m', dedupe: 'key' })
  .step('read', ctx => ctx.payload)
  .sleep('1h')
  .step('about', ctx => ctx.trigger);

describe('a poll', () => {
  test('starts a run for each item that is new', async () => {
    const run = await inbox.advancedTest()
      .mockTrigger('poll', { items: [{ key: 'a', text: 'one' }, { key: 2, payload: 'two' }, { key: 'a', text: 'again' }] })
      .mockTrigger('poll', { items: [{ key: 2 }, { key: 'c' }] })
      .expectStep('read').toReturn({ key: 'a', text: 'one' })
      .run();
    expect(run.runs.map(one => one.steps.read.output)).toEqual([{ key: 'a', text: 'one' }, 'two', { key: 'c' }]);
    expect(run.runs.map(one => one.output.item)).toEqual(['a', '2', 'c']);
    expect(run.output).toMatchObject({ type: 'poll', item: 'a' });
    expect(find).not.toHaveBeenCalled();
  });

  test('the items may be generated', async () => {
    const run = await inbox.advancedTest().generateData(() => [{ key: 'g1' }, { key: 'g2' }]).mockTrigger('poll').run();
    expect(run.runs.map(one => one.steps.read.output.key)).toEqual(['g1', 'g2']);
    expect(() => inbox.advancedTest().generateData(() => 'text').mockTrigger('poll')).toThrow('items of mockTrigger(\'poll\') must be an array');
  });

  test('without new items there is no run', async () => {
    const run = await inbox.advancedTest().mockTrigger('poll', { items: [] }).expectStep('read').toBeSkipped().run();
    expect([run.status, run.runs]).toEqual(['skipped', []]);
  });

  test('asks the function when the test gives no items', async () => {
    const { calls } = mockFetch('https://inbox.example/', [{ key: 'x' }]);
    const run = await inbox.advancedTest().mockTrigger('poll').mockTrigger('poll').run();
    expect([run.steps.read.output, run.runs.length, calls.length]).toEqual([{ key: 'x' }, 1, 2]);
    expect(find).toHaveBeenCalledTimes(2);
  });

  test('time passes while it is asked', async () => {
    find.mockImplementationOnce(() => new Promise(done => setTimeout(() => done([{ key: 'late' }]), 5000)));
    const run = await inbox.advancedTest().mockTrigger('poll').run();
    expect(run.steps.read.output).toEqual({ key: 'late' });
  });

  test('is not asked by itself', async () => {
    find.mockClear();
    const run = await inbox.advancedTest().trigger(1).advanceTime('1d').run();
    expect([run.runs.length, find.mock.calls.length]).toEqual([1, 0]);
  });

  test('a crash at any point changes nothing', async () => {
    const run = await inbox.advancedTest().mockTrigger('poll', { items: [{ key: 1 }, { key: 2 }] }).crashEverywhere().run();
    expect(run.runs).toHaveLength(2);
  });

  test('what it cannot take is an error', async () => {
    const poll = (options?: any) => inbox.advancedTest().mockTrigger('poll', options).run();
    await expect(poll({ items: [{ id: 1 }] })).rejects.toThrow("mockTrigger('poll'): the poll has failed: TypeError: item 0 of the poll has no 'key' that is a string or a number");
    find.mockRejectedValueOnce(new RangeError('the inbox is closed'));
    await expect(poll()).rejects.toThrow('the poll has failed: RangeError: the inbox is closed');
    find.mockReturnValueOnce(new Promise(() => {}));
    await expect(poll()).rejects.toThrow(/mockTrigger\('poll'\): the poll/);
    expect(() => poll({ items: 'x' })).toThrow("items of mockTrigger('poll') must be an array");
    expect(() => poll({ item: [] })).toThrow("unknown option 'item' of mockTrigger('poll'); did you mean 'items'?");
  });

  test('of several the test says which', async () => {
    const two = cronflow.define({ id: 'two' }).onPoll(() => [], { interval: '1m', id: 'left' }).onPoll(() => [], { interval: '1m', id: 'right' }).step('which', ctx => ctx.trigger.schedule);
    const poll = (id?: string) => two.advancedTest().mockTrigger('poll', { items: [{ id: 1 }], id }).run();
    expect([(await poll('right')).output, (await poll('two:left')).output]).toEqual(['two:right', 'two:left']);
    await expect(poll()).rejects.toThrow("workflow 'two' has several polls; say which with id: one of 'two:left', 'two:right'");
    await expect(poll('up')).rejects.toThrow("workflow 'two' has no poll 'up'; it has: 'two:left', 'two:right'");
  });
});

describe('other triggers', () => {
  const heard = cronflow.define({ id: 'heard' }).onEvent('order.*').manual().step('what', ctx => [ctx.trigger.type, ctx.payload]);

  test('an event', async () => {
    const run = await heard.advancedTest().mockTrigger('event', { name: 'order.paid', payload: 7 }).mockTrigger('event', { name: 'order.sent', payload: 8 }).run();
    expect(run.runs.map(one => one.output)).toEqual([['event', 7], ['event', 8]]);
    expect(() => heard.advancedTest().mockTrigger('event', { name: 'user.new' })).toThrow("workflow 'heard' does not listen to event 'user.new'; it listens to: order.*");
    expect(() => heard.advancedTest().mockTrigger('event')).toThrow("mockTrigger('event') needs the name of an event; workflow 'heard' listens to: order.*");
    const waits = cronflow.define({ id: 'waits' }).onEvent('go').waitForEvent('go').step('got', ctx => ctx.last.payload ?? ctx.last);
    const one = await waits.advancedTest().trigger(1).mockTrigger('event', { payload: 2 }).run();
    expect(one.runs.map(run => run.status)).toEqual(['completed', 'waiting']);
    expect(() => heard.advancedTest().mockTrigger('event', { body: 1 } as any)).toThrow("unknown option 'body' of mockTrigger('event')");
  });

  test('by hand', async () => {
    expect((await heard.advancedTest().mockTrigger('manual', { payload: 7 }).run()).output).toEqual(['manual', 7]);
    expect(() => heard.advancedTest().mockTrigger('manual', { body: 7 } as any)).toThrow("unknown option 'body' of mockTrigger('manual')");
  });
});
