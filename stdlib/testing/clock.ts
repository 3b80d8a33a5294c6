// The one clock, as tests hold and move it: vi.useFakeTimers() and its relatives.

import { clockAdvance, clockDropTimers, clockFreeze, clockNextTimer, clockSetWall, clockTimers, hostCall } from 'cronflow:internal/ops';
import { parseDuration } from 'cronflow:internal/duration';
import { clearTimeout, setTimeout } from 'cronflow:internal/timers';

interface Held {
  /** The last timer that was set before. */
  since: number;
  /** Time moves only when somebody moves it. */
  stands: boolean;
  /** The date of its beginning, as the date is now. */
  began: number;
  limit: number;
}

/** Tests put mocks in its place. */
const { now: present } = Date;

let held: Held | undefined;
/** The date that was set, and how far real time is behind it. */
let mocked: Date | undefined;
let ahead = 0;

const MAX_TIMERS = 100_000;
/** A frame of a screen. */
const FRAME = 16;

interface FakeOptions {
  now?: number | Date;
  toFake?: string[];
  toNotFake?: string[];
  doNotFake?: string[];
  shouldAdvanceTime?: boolean;
  advanceTimers?: boolean | number;
  loopLimit?: number;
  timerLimit?: number;
}

const OPTIONS = ['now', 'toFake', 'toNotFake', 'doNotFake', 'shouldAdvanceTime', 'advanceTimers', 'loopLimit', 'timerLimit'];
const TIMERS = ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate'];
/** Other names that lists of what is faked have. */
const OTHERS = ['Date', 'performance', 'hrtime', 'nextTick', 'queueMicrotask', 'requestAnimationFrame', 'cancelAnimationFrame', 'requestIdleCallback', 'cancelIdleCallback', 'Intl', 'Temporal'];
/** They run at once in every program here, whatever time it is. */
const AT_ONCE = ['nextTick', 'queueMicrotask'];

export const isFake = (): boolean => held !== undefined;

/** Whether timers wait until somebody moves the clock. There is one clock: all of them wait, or none. */
function standsStill({ toFake, toNotFake, doNotFake = toNotFake, shouldAdvanceTime, advanceTimers }: FakeOptions): boolean {
  for (const name of [...(toFake ?? []), ...(doNotFake ?? [])]) {
    if (!TIMERS.includes(name) && !OTHERS.includes(name)) throw new TypeError(`useFakeTimers(): there is no '${name}' to fake`);
  }
  const atOnce = toFake?.find(name => AT_ONCE.includes(name));
  if (atOnce !== undefined) throw new TypeError(`useFakeTimers(): '${atOnce}' cannot be faked; what it is given runs at once`);
  if (shouldAdvanceTime === true || (advanceTimers !== undefined && advanceTimers !== false)) return false;
  const isFaked = (name: string) => (toFake === undefined || toFake.includes(name)) && doNotFake?.includes(name) !== true;
  return isFaked('setTimeout') || isFaked('setInterval');
}

/** From now on time moves only when somebody moves it. */
export function useFakeTimers(options?: FakeOptions | string): void {
  if (typeof options === 'string' && options !== 'modern') throw new TypeError(`useFakeTimers('${options}'): there is one clock, and only one way to hold it`);
  const given: FakeOptions = typeof options === 'object' && options !== null ? options : {};
  for (const key of Object.keys(given)) {
    if (!OPTIONS.includes(key)) throw new TypeError(`useFakeTimers(): there is no option '${key}'; it takes ${OPTIONS.join(', ')}`);
  }
  const stands = standsStill(given);
  if (held !== undefined) useRealTimers();
  const mark = setTimeout(() => {}, 0);
  clearTimeout(mark);
  if (given.now !== undefined) setSystemTime(given.now);
  held = { since: mark, stands, began: present(), limit: given.loopLimit ?? given.timerLimit ?? MAX_TIMERS };
  clockFreeze(stands);
}

/** Time goes on as before: nobody waits for it, and it jumps to the next timer. Timers that were set meanwhile are gone; the date stays. */
export function useRealTimers(): void {
  if (held !== undefined) clockDropTimers(held.since);
  held = undefined;
  clockFreeze(false);
}

/** The same, and the date is the real one again. */
export function useRealTimersAndDate(): void {
  if (ahead !== 0) clockSetWall(present() - ahead);
  ahead = 0;
  mocked = undefined;
  useRealTimers();
}

/** Remembers whether time stands still; what it returns lets it go on if it did. */
export function keepClock(): () => void {
  const wasFake = isFake();
  return () => {
    if (!wasFake && isFake()) useRealTimers();
  };
}

export function setSystemTime(now?: number | string | Date): void {
  const date = now === undefined ? new Date() : now instanceof Date ? now : new Date(now);
  const millis = date.getTime();
  if (Number.isNaN(millis)) throw new TypeError('setSystemTime() needs a date');
  const change = millis - present();
  ahead += change;
  if (held !== undefined) held.began += change;
  mocked = date;
  clockSetWall(millis);
}

/** The date that the test has made; null while it is the real one. */
export function getMockedSystemTime(): Date | null {
  if (mocked?.getTime() === present()) return mocked;
  return held !== undefined || mocked !== undefined ? new Date() : null;
}

export const getRealSystemTime = (): number => present() - ahead;

function mustBeFake(name: string): Held {
  if (held === undefined) throw new Error(`call vi.useFakeTimers() before vi.${name}()`);
  return held;
}

export function advanceTimersByTime(time: number | string): void {
  mustBeFake('advanceTimersByTime');
  clockAdvance(parseDuration(time));
}

/** As `advanceTimersByTime()`, and promises settle and workflows run on the way. */
export async function advanceTimersByTimeAsync(time: number | string): Promise<void> {
  await hostCall(JSON.stringify({ method: 'kit.advance', millis: parseDuration(time) }));
}

function tooMany(name: string, limit: number): Error {
  return new Error(`${name}(): still not done after ${limit} timers; an interval never ends`);
}

export function runAllTimers(): void {
  const { limit } = mustBeFake('runAllTimers');
  for (let count = 0; clockTimers() > 0; count++) {
    if (count >= limit) throw tooMany('runAllTimers', limit);
    clockAdvance(clockNextTimer());
  }
}

export async function runAllTimersAsync(): Promise<void> {
  const limit = held?.limit ?? MAX_TIMERS;
  for (let count = 0; clockTimers() > 0; count++) {
    if (count >= limit) throw tooMany('runAllTimersAsync', limit);
    await advanceTimersByTimeAsync(clockNextTimer());
  }
}

export function runOnlyPendingTimers(): void {
  mustBeFake('runOnlyPendingTimers');
  for (let left = clockTimers(); left > 0 && clockTimers() > 0; left--) clockAdvance(clockNextTimer());
}

export async function runOnlyPendingTimersAsync(): Promise<void> {
  for (let left = clockTimers(); left > 0 && clockTimers() > 0; left--) await advanceTimersByTimeAsync(clockNextTimer());
}

export function advanceTimersToNextTimer(steps = 1): void {
  mustBeFake('advanceTimersToNextTimer');
  for (; steps > 0 && clockTimers() > 0; steps--) clockAdvance(clockNextTimer());
}

export async function advanceTimersToNextTimerAsync(steps = 1): Promise<void> {
  for (; steps > 0 && clockTimers() > 0; steps--) await advanceTimersByTimeAsync(clockNextTimer());
}

export function advanceTimersToNextFrame(): void {
  const { began } = mustBeFake('advanceTimersToNextFrame');
  clockAdvance(FRAME - ((present() - began) % FRAME));
}
