// vi and jest: mocks, the one clock, stubs, and settings of the file.

import { clockAdvance, clockDropTimers, clockFreeze, clockNextTimer, clockSetWall, clockTimers, hostCall } from 'cronflow:internal/ops';
import { parseDuration } from 'cronflow:internal/duration';
import { setTimeout } from 'cronflow:internal/timers';
import { clock } from 'cronflow:internal/testing/current';
import { moduleMocks } from 'cronflow:internal/testing/modules';
import { automock } from 'cronflow:internal/testing/automock';
import { type Fn, clearAllMocks, fn, isMockFunction, resetAllMocks } from 'cronflow:internal/testing/mock';
import { replaceProperty, restoreAllMocks, spyOn } from 'cronflow:internal/testing/spy';
import { stubEnv, stubGlobal, unstubAllEnvs, unstubAllGlobals } from 'cronflow:internal/testing/stubs';
import { countFrom, fileSettings, limitFrom } from 'cronflow:internal/testing/suite';
import { When } from 'cronflow:internal/testing/when';

/** How far real time is behind the time that was set, in milliseconds. */
let ahead = 0;

const MAX_TIMERS = 100_000;

/** Options of other runners that choose what is faked. Here it is the one clock: all or nothing. */
const OF_OTHERS = ['toFake', 'toNotFake', 'doNotFake', 'advanceTimers', 'shouldAdvanceTime', 'legacyFakeTimers', 'apis'];

/** From now on time moves only when somebody moves it. */
function useFakeTimers(options?: { now?: number | Date } | string): any {
  if (typeof options === 'string' && options !== 'modern') throw new TypeError(`useFakeTimers('${options}'): there is one clock, and all of it stands still`);
  if (typeof options === 'object' && options !== null) {
    const other = Object.keys(options).find(key => key !== 'now');
    if (other !== undefined) throw new TypeError(`useFakeTimers(): there is no option '${other}'${OF_OTHERS.includes(other) ? ': there is one clock, and all of it stands still' : '; it takes now'}`);
  }
  clock.isFake = true;
  clockFreeze(true);
  if (typeof options === 'object' && options.now !== undefined) setSystemTime(options.now);
  return vi;
}

/** Time goes on as before: nobody waits for it, and it jumps to the next timer. The date stays as it was set. */
export function useRealTimers(): any {
  clock.isFake = false;
  clockFreeze(false);
  return vi;
}

/** The same, and the date is the real one again. */
function useRealTimersAndDate(): any {
  if (ahead !== 0) clockSetWall(Date.now() - ahead);
  ahead = 0;
  return useRealTimers();
}

function setSystemTime(now?: number | string | Date): any {
  const millis = now === undefined ? Date.now() : new Date(now).getTime();
  if (Number.isNaN(millis)) throw new TypeError('setSystemTime() needs a date');
  ahead += millis - Date.now();
  clockSetWall(millis);
  return vi;
}

function mustBeFake(name: string): void {
  if (!clock.isFake) throw new Error(`call vi.useFakeTimers() before vi.${name}()`);
}

function advanceTimersByTime(time: number | string): any {
  mustBeFake('advanceTimersByTime');
  clockAdvance(parseDuration(time));
  return vi;
}

/** As `advanceTimersByTime()`, and promises settle and workflows run on the way. */
async function advanceTimersByTimeAsync(time: number | string): Promise<any> {
  await hostCall(JSON.stringify({ method: 'kit.advance', millis: parseDuration(time) }));
  return vi;
}

function runAllTimers(): any {
  mustBeFake('runAllTimers');
  for (let count = 0; clockTimers() > 0; count++) {
    if (count >= MAX_TIMERS) throw new Error(`runAllTimers(): still not done after ${MAX_TIMERS} timers; an interval never ends`);
    clockAdvance(clockNextTimer());
  }
  return vi;
}

async function runAllTimersAsync(): Promise<any> {
  for (let count = 0; clockTimers() > 0; count++) {
    if (count >= MAX_TIMERS) throw new Error(`runAllTimersAsync(): still not done after ${MAX_TIMERS} timers; an interval never ends`);
    await advanceTimersByTimeAsync(clockNextTimer());
  }
  return vi;
}

