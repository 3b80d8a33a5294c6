// vi and jest: mocks, the one clock, stubs, and settings of the file.

import { clockDropTimers, clockTimers } from 'cronflow:internal/ops';
import * as clock from 'cronflow:internal/testing/clock';
import { moduleMocks } from 'cronflow:internal/testing/modules';
import { automock } from 'cronflow:internal/testing/automock';
import { type Fn, clearAllMocks, fn, isMockFunction, resetAllMocks } from 'cronflow:internal/testing/mock';
import { replaceProperty, restoreAllMocks, spyOn } from 'cronflow:internal/testing/spy';
import { stubEnv, stubGlobal, unstubAllEnvs, unstubAllGlobals } from 'cronflow:internal/testing/stubs';
import { checkRetry, fileSettings, limitFrom, type FileSettings } from 'cronflow:internal/testing/suite';
import { waitFor, waitUntil } from 'cronflow:internal/testing/waits';
import { When } from 'cronflow:internal/testing/when';

const SWITCHES = ['clearMocks', 'mockReset', 'restoreMocks', 'unstubEnvs', 'unstubGlobals'] as const;
const SETTINGS = ['testTimeout', 'hookTimeout', 'retry', 'maxConcurrency', 'sequence', ...SWITCHES];
const ORDERS = ['stack', 'list', 'parallel'];

/** One setting of Vitest's, as ours. */
function settingOf(key: string, value: any): FileSettings {
  if (key === 'testTimeout') return { timeout: limitFrom(value) };
  if (key === 'hookTimeout') return { hookTimeout: limitFrom(value) };
  if (key === 'retry') {
    checkRetry(value, 'retry of vi.setConfig()');
    return { retry: value };
  }
  if (key === 'maxConcurrency') {
    if (!Number.isInteger(value) || value < 1) throw new TypeError('vi.setConfig(): maxConcurrency is a number from 1 on');
    return { maxConcurrency: value };
  }
  if (key === 'sequence') {
    const { hooks, ...others } = value;
    const other = Object.keys(others)[0];
    if (other !== undefined || !ORDERS.includes(hooks)) throw new TypeError(`vi.setConfig(): sequence takes hooks, which is stack, list or parallel${other === undefined ? '' : `; not '${other}'`}`);
    return { hooks };
  }
  if ((SWITCHES as readonly string[]).includes(key)) return { [key]: value === true };
  throw new TypeError(`vi.setConfig() knows ${SETTINGS.join(', ')}, not '${key}'`);
}

/** Settings of the tests of this file. */
function setConfig(config: Record<string, any>): any {
  for (const [key, value] of Object.entries(config)) Object.assign(fileSettings, settingOf(key, value));
  return vi;
}

function resetConfig(): any {
  for (const key of Object.keys(fileSettings)) delete (fileSettings as any)[key];
  return vi;
}

/** Calls something and gives the object back, so that calls can be chained. */
const chained = (act: (...args: any[]) => unknown) => (...args: any[]) => {
  act(...args);
  return vi;
};

const chainedLater = (act: (...args: any[]) => Promise<unknown>) => async (...args: any[]) => {
  await act(...args);
  return vi;
};

export const vi: any = {
  fn: (given?: Fn) => fn(given),
  spyOn: (object: unknown, key: PropertyKey, access?: 'get' | 'set') => spyOn(object, key, access),
  isMockFunction,
  clearAllMocks: chained(clearAllMocks), resetAllMocks: chained(resetAllMocks), restoreAllMocks: chained(restoreAllMocks),
  when: (mock: unknown, options?: object) => new When(mock, options),
  isWhenChain: (value: unknown) => value instanceof When,
  mockObject: (value: unknown, options: { spy?: boolean } = {}) => automock(value, options.spy === true),
  mocked: (value: unknown) => value,
  useFakeTimers: chained(clock.useFakeTimers), useRealTimers: chained(clock.useRealTimersAndDate), setSystemTime: chained(clock.setSystemTime),
  isFakeTimers: clock.isFake,
  getMockedSystemTime: clock.getMockedSystemTime,
  getRealSystemTime: clock.getRealSystemTime,
  now: () => Date.now(),
  getTimerCount: () => clockTimers(),
  clearAllTimers: chained(() => clockDropTimers(0)),
  advanceTimersByTime: chained(clock.advanceTimersByTime), advanceTimersByTimeAsync: chainedLater(clock.advanceTimersByTimeAsync),
  runAllTimers: chained(clock.runAllTimers), runAllTimersAsync: chainedLater(clock.runAllTimersAsync),
  runOnlyPendingTimers: chained(clock.runOnlyPendingTimers), runOnlyPendingTimersAsync: chainedLater(clock.runOnlyPendingTimersAsync),
  advanceTimersToNextTimer: chained(clock.advanceTimersToNextTimer), advanceTimersToNextTimerAsync: chainedLater(clock.advanceTimersToNextTimerAsync),
  advanceTimersToNextFrame: chained(clock.advanceTimersToNextFrame),
  runAllTicks: () => vi,
  stubGlobal: chained(stubGlobal), unstubAllGlobals: chained(unstubAllGlobals),
  stubEnv: chained(stubEnv), unstubAllEnvs: chained(unstubAllEnvs),
  setConfig, resetConfig,
  setTimeout: (millis: number) => setConfig({ testTimeout: millis, hookTimeout: millis }),
  retryTimes: (retry: number) => setConfig({ retry }),
  replaceProperty, waitFor, waitUntil,
  dynamicImportSettled: async () => {},
  ...moduleMocks,
  unstable_mockModule: moduleMocks.mock,
  resetModules: () => (moduleMocks.resetModules(), vi),
};

/** Jest's mocks forget with `mockReset()` also what they were made with. */
export const jest: any = {
  ...vi,
  fn: (given?: Fn) => fn(given, { name: 'jest.fn()', forgets: true }),
  spyOn: (object: unknown, key: PropertyKey, access?: 'get' | 'set') => spyOn(object, key, access, { forgets: true }),
};
