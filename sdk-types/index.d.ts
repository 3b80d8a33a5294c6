// Declarations of the module `cronflow` for editors: what works in this version, and nothing else.

/** Milliseconds, or text such as `'500ms'`, `'30s'`, `'5m'`, `'1h30m'`, `'2d'`, `'1w'`. */
export type Duration = number | string;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What started the run. */
export interface TriggerInfo {
  type: 'webhook' | 'api';
  method?: string;
  path?: string;
  /** Lower-case names. */
  headers?: Record<string, string>;
  query?: Record<string, string | string[]>;
  params?: Record<string, string>;
  ip?: string;
}

/** A finished step. */
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

/** What a step sees of its run. Values are parsed when they are first asked for. */
export interface Context<Payload = any, Last = any, Steps extends Record<string, any> = Record<string, any>> {
  readonly payload: Payload;
  /** Output of the step before. */
  readonly last: Last;
  readonly steps: { readonly [Name in keyof Steps]: StepResult<Steps[Name]> };
  readonly run: RunInfo;
  readonly meta: RunInfo;
  readonly trigger: TriggerInfo;
  readonly logger: Logger;
  readonly step_name: string;
  /** The same for every attempt at this step: lets the outside recognise repetitions. */
  readonly idempotencyKey: string;
}

export type StepName<Name extends string> = Name | { id: Name; title?: string; description?: string };

export interface StepOptions {
  title?: string;
  description?: string;
  /** The longest time for one attempt; the step fails with a `TimeoutError`. */
  timeout?: Duration;
}

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';

export interface WebhookOptions {
  /** Default: `POST`. */
  method?: HttpMethod | HttpMethod[];
}

export class WorkflowInstance<Payload = any, Last = any, Steps extends Record<string, any> = {}> {
  private constructor();
  /** Runs the workflow for each request to `path`; `:name` parts are parameters. */
  onWebhook(path: string, options?: WebhookOptions): this;
  /** The workflow is started by the API and the command line. */
  manual(): this;
  /** A step: the run waits for it and keeps what it returns, as JSON. */
  step<Name extends string, Output>(
    name: StepName<Name>,
    fn: (ctx: Context<Payload, Last, Steps>) => Output,
    options?: StepOptions,
  ): WorkflowInstance<Payload, Awaited<Output>, Steps & Record<Name, Awaited<Output>>>;
  /** A side effect: the flow goes on without waiting, and the result is ignored. */
  action<Name extends string>(
    name: StepName<Name>,
    fn: (ctx: Context<Payload, Last, Steps>) => unknown,
    options?: StepOptions,
  ): this;
  /** A line in the run's log. */
  log(message: string | ((ctx: Context<Payload, Last, Steps>) => unknown), level?: LogLevel): this;
  /** The longest time for one attempt of the last step. */
  timeout(duration: Duration): this;
  getId(): string;
  getName(): string;
  getSteps(): any[];
  getStep(id: string): any;
  getTriggers(): any[];
  getDefinition(): any;
  toJSON(): any;
  /** For compatibility: workflows are checked and registered when the file has loaded. */
  validate(): void;
  register(): this;
  hasWebhookTriggers(): boolean;
  hasScheduleTriggers(): boolean;
  hasManualTriggers(): boolean;
}

export interface DefineOptions {
  /** Unique among all workflows that are served together. */
  id: string;
  name?: string;
  description?: string;
  tags?: string[];
  version?: string;
}

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

export function define<Payload = any>(
  options: DefineOptions,
  setup?: (workflow: WorkflowInstance<Payload>) => void,
): WorkflowInstance<Payload>;
/** Resolves when the server listens. A file that never calls it is started all the same. */
export function start(options?: StartOptions): Promise<{ address: string | null }>;
export function getWorkflows(): WorkflowInstance[];
export function getWorkflow(id: string): WorkflowInstance | undefined;
export function getEngineState(): 'STOPPED' | 'STARTING' | 'STARTED';
export const VERSION: string;

export class NonRetryableError extends Error {
  constructor(message?: string, options?: { cause?: unknown });
}
export class RetryableError extends Error {
  constructor(message?: string, options?: { retryAfter?: Duration; cause?: unknown });
  retryAfter?: Duration;
}
export class CancelledError extends Error {}
export class TimeoutError extends Error {}

export const cronflow: {
  define: typeof define;
  start: typeof start;
  getWorkflows: typeof getWorkflows;
  getWorkflow: typeof getWorkflow;
  getEngineState: typeof getEngineState;
  VERSION: string;
};
export default cronflow;
