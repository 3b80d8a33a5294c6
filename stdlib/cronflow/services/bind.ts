// The calls of a service's actions from a run: named in errors, timed in the log, and ended with the run.

import { now } from 'cronflow:internal/ops';
import { CancelledError, NonRetryableError } from 'cronflow:internal/errors';
import type { AbortSignal } from 'cronflow:internal/events';
import { closest } from 'cronflow:internal/closest';
import { isPromise } from 'cronflow:internal/schema';
import { isObject, put } from 'cronflow:internal/schema/values';
import { ServiceError } from 'cronflow:internal/services/errors';
import { leavesOf, without } from 'cronflow:internal/services/hiding';
import { type Action, type Actions, type Level, type Parts, runningOf } from 'cronflow:internal/services/setup';

export interface ServiceHost {
  log(level: Level, text: string): void;
  /** Aborted when the work must end; a call that is under way is left behind. */
  signal?(): AbortSignal;
}

/** `ctx.services.<id>`: the actions, directly and as `actions`, and `id`, `name` and `version`. */
export interface Bound {
  readonly id: string;
  readonly actions: Record<string, any>;
  readonly [action: string]: any;
}

/** A service as the steps of one run see it. */
export function bind(parts: Parts, facts: Record<string, unknown>, host: ServiceHost): Bound {
  const { actions } = runningOf(parts);
  const bound = bindAll(actions, [], parts, host);
  const unknown = unknownAction(actions, [], parts.id);
  return guarded({ ...facts, ...bound, actions: guarded(bound, unknown) }, unknown) as Bound;
}

function bindAll(actions: Actions, group: string[], parts: Parts, host: ServiceHost): Record<string, any> {
  const bound = {};
  for (const [name, action] of Object.entries(actions)) {
    const path = [...group, name];
    if (typeof action === 'function') put(bound, name, bindOne(action, actions, path.join('.'), parts, host));
    else put(bound, name, guarded(bindAll(action, path, parts, host), unknownAction(action, path, parts.id)));
  }
  return bound;
}

function unknownAction(actions: Actions, group: string[], id: string): (name: string) => string {
  return name => {
    const near = closest(name, Object.keys(actions));
    const path = (last: string) => [...group, last].join('.');
    return `service '${id}' has no action '${path(name)}'` + (near ? `; did you mean '${path(near)}'?` : '');
  };
}

/** An object on which a name that is not there is an error. */
export function guarded<T extends object>(target: T, unknown: (name: string) => string): T {
  return new Proxy(Object.freeze(target), {
    get: (object, key) => {
      // Awaiting or printing an object asks for these.
      if (typeof key === 'symbol' || key === 'then' || key === 'toJSON' || key in object) return Reflect.get(object, key);
      throw new NonRetryableError(unknown(key));
    },
  });
}

/** A result that is there at once is returned at once. */
function bindOne(action: Action, self: Actions, name: string, parts: Parts, host: ServiceHost): Action {
  return (...args) => {
    const begun = now();
    const done = (outcome: string) => host.log('debug', `service '${parts.id}', action '${name}': ${outcome} after ${Math.round(now() - begun)} ms`);
    const failed = (cause: unknown): never => {
      const error = new ServiceError(parts.id, name, cause, text => without(text, leavesOf(parts.auth)));
      done(`failed with ${error.name}`);
      throw error;
    };
    let result: any;
    try {
      const signal = host.signal?.();
      if (signal?.aborted) throw stopped(signal);
      result = action.apply(self, args);
      if (isPromise(result)) result = untilAborted(Promise.resolve(result), signal);
    } catch (thrown) {
      return failed(thrown);
    }
    const good = (value: unknown) => {
      done('completed');
      return value;
    };
    return result instanceof Promise ? result.then(good, failed) : good(result);
  };
}

function untilAborted(work: Promise<unknown>, signal: AbortSignal | undefined): Promise<unknown> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(stopped(signal));
    const settle = (end: (value: any) => void) => (value: unknown) => {
      signal.removeEventListener('abort', stop);
      end(value);
    };
    signal.addEventListener('abort', stop);
    work.then(settle(resolve), settle(reject));
  });
}

/** The reason when it says more than that something was aborted. */
function stopped({ reason }: AbortSignal): unknown {
  const isNamed = isObject(reason) && typeof reason.name === 'string' && !['Error', 'AbortError'].includes(reason.name);
  return isNamed ? reason : new CancelledError('the call was stopped', { cause: reason });
}
