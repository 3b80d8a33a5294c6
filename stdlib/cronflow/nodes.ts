// The nodes of flows besides steps and branches: loops, waits, logs, and what runs side by side.

import {
  type Duration, checkedBoolean, checkedDuration, checkedFunction, checkedName, maybeDuration, maybeNumber, withoutUndefined,
} from 'cronflow:internal/checks';
import type { AnyFunction } from 'cronflow:internal/flow';
import { type FlowBuilder, type Handler, momentOf } from 'cronflow:internal/language';
import { checkOptions, refuse } from 'cronflow:internal/options';

type LogLevel = 'debug' | 'info' | 'warn' | 'error';

const LEVELS = ['debug', 'info', 'warn', 'error'];
const OF_APPROVAL = ['description', 'timeout', 'onPause', 'onTimeout', 'approvalUrl', 'metadata'];

/** The methods of `FlowBuilder` that declare them. */
export const NODES = {
  /** A line in the run's log. */
  log(this: FlowBuilder, message: string | Handler, level: LogLevel = 'info'): FlowBuilder {
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
  },

  /** All branches at once; fails when one fails, after the others have settled. */
  parallel(this: FlowBuilder, branches: Handler[] | Record<string, Handler>): FlowBuilder {
    return addBranches(this, 'parallel', branches);
  },

  /** The branch that settles first decides; the others are cancelled. */
  race(this: FlowBuilder, branches: Handler[] | Record<string, Handler>): FlowBuilder {
    return addBranches(this, 'race', branches);
  },

  while(this: FlowBuilder, name: string, condition: Handler, body: Handler, options?: { maxIterations?: number }): FlowBuilder {
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
  },

  forEach(this: FlowBuilder, name: string, items: any[] | Handler, body: (item: any, flow: any, index: number) => unknown, options?: { concurrency?: number }): FlowBuilder {
    const of = `forEach '${checkedName(name, 'forEach')}'`;
    checkOptions(options, ['concurrency'], of);
    const concurrency = maybeNumber(options?.concurrency, `concurrency of ${of}`);
    addLoop(this, 'forEach', name, items, body, { concurrency }, { forEach: true, parallel: true, ...options });
    return this;
  },

  batch(
    this: FlowBuilder,
    name: string,
    options: { items: any[] | Handler; size: number; concurrency?: number },
    body: (items: any[], flow: any, index: number) => unknown,
  ): FlowBuilder {
    const of = `batch '${checkedName(name, 'batch')}'`;
    if (options === undefined) refuse(`${of} needs options: { items, size }`);
    checkOptions(options, ['items', 'size', 'concurrency'], of);
    const { items, size, concurrency } = options;
    if (size === undefined) refuse(`${of} needs a size`);
    const spec = { size: maybeNumber(size, `size of ${of}`), concurrency: maybeNumber(concurrency, `concurrency of ${of}`) };
    addLoop(this, 'batch', name, items, body, spec, { batch: true, batchSize: size });
    return this;
  },

  /** A run of another workflow. */
  subflow(this: FlowBuilder, name: string, workflow: string | { getId(): string }, input?: unknown, options?: { wait?: boolean }): FlowBuilder {
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
  },

  /** A durable wait. */
  sleep(this: FlowBuilder, duration: Duration | Handler): FlowBuilder {
    const name = this._flow.freeName('sleep');
    const isFunction = typeof duration === 'function';
    this._flow.add({
      kind: 'sleep', name,
      spec: isFunction ? {} : { duration: checkedDuration(duration, 'the duration of sleep()') },
      functions: { duration: isFunction ? (duration as Handler) : undefined },
      written: { id: name, name: 'sleep', type: 'action', options: isFunction ? {} : { duration } },
    });
    return this;
  },

  /** A durable wait until a moment: a Date, a text that Date understands, or milliseconds since 1970. */
  sleepUntil(this: FlowBuilder, date: Date | string | number | Handler): FlowBuilder {
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
  },

  /** Waits for an event; the output is its payload, or `{timedOut: true}`. */
  waitForEvent(this: FlowBuilder, event: string, options?: Duration | { timeout?: Duration; filter?: (payload: any, ctx: any) => unknown }): FlowBuilder {
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
  },

  /** Waits for the decision of a person. */
  humanInTheLoop(this: FlowBuilder, options: any): FlowBuilder {
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
  },

  /** Waits until somebody resumes the run; `callback` is told the token. */
  pause(this: FlowBuilder, callback?: (ctx: any, token: string) => unknown): FlowBuilder {
    const name = this._flow.freeName('pause');
    this._flow.add({
      kind: 'pause', name,
      functions: { onPause: callback === undefined ? undefined : checkedFunction(callback, 'the callback of pause()') },
      written: { id: name, name: 'pause', type: 'step', options: { pause: true, background: false } },
    });
    return this;
  },

  /** Ends the run as cancelled. */
  cancel(this: FlowBuilder, reason?: string | Handler): FlowBuilder {
    if (reason !== undefined && typeof reason !== 'string' && typeof reason !== 'function') refuse('the reason of cancel() must be a string or a function');
    const name = this._flow.freeName('cancel_workflow');
    this._flow.add({
      kind: 'cancel', name,
      spec: withoutUndefined({ reason: typeof reason === 'string' ? reason : undefined }),
      functions: { reason: typeof reason === 'function' ? reason : undefined },
      written: { id: name, name: 'cancel_workflow', type: 'step', options: withoutUndefined({ cancel: true, reason }) },
    });
    return this;
  },
};

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

/** A value that can be written down as JSON. */
function plain(value: unknown, what: string): unknown {
  if (value === undefined) return undefined;
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null');
  } catch (error) {
    return refuse(`${what} cannot be stored as JSON: ${(error as Error).message}`);
  }
}
