import { cronflow } from 'cronflow';
import { describe, expect, test } from 'cronflow/testing';

const report = cronflow
  .define({ id: 'report' })
  .onSchedule('0 9 * * MON-FRI', { timezone: 'Europe/Berlin', id: 'weekdays', payload: { kind: 'daily' } })
  .onSchedule('30 9 1 * *', { timezone: 'Europe/Berlin', payload: { kind: 'monthly' } })
  .step('note', ctx => ({ payload: ctx.payload, trigger: ctx.trigger, today: new Date().toISOString() }));

const beat = cronflow.define({ id: 'beat' }).onInterval('90s').step('note', ctx => ctx.trigger).sleep('5m');

describe('a schedule', () => {
  test('starts the run of that time, at that time', async () => {
    // A Monday in summer.
    const run = await report.advancedTest().mockTrigger('schedule', { at: '2031-07-07T07:00:00Z' }).run();
    expect(run.output).toEqual({
      payload: { trigger_type: 'schedule', cron_expression: '0 9 * * MON-FRI', scheduled_at: '2031-07-07T07:00:00.000Z', workflow_id: 'report', kind: 'daily' },
      trigger: { type: 'schedule', cron: '0 9 * * MON-FRI', timezone: 'Europe/Berlin', schedule: 'report:weekdays', scheduledAt: '2031-07-07T07:00:00.000Z', isCatchUp: false },
      today: '2031-07-07T07:00:00.000Z',
    });
    expect(run.runs).toHaveLength(1);
  });

  test('any date will do, past ones too', async () => {
    const past = await report.advancedTest().mockTrigger('schedule', { at: new Date('2020-02-03T08:00:00Z') }).run();
    expect([past.output.today, past.output.trigger.isCatchUp]).toEqual(['2020-02-03T08:00:00.000Z', false]);
    const monthly = await report.advancedTest().mockTrigger('schedule', { at: Date.parse('2031-05-01T07:30:00Z') }).run();
    expect(monthly.output.payload.kind).toBe('monthly');
  });

  test('without a time it is the next', async () => {
    const run = await report.advancedTest().mockTrigger('schedule').run();
    const { today, trigger } = run.output;
    expect(Date.parse(today)).toBeGreaterThan(Date.now());
    expect(trigger.scheduledAt).toBe(today);
  });

  test('the test after it is about the present moment', async () => {
    const before = Date.now();
    await report.advancedTest().mockTrigger('schedule', { at: '2031-07-07T07:00:00Z' }).mockStep('note', () => new Promise(done => setTimeout(done, 500))).run();
    expect(Date.now() - before).toBe(501);
  });

  test('a further time comes when everything before it has', async () => {
    const run = await report.advancedTest()
      .mockTrigger('schedule', { at: '2031-07-31T07:00:00Z' })
      .mockTrigger('schedule', { at: '2031-08-01T07:30:00Z' })
      .run();
    expect(run.runs.map(one => [one.output.today, one.output.payload.kind])).toEqual([
      ['2031-07-31T07:00:00.000Z', 'daily'],
      ['2031-08-01T07:30:00.000Z', 'monthly'],
    ]);
  });

  test('a crash at any point changes nothing', async () => {
    const run = await report.advancedTest().mockTrigger('schedule', { at: '2031-07-07T07:00:00Z' }).crashEverywhere().run();
    expect(run.status).toBe('completed');
  });

  test('times that it does not have are refused with the next one', async () => {
    const at = (at: any) => report.advancedTest().mockTrigger('schedule', { at }).run();
    // Sunday.
    await expect(at('2031-07-06T07:00:00Z')).rejects.toThrow("no schedule of workflow 'report' has the time 2031-07-06T07:00:00.000Z; the next one is 2031-07-07T07:00:00.000Z (0 9 * * MON-FRI in Europe/Berlin)");
    await expect(at('2031-07-07T07:00:01Z')).rejects.toThrow('the next one is 2031-07-08T07:00:00.000Z');
    await expect(report.advancedTest().advanceTime(1).mockTrigger('schedule', { at: '2020-02-03T08:00:00Z' }).run()).rejects.toThrow("mockTrigger('schedule'): 2020-02-03T08:00:00.000Z is past at this point of the test");
    expect(() => at('soon')).toThrow("at of mockTrigger('schedule') must be a date");
    expect(() => report.advancedTest().generateData(() => 1).mockTrigger('schedule')).toThrow("generateData() makes a payload, and mockTrigger('schedule') takes none");
    expect(() => report.advancedTest().mockTrigger('schedule', { att: 1 } as any)).toThrow("unknown option 'att' of mockTrigger('schedule'); did you mean 'at'?");
    expect(() => report.advancedTest().mockTrigger('interval')).toThrow("there is no trigger 'interval'");
  });

  test('one that has ended has no times', async () => {
    const ended = cronflow.define({ id: 'ended' }).onSchedule('0 0 * * *', { end: '2020-01-01' }).step('a', () => 1);
    await expect(ended.advancedTest().mockTrigger('schedule').run()).rejects.toThrow("no schedule of workflow 'ended' has a time after");
  });
});

test('an interval', async () => {
  const run = await beat.advancedTest().mockTrigger('interval', { at: '2031-07-07T00:01:30Z' }).advanceTime('1m').run();
  expect(run.steps.note.output).toMatchObject({ type: 'interval', intervalMs: 90_000, scheduledAt: '2031-07-07T00:01:30.000Z' });
  expect([run.status, run.duration]).toEqual(['completed', 300_000]);
  await expect(beat.advancedTest().mockTrigger('interval', { at: '2031-07-07T00:01:00Z' }).run()).rejects.toThrow('the next one is 2031-07-07T00:01:30.000Z (every 90000 ms)');
});

test('a delay of the schedule passes', async () => {
  const shaky = cronflow.define({ id: 'shaky' }).onSchedule('0 9 * * *', { jitter: '10m' }).step('at', ctx => [ctx.trigger.scheduledAt, Date.now() - Date.parse(ctx.trigger.scheduledAt)]);
  const run = await shaky.advancedTest().mockTrigger('schedule', { at: '2031-07-07T09:00:00Z' }).run();
  expect(run.output[0]).toBe('2031-07-07T09:00:00.000Z');
  expect(run.output[1]).toBeGreaterThan(0);
});

test('tests that run at once cannot each begin at a time of their own', async () => {
  const one = () => report.advancedTest().mockTrigger('schedule', { at: '2031-07-07T07:00:00Z' }).run();
  const [first, second] = await Promise.allSettled([one(), one()]);
  expect(first.status).toBe('fulfilled');
  expect(String((second as any).reason)).toContain('is about another time, and tests that run at once share one clock');
  const [late, normal] = await Promise.allSettled([one(), beat.test().advanceTime('1m').run()]);
  expect([late.status, normal.status].sort()).toEqual(['fulfilled', 'rejected']);
});

test('other tests that run at once each let time pass', async () => {
  const runs = await Promise.all(['1m', '2m', '1m'].map(time => beat.test().advanceTime(time).cancel().run()));
  expect(runs.map(run => [run.status, run.duration])).toEqual([['cancelled', 60_000], ['cancelled', 120_000], ['cancelled', 60_000]]);
});
