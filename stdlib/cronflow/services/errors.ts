// What services tell of a failure, and what they keep to themselves: the values of `auth` and `config`.

import { isObject } from 'cronflow:internal/schema/values';

/** Facts about a failure that retries look at. */
const KEPT = ['status', 'statusCode', 'retryAfter', 'retryable', 'code'];
/** A text that has so many characters in common with a value tells a part of it. */
const TELLING = 4;
/** Shorter values are words that may stand in any text. */
const SECRET = 6;

/** The failure of an action. Its `name` is that of the cause, so that retries treat it in the same way. */
export class ServiceError extends Error {
  readonly service: string;
  readonly action: string;
  declare status?: number;
  declare statusCode?: number;
  declare retryAfter?: number | string;
  declare retryable?: boolean;
  declare code?: string;

  constructor(service: string, action: string, cause: unknown, hide: (text: string) => string = text => text) {
    super(`service '${service}', action '${action}': ${hide(messageOf(cause))}`, { cause });
    const name = isObject(cause) ? cause.name : undefined;
    this.name = typeof name === 'string' && name !== '' && name !== 'Error' ? name : 'ServiceError';
    this.service = service;
    this.action = action;
    if (!isObject(cause)) return;
    for (const key of KEPT) if (cause[key] !== undefined) (this as any)[key] = cause[key];
    const status = cause.response?.status;
    if (this.status === undefined && this.statusCode === undefined && typeof status === 'number') this.status = status;
    const frames = framesOf(cause.stack);
    if (frames !== '') Object.defineProperty(this, 'stack', { value: `${this.name}: ${this.message}\n${frames}`, writable: true, configurable: true });
  }
}

export function messageOf(thrown: any): string {
  return isObject(thrown) && typeof thrown.message === 'string' ? thrown.message : String(thrown);
}

/** The lines that say where it was thrown. */
function framesOf(stack: unknown): string {
  return typeof stack === 'string' ? stack.split('\n').filter(line => line.startsWith('    at ')).join('\n') : '';
}

/** All texts and numbers in a value. */
export function leavesOf(value: unknown, found = new Set<string>(), seen = new Set<unknown>()): Set<string> {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') found.add(String(value));
  if (value === null || typeof value !== 'object' || seen.has(value)) return found;
  seen.add(value);
  for (const item of value instanceof Map ? value.values() : value instanceof Set ? value : Object.values(value)) leavesOf(item, found, seen);
  return found;
}

/** Whether a text has a piece of one of the values in it. */
export function tells(text: string, values: Set<string>): boolean {
  const lower = text.toLowerCase();
  for (const value of values) {
    const whole = value.toLowerCase();
    const size = Math.min(TELLING, whole.length);
    for (let at = 0; size > 0 && at + size <= whole.length; at++) if (lower.includes(whole.slice(at, at + size))) return true;
  }
  return false;
}

/** The text without the values that are long enough to be secrets. */
export function without(text: string, values: Set<string>): string {
  const secrets = [...values].filter(value => value.length >= SECRET).sort((a, b) => b.length - a.length);
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, () => '[hidden]'), text);
}
