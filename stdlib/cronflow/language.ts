// The language of flows: the methods that workflows, branches and loop bodies share.

import { FlowDraft, type AnyFunction } from 'cronflow:internal/flow';
import { checkOptions, refuse } from 'cronflow:internal/options';
import {
  applyOptions, checkedBoolean, checkedDuration, checkedFunction, maybeDuration, maybeNumber, withoutUndefined,
  type Duration,
} from 'cronflow:internal/step_options';

type Handler = (ctx: any) => unknown;
type StepName = string | { id: string; title?: string; description?: string };
type LogLevel = 'debug' | 'info' | 'warn' | 'error';

const LEVELS = ['debug', 'info', 'warn', 'error'];
const OF_APPROVAL = ['description', 'timeout', 'onPause', 'onTimeout', 'approvalUrl', 'metadata'];

export class FlowBuilder {
  /** What has been declared so far. */
  declare _flow: FlowDraft;

  /** A step: the flow waits for it and keeps what it returns. */
  step(name: StepName, fn: Handler, options?: any): this {
    return addStep(this, 'step', name, fn, options);
  }

  /** A side effect: the flow goes on without waiting, and the result is ignored. */
  action(name: StepName, fn: Handler, options?: any): this {
    return addStep(this, 'action', name, fn, options);
  }

  /** A line in the run's log. */
  log(message: string | Handler, level: LogLevel = 'info'): this {
    if (!LEVELS.includes(level)) refuse(`log level '${String(level)}' is none of ${LEVELS.join(', ')}`);
    if (typeof message !== 'function' && typeof message !== 'string') refuse('log() needs a message: a string or a function that returns one');
    const name = this._flow.freeName('log');
    this._flow.add({
      kind: 'log', name,
      spec: withoutUndefined({ level, message: typeof message === 'string' ? message : undefined }),
      functions: { message: typeof message === 'function' ? message : undefined },
      written: { id: name, name: 'log', type: 'action', options: { background: true } },
    });
    return this;
  }

  retry(config: any): this {
    return modify(this, 'retry', config);
  }

  /** The longest time for one attempt of the last step. */
  timeout(duration: Duration): this {
    return modify(this, 'timeout', duration);
  }

  cache(config: any): this {
    return modify(this, 'cache', config);
  }

  /** A wait before the last step. */
  delay(duration: Duration): this {
    return modify(this, 'delay', duration);
  }

  onError(fn: Handler): this {
    return modify(this, 'onError', fn);
  }

  circuitBreaker(config: any): this {
    return modify(this, 'circuitBreaker', config);
  }

  if(name: string, condition: Handler): this {
    const arm = checkedName(name, 'if');
    addArm(this, 'if', `if_${arm}`, `conditional_${arm}`, condition);
    this._flow.arms.push([arm]);
    return this;
  }

  elseIf(name: string, condition: Handler): this {
    const arm = checkedName(name, 'elseIf');
    addArm(this, 'elseIf', `elseif_${arm}`, `elseif_${arm}`, condition);
    this._flow.arms.at(-1)?.push(arm);
    return this;
  }

  else(): this {
    const name = `else_${latestArm(this)}`;
    return addArm(this, 'else', name, name);
  }

  endIf(): this {
    const name = `endif_${latestArm(this)}`;
    this._flow.add({
      kind: 'endIf', name: this._flow.freeName(name),
      written: { id: name, name, type: 'step', options: { controlFlow: true, endIf: true } },
    });
    this._flow.arms.pop();
    return this;
  }

  /** All branches at once; fails when one fails, after the others have settled. */
  parallel(branches: Handler[] | Record<string, Handler>): this {
    return addBranches(this, 'parallel', branches);
  }

  /** The branch that settles first decides; the others are cancelled. */
  race(branches: Handler[] | Record<string, Handler>): this {
    return addBranches(this, 'race', branches);
  }

