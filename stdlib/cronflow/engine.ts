// What `cronflow` can do with runs, events, state and approvals: requests to the running engine.

import { request } from 'cronflow:internal/host';
import { parseDuration } from 'cronflow:internal/duration';
import { checkOptions } from 'cronflow:internal/options';
import { momentOf } from 'cronflow:internal/language';
import { json, storeOf } from 'cronflow:internal/state';
import { workflows } from 'cronflow:internal/workflow';

interface TriggerOptions {
  idempotencyKey?: string;
  delay?: number | string;
  priority?: number;
}

function triggerArguments(workflow: unknown, payload: unknown, options: TriggerOptions | undefined): Record<string, unknown> {
  checkOptions(options, ['idempotencyKey', 'delay', 'priority'], 'cronflow.trigger()');
  const { idempotencyKey, delay, priority } = options ?? {};
  return {
    workflow: idOf(workflow),
    payload: json(payload, 'the payload'),
    idempotencyKey: idempotencyKey === undefined ? undefined : String(idempotencyKey),
    delay: delay === undefined ? undefined : parseDuration(delay),
    priority,
  };
}

function idOf(workflow: any): string {
  const id = typeof workflow === 'string' ? workflow : workflow?.getId?.();
  if (typeof id !== 'string') throw new TypeError('a workflow is named by its id');
  return id;
}

/** Starts a run; resolves with its id when it is durable. */
export async function trigger(workflow: unknown, payload?: unknown, options?: TriggerOptions): Promise<string> {
  return request({ method: 'trigger', ...triggerArguments(workflow, payload, options) });
}

/** Starts a run; resolves with the whole run when it has ended. */
export async function triggerAndWait(workflow: unknown, payload?: unknown, options?: TriggerOptions): Promise<any> {
  return request({ method: 'triggerAndWait', ...triggerArguments(workflow, payload, options) });
}

export async function inspect(runId: string): Promise<any> {
  return request({ method: 'inspect', run: String(runId) });
}

export async function listRuns(filter: { workflow?: string; status?: string; limit?: number; before?: string } = {}): Promise<any[]> {
  checkOptions(filter, ['workflow', 'status', 'limit', 'before'], 'cronflow.listRuns()');
  return request({ method: 'listRuns', ...filter });
}

/** Ends a run with everything in it; resolves with whether there was one to end. */
export async function cancelRun(runId: string, reason?: string): Promise<boolean> {
  return request({ method: 'cancelRun', run: String(runId), reason });
}

interface ReplayOptions {
  overridePayload?: unknown;
  fromStep?: string;
  mockStep?: Record<string, unknown> | [name: string, output: unknown];
}

/** Starts a new run from an old one; resolves with its id. */
export async function replay(runId: string, options: ReplayOptions = {}): Promise<string> {
  checkOptions(options, ['overridePayload', 'fromStep', 'mockStep'], 'cronflow.replay()');
  const { overridePayload, fromStep, mockStep = {} } = options;
  const pairs = Array.isArray(mockStep) ? [mockStep] : Object.entries(mockStep);
  for (const [name, output] of pairs) {
    if (typeof output === 'function') throw new TypeError(`mockStep '${name}' must be the output itself: a replay is durable, and a function is not`);
  }
  return request({
    method: 'replay',
    run: String(runId),
    payload: 'overridePayload' in options ? json(overridePayload, 'overridePayload') : undefined,
    fromStep,
    mocks: pairs.map(([name, output]) => [String(name), json(output, `the mock of '${name}'`)]),
  });
}

/** Lets a failed run go on from the step that failed. */
export async function retryRun(runId: string): Promise<boolean> {
  return request({ method: 'retryRun', run: String(runId) });
}

/** Publishes an event; resolves with its number when it is durable. */
export async function publishEvent(name: string, payload?: unknown): Promise<number> {
  return request({ method: 'publishEvent', name: String(name), payload: json(payload, 'the payload') });
}

interface EventQuery {
  since?: Date | string | number;
  before?: number;
  limit?: number;
}

/** Published events, newest first: all, or those of a name or of a pattern such as `order.*`. */
export async function getEventHistory(name?: string, query: number | EventQuery = {}): Promise<any[]> {
  const options = typeof query === 'number' ? { limit: query } : query;
  checkOptions(options, ['since', 'before', 'limit'], 'cronflow.getEventHistory()');
  const since = options.since === undefined ? undefined : momentOf(options.since);
  if (Number.isNaN(since)) throw new TypeError('since of cronflow.getEventHistory() must be a date');
  return request({ method: 'eventHistory', name, since, before: options.before, limit: options.limit });
}

/** Schedules, intervals and polls of all workflows. */
export async function getSchedules(): Promise<any[]> {
  return request({ method: 'schedules' });
}

/** Lets a schedule rest until it is resumed. */
export async function pauseSchedule(id: string): Promise<void> {
  await request({ method: 'pauseSchedule', id: String(id), paused: true });
}

/** Lets a schedule go on; what it did not do meanwhile is not made up for. */
export async function resumeSchedule(id: string): Promise<void> {
  await request({ method: 'pauseSchedule', id: String(id), paused: false });
}

