// The workflow builder: collects what a file declares, and hands it over as a draft.

import { callSite, registerWorkflow } from 'cronflow:internal/ops';
import { checkOptions, notAvailable, refuse } from 'cronflow:internal/options';
import type { Site } from 'cronflow:internal/errors';

type Duration = number | string;
type Handler = (ctx: any) => unknown;
type LogLevel = 'debug' | 'info' | 'warn' | 'error';

interface NodeDraft {
  kind: 'step' | 'action' | 'log';
  name: string;
  title?: string;
  description?: string;
  options: { timeout?: Duration };
  level?: LogLevel;
  message?: string;
  site: Site;
}

interface TriggerDraft {
  type: 'webhook' | 'manual';
  path?: string;
  methods?: string[];
  site: Site;
}

const DEFINE_OPTIONS = ['id', 'name', 'description', 'tags', 'version'];
const DEFINE_LATER = [
  'hooks', 'timeout', 'retry', 'concurrency', 'rateLimit', 'throttle', 'debounce', 'singleton', 'queue', 'priority',
  'services', 'secrets', 'retention',
];
const STEP_LATER = ['retry', 'cache', 'delay', 'onError', 'circuitBreaker', 'critical'];
const WEBHOOK_LATER = [
  'schema', 'validate', 'condition', 'middleware', 'headers', 'idempotencyKey', 'parseRawBody', 'signature', 'respond',
  'trigger', 'retry', 'onSuccess', 'onError', 'cors', 'maxBody', 'responseTimeout',
];
/** Methods of the language that this version does not have. */
const LATER = [
  'if', 'elseIf', 'else', 'endIf', 'parallel', 'race', 'while', 'forEach', 'batch', 'subflow', 'sleep', 'sleepUntil',
  'waitForEvent', 'humanInTheLoop', 'pause', 'cancel', 'onSchedule', 'onInterval', 'onEvent', 'onPoll', 'retry', 'cache',
  'delay', 'onError', 'circuitBreaker', 'test', 'advancedTest',
];
const LEVELS = ['debug', 'info', 'warn', 'error'];

/** Workflows that were defined and not handed over yet. */
let fresh: WorkflowInstance[] = [];
/** All workflows of this isolate, by id. */
export const workflows = new Map<string, WorkflowInstance>();

export class WorkflowInstance {
  private _options: any;
  private _site: Site;
  private _nodes: NodeDraft[] = [];
  private _functions: [number, 'handler' | 'message', Handler][] = [];
  private _triggers: TriggerDraft[] = [];
  private _names = new Set<string>();
  private _logs = 0;
  private _final = false;

  constructor(options: any, site: Site) {
    this._options = options;
    this._site = site;
  }

  /** A step: the run waits for it and keeps what it returns. */
  step(name: string | { id: string; title?: string; description?: string }, fn: Handler, options?: any): this {
    return this._add('step', name, fn, options);
  }

  /** A side effect: the flow goes on without waiting, and the result is ignored. */
  action(name: string | { id: string; title?: string; description?: string }, fn: Handler, options?: any): this {
    return this._add('action', name, fn, options);
  }

  /** A line in the run's log. */
  log(message: string | Handler, level: LogLevel = 'info'): this {
    this._mustBeOpen();
    if (!LEVELS.includes(level)) refuse(`log level '${String(level)}' is none of ${LEVELS.join(', ')}`);
    const node: NodeDraft = { kind: 'log', name: this._freeName('log'), options: {}, level, site: callSite() };
    if (typeof message === 'function') this._functions.push([this._nodes.length, 'message', message]);
    else if (typeof message === 'string') node.message = message;
    else refuse('log() needs a message: a string or a function that returns one');
    this._nodes.push(node);
    return this;
  }

  /** Runs the workflow for each request to `path`. */
  onWebhook(path: string, options?: any): this {
    this._mustPrecedeSteps('onWebhook');
    if (typeof path !== 'string') refuse('onWebhook() needs a path that begins with /');
    checkOptions(options, ['method'], WEBHOOK_LATER, `webhook '${path}'`);
    const method = options?.method ?? 'POST';
    const methods = Array.isArray(method) ? method : [method];
    if (!methods.every(one => typeof one === 'string')) refuse(`the method of webhook '${path}' must be a string or an array of strings`);
    this._triggers.push({ type: 'webhook', path, methods, site: callSite() });
    return this;
  }

  /** The workflow is started by the API and the command line only. */
  manual(): this {
    this._mustPrecedeSteps('manual');
    this._triggers.push({ type: 'manual', site: callSite() });
    return this;
  }

  /** The longest time for one attempt of the last step. */
  timeout(duration: Duration): this {
    this._mustBeOpen();
    const last = this._nodes[this._nodes.length - 1];
    if (!last || last.kind === 'log') refuse('No current step. Call .step() or .action() first.');
    last.options.timeout = checkedDuration(duration, last.name);
    return this;
  }

  getId(): string {
    return this._options.id;
  }

  getName(): string {
    return this._options.name ?? this._options.id;
  }

