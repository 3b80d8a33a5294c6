// Options of steps, loops and workflows.

import type { Context, Duration, ErrorContext, Flow, PauseContext } from './context';
import type { ConfiguredService } from './services';

export type StepName<Name extends string> = Name | { id: Name; title?: string; description?: string };

export interface Backoff {
  /** Default: `exponential`. */
  strategy?: 'fixed' | 'linear' | 'exponential';
  /** The first wait. Default: 1 s. */
  delay?: Duration;
  /** The longest wait. Default: 1 h. */
  maxDelay?: Duration;
  /** For `exponential`. Default: 2. */
  multiplier?: number;
}

export interface RetryOptions {
  /** Tries in all. Default: 3. */
  attempts?: number;
  backoff?: Backoff;
  /** The share of the wait that is random, from 0 to 1; `true` means 1. */
  jitter?: boolean | number;
  /** Without it every error is worth another try, except `NonRetryableError`. */
  retryOn?: {
    /** Names, or parts of messages. */
    errors?: string[];
    statusCodes?: number[];
    conditions?: (error: Error, attempt: number) => unknown;
  };
  /** `nextDelay` in milliseconds. */
  onRetry?: (error: Error, attempt: number, nextDelay: number) => unknown;
}

export interface CacheOptions<Ctx = Context> {
  /** Default: the payload and the output before. */
  key?: string | ((ctx: Ctx) => unknown);
  /** Default: for ever. */
  ttl?: Duration;
}

export interface CircuitBreakerOptions {
  /** Breakers of the same name are one. Default: the step's name. */
  name?: string;
  /** Failures in a row that open it. Default: 5. */
  failureThreshold?: number;
  /** Default: 30 s. */
  recoveryTimeout?: Duration;
  /** Names or parts of messages; only such failures count. */
  expectedErrors?: string[];
  /** Trial calls at a time while it is half open. Default: 1. */
  halfOpenMax?: number;
}

export interface StepOptions<Payload = any, Last = any, Steps extends object = Record<string, any>> {
  title?: string;
  description?: string;
  /** Tries in all, or how. */
  retry?: number | RetryOptions;
  /** The longest time for one attempt. */
  timeout?: Duration;
  cache?: CacheOptions<Context<Payload, Last, Steps>>;
  /** A durable wait before the first attempt. */
  delay?: Duration;
  /** Called after the last attempt; what it returns is the step's output. */
  onError?: (ctx: ErrorContext<Payload, Last, Steps>) => unknown;
  circuitBreaker?: CircuitBreakerOptions;
}

export interface ActionOptions<Payload = any, Last = any, Steps extends object = Record<string, any>> extends StepOptions<Payload, Last, Steps> {
  /** Whether its failure fails the run. Default: false. */
  critical?: boolean;
}

export interface ApprovalOptions<Payload = any, Last = any, Steps extends object = Record<string, any>> {
  description: string;
  /** From the pause on. Default: for ever. */
  timeout?: Duration;
  onPause?: (ctx: PauseContext<Payload, Last, Steps>, token: string) => unknown;
  onTimeout?: (ctx: PauseContext<Payload, Last, Steps>, token: string) => unknown;
  approvalUrl?: string;
  metadata?: unknown;
}

/** The output of `humanInTheLoop`: the fields of the decision, and these. */
export interface Approval {
  type: 'human_approval';
  token: string;
  description: string;
  metadata: any;
  approved: boolean;
  reason: any;
  approvedBy: any;
  /** RFC 3339; null when nobody decided. */
  approvedAt: string | null;
  status: 'resumed' | 'timeout';
  timedOut?: true;
  resumePayload: any;
  [field: string]: any;
}

export interface ForEachOutput<Item = any, Result = any> {
  type: 'forEach';
  name: string;
  results: { item: Item; result: Result; index: number }[];
  totalItems: number;
}

export interface BatchOutput<Item = any, Result = any> {
  type: 'batch';
  name: string;
  results: { batchIndex: number; items: Item[]; result: Result; size: number }[];
  totalBatches: number;
  totalItems: number;
}

export interface WhileOutput {
  iterations: number;
  /** False when `maxIterations` ended it. */
  completed: boolean;
}

/** What a body that returns nothing, or declares steps, leaves open. */
export type BodyResult<Result> = [Awaited<Result>] extends [void | Flow<any, any, any>] ? any : Awaited<Result>;

/** A key of flow control: text, a number, or a promise of one. */
export type Key<Payload> = (ctx: Context<Payload>) => unknown;

export interface DefineOptions<Payload = any> {
  /** Unique among all workflows that are served together. */
  id: string;
  name?: string;
  description?: string;
  tags?: string[];
  version?: string;
  /** Called for each step with its id, and once at the end without. */
  hooks?: {
    onSuccess?: (ctx: Context<Payload>, stepId?: string) => unknown;
    onFailure?: (ctx: ErrorContext<Payload>, stepId?: string) => unknown;
  };
  /** The longest time for a whole run. */
  timeout?: Duration;
  /** For steps without a retry of their own. */
  retry?: number | RetryOptions;
  /** Runs at once, of each key. */
  concurrency?: number | { limit: number; key?: Key<Payload> };
  /** Further runs within `per` are refused. */
  rateLimit?: { count: number; per: Duration; key?: Key<Payload> };
  /** Further runs within `per` are delayed. `count` is 1 when absent. */
  throttle?: { count?: number; per: Duration; key?: Key<Payload> };
  /** Runs the last of a burst. */
  debounce?: { wait: Duration; maxWait?: Duration; key?: Key<Payload> };
  /** `skip` (default) the new run, or `cancel` the old one. */
  singleton?: { key?: Key<Payload>; mode?: 'skip' | 'cancel' };
  /** Workflows with the same queue share its concurrency. */
  queue?: string;
  /** Higher goes first. */
  priority?: number;
  services?: ConfiguredService<any>[];
  /** Environment variables for `ctx.secrets`, or other names for them. */
  secrets?: string[] | Record<string, string>;
  /** How long finished runs are kept. */
  retention?: Duration;
}
