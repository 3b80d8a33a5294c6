// Every kind of work that a test can leave under way, and what is no leak.
import { cronflow } from 'cronflow';
import { expect, mockFetch, test } from 'cronflow/testing';
import { createReadStream, readFile as readFileThen } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { setInterval, setTimeout } from 'node:timers';
import { setInterval as every, setTimeout as sleep } from 'node:timers/promises';
import { gzip } from 'node:zlib';

let steps = 0;
const flow = cronflow.define({ id: 'flow' }).step('a', () => void (steps += 1)).sleep('1d').step('b', () => void (steps += 1));
const daily = cronflow.define({ id: 'daily' }).onSchedule('0 9 * * *').step('c', () => 1).sleep('1h').step('d', () => 2);
const here = 'work.test.ts';

test('setImmediate', () => void setImmediate(() => {}));
test('a sleep', () => void sleep(1000));
test('an interval that is iterated', () => {
  void (async () => {
    for await (const _ of every(1000));
  })();
});
test('a request by fetch', () => void fetch('http://127.0.0.1:9/').catch(() => {}));
test('a request by node:http', () => void http.get('http://127.0.0.1:9/').on('error', () => {}));
test('a file that is read', () => void readFile(here));
test('a file that is read with a callback', () => readFileThen(here, () => {}));
test('a file that is written', () => void writeFile('out.txt', 'text'));
test('a stream of a file', () => void createReadStream(here).on('data', () => {}));
test('a compression', () => gzip('text', () => {}));
test('a question to the engine', () => void cronflow.trigger('flow', {}).catch(() => {}));

test('a run', () => void flow.test().run());
test('a run that has begun', async () => {
  void flow.test().run();
  while (steps === 0) await sleep(1);
});
test('its steps never run', async () => {
  await sleep(10 * 24 * 3600 * 1000);
  expect(steps).toBe(1);
});
test('a run at another time', async () => {
  void daily.advancedTest().mockTrigger('schedule', { at: Date.UTC(2031, 6, 7, 9) }).run();
  for (let turn = 0; turn < 20; turn++) await sleep(1);
});
test('time is back, for other runs, too', async () => {
  expect(new Date().getUTCFullYear()).toBeLessThan(2031);
  expect((await flow.test().run()).status).toBe('completed');
  expect(steps).toBe(3);
});

test('a signal of time cannot be stopped', async () => {
  mockFetch('https://a.example/', 'here');
  expect(await (await fetch('https://a.example/', { signal: AbortSignal.timeout(5000) })).text()).toBe('here');
});
test('a timer that nobody minds', () => {
  const timer = setTimeout(() => {}, 10);
  expect(timer.unref().hasRef()).toBe(false);
});
test('a timer that somebody minds again', () => void setTimeout(() => {}, 10).unref().ref());
test('an interval that nobody minds', async () => {
  let beats = 0;
  setInterval(() => (beats += 1), 10).unref();
  await sleep(35);
  expect(beats).toBe(3);
});
test('a promise of its own that never settles', () => void new Promise(() => {}));
test('what has ended in time', async () => {
  await Promise.all([readFile(here), sleep(1), flow.test().run()]);
});