  while(name: string, condition: Handler, body: Handler, options?: { maxIterations?: number }): this {
    const of = `while '${checkedName(name, 'while')}'`;
    checkOptions(options, ['maxIterations'], of);
    const fn = checkedFunction(body, `the body of ${of}`);
    this._flow.add({
      kind: 'while', name,
      spec: withoutUndefined({ maxIterations: maybeNumber(options?.maxIterations, `maxIterations of ${of}`) }),
      functions: { condition: checkedFunction(condition, `the condition of ${of}`), 'body:0': flow => fn(flow) },
      written: { id: `while_${name}`, name: `while_${name}`, type: 'step', options: { loop: true, maxIterations: options?.maxIterations ?? 1000 } },
    });
    return this;
  }

  forEach(name: string, items: any[] | Handler, body: (item: any, flow: any, index: number) => unknown, options?: { concurrency?: number }): this {
    const of = `forEach '${checkedName(name, 'forEach')}'`;
    checkOptions(options, ['concurrency'], of);
    const concurrency = maybeNumber(options?.concurrency, `concurrency of ${of}`);
    addLoop(this, 'forEach', name, items, body, { concurrency }, { forEach: true, parallel: true, ...options });
    return this;
  }

  batch(
    name: string,
    options: { items: any[] | Handler; size: number; concurrency?: number },
    body: (items: any[], flow: any, index: number) => unknown,
  ): this {
    const of = `batch '${checkedName(name, 'batch')}'`;
    if (options === undefined) refuse(`${of} needs options: { items, size }`);
    checkOptions(options, ['items', 'size', 'concurrency'], of);
    const { items, size, concurrency } = options;
    if (size === undefined) refuse(`${of} needs a size`);
    const spec = { size: maybeNumber(size, `size of ${of}`), concurrency: maybeNumber(concurrency, `concurrency of ${of}`) };
    addLoop(this, 'batch', name, items, body, spec, { batch: true, batchSize: size });
    return this;
  }

  /** A run of another workflow. */
  subflow(name: string, workflow: string | { getId(): string }, input?: unknown, options?: { wait?: boolean }): this {
    const of = `subflow '${checkedName(name, 'subflow')}'`;
    checkOptions(options, ['wait'], of);
    const target = typeof workflow === 'string' ? workflow : workflow?.getId?.();
    if (typeof target !== 'string' || target === '') refuse(`${of} needs the id of a workflow`);
    const wait = options?.wait === undefined ? undefined : checkedBoolean(options.wait, `wait of ${of}`);
    this._flow.add({
      kind: 'subflow', name,
      spec: withoutUndefined({ workflow: target, wait, input: typeof input === 'function' ? undefined : plain(input, `the input of ${of}`) }),
      functions: { input: typeof input === 'function' ? (input as AnyFunction) : undefined },
      written: { id: `subflow_${name}`, name: `subflow_${name}`, type: 'step', options: { subflow: true, workflowId: target, ...options } },
    });
    return this;
  }

  /** A durable wait. */
  sleep(duration: Duration | Handler): this {
    const name = this._flow.freeName('sleep');
    const isFunction = typeof duration === 'function';
    this._flow.add({
      kind: 'sleep', name,
      spec: isFunction ? {} : { duration: checkedDuration(duration, 'the duration of sleep()') },
      functions: { duration: isFunction ? (duration as Handler) : undefined },
      written: { id: name, name: 'sleep', type: 'action', options: isFunction ? {} : { duration } },
    });
    return this;
  }

  /** A durable wait until a moment: a Date, a text that Date understands, or milliseconds since 1970. */
  sleepUntil(date: Date | string | number | Handler): this {
    const name = this._flow.freeName('sleep');
    const isFunction = typeof date === 'function';
    const until = isFunction ? undefined : momentOf(date);
    if (until !== undefined && Number.isNaN(until)) refuse(`sleepUntil() needs a date, not ${String(date)}`);
    this._flow.add({
      kind: 'sleepUntil', name,
      spec: isFunction ? {} : { until },
      functions: { until: isFunction ? (date as Handler) : undefined },
      written: { id: name, name: 'sleep', type: 'action', options: isFunction ? {} : { until } },
    });
    return this;
  }