/** Starts a run of a schedule now; resolves with its id when it is durable. A poll is asked now. */
export async function runScheduleNow(id: string): Promise<string | null> {
  return request({ method: 'runSchedule', id: String(id), wait: false });
}

/** Starts a run of a schedule now; resolves with the run when it has ended. */
export async function executeScheduleTrigger(id: string): Promise<any> {
  return request({ method: 'runSchedule', id: String(id), wait: true });
}

/** Resumes what waits with this token; resolves with whether anything did. */
export async function resume(token: string, payload: unknown = null): Promise<boolean> {
  return request({ method: 'resume', token: String(token), payload: json(payload, 'the payload') });
}

/** Everything that waits for a person. */
export async function listPausedWorkflows(): Promise<any[]> {
  return request({ method: 'paused' });
}

export async function getPausedWorkflow(token: string): Promise<any> {
  const [found] = await request({ method: 'paused', token: String(token) });
  return found ?? storeOf('global').get(pausedKey(token), undefined);
}

/** Keeps what a program of its own knows of a pause, under the token. */
export async function storePausedWorkflow(token: string, info: unknown): Promise<void> {
  await storeOf('global').set(pausedKey(token), info);
}

function pausedKey(token: string): string {
  return `paused:${token}`;
}

const globalStore = storeOf('global');

export async function getGlobalState(key: string, fallback?: unknown): Promise<any> {
  return globalStore.get(key, fallback);
}

export async function setGlobalState(key: string, value: unknown, options?: { ttl?: number | string }): Promise<void> {
  return globalStore.set(key, value, options);
}

export async function incrGlobalState(key: string, by?: number): Promise<number> {
  return globalStore.incr(key, by);
}

export async function deleteGlobalState(key: string): Promise<boolean> {
  return globalStore.delete(key);
}

export async function getWorkflowState(workflow: string, key: string, fallback?: unknown): Promise<any> {
  return storeOf(`workflow:${idOf(workflow)}`).get(key, fallback);
}

export async function setWorkflowState(workflow: string, key: string, value: unknown, options?: { ttl?: number | string }): Promise<void> {
  return storeOf(`workflow:${idOf(workflow)}`).set(key, value, options);
}

export async function incrWorkflowState(workflow: string, key: string, by?: number): Promise<number> {
  return storeOf(`workflow:${idOf(workflow)}`).incr(key, by);
}

export async function deleteWorkflowState(workflow: string, key: string): Promise<boolean> {
  return storeOf(`workflow:${idOf(workflow)}`).delete(key);
}

export async function getStateStats(): Promise<any> {
  return request({ method: 'stateStats' });
}

/** Deletes values that have expired; resolves with their number. */
export async function cleanupExpiredState(): Promise<number> {
  return request({ method: 'cleanupState' });
}

export async function getConcurrencyStats(workflow?: string): Promise<any[]> {
  return request({ method: 'concurrencyStats', workflow });
}

export async function getTriggerStats(): Promise<any> {
  return request({ method: 'triggerStats' });
}

/** Starts the workflow of a webhook as a request would, without HTTP; resolves with the run. */
export async function executeWebhookTrigger(given: { path: string; method?: string; headers?: object; query?: object; body?: unknown }): Promise<any> {
  const { path, method = 'POST', headers = {}, query = {}, body = null } = given;
  for (const workflow of workflows.values()) {
    const index = workflow.getTriggers().findIndex(one => one.path === path && one.methods.includes(method));
    if (index < 0) continue;
    const about = { type: 'webhook', method, path, headers, query };
    return request({
      method: 'triggerAndWait',
      ...triggerArguments(workflow, body, undefined),
      entry: index,
      trigger: json(about, 'the request'),
    });
  }
  throw new Error(`no workflow has a webhook '${method} ${path}'`);
}

interface BenchmarkOptions {
  workflowId?: string;
  iterations?: number;
  concurrency?: number;
  payload?: unknown;
}

/** Runs a workflow many times on this engine and measures it. Durations are in milliseconds. */
export async function benchmark(options: BenchmarkOptions = {}): Promise<any> {
  checkOptions(options, ['workflowId', 'iterations', 'concurrency', 'payload'], 'cronflow.benchmark()');
  const { workflowId = [...workflows.keys()][0], iterations = 100, concurrency = 10, payload = null } = options;
  if (workflowId === undefined) throw new Error('cronflow.benchmark() needs a workflow');
  const durations: number[] = [];
  let failed = 0;
  let left = iterations;
  const begun = performance.now();
  const work = async () => {
    while (left-- > 0) {
      const started = performance.now();
      const run = await triggerAndWait(workflowId, payload);
      durations.push(performance.now() - started);
      if (run.status !== 'completed') failed++;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  const totalMs = performance.now() - begun;
  return { workflowId, iterations, concurrency, failed, totalMs, runsPerSecond: (iterations * 1000) / totalMs, duration: summary(durations) };
}

function summary(values: number[]): Record<string, number> {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / (sorted.length || 1);
  return { min: at(0), mean, median: at(0.5), p95: at(0.95), p99: at(0.99), max: sorted.at(-1) ?? 0 };
}

declare const performance: { now(): number };
