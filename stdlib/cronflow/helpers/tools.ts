// Checks of options and the small tools that the helper classes share.

import { parseDuration } from 'cronflow:internal/duration';
import type { AbortSignal } from 'cronflow:internal/events';
import { refuse } from 'cronflow:internal/options';
import { clearTimeout, setTimeout } from 'cronflow:internal/timers';

export type Duration = number | string;
export type Work<T> = () => T | Promise<T>;

/** The longest delay of one timer. */
const MAX_TIMER = 2_147_483_647;

export function need(isRight: boolean, message: string): void {
  if (!isRight) refuse(message);
}

export function millis(given: unknown, what: string): number {
  try {
    return parseDuration(given as Duration);
  } catch (error) {
    return refuse(`${what}: ${(error as Error).message}`);
  }
}

export function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}

export function isListOf(kind: string, value: any): boolean {
  return value === undefined || (Array.isArray(value) && value.every(item => typeof item === kind));
}

export function checkFunctions(options: any, names: string[], of: string): void {
  for (const name of names) {
    need(options[name] === undefined || typeof options[name] === 'function', `${name} of ${of} must be a function`);
  }
}

export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}

/** By name too: a package of the author may bring its own class of that name. */
export function isA(error: any, kind: new (...args: any[]) => Error): boolean {
  return error instanceof kind || error.name === kind.name;
}

/** Calls what the author wants to be told; a mistake in there must not change the outcome that it hears of. */
export async function tell(callback: ((...args: any[]) => unknown) | undefined, name: string, ...args: unknown[]): Promise<void> {
  try {
    await callback?.(...args);
  } catch (error) {
    (globalThis as any).console.error(`${name} failed:`, error);
  }
}

/** Waits; an abort ends the wait. */
export async function pause(duration: number, signal?: AbortSignal): Promise<void> {
  for (let rest = duration; rest > 0 && !signal?.aborted; rest -= MAX_TIMER) {
    await new Promise<void>(resolve => {
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.ceil(Math.min(rest, MAX_TIMER)));
      signal?.addEventListener('abort', done);
    });
  }
}

/** `context` with some properties more. Its getters and methods see `context` itself, which native ones insist on. */
export function withFacts(context: any, facts: Record<string, unknown>): any {
  return new Proxy(Object(context ?? {}), {
    get: (target, key) => {
      if (Object.hasOwn(facts, key)) return facts[key as string];
      const value = Reflect.get(target, key);
      return typeof value === 'function' && !Object.hasOwn(target, key) ? value.bind(target) : value;
    },
    has: (target, key) => Object.hasOwn(facts, key) || Reflect.has(target, key),
  });
}
