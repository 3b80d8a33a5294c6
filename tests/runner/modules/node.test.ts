import assert from 'node:assert';
import { mock, test } from 'node:test';

test('node', async () => {
  const mocked = mock.module('./mail', { namedExports: { from: 'n', send: () => 'node' } });
  const { order } = await import('./order');
  assert.equal(order('ann'), 'n: node');
  mocked.restore();
});
