// The module `cronflow/testing`, which is also what vitest, @jest/globals and bun:test stand for.

import 'cronflow:internal/testing/run';
import { isTesting } from 'cronflow:internal/ops';
import { onTestFailed, onTestFinished } from 'cronflow:internal/testing/current';
import { AssertionError } from 'cronflow:internal/testing/assertion';
import { assertOf } from 'cronflow:internal/testing/chai';
import { expect } from 'cronflow:internal/testing/expect';
import { fn } from 'cronflow:internal/testing/mock';
import { bunModule } from 'cronflow:internal/testing/modules';
import { afterAll, afterEach, aroundAll, aroundEach, beforeAll, beforeEach, describe, test } from 'cronflow:internal/testing/suite';
import { jest, vi } from 'cronflow:internal/testing/vi';

if (!isTesting()) throw new Error('the test functions are only available in tests: run them with cronflow-rt test');

/** bun:test: `mock(fn)` is a mock function. */
const mock = Object.assign((original?: (...args: any[]) => any) => fn(original), {
  clearAllMocks: vi.clearAllMocks,
  module: bunModule,
  restore: vi.restoreAllMocks,
});
const { spyOn, setSystemTime } = vi;

/** Types are checked by the compiler; when tests run there is nothing to do. Whatever is read or called gives the same again. */
export const expectTypeOf: any = (_value?: unknown) => new Proxy(() => expectTypeOf(), { get: (_, name) => (name === 'then' ? undefined : expectTypeOf()) });
export const assertType = (_value: unknown): void => {};
export const assert = assertOf(expect);
/** bun:test */
export const setDefaultTimeout = (millis: number): void => void vi.setConfig({ testTimeout: millis });

export { onTestFailed, onTestFinished, vi as vitest };
export { afterAll, afterEach, aroundAll, aroundEach, AssertionError, beforeAll, beforeEach, describe, expect, mock, setSystemTime, spyOn, test, vi };
export const it = test;
export { mockFetch } from 'cronflow:internal/testing/fetch';
export { DataGenerator } from 'cronflow:internal/testing/data';
export const suite = describe;
export { jest };
export const xit = test.skip;
export const xtest = test.skip;
export const fit = test.only;
export const xdescribe = describe.skip;
export const fdescribe = describe.only;

/** Puts the names on the global object, as test files expect them. */
const GLOBALS = { afterAll, afterEach, aroundAll, aroundEach, assertType, beforeAll, beforeEach, describe, expect, expectTypeOf, fdescribe, fit, it, jest, onTestFailed, onTestFinished, suite, test, vi, vitest: vi, xdescribe, xit, xtest };
for (const [name, value] of Object.entries(GLOBALS)) {
  if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}
