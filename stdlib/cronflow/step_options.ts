// The options of steps and actions: checked, and taken apart into data for the engine and functions.

import { checkedBoolean, checkedDuration, checkedFunction, maybeDuration, maybeFunction, maybeNumber, withoutUndefined } from 'cronflow:internal/checks';
import type { AnyFunction, FlowDraft } from 'cronflow:internal/flow';
import { checkOptions, refuse } from 'cronflow:internal/options';

const OF_STEP = ['title', 'description', 'retry', 'timeout', 'cache', 'delay', 'onError', 'circuitBreaker'];
const OF_ACTION = [...OF_STEP, 'critical'];
const OF_RETRY = ['attempts', 'backoff', 'jitter', 'retryOn', 'onRetry'];
const STRATEGIES = ['fixed', 'linear', 'exponential'];

/** Puts the options of a step on the last node of a flow. */
export function applyOptions(flow: FlowDraft, options: any, of: string): void {
  const node = flow.currentStep();
  checkOptions(options, node.kind === 'action' ? OF_ACTION : OF_STEP, of);
  for (const key of ['timeout', 'delay']) {
    if (options[key] !== undefined) node.options[key] = checkedDuration(options[key], `${key} of ${of}`);
  }
  if (options.retry !== undefined) applyRetry(flow, options.retry, of);
  if (options.cache !== undefined) applyCache(flow, options.cache, of);
  if (options.circuitBreaker !== undefined) node.options.circuitBreaker = breakerDraft(options.circuitBreaker, of);
  if (options.onError !== undefined) flow.give('onError', checkedFunction(options.onError, `onError of ${of}`));
  if (options.critical !== undefined) node.options.critical = checkedBoolean(options.critical, `critical of ${of}`);
}

function applyRetry(flow: FlowDraft, retry: any, of: string): void {
  const { draft, decide } = retryDraft(retry, of);
  flow.currentStep().options.retry = draft;
  if (decide !== undefined) flow.give('retryDecision', decide);
}

/** The data of a `retry` option, and the function that has a say in it. */
export function retryDraft(retry: any, of: string): { draft: Record<string, unknown>; decide?: AnyFunction } {
  if (typeof retry === 'number') return { draft: { attempts: retry } };
  checkOptions(retry, OF_RETRY, `retry of ${of}`);
  const { attempts, backoff, jitter, retryOn, onRetry } = retry;
  checkOptions(backoff, ['strategy', 'delay', 'maxDelay', 'multiplier'], `retry.backoff of ${of}`);
  checkOptions(retryOn, ['errors', 'statusCodes', 'conditions'], `retry.retryOn of ${of}`);
  const { strategy, delay, maxDelay, multiplier } = backoff ?? {};
  if (strategy !== undefined && !STRATEGIES.includes(strategy)) refuse(`the strategy of retry.backoff of ${of} must be one of ${STRATEGIES.join(', ')}`);
  const conditions = maybeFunction(retryOn?.conditions, `retryOn.conditions of ${of}`);
  const tell = maybeFunction(onRetry, `onRetry of ${of}`);
  const draft = withoutUndefined({
    attempts: maybeNumber(attempts, `attempts of ${of}`),
    strategy,
    delay: maybeDuration(delay, `backoff.delay of ${of}`),
    maxDelay: maybeDuration(maxDelay, `backoff.maxDelay of ${of}`),
    multiplier: maybeNumber(multiplier, `backoff.multiplier of ${of}`),
    jitter: typeof jitter === 'boolean' ? Number(jitter) : maybeNumber(jitter, `jitter of ${of}`),
    errors: listOf(retryOn?.errors, 'string', `retryOn.errors of ${of}`),
    statusCodes: listOf(retryOn?.statusCodes, 'number', `retryOn.statusCodes of ${of}`),
    asksCondition: conditions !== undefined,
    tells: tell !== undefined,
  });
  return { draft, decide: conditions || tell ? decision(conditions, tell) : undefined };
}

/** Whether another attempt follows; `asks` says whether that is open. */
function decision(conditions: AnyFunction | undefined, tell: AnyFunction | undefined): AnyFunction {
  return async (error: Error, attempt: number, delay: number, asks: boolean) => {
    const goesOn = !asks || conditions === undefined || Boolean(await conditions(error, attempt));
    if (goesOn) await tell?.(error, attempt, delay);
    return goesOn;
  };
}

function applyCache(flow: FlowDraft, cache: any, of: string): void {
  checkOptions(cache, ['key', 'ttl'], `cache of ${of}`);
  const { key, ttl } = cache;
  if (key !== undefined && typeof key !== 'string' && typeof key !== 'function') refuse(`cache.key of ${of} must be a string or a function`);
  if (typeof key === 'function') flow.give('cacheKey', key);
  flow.currentStep().options.cache = withoutUndefined({
    key: typeof key === 'string' ? key : undefined,
    ttl: maybeDuration(ttl, `cache.ttl of ${of}`),
  });
}

function breakerDraft(breaker: any, of: string): Record<string, unknown> {
  checkOptions(breaker, ['name', 'failureThreshold', 'recoveryTimeout', 'expectedErrors', 'halfOpenMax'], `circuitBreaker of ${of}`);
  const { name, failureThreshold, recoveryTimeout, expectedErrors, halfOpenMax } = breaker;
  if (name !== undefined && (typeof name !== 'string' || name === '')) refuse(`circuitBreaker.name of ${of} must be a string`);
  return withoutUndefined({
    name,
    failureThreshold: maybeNumber(failureThreshold, `circuitBreaker.failureThreshold of ${of}`),
    recoveryTimeout: maybeDuration(recoveryTimeout, `circuitBreaker.recoveryTimeout of ${of}`),
    expectedErrors: listOf(expectedErrors, 'string', `circuitBreaker.expectedErrors of ${of}`),
    halfOpenMax: maybeNumber(halfOpenMax, `circuitBreaker.halfOpenMax of ${of}`),
  });
}

function listOf(list: any, kind: 'string' | 'number', what: string): any[] | undefined {
  if (list === undefined) return undefined;
  if (!Array.isArray(list) || !list.every(item => typeof item === kind)) refuse(`${what} must be an array of ${kind}s`);
  return list;
}