function runOnlyPendingTimers(): any {
  mustBeFake('runOnlyPendingTimers');
  for (let left = clockTimers(); left > 0 && clockTimers() > 0; left--) clockAdvance(clockNextTimer());
  return vi;
}

async function runOnlyPendingTimersAsync(): Promise<any> {
  for (let left = clockTimers(); left > 0 && clockTimers() > 0; left--) await advanceTimersByTimeAsync(clockNextTimer());
  return vi;
}

function advanceTimersToNextTimer(steps = 1): any {
  mustBeFake('advanceTimersToNextTimer');
  for (; steps > 0 && clockTimers() > 0; steps--) clockAdvance(clockNextTimer());
  return vi;
}

async function advanceTimersToNextTimerAsync(steps = 1): Promise<any> {
  for (; steps > 0 && clockTimers() > 0; steps--) await advanceTimersByTimeAsync(clockNextTimer());
  return vi;
}

/** `testTimeout`, `hookTimeout` and `retry` of the tests of this file. */
function setConfig(config: Record<string, any>): any {
  for (const [key, value] of Object.entries(config)) {
    if (key === 'testTimeout') fileSettings.timeout = limitFrom(value);
    else if (key === 'hookTimeout') fileSettings.hookTimeout = limitFrom(value);
    else if (key === 'retry') fileSettings.retry = countFrom(value, 'retry of vi.setConfig()');
    else throw new TypeError(`vi.setConfig() knows testTimeout, hookTimeout and retry, not '${key}'`);
  }
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

/** Waits until the callback does not throw any more. */
async function waitFor<T>(callback: () => T | Promise<T>, options: { timeout?: number; interval?: number } | number = {}): Promise<T> {
  for (const key of Object.keys(Object(options))) if (key !== 'timeout' && key !== 'interval') throw new TypeError(`waitFor() has no option '${key}'; it takes timeout and interval`);
  const { timeout = 1_000, interval = 50 } = typeof options === 'number' ? { timeout: options } : options;
  if (!(interval > 0)) throw new TypeError('waitFor(): interval is a number of milliseconds');
  for (let waited = 0; ; waited += interval) {
    try {
      return await callback();
    } catch (error) {
      if (waited >= timeout) throw error;
      if (clock.isFake) await advanceTimersByTimeAsync(interval);
      else await new Promise(done => setTimeout(done, interval));
    }
  }
}

async function waitUntil<T>(callback: () => T | Promise<T>, options: { timeout?: number; interval?: number } = {}): Promise<T> {
  return waitFor(async () => {
    const value = await callback();
    if (!value) throw new Error('waitUntil(): the condition never held');
    return value;
  }, options);
}

export const vi: any = {
  fn: (given?: Fn) => fn(given),
  spyOn: (object: unknown, key: PropertyKey, access?: 'get' | 'set') => spyOn(object, key, access),
  isMockFunction,
  clearAllMocks: chained(clearAllMocks), resetAllMocks: chained(resetAllMocks), restoreAllMocks: chained(restoreAllMocks),
  when: (mock: unknown, options?: object) => new When(mock, options),
  isWhenChain: (value: unknown) => value instanceof When,
  mockObject: (value: unknown, options: { spy?: boolean } = {}) => automock(value, options.spy === true),
  mocked: (value: unknown) => value,
  useFakeTimers, useRealTimers: useRealTimersAndDate, setSystemTime,
  isFakeTimers: () => clock.isFake,
  getMockedSystemTime: () => (clock.isFake ? new Date() : null),
  now: () => Date.now(),
  getTimerCount: () => clockTimers(),
  clearAllTimers: () => (clockDropTimers(), vi),
  advanceTimersByTime, advanceTimersByTimeAsync, runAllTimers, runAllTimersAsync, runOnlyPendingTimers, runOnlyPendingTimersAsync,
  advanceTimersToNextTimer, advanceTimersToNextTimerAsync,
  advanceTimersToNextFrame: () => advanceTimersByTime(16),
  getRealSystemTime: () => Date.now() - ahead,
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
