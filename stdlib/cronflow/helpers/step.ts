// Steps in this process and without a run: their cache, delay, tries, time limit and error handler.

import { now } from 'cronflow:internal/ops';
import { AbortController, AbortSignal } from 'cronflow:internal/events';
import { TimeoutError } from 'cronflow:internal/errors';
import { type CircuitBreaker, CircuitBreakerManager, checkBreaker } from 'cronflow:internal/helpers/breaker';
import { ONCE, type RetryPlan, retryPlan, tryAll } from 'cronflow:internal/helpers/retry';
import { asError, checkFunctions, millis, need, pause, withFacts } from 'cronflow:internal/helpers/tools';
import { checkOptions } from 'cronflow:internal/options';

export interface StepExecutionResult {
  success: boolean;
  output?: any;
  error?: Error;
  attempts: number;
  totalDuration: number;
  retryDelays: number[];
}

const STEP_OPTIONS = ['retry', 'timeout', 'cache', 'delay', 'onError', 'circuitBreaker'];
/** What a step definition carries about its place in a flow; nothing here is in a flow. */
const STEP_FACTS = ['title', 'description', 'background', 'critical'];
const CACHE_LIMIT = 10_000;

interface StepPlan {
  name: string;
  handler: (ctx: any) => unknown;
  retry: RetryPlan;
  timeout?: number;
  delay: number;
  cache?: { key: string | ((ctx: any) => unknown); ttl: number };
  onError?: (ctx: any) => unknown;
  breaker?: CircuitBreaker;
}

/** Outputs by step and key, as JSON so that nobody can change what is kept. */
const cached = new Map<string, { text: string; until: number }>();

function stepPlan(step: any, given: any): StepPlan {
  const handler = typeof step === 'function' ? step : step?.handler;
  need(typeof handler === 'function', 'a step needs a handler');
  const name = String((typeof step === 'function' ? step.name : step.name ?? step.id) || 'step');
  const of = `step '${name}'`;
  const options = given ?? step.options ?? {};
  checkOptions(options, [...STEP_OPTIONS, ...STEP_FACTS], of);
  checkFunctions(options, ['onError'], of);
  const { retry, timeout, delay, cache, circuitBreaker, onError } = options;
  const limit = timeout === undefined ? undefined : millis(timeout, `timeout of ${of}`);
  need(limit !== 0, `timeout of ${of}: a timeout must be longer than zero`);
  return {
    name,
    handler,
    onError,
    timeout: limit,
    delay: delay === undefined ? 0 : millis(delay, `delay of ${of}`),
    retry: retry === undefined ? ONCE : retryPlan(retry),
    cache: cache === undefined ? undefined : cachePlan(cache, of),
    breaker: circuitBreaker === undefined ? undefined : sharedBreaker(circuitBreaker, name),
  };
}

function cachePlan(cache: any, of: string): StepPlan['cache'] {
  checkOptions(cache, ['key', 'ttl'], `cache of ${of}`);
  const { key, ttl } = cache;
  need(typeof key === 'string' || typeof key === 'function', `key of the cache of ${of} must be a function or a string`);
  return { key, ttl: millis(ttl, `ttl of the cache of ${of}`) };
}

function sharedBreaker(options: any, step: string): CircuitBreaker {
  checkBreaker(options, `circuitBreaker of step '${step}'`);
  const { name = `step-${step}`, ...limits } = options;
  return CircuitBreakerManager.getInstance().getBreaker(name, limits);
}

/** The cache, then the delay, then the tries, each through the breaker and within the time limit; last the error handler. */
async function runStep(plan: StepPlan, context: any): Promise<StepExecutionResult> {
  const begun = now();
  let tries = { attempts: 0, retryDelays: [] as number[] };
  const end = (outcome: { output: unknown } | { error: Error }): StepExecutionResult => {
    const { attempts, retryDelays } = tries;
    return { success: 'output' in outcome, ...outcome, attempts, totalDuration: Math.round(now() - begun), retryDelays };
  };
  try {
    const key = plan.cache && (await cacheKey(plan.name, plan.cache.key, context));
    const kept = key === undefined ? undefined : recall(key);
    if (kept !== undefined) return end({ output: JSON.parse(kept) });
    await pause(plan.delay, context?.signal);
    const outcome = await tryAll(() => oneTry(plan, context), plan.retry, context?.signal);
    tries = outcome;
    if (!outcome.success) throw outcome.error;
    if (key !== undefined) remember(key, outcome.result!, plan.cache!.ttl);
    return end({ output: JSON.parse(outcome.result!) });
  } catch (thrown) {
    const error = asError(thrown);
    if (plan.onError === undefined) return end({ error });
    try {
      return end({ output: JSON.parse(jsonOf(await plan.onError(withFacts(context, { error })), plan.name)) });
    } catch (again) {
      return end({ error: asError(again) });
    }
  }
}

