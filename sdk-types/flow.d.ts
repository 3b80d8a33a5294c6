// The methods that workflows, branches and loop bodies share.

import type { Context, Duration, ErrorContext, Flow, LogLevel, PauseContext } from './context';
import type {
  ActionOptions, Approval, ApprovalOptions, BatchOutput, BodyResult, CacheOptions, CircuitBreakerOptions, ForEachOutput, RetryOptions,
  StepName, StepOptions, WhileOutput,
} from './options';
import type { WorkflowInstance } from './workflow';

/** What the next call in the chain is made on. */
export type Next<Kind, Payload, Last, Steps extends object> = Kind extends 'workflow'
  ? WorkflowInstance<Payload, Last, Steps>
  : Flow<Payload, Last, Steps>;

/** After a node that has an output. */
type After<Kind, Payload, Steps extends object, Name extends string, Output> = Next<Kind, Payload, Output, Steps & Record<Name, Output>>;

type Branch<Payload, Last, Steps extends object> = (flow: Flow<Payload, Last, Steps>) => unknown;
type Results<Branches> = { [Key in keyof Branches]: Branches[Key] extends (...args: any[]) => infer Result ? BodyResult<Result> : never };

export interface FlowMethods<Kind, Payload, Last, Steps extends object> {
  /** A step: the flow waits for it and keeps what it returns, as JSON. */
  step<Name extends string, Output>(
    name: StepName<Name>,
    fn: (ctx: Context<Payload, Last, Steps>) => Output,
    options?: StepOptions<Payload, Last, Steps>,
  ): After<Kind, Payload, Steps, Name, Awaited<Output>>;
  /** A side effect: the flow goes on without waiting, and the result is ignored. */
  action(
    name: StepName<string>,
    fn: (ctx: Context<Payload, Last, Steps>) => unknown,
    options?: ActionOptions<Payload, Last, Steps>,
  ): Next<Kind, Payload, Last, Steps>;
  /** A line in the run's log. */
  log(message: string | ((ctx: Context<Payload, Last, Steps>) => unknown), level?: LogLevel): Next<Kind, Payload, Last, Steps>;

  /** Of the last step. */
  retry(options: number | RetryOptions): Next<Kind, Payload, Last, Steps>;
  /** The longest time for one attempt of the last step. */
  timeout(duration: Duration): Next<Kind, Payload, Last, Steps>;
  cache(options: CacheOptions<Context<Payload, any, any>>): Next<Kind, Payload, Last, Steps>;
  /** A durable wait before the last step. */
  delay(duration: Duration): Next<Kind, Payload, Last, Steps>;
  onError(fn: (ctx: ErrorContext<Payload, any, any>) => unknown): Next<Kind, Payload, Last, Steps>;
  circuitBreaker(options: CircuitBreakerOptions): Next<Kind, Payload, Last, Steps>;

  if(name: string, condition: (ctx: Context<Payload, Last, Steps>) => unknown): Next<Kind, Payload, Last, Steps>;
  elseIf(name: string, condition: (ctx: Context<Payload, any, Steps>) => unknown): Next<Kind, Payload, any, Steps>;
  else(): Next<Kind, Payload, any, Steps>;
  endIf(): Next<Kind, Payload, any, Steps>;

  /** All branches at once; fails when one fails, after the others have settled. */
  parallel<const Branches extends readonly Branch<Payload, Last, Steps>[]>(
    branches: Branches,
  ): After<Kind, Payload, Steps, 'parallel_execution', { -readonly [Key in keyof Branches]: Results<Branches>[Key] }>;
  parallel<Branches extends Record<string, Branch<Payload, Last, Steps>>>(
    branches: Branches,
  ): After<Kind, Payload, Steps, 'parallel_execution', Results<Branches>>;
  /** The branch that settles first decides; the others are cancelled. */
  race<const Branches extends readonly Branch<Payload, Last, Steps>[]>(
    branches: Branches,
  ): After<Kind, Payload, Steps, 'race_execution', Results<Branches>[number]>;
  race<Branches extends Record<string, Branch<Payload, Last, Steps>>>(
    branches: Branches,
  ): After<Kind, Payload, Steps, 'race_execution', Results<Branches>[keyof Branches]>;

  /** In the first round `last` is the output before the loop, then the value of the round before. */
  while<Name extends string>(
    name: Name,
    condition: (ctx: Context<Payload, any, Steps>) => unknown,
    body: (flow: Flow<Payload, any, Steps>) => unknown,
    options?: { maxIterations?: number },
  ): After<Kind, Payload, Steps, Name, WhileOutput>;
  forEach<Name extends string, Item, Result>(
    name: Name,
    items: readonly Item[] | ((ctx: Context<Payload, Last, Steps>) => Iterable<Item> | Promise<Iterable<Item>>),
    body: (item: Item, flow: Flow<Payload, Last, Steps>, index: number) => Result,
    options?: { /** Bodies at once. Default: 1. */ concurrency?: number },
  ): After<Kind, Payload, Steps, Name, ForEachOutput<Item, BodyResult<Result>>>;
  batch<Name extends string, Item, Result>(
    name: Name,
    options: {
      items: readonly Item[] | ((ctx: Context<Payload, Last, Steps>) => Iterable<Item> | Promise<Iterable<Item>>);
      size: number;
      concurrency?: number;
    },
    body: (items: Item[], flow: Flow<Payload, Last, Steps>, index: number) => Result,
  ): After<Kind, Payload, Steps, Name, BatchOutput<Item, BodyResult<Result>>>;

  /** A run of another workflow. Without `wait` the output is `{runId}`. */
  subflow<Name extends string>(
    name: Name,
    workflow: string | WorkflowInstance<any, any, any>,
    input: unknown,
    options: { wait: false },
  ): After<Kind, Payload, Steps, Name, { runId: string }>;
  subflow<Output = any, Name extends string = string>(
    name: Name,
    workflow: string | WorkflowInstance<any, any, any>,
    input?: unknown | ((ctx: Context<Payload, Last, Steps>) => unknown),
    options?: { wait?: boolean },
  ): After<Kind, Payload, Steps, Name, Output>;

  sleep(duration: Duration | ((ctx: Context<Payload, Last, Steps>) => Duration | Promise<Duration>)): Next<Kind, Payload, Last, Steps>;
  sleepUntil(date: Date | string | number | ((ctx: Context<Payload, Last, Steps>) => unknown)): Next<Kind, Payload, Last, Steps>;
  /** The output is the event's payload, or `{timedOut: true}`. */
  waitForEvent<Event = any>(
    event: string,
    options?: Duration | { timeout?: Duration; filter?: (payload: Event, ctx: Context<Payload, Last, Steps>) => unknown },
  ): Next<Kind, Payload, Event & { timedOut?: true }, Steps>;
  /** Waits for the decision of a person. */
  humanInTheLoop(options: ApprovalOptions<Payload, Last, Steps>): After<Kind, Payload, Steps, 'human_in_the_loop', Approval>;
  /** Waits until somebody resumes the run; the output is what they give. */
  pause(callback?: (ctx: PauseContext<Payload, Last, Steps>, token: string) => unknown): Next<Kind, Payload, any, Steps>;
  /** Ends the run as cancelled. */
  cancel(reason?: string | ((ctx: Context<Payload, Last, Steps>) => unknown)): Next<Kind, Payload, Last, Steps>;
}
