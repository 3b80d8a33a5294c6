// What `cronflow` can do: define workflows, start the engine, and ask it for runs, events, state and approvals.

import type { Duration } from './context';
import type { DefineOptions } from './options';
import type { WorkflowInstance } from './workflow';

export interface ListenOptions {
  /** Default: `127.0.0.1`. */
  host?: string;
  /** Default: 3000; 0 picks a free one. */
  port?: number;
  maxConnections?: number;
}

export interface StartOptions extends ListenOptions {
  webhookServer?: ListenOptions;
  /** `false` serves no HTTP. */
  http?: boolean;
}

export type RunStatus = 'pending' | 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled' | 'timed_out';
export type StepStatus = 'pending' | 'running' | 'retrying' | 'waiting' | 'completed' | 'failed' | 'skipped' | 'cancelled';

export interface RecordedError {
  name: string;
  message: string;
  stack: string | null;
  location: { file: string; line: number; column: number } | null;
  status: number | null;
}

export interface RunSummary {
  id: string;
  workflowId: string;
  status: RunStatus;
  version: string;
  parent: string | null;
  replayOf: string | null;
  /** Times are RFC 3339. */
  createdAt: string;
  startedAt: string | null;
  completedAt: string | null;
  durationMs: number | null;
}

export interface RecordedStep {
  name: string;
  /** Of a loop that has not completed; of a batch in groups. */
  items?: any[];
  /** With the bodies around it, such as `each[2]/charge`. */
  path: string;
  type: string;
  status: StepStatus;
  output: any;
  error: RecordedError | null;
  cached: boolean;
  /** When a wait is over. */
  wakeAt: string | null;
  startedAt: string;
  completedAt: string | null;
  durationMs: number | null;
  /** `onError`: it is the call of the step's `onError`, which comes after the last attempt. */
  attempts: { attempt: number; onError: boolean; status: StepStatus; output: any; error: RecordedError | null; startedAt: string; completedAt: string | null; durationMs: number | null }[];
}

export interface Run extends RunSummary {
  payload: any;
  trigger: any;
  output: any;
  error: RecordedError | null;
  /** The zone of local times in its code; null when nobody noted it. */
  timeZone: string | null;
  steps: RecordedStep[];
  logs: { at: string; step: string; level: string; message: string }[];
}

export interface TriggerOptions {
  /** A second trigger with this key starts nothing and gets the first one's run. */
  idempotencyKey?: string;
  delay?: Duration;
  /** Higher goes first. */
  priority?: number;
}

export interface PausedRun {
  token: string;
  runId: string;
  workflowId: string;
  step: string;
  path: string;
  type: string;
  description: string | null;
  approvalUrl: string | null;
  metadata: any;
  payload: any;
  createdAt: string;
  expiresAt: string | null;
}

export interface Schedule {
  id: string;
  workflowId: string;
  kind: 'schedule' | 'interval' | 'poll';
  /** The cron expression, or milliseconds. */
  expression: string | number;
  timezone: string | null;
  overlap: string | null;
  catchUp: string | null;
  paused: boolean;
  /** The last time that started a run; of a poll: when it last answered. */
  lastFire: string | null;
  nextFire: string | null;
  lastRun: string | null;
  misses: number;
  /** Of a poll: since the last success. */
  failures: number;
  lastError: RecordedError | null;
  nextAttempt: string | null;
}

export interface EventQuery {
  since?: Date | string | number;
  /** Only events before this one: the `id` of the last one of the page before. */
  before?: number;
  limit?: number;
}

type AnyWorkflow = string | WorkflowInstance<any, any, any>;

