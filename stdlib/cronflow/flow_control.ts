// Flow control of a workflow: what decides whether and when a run may begin.

import { maybeDuration, maybeFunction, maybeNumber, withoutUndefined } from 'cronflow:internal/checks';
import type { AnyFunction } from 'cronflow:internal/flow';
import { checkOptions, refuse } from 'cronflow:internal/options';

/** Option of `define` -> its fields, and how the engine calls them. */
const LIMITS: Record<string, Record<string, string>> = {
  concurrency: { limit: 'count' },
  rateLimit: { count: 'count', per: 'per' },
  throttle: { count: 'count', per: 'per' },
  debounce: { wait: 'per', maxWait: 'maxWait' },
  singleton: { mode: 'mode' },
};

/** The draft of the flow control, and the function that makes the keys of all limits. */
export function flowControl(options: any, of: string): { draft: Record<string, unknown>; keys?: AnyFunction } {
  const draft: Record<string, unknown> = {};
  const keys: [string, AnyFunction][] = [];
  for (const [limit, fields] of Object.entries(LIMITS)) {
    const given = limit === 'concurrency' && typeof options[limit] === 'number' ? { limit: options[limit] } : options[limit];
    if (given === undefined) continue;
    checkOptions(given, [...Object.keys(fields), 'key'], `${limit} of ${of}`);
    const key = maybeFunction(given.key, `${limit}.key of ${of}`);
    if (key !== undefined) keys.push([limit, key]);
    draft[limit] = limitDraft(given, fields, key !== undefined, `${limit}`, of);
  }
  if (options.queue !== undefined) draft.queue = queueName(options.queue, of);
  if (options.priority !== undefined) draft.priority = maybeNumber(options.priority, `priority of ${of}`);
  return { draft, keys: keys.length === 0 ? undefined : ctx => allKeys(keys, ctx) };
}

function limitDraft(given: any, fields: Record<string, string>, keyed: boolean, limit: string, of: string): Record<string, unknown> {
  const draft: Record<string, unknown> = { keyed };
  for (const [field, name] of Object.entries(fields)) {
    const what = `${limit}.${field} of ${of}`;
    if (name === 'count') draft[name] = maybeNumber(given[field], what);
    else if (name === 'mode') draft[name] = given[field];
    else draft[name] = maybeDuration(given[field], what);
  }
  if (draft.mode !== undefined && typeof draft.mode !== 'string') refuse(`${limit}.mode of ${of} must be 'skip' or 'cancel'`);
  return withoutUndefined(draft);
}

function queueName(queue: unknown, of: string): string {
  if (typeof queue !== 'string' || queue === '') refuse(`queue of ${of} must be a name`);
  return queue as string;
}

async function allKeys(keys: [string, AnyFunction][], ctx: any): Promise<Record<string, string>> {
  const made: Record<string, string> = {};
  for (const [limit, key] of keys) {
    const value = await key(ctx);
    const isPlain = ['string', 'number', 'boolean'].includes(typeof value);
    if (!isPlain) throw new TypeError(`the key of ${limit} must be a string or a number, not ${value === null ? 'null' : typeof value}`);
    made[limit] = String(value);
  }
  return made;
}