  /** Waits for an event; the output is its payload, or `{timedOut: true}`. */
  waitForEvent(event: string, options?: Duration | { timeout?: Duration; filter?: (payload: any, ctx: any) => unknown }): this {
    if (typeof event !== 'string' || event === '') refuse('waitForEvent() needs the name of an event');
    const of = `waitForEvent '${event}'`;
    const given = typeof options === 'object' ? options : { timeout: options };
    checkOptions(given, ['timeout', 'filter'], of);
    const timeout = maybeDuration(given.timeout, `timeout of ${of}`);
    this._flow.add({
      kind: 'waitForEvent', name: this._flow.freeName(`wait_for_event_${event}`),
      spec: withoutUndefined({ event, timeout }),
      functions: { filter: given.filter === undefined ? undefined : checkedFunction(given.filter, `filter of ${of}`) },
      written: { id: `wait_${event}`, name: `wait_for_event_${event}`, type: 'step', options: withoutUndefined({ waitForEvent: true, eventName: event, timeout }) },
    });
    return this;
  }

  /** Waits for the decision of a person. */
  humanInTheLoop(options: any): this {
    if (options === undefined) refuse('humanInTheLoop() needs options: { description, ... }');
    checkOptions(options, OF_APPROVAL, 'humanInTheLoop()');
    const { description, onPause, onTimeout, approvalUrl, metadata } = options;
    if (typeof description !== 'string') refuse('humanInTheLoop() needs a description');
    if (approvalUrl !== undefined && typeof approvalUrl !== 'string') refuse('approvalUrl of humanInTheLoop() must be a string');
    const timeout = maybeDuration(options.timeout, 'timeout of humanInTheLoop()');
    const name = this._flow.freeName('human_in_the_loop');
    this._flow.add({
      kind: 'humanInTheLoop', name, description,
      spec: withoutUndefined({ timeout, approvalUrl, metadata: plain(metadata, 'metadata of humanInTheLoop()') }),
      functions: {
        onPause: onPause === undefined ? undefined : checkedFunction(onPause, 'onPause of humanInTheLoop()'),
        onTimeout: onTimeout === undefined ? undefined : checkedFunction(onTimeout, 'onTimeout of humanInTheLoop()'),
      },
      written: {
        id: name, name: 'human_in_the_loop', type: 'step',
        options: withoutUndefined({ humanInTheLoop: true, timeout, description, approvalUrl, metadata }),
      },
    });
    return this;
  }

  /** Waits until somebody resumes the run; `callback` is told the token. */
  pause(callback?: (ctx: any, token: string) => unknown): this {
    const name = this._flow.freeName('pause');
    this._flow.add({
      kind: 'pause', name,
      functions: { onPause: callback === undefined ? undefined : checkedFunction(callback, 'the callback of pause()') },
      written: { id: name, name: 'pause', type: 'step', options: { pause: true, background: false } },
    });
    return this;
  }

  /** Ends the run as cancelled. */
  cancel(reason?: string | Handler): this {
    if (reason !== undefined && typeof reason !== 'string' && typeof reason !== 'function') refuse('the reason of cancel() must be a string or a function');
    const name = this._flow.freeName('cancel_workflow');
    this._flow.add({
      kind: 'cancel', name,
      spec: withoutUndefined({ reason: typeof reason === 'string' ? reason : undefined }),
      functions: { reason: typeof reason === 'function' ? reason : undefined },
      written: { id: name, name: 'cancel_workflow', type: 'step', options: withoutUndefined({ cancel: true, reason }) },
    });
    return this;
  }
}

/** Milliseconds since 1970; NaN when it is no date. */
export function momentOf(date: unknown): number {
  return date instanceof Date || typeof date === 'number' || typeof date === 'string' ? new Date(date).getTime() : NaN;
}