  getSteps(): any[] {
    return this._nodes.map(node => ({
      id: node.name,
      name: node.kind === 'log' ? 'log' : node.name,
      title: node.title,
      description: node.description,
      type: node.kind === 'action' ? 'action' : 'step',
      options: { ...node.options },
    }));
  }

  getStep(id: string): any {
    return this.getSteps().find(step => step.id === id);
  }

  getTriggers(): any[] {
    return this._triggers.map(({ site, ...trigger }) => trigger);
  }

  getDefinition(): any {
    return { ...this._options, steps: this.getSteps(), triggers: this.getTriggers() };
  }

  toJSON(): any {
    return this.getDefinition();
  }

  /** Complete checks are made when the file has loaded; what can be known here has been checked. */
  validate(): void {}

  /** Workflows are registered when the file has loaded. */
  register(): this {
    return this;
  }

  hasWebhookTriggers(): boolean {
    return this._triggers.some(trigger => trigger.type === 'webhook');
  }

  hasScheduleTriggers(): boolean {
    return false;
  }

  hasManualTriggers(): boolean {
    return this._triggers.some(trigger => trigger.type === 'manual');
  }

  /** Hands the draft over; the workflow cannot be changed any more. */
  _finish(): void {
    this._final = true;
    const { id, name, description, tags, version } = this._options;
    const draft = { id, name, description, tags, version, site: this._site, nodes: this._nodes, triggers: this._triggers };
    registerWorkflow(id, JSON.stringify(draft), this._functions);
  }

  private _add(kind: 'step' | 'action', given: any, fn: Handler, options: any): this {
    this._mustBeOpen();
    const about = typeof given === 'string' ? { id: given } : given;
    if (about === null || typeof about !== 'object' || typeof about.id !== 'string') {
      refuse(`${kind}() needs a name: a string, or {id, title?, description?}`);
    }
    checkOptions(about, ['id', 'title', 'description', 'name'], [], `the name of ${kind} '${about.id}'`);
    if (typeof fn !== 'function') refuse(`${kind} '${about.id}' needs a function`);
    checkOptions(options, ['timeout', 'title', 'description'], STEP_LATER, `${kind} '${about.id}'`);
    const node: NodeDraft = { kind, name: about.id, options: {}, site: callSite() };
    const title = about.title ?? about.name ?? options?.title;
    const description = about.description ?? options?.description;
    if (title !== undefined) node.title = String(title);
    if (description !== undefined) node.description = String(description);
    if (options?.timeout !== undefined) node.options.timeout = checkedDuration(options.timeout, about.id);
    this._functions.push([this._nodes.length, 'handler', fn]);
    this._names.add(about.id);
    this._nodes.push(node);
    return this;
  }

  private _freeName(base: string): string {
    let name: string;
    do name = ++this._logs === 1 ? base : `${base}_${this._logs}`;
    while (this._names.has(name));
    this._names.add(name);
    return name;
  }

  private _mustPrecedeSteps(method: string): void {
    this._mustBeOpen();
    if (this._nodes.length > 0) notAvailable(`${method}() after a step (steps that belong to one trigger)`);
  }

  private _mustBeOpen(): void {
    if (this._final) refuse(`workflow '${this._options.id}' is already running; define steps at the top level of the file`);
  }
}

for (const method of LATER) {
  Object.defineProperty(WorkflowInstance.prototype, method, {
    value: () => notAvailable(`.${method}()`),
    writable: true,
    configurable: true,
  });
}

/** Begins a workflow. */
export function define(options: any, setup?: (workflow: WorkflowInstance) => void): WorkflowInstance {
  if (options === null || typeof options !== 'object') refuse('define() needs an object with an id');
  const id = options.id;
  checkOptions(options, DEFINE_OPTIONS, DEFINE_LATER, `workflow '${String(id ?? '')}'`);
  if (id === undefined || id === null || id === '') refuse('Workflow ID cannot be empty');
  for (const key of ['id', 'name', 'description', 'version']) {
    if (options[key] !== undefined && typeof options[key] !== 'string') refuse(`${key} of a workflow must be a string`);
  }
  const tags = options.tags ?? [];
  if (!Array.isArray(tags) || !tags.every(tag => typeof tag === 'string')) refuse(`tags of workflow '${id}' must be an array of strings`);
  if (setup !== undefined && typeof setup !== 'function') refuse(`the second argument of define() for workflow '${id}' must be a function`);
  const workflow = new WorkflowInstance({ ...options }, callSite());
  fresh.push(workflow);
  workflows.set(id, workflow);
  setup?.(workflow);
  return workflow;
}

/** Called by the isolate when a file has evaluated: hands over the workflows that it defined. */
export function collect(): void {
  const defined = fresh;
  fresh = [];
  for (const workflow of defined) workflow._finish();
}

function checkedDuration(duration: unknown, step: string): Duration {
  if (typeof duration === 'number' || typeof duration === 'string') return duration;
  return refuse(`the timeout of '${step}' must be milliseconds or text such as '30s'`);
}
