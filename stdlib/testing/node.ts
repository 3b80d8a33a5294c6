// The module `node:test`: the same tests under Node's names, with its mock object.

import { fn, resetAllMocks, restoreAllMocks, spyOn } from 'cronflow:internal/testing/mock';
import { nodeModule, restoreNodeModules } from 'cronflow:internal/testing/modules';
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from 'cronflow:internal/testing/suite';
import { vi } from 'cronflow:internal/testing/vi';

export { afterAll as after, afterEach, beforeAll as before, beforeEach, describe, test };
export const it = test;
export const suite = describe;
export const only = test.only;
export const skip = test.skip;
export const todo = test.todo;

/** Node's view of a mock: its calls as objects. */
function viewed(mocked: any): any {
  Object.defineProperty(mocked, 'mock', {
    configurable: true,
    value: new Proxy({}, {
      get(_, key) {
        const state = mocked._state();
        switch (key) {
          case 'calls':
            return state.calls.map((args: any[], at: number) => ({ arguments: args, this: state.contexts[at], ...outcome(state.results[at]) }));
          case 'callCount':
            return () => state.calls.length;
          case 'mockImplementation':
            return (act: any) => void mocked.mockImplementation(act);
          case 'mockImplementationOnce':
            return (act: any) => void mocked.mockImplementationOnce(act);
          case 'resetCalls':
            return () => void mocked.mockClear();
          case 'restore':
            return () => void mocked.mockRestore();
          default:
            return state[key];
        }
      },
    }),
  });
  return mocked;
}

const outcome = (result: any) => (result?.type === 'throw' ? { error: result.value } : { result: result?.value });

export const mock = {
  fn: (original?: any, implementation?: any) => {
    const mocked = fn(original);
    if (typeof implementation === 'function') mocked.mockImplementation(implementation);
    return viewed(mocked);
  },
  method: (object: any, key: PropertyKey, implementation?: any) => {
    const mocked = spyOn(object, key);
    if (typeof implementation === 'function') mocked.mockImplementation(implementation);
    return viewed(mocked);
  },
  module: nodeModule,
  reset: () => {
    resetAllMocks();
    restoreNodeModules();
  },
  restoreAll: () => {
    restoreAllMocks();
    restoreNodeModules();
  },
  timers: {
    enable: (options?: any) => void vi.useFakeTimers(options),
    tick: (millis = 1) => void vi.advanceTimersByTime(millis),
    runAll: () => void vi.runAllTimers(),
    setTime: (millis: number) => void vi.setSystemTime(millis),
    reset: () => void vi.useRealTimers(),
  },
};

export default Object.assign(test, { after: afterAll, afterEach, before: beforeAll, beforeEach, describe, it: test, mock, suite: describe, test });
