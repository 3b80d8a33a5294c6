// vi.waitFor() and vi.waitUntil(): asking again and again until something holds.

import { clearInterval, clearTimeout, setInterval, setTimeout } from 'cronflow:internal/timers';
import { advanceTimersByTimeAsync, isFake } from 'cronflow:internal/testing/clock';

interface Wait {
  timeout?: number;
  interval?: number;
}

/** What an answer of the callback tells: the wait is over, or not. */
type Verdict<T> = { value: T } | undefined;

function optionsOf(name: string, options: Wait | number = {}): Required<Wait> {
  for (const key of Object.keys(Object(options))) if (key !== 'timeout' && key !== 'interval') throw new TypeError(`${name}() has no option '${key}'; it takes timeout and interval`);
  const { timeout = 1_000, interval = 50 } = typeof options === 'number' ? { timeout: options } : options;
  if (!(interval > 0)) throw new TypeError(`${name}(): interval is a number of milliseconds`);
  return { timeout, interval };
}

/** Asks at once and then at each interval, but not while an answer is still to come. */
async function ask<T>(name: string, options: Wait | number | undefined, callback: () => unknown, judge: (value: any) => Verdict<T>, isFinal: boolean): Promise<T> {
  const { timeout, interval } = optionsOf(name, options);
  return new Promise<T>((resolve, reject) => {
    let isOver = false;
    let isPending = false;
    let last: { error?: unknown } = {};
    let timers: [number, number] | undefined;
    /** The clock moves: who waits goes on when it has. */
    let moving: Promise<void> | undefined;
    const finish = (act: () => void) => {
      if (isOver) return;
      isOver = true;
      if (timers !== undefined) {
        clearTimeout(timers[0]);
        clearInterval(timers[1]);
      }
      if (moving === undefined) act();
      else void moving.then(act, act);
    };
    const failed = (error: unknown) => {
      isPending = false;
      if (isFinal) finish(() => reject(error));
      else last = { error };
    };
    const answered = (value: unknown) => {
      isPending = false;
      const verdict = judge(value);
      if (verdict !== undefined) finish(() => resolve(verdict.value));
    };
    const check = () => {
      if (isPending || isOver) return;
      try {
        const value: any = callback();
        if (typeof value?.then === 'function') {
          isPending = true;
          value.then(answered, failed);
        } else answered(value);
      } catch (error) {
        failed(error);
      }
    };
    const giveUp = () => finish(() => reject('error' in last ? last.error : new Error(`Timed out in ${name}!`)));
    /** Somebody else holds the clock: it moves on here. */
    const moveOn = async () => {
      for (let waited = 0; !isOver && waited < timeout; waited += interval) {
        moving = advanceTimersByTimeAsync(Math.min(interval, timeout - waited));
        await moving;
        moving = undefined;
        if (waited + interval < timeout) check();
      }
      giveUp();
    };
    check();
    if (isOver) return;
    if (isFake()) moveOn().catch(error => finish(() => reject(error)));
    else timers = [setTimeout(giveUp, timeout), setInterval(check, interval)];
  });
}

/** Waits until the callback does not throw any more. */
export function waitFor<T>(callback: () => T | Promise<T>, options?: Wait | number): Promise<T> {
  return ask<T>('waitFor', options, callback, value => ({ value }), false);
}

/** Waits until the callback returns something true; what it throws ends the wait. */
export function waitUntil<T>(callback: () => T | Promise<T>, options?: Wait | number): Promise<T> {
  return ask<T>('waitUntil', options, callback, value => (value ? { value } : undefined), true);
}
