import { cronflow } from 'cronflow';
import { expect, test } from 'cronflow/testing';

const flow = (id: string, secret: string) => cronflow.define({ id }).onWebhook(`/${id}`, { signature: { scheme: 'github', secret } }).step('a', () => 1);

test('a secret may be any word', async () => {
  for (const secret of ['test', 'passed', 'type', 't']) {
    const run = await flow(`of-${secret}`, secret).advancedTest().mockTrigger('webhook', { body: 1, signed: true }).run();
    expect(run.http?.status).toBe(200);
  }
});
