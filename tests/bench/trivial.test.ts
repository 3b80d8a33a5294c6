// 1,000 trivial tests: cronflow-rt test tests/bench/trivial.test.ts --reporter dot; limit: 1 s.

import { expect, test } from 'cronflow/testing';

for (let index = 0; index < 1_000; index++) {
  test(`test ${index}`, () => {
    expect(index + 1).toBe(1 + index);
  });
}
