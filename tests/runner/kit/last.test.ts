import { cronflow } from 'cronflow';
import { test } from 'cronflow/testing';

const flow = cronflow.define({ id: 'flow' }).step('work', () => { throw new RangeError('no'); });

test('the last word of a file is heard', async () => {
  const run = await flow.test().run();
  console.log(`the run has ${run.status}`);
});
