// Retries: when to try again, and how long to wait before.

import { now } from 'cronflow:internal/ops';
import { MAX_MILLIS, parseDuration } from 'cronflow:internal/duration';
import type { AbortSignal } from 'cronflow:internal/events';
import { CancelledError, NonRetryableError, RetryableError } from 'cronflow:internal/errors';
import { type Duration, type Work, asError, checkFunctions, isA, isCount, isListOf, millis, need, pause, tell } from 'cronflow:internal/helpers/tools';
import { checkOptions } from 'cronflow:internal/options';

export interface RetryResult<T = any> {
  success: boolean;
  result?: T;
  error?: Error;
  attempts: number;
  totalDuration: number;
  retryDelays: number[];
}

export interface RetryOptions {
  /** Total tries. With this name `onRetry` gets `(error, attempt, delay)`. */
  attempts?: number;
  /** Total tries. With this name `onRetry` gets `(attempt, error, delay)`, and jitter is on unless it is refused. */
  maxAttempts?: number;
  backoff?: { strategy?: 'fixed' | 'linear' | 'exponential'; delay?: Duration; maxDelay?: Duration; multiplier?: number };
  maxBackoff?: Duration;
  jitter?: boolean;
  retryOn?: { errors?: string[]; statusCodes?: number[]; conditions?: (error: Error, attempt: number) => unknown };
  shouldRetry?: (error: Error) => unknown;
  onRetry?: (...args: any[]) => unknown;
}

const RETRY_OPTIONS = ['attempts', 'maxAttempts', 'backoff', 'maxBackoff', 'jitter', 'retryOn', 'shouldRetry', 'onRetry'];
const BACKOFF_OPTIONS = ['strategy', 'delay', 'maxDelay', 'multiplier'];
const RETRY_ON_OPTIONS = ['errors', 'statusCodes', 'conditions'];
const STRATEGIES = ['fixed', 'linear', 'exponential'];

export interface RetryPlan {
  attempts: number;
  strategy: 'fixed' | 'linear' | 'exponential';
  delay: number;
  maxDelay: number;
  multiplier: number;
  jitter: boolean;
  retryOn: NonNullable<RetryOptions['retryOn']>;
  shouldRetry?: (error: Error) => unknown;
  onRetry: (error: Error, attempt: number, delay: number) => Promise<void>;
}

export const ONCE: RetryPlan = {
  attempts: 1, strategy: 'fixed', delay: 0, maxDelay: 0, multiplier: 1, jitter: false, retryOn: {}, onRetry: async () => {},
};

export function retryPlan(options: any): RetryPlan {
  need(options !== undefined, 'a retry needs options');
  checkOptions(options, RETRY_OPTIONS, 'retry');
  checkFunctions(options, ['onRetry', 'shouldRetry'], 'retry');
  const isClassic = options.maxAttempts !== undefined;
  need(!isClassic || options.attempts === undefined, 'retry takes attempts or maxAttempts, not both');
  const attempts = options.maxAttempts ?? options.attempts ?? 3;
  need(isCount(attempts), `${isClassic ? 'maxAttempts' : 'attempts'} of retry must be a whole number from 1`);
  const jitter = options.jitter ?? isClassic;
  need(typeof jitter === 'boolean', 'jitter of retry must be true or false');
  const { onRetry, shouldRetry } = options;
  return {
    ...backoffPlan(options, isClassic),
    attempts,
    jitter,
    shouldRetry,
    retryOn: checkedRetryOn(options.retryOn),
    onRetry: (error, attempt, delay) => tell(onRetry, 'onRetry', ...(isClassic ? [attempt, error, delay] : [error, attempt, delay])),
  };
}

function backoffPlan(options: any, isClassic: boolean): Pick<RetryPlan, 'strategy' | 'delay' | 'maxDelay' | 'multiplier'> {
  const { backoff = { strategy: 'exponential', delay: 1_000, maxDelay: 30_000 }, maxBackoff } = options;
  checkOptions(backoff, BACKOFF_OPTIONS, 'retry.backoff');
  const strategy = backoff.strategy ?? 'fixed';
  need(STRATEGIES.includes(strategy), `the strategy of retry.backoff must be one of ${STRATEGIES.join(', ')}`);
  const multiplier = backoff.multiplier ?? (strategy === 'exponential' ? 2 : 1);
  need(Number.isFinite(multiplier) && multiplier >= 0, 'multiplier of retry.backoff must be a number from 0');
  const delay = millis(backoff.delay ?? 1_000, 'delay of retry.backoff');
  const most = maxBackoff ?? backoff.maxDelay;
  const maxDelay = most === undefined ? (isClassic ? delay * 10 : MAX_MILLIS) : millis(most, 'the longest delay of retry');
  return { strategy, delay, maxDelay: Math.min(maxDelay, MAX_MILLIS), multiplier };
}

function checkedRetryOn(given: any): RetryPlan['retryOn'] {
  checkOptions(given, RETRY_ON_OPTIONS, 'retryOn');
  const { errors, statusCodes, conditions } = given ?? {};
  need(isListOf('string', errors), 'errors of retryOn must be an array of strings');
  need(isListOf('number', statusCodes), 'statusCodes of retryOn must be an array of numbers');
  checkFunctions(given ?? {}, ['conditions'], 'retryOn');
  return { errors, statusCodes, conditions };
}

