// The module `node:test`: the runner's tests under Node's names, with Node's options, contexts and mocks.

import { MockTracker } from 'cronflow:internal/testing/node_mock';
import { register } from 'cronflow:internal/testing/node_context';
import { hookOf, suiteOf, testOf } from 'cronflow:internal/testing/node_options';
import { addHook, addSuite, addTest, api, endOf, type HookName, type Settings } from 'cronflow:internal/testing/suite';

const hook = (name: HookName, shown: string) => (fn: unknown, options?: unknown) => addHook(name, hookOf(shown, fn, options));
export const before = hook('beforeAll', 'before');
export const after = hook('afterAll', 'after');
export const beforeEach = hook('beforeEach', 'beforeEach');
export const afterEach = hook('afterEach', 'afterEach');

export const test = api((preset: Partial<Settings>, args: any[], given: unknown[] = []) => {
  const { name, fn, settings } = testOf('test', args, { preset: preset.mode });
  return endOf(addTest({ ...preset, ...settings }, [name, fn], given));
}, {});

export const describe = api((preset: Partial<Settings>, args: any[]) => {
  const { args: ours, context, beside } = suiteOf(args);
  addSuite({ ...preset, beside }, ours, [context]);
  return Promise.resolve();
}, {});

export const it = test;
export const suite = describe;
export const only = test.only;
export const skip = test.skip;
export const todo = test.todo;
export const mock = new MockTracker();
export const assert = { register };

const unsupported = (name: string, why: string) => () => {
  throw new Error(`${name}() of node:test is not supported: ${why}`);
};
export const run = unsupported('run', 'start tests with cronflow-rt test');
export const snapshot = {
  setDefaultSnapshotSerializers: unsupported('snapshot.setDefaultSnapshotSerializers', 'use expect.addSnapshotSerializer() of cronflow/testing'),
  setResolveSnapshotPath: unsupported('snapshot.setResolveSnapshotPath', 'snapshots are kept in __snapshots__ beside the test'),
};

export default Object.assign(test, { after, afterEach, assert, before, beforeEach, describe, it: test, mock, run, snapshot, suite: describe, test });
