// Workflows: their triggers, and what can be asked of them.

import type { Context, Duration } from './context';
import type { FlowMethods } from './flow';
import type { Checked, PayloadWith } from './schema';
import type { AdvancedWorkflowTest, WorkflowTest } from './testing';
import type { WebhookOptions } from './webhook';

/** What schedules and intervals have in common. */
export interface TimedOptions {
  /** What happens while the run before is under way. Default: `skip`. */
  overlap?: 'skip' | 'queue' | 'allow' | 'cancel-running';
  /** What happens to times that were missed. Default: `last`. */
  catchUp?: 'none' | 'last' | 'all';
  /** Missed times that are older are only recorded. Default: a day. */
  catchUpWindow?: Duration;
  /** Each start is late by a part of this, always the same for one schedule. */
  jitter?: Duration;
  /** Nothing fires before. */
  start?: Date | string | number;
  /** Nothing fires after. */
  end?: Date | string | number;
  /** What runs get besides the facts of the schedule. */
  payload?: unknown;
  /** A name of its own among the workflow's schedules. */
  id?: string;
}

export interface ScheduleOptions extends TimedOptions {
  /** An IANA zone. Default: UTC. */
  timezone?: string;
}

export interface EventOptions<Payload = any, Schema = object | boolean | undefined> {
  /** A JSON Schema or a Standard Schema; what does not fit starts nothing and is recorded. */
  schema?: Schema;
  /** Whether an event counts. */
  filter?: (event: Payload, ctx: Context<Payload>) => unknown;
  /** The last of several events starts a run, once no further one came for a while. */
  debounce?: Duration | { wait: Duration; maxWait?: Duration };
}

export interface PollOptions {
  interval: Duration;
  /** The field of an item that is its id. Default: `id`. */
  dedupe?: string;
  /** The longest time for one answer. Default: a minute. */
  timeout?: Duration;
  /** A name of its own among the workflow's schedules. */
  id?: string;
}

/** Made by `define`. Steps that follow a trigger belong to it, until the next trigger. */
export interface WorkflowInstance<Payload = any, Last = any, Steps extends object = {}> extends FlowMethods<'workflow', Payload, Last, Steps> {
  /** Runs the workflow for each request to `path`; `:name` parts are parameters, `*` at the end is all that follows. */
  onWebhook<const Schema extends object | boolean | undefined = undefined>(
    path: string,
    options?: WebhookOptions<Checked<Payload, Schema>, Schema>,
  ): WorkflowInstance<PayloadWith<Payload, Schema>, Last, Steps>;
  /** Runs the workflow for each event of that name; `order.*` stands for all that begin so. */
  onEvent<const Schema extends object | boolean | undefined = undefined>(
    event: string,
    options?: EventOptions<Checked<Payload, Schema>, Schema>,
  ): WorkflowInstance<PayloadWith<Payload, Schema>, Last, Steps>;
  /** Runs the workflow at the times of a cron expression of five fields, or of six with seconds. */
  onSchedule(schedule: { cron: string } & ScheduleOptions): WorkflowInstance<Payload, Last, Steps>;
  onSchedule(cron: string, options?: ScheduleOptions): WorkflowInstance<Payload, Last, Steps>;
  /** Runs the workflow at whole multiples of a span. */
  onInterval(interval: { every: Duration } & TimedOptions): WorkflowInstance<Payload, Last, Steps>;
  onInterval(every: Duration, options?: TimedOptions): WorkflowInstance<Payload, Last, Steps>;
  /** Runs the workflow for each item with a new id, with its `payload` or the item itself. */
  onPoll(find: (ctx: Context<null>) => readonly object[] | Promise<readonly object[]>, options: PollOptions): WorkflowInstance<Payload, Last, Steps>;
  /** The workflow is started by the API, the command line and other workflows. */
  manual(): WorkflowInstance<Payload, Last, Steps>;
  /** A trigger that one of the workflow's services brings. */
  on(serviceId: string, triggerName: string, ...args: unknown[]): WorkflowInstance<Payload, Last, Steps>;
  getId(): string;
  getName(): string;
  /** The steps as the package for Node shows them. */
  getSteps(): any[];
  getStep(id: string): any;
  getTriggers(): any[];
  getDefinition(): any;
  toJSON(): any;
  /** Throws for what is wrong so far; everything is checked when the file has loaded. */
  validate(): void;
  register(): this;
  /** A test of this workflow, for files that `cronflow-rt test` runs. */
  test(): WorkflowTest;
  /** The same with mocks of triggers, made-up data, and coverage. */
  advancedTest(): AdvancedWorkflowTest;
  hasWebhookTriggers(): boolean;
  hasScheduleTriggers(): boolean;
  hasManualTriggers(): boolean;
}

/** For `instanceof`; `define` makes workflows. */
export declare const WorkflowInstance: { readonly prototype: WorkflowInstance<any, any, any> } & Function;
