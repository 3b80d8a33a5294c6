// What tests leave behind is told with their names.
import { describe, expect, test } from 'cronflow/testing';

let late = 0;
test('leaves a timer', () => {
  setTimeout(() => late++, 10);
  setInterval(() => late++, 10);
});

test('cleans up', () => {
  clearTimeout(setTimeout(() => {}, 10));
});

test('what was left never runs', async () => {
  await new Promise(done => setTimeout(done, 1000));
  expect(late).toBe(0);
});

test('leaves a request', () => {
  void fetch('http://127.0.0.1:9/').catch(() => {});
});

test('leaves a rejection', () => {
  void Promise.reject(new RangeError('nobody looks'));
});

describe('a group', () => {
  test('leaves both', () => {
    void fetch('http://127.0.0.1:9/').catch(() => {});
    setTimeout(() => {}, 10);
  });
});