/** Tries until it works, or until it makes no sense to go on. */
export async function tryAll<T>(work: Work<T>, plan: RetryPlan, signal?: AbortSignal): Promise<RetryResult<T>> {
  const begun = now();
  const retryDelays: number[] = [];
  for (let attempt = 1; ; attempt++) {
    const sum = () => ({ attempts: attempt, totalDuration: Math.round(now() - begun), retryDelays });
    try {
      return { success: true, result: await work(), ...sum() };
    } catch (thrown) {
      const error = asError(thrown);
      const isLast = attempt >= plan.attempts || signal?.aborted || !(await mayRetry(plan, error, attempt));
      if (isLast) return { success: false, error, ...sum() };
      const delay = delayAfter(plan, error, attempt);
      retryDelays.push(delay);
      await plan.onRetry(error, attempt, delay);
      await pause(delay, signal);
      if (signal?.aborted) return { success: false, error, ...sum() };
    }
  }
}

/** Each list of `retryOn` that can judge the error is a way to be tried again; without any, all errors are. */
async function mayRetry(plan: RetryPlan, error: Error, attempt: number): Promise<boolean> {
  if (isA(error, NonRetryableError) || isA(error, CancelledError)) return false;
  if (isA(error, RetryableError)) return true;
  if (plan.shouldRetry !== undefined) return Boolean(await plan.shouldRetry(error));
  const { errors, statusCodes, conditions } = plan.retryOn;
  const status = statusOf(error);
  const judgements: (() => unknown)[] = [];
  if (errors?.length) judgements.push(() => errors.some(text => isMentioned(text, error)));
  // An error without a status, such as a broken connection, is not what a list of statuses is about.
  if (statusCodes?.length && status !== undefined) judgements.push(() => statusCodes.includes(status));
  if (conditions !== undefined) judgements.push(() => conditions(error, attempt));
  for (const judge of judgements) if (await judge()) return true;
  return judgements.length === 0;
}

function isMentioned(text: string, error: any): boolean {
  return error.name === text || error.code === text || String(error.message).toLowerCase().includes(text.toLowerCase());
}

function statusOf(error: any): number | undefined {
  const status = error.statusCode ?? error.status ?? error.response?.status;
  return typeof status === 'number' ? status : undefined;
}

function delayAfter(plan: RetryPlan, error: Error, attempt: number): number {
  const asked = retryAfterOf((error as any).retryAfter);
  if (asked !== undefined) return asked;
  const { strategy, delay, maxDelay, multiplier, jitter } = plan;
  let wait = delay;
  if (strategy === 'linear') wait = delay * (1 + (attempt - 1) * multiplier);
  if (strategy === 'exponential') wait = delay * multiplier ** (attempt - 1);
  wait = Math.min(wait, maxDelay);
  if (!jitter) return Math.ceil(wait);
  // From half to one and a half times the wait, and never more than was allowed.
  const [low, high] = [wait / 2, Math.min(wait * 1.5, maxDelay)];
  return Math.round(low + Math.random() * (high - low));
}

/** A duration, or what a Retry-After header says: seconds as text, or a date. Nonsense leaves the wait to the backoff. */
function retryAfterOf(given: unknown): number | undefined {
  if (typeof given === 'string' && /^\s*\d+\s*$/.test(given)) return Math.min(Number(given) * 1_000, MAX_MILLIS);
  if (typeof given === 'number' || typeof given === 'string') {
    try {
      return Math.ceil(parseDuration(given));
    } catch {
      if (typeof given === 'number') return undefined;
    }
  }
  const date = given instanceof Date ? given.getTime() : typeof given === 'string' ? Date.parse(given) : NaN;
  return Number.isNaN(date) ? undefined : Math.min(Math.max(0, date - Date.now()), MAX_MILLIS);
}

const TRANSIENT_CODES = ['ECONNRESET', 'ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'ENETUNREACH', 'EPIPE'];
const TRANSIENT_WORDS = /timeout|network|connection|server error|service unavailable/i;

export class RetryExecutor {
  private _plan: RetryPlan;

  constructor(options: RetryOptions) {
    this._plan = retryPlan(options);
  }

  /** The result of the first try that works; rejects with the error of the last one. */
  async execute<T>(work: Work<T>, name = 'RetryExecutor'): Promise<T> {
    need(typeof work === 'function', `execute() of ${name} needs a function`);
    const outcome = await tryAll(work, this._plan);
    if (!outcome.success) throw outcome.error;
    return outcome.result as T;
  }

  /** Like the method of the same name, but tells what happened instead of throwing. `context.signal` ends the tries. */
  static async execute<T>(work: Work<T>, options: RetryOptions, context?: any): Promise<RetryResult<T>> {
    need(typeof work === 'function', 'RetryExecutor.execute() needs a function');
    return tryAll(work, retryPlan(options), context?.signal);
  }

  /** Whether an error looks as if it could pass by itself. */
  static shouldRetryByDefault(error: any): boolean {
    return TRANSIENT_CODES.includes(error?.code) || TRANSIENT_WORDS.test(String(error?.message));
  }

  /** The retry options of a step in the form that `execute` has always taken; only transient errors unless they say otherwise. */
  static createRetryOptions(config: RetryOptions = {}, more: Partial<RetryOptions> = {}): RetryOptions {
    const plan = retryPlan(config);
    const { strategy, delay, multiplier, retryOn } = plan;
    const isOpen = config.retryOn === undefined && config.shouldRetry === undefined;
    const merged: RetryOptions = {
      maxAttempts: plan.attempts,
      backoff: { strategy, delay, multiplier },
      maxBackoff: plan.maxDelay,
      jitter: config.jitter ?? true,
      retryOn,
      shouldRetry: isOpen ? RetryExecutor.shouldRetryByDefault : config.shouldRetry,
      onRetry: (attempt: number, error: Error, wait: number) => plan.onRetry(error, attempt, wait),
      ...more,
    };
    retryPlan(merged);
    return merged;
  }
}
