// Suites say how many of their tests run beside each other.
import assert from 'node:assert';
import { after, describe, it } from 'node:test';

let now = 0;
let most = 0;
async function work(): Promise<void> {
  most = Math.max(most, ++now);
  await new Promise(done => setTimeout(done, 10));
  now -= 1;
}
const tests = () => {
  for (let number = 1; number <= 6; number++) it(`test ${number}`, work);
};
const checked = (expected: number) => () => {
  assert.equal(most, expected);
  most = 0;
};

describe('two', { concurrency: 2 }, () => {
  tests();
  after(checked(2));
});
describe('outer', { concurrency: 3 }, () => {
  describe('has it from around', () => {
    tests();
    after(checked(3));
  });
  describe('has none', { concurrency: false }, () => {
    tests();
    after(checked(1));
  });
});