export declare function define<Payload = any>(
  options: DefineOptions<Payload>,
  setup?: (workflow: WorkflowInstance<Payload, undefined, {}>) => void,
): WorkflowInstance<Payload, undefined, {}>;
/** Resolves when the server listens. A file that never calls it is started all the same. */
export declare function start(options?: StartOptions): Promise<{ address: string | null }>;
/** Lets the running steps end, and the process with them; unfinished runs go on at the next start. */
export declare function stop(): Promise<void>;
/** Resolves with the run's id when it is durable. */
export declare function trigger(workflow: AnyWorkflow, payload?: unknown, options?: TriggerOptions): Promise<string>;
/** Resolves with the whole run when it has ended. */
export declare function triggerAndWait(workflow: AnyWorkflow, payload?: unknown, options?: TriggerOptions): Promise<Run>;
export declare function inspect(runId: string): Promise<Run | null>;
/** Newest first; at most 50 when `limit` is not given. */
export declare function listRuns(filter?: { workflow?: string; status?: RunStatus; limit?: number; before?: string }): Promise<RunSummary[]>;
/** Resolves with whether there was a run to end. */
export declare function cancelRun(runId: string, reason?: string): Promise<boolean>;
/** Starts a new run from an old one; resolves with its id. */
export declare function replay(
  runId: string,
  options?: { overridePayload?: unknown; /** Steps before it keep their outputs. */ fromStep?: string; mockStep?: Record<string, unknown> | [name: string, output: unknown] },
): Promise<string>;
/** Lets a failed run go on from the step that failed. */
export declare function retryRun(runId: string): Promise<boolean>;
/** Resolves with the event's number when it is durable. */
export declare function publishEvent(name: string, payload?: unknown): Promise<number>;
export declare const emit: typeof publishEvent;
/** Newest first: all, or those of a name or of a pattern such as `order.*`. */
export declare function getEventHistory(name?: string, query?: number | EventQuery): Promise<{ id: number; name: string; payload: any; timestamp: string }[]>;
export declare function getSchedules(): Promise<Schedule[]>;
export declare const getScheduleTriggers: typeof getSchedules;
export declare function pauseSchedule(id: string): Promise<void>;
/** What it did not do meanwhile is not made up for. */
export declare function resumeSchedule(id: string): Promise<void>;
/** Resolves with the run's id when it is durable; a poll is asked, and there is none. */
export declare function runScheduleNow(id: string): Promise<string | null>;
/** As `runScheduleNow`; resolves with the run when it has ended. */
export declare function executeScheduleTrigger(id: string): Promise<Run | null>;
/** Resolves with whether anything waited with this token. */
export declare function resume(token: string, payload?: unknown): Promise<boolean>;
export declare function listPausedWorkflows(): Promise<PausedRun[]>;
export declare function getPausedWorkflow(token: string): Promise<any>;
export declare function storePausedWorkflow(token: string, info: unknown): Promise<void>;
export declare function getGlobalState<Value = any>(key: string, fallback?: Value): Promise<Value>;
export declare function setGlobalState(key: string, value: unknown, options?: { ttl?: Duration }): Promise<void>;
export declare function incrGlobalState(key: string, by?: number): Promise<number>;
export declare function deleteGlobalState(key: string): Promise<boolean>;
export declare function getWorkflowState<Value = any>(workflow: AnyWorkflow, key: string, fallback?: Value): Promise<Value>;
export declare function setWorkflowState(workflow: AnyWorkflow, key: string, value: unknown, options?: { ttl?: Duration }): Promise<void>;
export declare function incrWorkflowState(workflow: AnyWorkflow, key: string, by?: number): Promise<number>;
export declare function deleteWorkflowState(workflow: AnyWorkflow, key: string): Promise<boolean>;
export declare function getStateStats(): Promise<{ totalKeys: number; expiredKeys: number; scopes: Record<string, number> }>;
/** Resolves with the number of values that were deleted. */
export declare function cleanupExpiredState(): Promise<number>;
export declare function getConcurrencyStats(workflow?: string): Promise<{ owner: string; key: string; limit: number; running: number; queued: number }[]>;
export declare function getTriggerStats(): Promise<{ total: number; byType: Record<string, number>; workflows: number }>;
export declare function getWorkflowTriggers(id: string): Promise<any[]>;
export declare function getWorkflows(): WorkflowInstance<any, any, any>[];
export declare function getWorkflow(id: string): WorkflowInstance<any, any, any> | undefined;
export declare function getEngineState(): 'STOPPED' | 'STARTING' | 'STARTED';
export declare function registerEventListener(event: string, workflowId: string): void;
export declare function unregisterEventListener(event: string, workflowId: string): void;
export declare function getEventListeners(event?: string): Map<string, { workflowId: string; trigger: any }[]>;
export declare const executeManualTrigger: typeof trigger;
/** Starts the workflow of a webhook as a request would; resolves with the run. */
export declare function executeWebhookTrigger(request: { path: string; method?: string; headers?: object; query?: object; body?: unknown }): Promise<Run>;
export declare function executeWorkflowHook(hook: 'onSuccess' | 'onFailure', context: any, workflowId: string, stepId?: string): Promise<unknown>;
export declare function isRustCoreAvailable(): boolean;
export declare function getCoreStatus(): { available: boolean; version: string; state: string };
/** Runs a workflow many times on this engine and measures it. Durations are in milliseconds. */
export declare function benchmark(options?: { workflowId?: string; iterations?: number; concurrency?: number; payload?: unknown }): Promise<{
  workflowId: string;
  iterations: number;
  concurrency: number;
  failed: number;
  totalMs: number;
  runsPerSecond: number;
  duration: { min: number; mean: number; median: number; p95: number; p99: number; max: number };
}>;
export declare const VERSION: string;
