// The top level fails after a test.
import test from 'node:test';

await test('fine', () => {});
test('nobody awaits it', () => {});
throw new RangeError('the rest is broken');
