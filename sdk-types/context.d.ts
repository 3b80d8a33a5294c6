// What functions of a workflow are given: `ctx`, and the flow of a branch or loop body.

import type { FlowMethods } from './flow';

/** Milliseconds, or text such as `'500ms'`, `'30s'`, `'5m'`, `'1h30m'`, `'2d'`, `'1w'`. */
export type Duration = number | string;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What started the run. */
export interface TriggerInfo {
  type: 'webhook' | 'event' | 'schedule' | 'interval' | 'poll' | 'manual' | 'api' | 'subflow';
  method?: string;
  path?: string;
  /** Lower-case names. */
  headers?: Record<string, string>;
  query?: Record<string, string | string[]>;
  params?: Record<string, string>;
  ip?: string;
  /** With `parseRawBody`: the body as text, or as `rawBodyEncoding` says. */
  rawBody?: string;
  rawBodyEncoding?: 'base64';
  event?: { id: number; name: string; payload: any; /** RFC 3339. */ timestamp: string };
  /** The id of the schedule, interval or poll. */
  schedule?: string;
  cron?: string;
  timezone?: string;
  intervalMs?: number;
  /** RFC 3339. */
  scheduledAt?: string;
  /** The time was missed, and this run makes up for it. */
  isCatchUp?: boolean;
  /** Somebody asked for the run. */
  isManual?: boolean;
  /** The id of a poll's item. */
  item?: string;
  /** The run that started this one as a subflow. */
  parent?: string;
}

/** A finished node. */
export interface StepResult<Output = any> {
  readonly output: Output;
  readonly status: 'completed';
  readonly attempts: number;
}

export interface RunInfo {
  id: string;
  workflowId: string;
  /** Which attempt at this step, from 1. */
  attempt: number;
  /** RFC 3339. */
  startedAt: string;
  /** Digest of the code that the run is pinned to. */
  version: string;
}

/** Writes into the run's log. */
export interface Logger {
  debug(...values: unknown[]): void;
  info(...values: unknown[]): void;
  log(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
}

/** Durable values. */
export interface Store {
  get<Value = any>(key: string): Promise<Value | undefined>;
  get<Value = any>(key: string, fallback: Value): Promise<Value>;
  /** `ttl`: how long it counts. */
  set(key: string, value: unknown, options?: { ttl?: Duration }): Promise<void>;
  /** Adds atomically; what is absent counts as 0. Resolves with the new value. */
  incr(key: string, by?: number): Promise<number>;
  /** Resolves with whether there was one. */
  delete(key: string): Promise<boolean>;
}

/** What a step sees of its run. Values are parsed when they are first asked for. */
export interface Context<Payload = any, Last = any, Steps extends object = Record<string, any>> {
  readonly payload: Payload;
  /** Output of the node before on this path; actions, waits for time and log lines have none. */
  readonly last: Last;
  readonly steps: { readonly [Name in keyof Steps]: StepResult<Steps[Name]> };
  readonly run: RunInfo;
  readonly meta: RunInfo;
  readonly trigger: TriggerInfo;
  /** Of the workflow; `global` of all workflows. */
  readonly state: Store & { readonly global: Store };
  readonly services: Record<string, any>;
  readonly secrets: Record<string, string>;
  /** Fires when the step is stopped. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly step_name: string;
  /** The same for every attempt at this step: lets the outside recognise repetitions. */
  readonly idempotencyKey: string;
  /** Ends the run as cancelled. */
  cancel(reason?: string): never;
}

/** In `onError` and in hooks of failures. */
export interface ErrorContext<Payload = any, Last = any, Steps extends object = Record<string, any>> extends Context<Payload, Last, Steps> {
  readonly error: Error & { status?: number; retryAfter?: number };
}

/** In `onPause` and `onTimeout`. */
export interface PauseContext<Payload = any, Last = any, Steps extends object = Record<string, any>> extends Context<Payload, Last, Steps> {
  readonly token: string;
}

/** What a body is given: it shows the run like `ctx`, and declares steps like a workflow. */
export interface Flow<Payload = any, Last = any, Steps extends object = Record<string, any>>
  extends Omit<Context<Payload, Last, Steps>, 'cancel'>,
    FlowMethods<'flow', Payload, Last, Steps> {}
