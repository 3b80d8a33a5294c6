// What is printed belongs to the test that prints it.
import { cronflow } from 'cronflow';
import { beforeAll, beforeEach, describe, test } from 'cronflow/testing';

console.log('at the top');
beforeAll(() => console.log('before all'));

const flow = cronflow.define({ id: 'talk' }).step('say', () => console.log('in a step'));

describe('talks', () => {
  beforeEach(() => console.info('before it'));
  test('at once', () => console.log('a', { b: 1 }));
  test('later', async () => {
    await new Promise(done => setTimeout(done, 1000));
    console.warn('after a while\nin two lines');
  });
});
test('in a workflow', async () => {
  await flow.test().run();
});
test.concurrent('beside another', async () => {
  await new Promise(done => setTimeout(done, 20));
  console.log('the slow one');
});
test.concurrent('beside the first', async () => {
  await new Promise(done => setTimeout(done, 10));
  console.log('the fast one');
});
test('is silent', () => {});
