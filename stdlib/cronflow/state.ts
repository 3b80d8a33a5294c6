// Durable values: of a workflow, and of all workflows together.

import { request } from 'cronflow:internal/host';
import { parseDuration } from 'cronflow:internal/duration';
import { checkOptions } from 'cronflow:internal/options';

export interface Store {
  get(key: string, fallback?: unknown): Promise<any>;
  set(key: string, value: unknown, options?: { ttl?: number | string }): Promise<void>;
  incr(key: string, by?: number): Promise<number>;
  delete(key: string): Promise<boolean>;
}

/** The values of one scope. */
export function storeOf(scope: string): Store {
  const ask = (op: string, key: string, more: Record<string, unknown> = {}) => {
    if (typeof key !== 'string' || key === '') throw new TypeError('a key of the state must be a string that is not empty');
    return request({ method: 'state', scope, op, key, ...more });
  };
  return {
    async get(key, fallback) {
      const [value = fallback] = await ask('get', key);
      return value;
    },
    async set(key, value, options) {
      const ttl = options?.ttl === undefined ? undefined : parseDuration(options.ttl);
      checkOptions(options, ['ttl'], 'state.set()');
      await ask('set', key, { value: json(value, `the value of '${key}'`), ttl });
    },
    async incr(key, by = 1) {
      if (!Number.isFinite(by)) throw new TypeError('state.incr() needs a number');
      const [value] = await ask('incr', key, { by });
      return value;
    },
    async delete(key) {
      return (await ask('delete', key)).length > 0;
    },
  };
}

/** `ctx.state` of a workflow. */
export function stateOf(workflow: string): Store & { global: Store } {
  return { ...storeOf(`workflow:${workflow}`), global: storeOf('global') };
}

/** A value as it crosses to the engine. */
export function json(value: unknown, what: string): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    throw new TypeError(`${what} cannot be stored as JSON: ${(error as Error).message}`);
  }
}