function addStep<Flow extends FlowBuilder>(flow: Flow, kind: 'step' | 'action', given: any, fn: Handler, options: any): Flow {
  const about = typeof given === 'string' ? { id: given } : given;
  if (about === null || typeof about !== 'object' || typeof about.id !== 'string') {
    refuse(`${kind}() needs a name: a string, or {id, title?, description?}`);
  }
  const of = `${kind} '${about.id}'`;
  checkOptions(about, ['id', 'title', 'description', 'name'], `the name of ${of}`);
  if (typeof fn !== 'function') refuse(`${of} needs a function`);
  const written = { ...options, ...(kind === 'action' ? { background: true } : {}) };
  flow._flow.add({
    kind, name: about.id,
    title: about.title ?? about.name ?? options?.title,
    description: about.description ?? options?.description,
    functions: { handler: fn },
    written: { id: about.id, name: about.id, type: kind, options: written, handler: fn },
  });
  applyOptions(flow._flow, options, of);
  return flow;
}

function modify<Flow extends FlowBuilder>(flow: Flow, option: string, value: unknown): Flow {
  const node = flow._flow.currentStep();
  if (value === undefined) refuse(`.${option}() needs a value`);
  applyOptions(flow._flow, { [option]: value }, `${node.kind} '${node.name}'`);
  flow._flow.written.at(-1)!.options[option] = value;
  return flow;
}

function addArm<Flow extends FlowBuilder>(flow: Flow, kind: 'if' | 'elseIf' | 'else', name: string, id: string, condition?: Handler): Flow {
  if (kind !== 'else') checkedFunction(condition, `the condition of ${kind} '${name}'`);
  flow._flow.add({
    kind, name: kind === 'else' ? flow._flow.freeName(name) : name,
    functions: { condition },
    written: { id, name, type: 'step', options: { conditional: true, conditionType: kind }, handler: condition },
  });
  return flow;
}

function latestArm(flow: FlowBuilder): string {
  return flow._flow.arms.at(-1)?.at(-1) ?? '';
}

function addBranches<Flow extends FlowBuilder>(flow: Flow, kind: 'parallel' | 'race', given: any): Flow {
  const isList = Array.isArray(given);
  if (given === null || typeof given !== 'object') refuse(`${kind}() needs an array or an object of functions`);
  const branches = Object.values(given) as Handler[];
  if (branches.length === 0) refuse(`${kind}() needs at least one branch`);
  const functions: Record<string, AnyFunction> = {};
  branches.forEach((fn, index) => {
    checkedFunction(fn, `branch ${index + 1} of ${kind}()`);
    functions[`body:${index}`] = flow => fn(flow);
  });
  flow._flow.add({
    kind, name: flow._flow.freeName(`${kind}_execution`),
    spec: withoutUndefined({ branches: branches.length, keys: isList ? undefined : Object.keys(given) }),
    functions,
    written: { id: `${kind}_execution`, name: `${kind}_execution`, type: 'step', options: { [kind]: true, stepCount: branches.length } },
  });
  return flow;
}

function addLoop(
  flow: FlowBuilder, kind: 'forEach' | 'batch', name: string, items: any, body: any,
  spec: Record<string, unknown>, written: Record<string, unknown>,
): void {
  const of = `${kind} '${name}'`;
  const fn = checkedFunction(body, `the body of ${of}`);
  if (!Array.isArray(items) && typeof items !== 'function') refuse(`the items of ${of} must be an array or a function that returns one`);
  flow._flow.add({
    kind, name,
    spec: withoutUndefined({ ...spec, items: Array.isArray(items) ? plain(items, `the items of ${of}`) : undefined }),
    functions: {
      items: typeof items === 'function' ? items : undefined,
      'body:0': (inner: any, given: any) => fn(given.item, inner, given.index),
    },
    written: { id: `${kind}_${name}`, name: `${kind}_${name}`, type: 'step', options: written },
  });
}

function checkedName(name: unknown, of: string): string {
  if (typeof name !== 'string' || name.trim() === '') refuse(`${of}() needs a name`);
  return name as string;
}

/** A value that can be written down as JSON. */
function plain(value: unknown, what: string): unknown {
  if (value === undefined) return undefined;
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null');
  } catch (error) {
    return refuse(`${what} cannot be stored as JSON: ${(error as Error).message}`);
  }
}
