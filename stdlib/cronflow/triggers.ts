// Triggers besides webhooks: what `onSchedule`, `onInterval`, `onPoll` and `onEvent` hand over to the engine.

import { builtinModule, checkTrigger } from 'cronflow:internal/ops';
import { maybeDuration, maybeFunction, withoutUndefined } from 'cronflow:internal/checks';
import type { AnyFunction } from 'cronflow:internal/flow';
import { momentOf } from 'cronflow:internal/language';
import { checkOptions, refuse } from 'cronflow:internal/options';
import { json } from 'cronflow:internal/state';

/** A trigger's draft (runtime/core/src/definition/draft.rs), and the function that the engine calls. */
export interface Trigger {
  draft: Record<string, unknown> & { type: string };
  call?: { role: 'poll' | 'triggerFilter'; fn: AnyFunction };
}

const TIMED = ['overlap', 'catchUp', 'catchUpWindow', 'jitter', 'start', 'end', 'payload', 'id'];

export function scheduleTrigger(given: unknown, more: unknown): Trigger {
  const options = merged('cron', given, more, 'onSchedule()', [...TIMED, 'timezone']);
  const { cron, timezone } = options;
  if (typeof cron !== 'string') refuse("onSchedule() needs a cron expression, such as '0 9 * * MON-FRI'");
  if (timezone !== undefined && typeof timezone !== 'string') refuse(`timezone of schedule '${cron}' must be the name of a zone`);
  return checked({ type: 'schedule', cron, timezone, ...timed(options, `schedule '${cron}'`) });
}

export function intervalTrigger(given: unknown, more: unknown): Trigger {
  const options = merged('every', given, more, 'onInterval()', TIMED);
  if (options.every === undefined) refuse("onInterval() needs a duration, such as '90s'");
  const every = maybeDuration(options.every, 'the duration of onInterval()');
  return checked({ type: 'interval', every, ...timed(options, `interval '${every}'`) });
}

export function pollTrigger(fn: unknown, options: any = {}): Trigger {
  if (typeof fn !== 'function') refuse('onPoll() needs a function that returns an array of items');
  checkOptions(options, ['interval', 'dedupe', 'timeout', 'id'], 'onPoll()');
  const { interval, dedupe = 'id', timeout, id } = options;
  if (interval === undefined) refuse("onPoll() needs an interval, such as { interval: '5m' }");
  if (typeof dedupe !== 'string' || dedupe === '') refuse("dedupe of onPoll() must be the name of the items' field that is their id");
  const draft = {
    type: 'poll',
    interval: maybeDuration(interval, 'interval of onPoll()'),
    timeout: maybeDuration(timeout, 'timeout of onPoll()'),
    id: name(id, 'onPoll()'),
  };
  const read = (list: unknown) => itemsOf(list, dedupe);
  // The test kit gives it items instead of asking for them.
  const find = Object.assign(async (ctx: any) => read(await (fn as AnyFunction)(ctx)), { read });
  return { ...checked(draft), call: { role: 'poll', fn: find } };
}

export function eventTrigger(event: unknown, options: any): Trigger {
  if (typeof event !== 'string' || event === '') refuse('onEvent() needs the name of an event');
  const of = `event '${event}'`;
  checkOptions(options, ['schema', 'filter', 'debounce'], of);
  const { schema, debounce } = options ?? {};
  const filter = maybeFunction(options?.filter, `filter of ${of}`);
  if (schema !== undefined) validation().checkSchema(schema, `the payload of ${of}`);
  const asks = schema !== undefined || filter !== undefined;
  const draft = { type: 'event', event, asks: asks || undefined, debounce: debounceDraft(debounce, of) };
  return { ...checked(draft), call: asks ? { role: 'triggerFilter', fn: judge(schema, filter, of) } : undefined };
}

/** `('x', { ... })` and `({ key: 'x', ... })` are the same. */
function merged(key: string, given: unknown, more: unknown, of: string, options: string[]): any {
  const isObject = typeof given === 'object' && given !== null;
  if (isObject && more !== undefined) refuse(`${of} takes one object with all options`);
  checkOptions(isObject ? given : more, isObject ? [key, ...options] : options, of);
  return isObject ? given : { ...(more as object), [key]: given };
}

function timed(options: any, of: string): Record<string, unknown> {
  const { overlap, catchUp, catchUpWindow, jitter, start, end, payload, id } = options;
  for (const [option, value] of [['overlap', overlap], ['catchUp', catchUp]]) {
    if (value !== undefined && typeof value !== 'string') refuse(`${option} of ${of} must be a string`);
  }
  if (typeof payload === 'function') refuse(`payload of ${of} must be the value itself, not a function`);
  return {
    overlap,
    catchUp,
    catchUpWindow: maybeDuration(catchUpWindow, `catchUpWindow of ${of}`),
    jitter: maybeDuration(jitter, `jitter of ${of}`),
    start: moment(start, `start of ${of}`),
    end: moment(end, `end of ${of}`),
    payload: payload === undefined ? undefined : JSON.parse(json(payload, `payload of ${of}`)),
    id: name(id, of),
  };
}

function moment(date: unknown, what: string): number | undefined {
  if (date === undefined) return undefined;
  const at = momentOf(date);
  if (Number.isNaN(at)) refuse(`${what} must be a date`);
  return at;
}

function name(id: unknown, of: string): string | undefined {
  if (id !== undefined && typeof id !== 'string') refuse(`id of ${of} must be a string`);
  return id as string | undefined;
}

function debounceDraft(debounce: any, of: string): Record<string, unknown> | undefined {
  if (debounce === undefined) return undefined;
  const given = typeof debounce === 'object' && debounce !== null ? debounce : { wait: debounce };
  checkOptions(given, ['wait', 'maxWait'], `debounce of ${of}`);
  return withoutUndefined({
    per: maybeDuration(given.wait, `debounce.wait of ${of}`),
    maxWait: maybeDuration(given.maxWait, `debounce.maxWait of ${of}`),
  });
}

/** The engine's own check, so that a mistake shows where it was made. */
function checked(draft: Record<string, unknown> & { type: string }): Trigger {
  const given = withoutUndefined(draft) as Trigger['draft'];
  const problem = checkTrigger(JSON.stringify(given));
  if (problem !== undefined) refuse(problem);
  return { draft: given };
}

function itemsOf(list: unknown, key: string): { id: string; payload: unknown }[] {
  if (!Array.isArray(list)) throw new TypeError(`a poll must return an array of items, not ${list === null ? 'null' : typeof list}`);
  return list.map((item, index) => {
    const id = item?.[key];
    if (typeof id !== 'string' && typeof id !== 'number') throw new TypeError(`item ${index} of the poll has no '${key}' that is a string or a number`);
    return { id: String(id), payload: (Object.hasOwn(item, 'payload') ? item.payload : item) ?? null };
  });
}

/** Whether an event starts a run: true, false, or what does not fit the schema. */
function judge(schema: unknown, filter: AnyFunction | undefined, of: string): AnyFunction {
  return async (ctx: any) => {
    if (schema !== undefined) {
      const judgement = await validation().judgeWith(schema, ctx.payload, 'payload');
      if ('issues' in judgement) return { mismatch: `${of} does not fit its schema: ${validation().listed('payload', judgement.issues)}` };
    }
    return filter === undefined || Boolean(await filter(ctx.payload, ctx));
  };
}

/** Few programs need it. */
function validation(): any {
  return builtinModule('cronflow:internal/schema');
}
