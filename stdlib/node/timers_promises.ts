// node:timers/promises.

import * as plain from 'cronflow:internal/timers';
import { nodeError } from 'cronflow:internal/node/errors';

function aborted(signal: any): Error {
  return Object.assign(nodeError('ABORT_ERR', 'The operation was aborted', Error, { cause: signal.reason }), { name: 'AbortError' });
}

export function setTimeout<T>(delay?: number, value?: T, options: { signal?: any; ref?: boolean } = {}): Promise<T> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(aborted(signal));
    const onAbort = () => {
      plain.clearTimeout(timer);
      reject(aborted(signal));
    };
    const timer = plain.setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve(value as T);
    }, delay);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

export function setImmediate<T>(value?: T, options: { signal?: any } = {}): Promise<T> {
  return setTimeout(0, value, options);
}

/** One value each time the period has passed; slow consumers miss none. */
export async function* setInterval<T>(delay?: number, value?: T, options: { signal?: any } = {}): AsyncGenerator<T> {
  let next = Date.now();
  for (;;) {
    next += Math.max(Number(delay) || 1, 1);
    await setTimeout(Math.max(0, next - Date.now()), undefined, options);
    yield value as T;
  }
}

export const scheduler = { wait: (delay: number, options?: { signal?: any }) => setTimeout(delay, undefined, options), yield: () => setImmediate() };
export default { setTimeout, setImmediate, setInterval, scheduler };
