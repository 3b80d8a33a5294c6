// Checks of single values that authors give.

import type { AnyFunction } from 'cronflow:internal/flow';
import { refuse } from 'cronflow:internal/options';

export type Duration = number | string;

/** JSON leaves `undefined` out; so do option objects that are shown. */
export function withoutUndefined(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

export function checkedDuration(duration: unknown, what: string): Duration {
  if (typeof duration === 'number' || typeof duration === 'string') return duration;
  return refuse(`${what} must be milliseconds or text such as '30s'`);
}

export function maybeDuration(duration: unknown, what: string): Duration | undefined {
  return duration === undefined ? undefined : checkedDuration(duration, what);
}

export function checkedFunction(fn: unknown, what: string): AnyFunction {
  if (typeof fn !== 'function') refuse(`${what} must be a function`);
  return fn as AnyFunction;
}

export function maybeFunction(fn: unknown, what: string): AnyFunction | undefined {
  return fn === undefined ? undefined : checkedFunction(fn, what);
}

export function checkedBoolean(value: unknown, what: string): boolean {
  if (typeof value !== 'boolean') refuse(`${what} must be true or false`);
  return value as boolean;
}

export function maybeNumber(value: unknown, what: string): number | undefined {
  // The engine checks the range; what is no number would not even reach it.
  if (value !== undefined && (typeof value !== 'number' || !Number.isFinite(value))) refuse(`${what} must be a number`);
  return value as number | undefined;
}

export function checkedName(name: unknown, of: string): string {
  if (typeof name !== 'string' || name.trim() === '') refuse(`${of}() needs a name`);
  return name as string;
}