/** One try; its output as JSON, which is all that a step can hand on. */
async function oneTry(plan: StepPlan, context: any): Promise<string> {
  const work = () => withinLimit(plan, context);
  return jsonOf(await (plan.breaker === undefined ? work() : plan.breaker.execute(work)), plan.name);
}

/** A handler that takes too long is left behind; its `ctx.signal` tells it so. */
async function withinLimit({ name, handler, timeout }: StepPlan, context: any): Promise<unknown> {
  if (timeout === undefined) return handler(context);
  const [work, clock] = [new AbortController(), new AbortController()];
  const outer = context?.signal;
  const signal = outer === undefined ? work.signal : AbortSignal.any([outer, work.signal]);
  const late = pause(timeout, clock.signal).then(() => {
    if (clock.signal.aborted) return;
    const error = new TimeoutError(`step '${name}' timed out: it took longer than its timeout of ${timeout} ms`);
    work.abort(error);
    throw error;
  });
  try {
    return await Promise.race([handler(withFacts(context, { signal })), late]);
  } finally {
    clock.abort();
  }
}

function jsonOf(value: unknown, step: string): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (cause) {
    const error = new Error(`the result of step '${step}' cannot be stored as JSON: ${asError(cause).message}`, { cause });
    error.name = 'InvalidOutputError';
    throw error;
  }
}

async function cacheKey(step: string, key: string | ((ctx: any) => unknown), context: any): Promise<string> {
  return `${step}\n${String(typeof key === 'string' ? key : await key(context))}`;
}

function recall(key: string): string | undefined {
  const entry = cached.get(key);
  if (entry === undefined || entry.until > now()) return entry?.text;
  cached.delete(key);
  return undefined;
}

function remember(key: string, text: string, ttl: number): void {
  if (cached.size >= CACHE_LIMIT) {
    for (const [other, { until }] of cached) if (until <= now()) cached.delete(other);
    // All are fresh: the oldest makes room.
    if (cached.size >= CACHE_LIMIT) cached.delete(cached.keys().next().value!);
  }
  cached.set(key, { text, until: now() + ttl });
}

export class StepExecutor {
  /** Runs a step `{name, handler, options?}`, or a function; resolves with its output, or rejects with its error. */
  async execute(step: any, context: any = {}, options?: any): Promise<any> {
    const result = await StepExecutor.executeStep(step, context, options);
    if (!result.success) throw result.error;
    return result.output;
  }

  /** Runs a step with all its options, and tells what happened instead of throwing. */
  static async executeStep(step: any, context: any = {}, options?: any): Promise<StepExecutionResult> {
    return runStep(stepPlan(step, options), context);
  }

  /** The same as `executeStep`, which knows the timeout too. */
  static async executeStepWithTimeout(step: any, context: any = {}, options?: any): Promise<StepExecutionResult> {
    return runStep(stepPlan(step, options), context);
  }

  /** The same as `executeStep`, which knows `onError` too. */
  static async executeStepWithErrorHandling(step: any, context: any = {}, options?: any): Promise<StepExecutionResult> {
    return runStep(stepPlan(step, options), context);
  }

  static validateResult(result: StepExecutionResult): void {
    if (!result.success && !result.error) throw new Error('the result of a step is neither a success nor an error');
  }

  /** `context` with the error that a handler of errors asks for. */
  static createExecutionContext(context: any, error?: Error): any {
    return withFacts(context, { error });
  }

  static getCircuitBreakerManager(): CircuitBreakerManager {
    return CircuitBreakerManager.getInstance();
  }
}
