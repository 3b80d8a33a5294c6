// Hooks have time limits and signals of their own.
import assert from 'node:assert';
import test, { before, beforeEach, describe } from 'node:test';

const forEver = async () => {
  for (;;) await new Promise(done => setTimeout(done, 1));
};

test('before', t => t.before(forEver, { timeout: 100 }));
test('after', t => t.after(forEver, { timeout: 100 }));
test('around subtests', async t => {
  t.beforeEach(forEver, { timeout: 100 });
  await t.test('never begins', () => {
    throw new Error('it did');
  });
});
test('is aborted', t => {
  const controller = new AbortController();
  t.after(() => controller.abort('enough'));
  t.after(() => new Promise(() => {}), { signal: controller.signal });
});
test('is aborted before it begins', t => {
  t.before(() => assert.fail('it began'), { signal: AbortSignal.abort() });
});
test('no limit is none', { timeout: Infinity }, t => t.before(() => {}, { timeout: Infinity }));

describe('of a suite', () => {
  before(forEver, { timeout: 100 });
  test('never', () => {});
});
describe('of its tests', () => {
  beforeEach(() => {}, { signal: AbortSignal.abort() });
  test('never', () => {});
});

for (const [what, options] of Object.entries({ name: { timout: 1 }, limit: { timeout: -1 }, signal: { signal: 1 }, number: 100 })) {
  test(`refuses a wrong ${what}`, t => {
    assert.throws(() => t.after(() => {}, options as any), (error: Error) => (t.diagnostic(error.message), true));
  });
}
