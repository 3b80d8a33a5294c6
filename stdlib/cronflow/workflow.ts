// Workflows: what `define()` makes, its triggers, and how it is handed over to the engine.

import { builtinModule, callSite, print, registerWorkflow, taskLocals } from 'cronflow:internal/ops';
import { maybeDuration, maybeFunction } from 'cronflow:internal/checks';
import { FlowDraft, type AnyFunction } from 'cronflow:internal/flow';
import { FlowBuilder } from 'cronflow:internal/language';
import { checkOptions, refuse } from 'cronflow:internal/options';
import { secretsOf } from 'cronflow:internal/secrets';
import type { ConfiguredService } from 'cronflow:internal/services';
import type { Trigger } from 'cronflow:internal/triggers';
import type { Site } from 'cronflow:internal/errors';
import type { Webhook } from 'cronflow:internal/webhook/options';

interface Declared extends Trigger {
  /** What a webhook was given besides its method. */
  webhook?: Webhook;
  /** How many nodes were declared before it. */
  after: number;
  site: Site;
}

/** What steps of a workflow need of it while they execute. */
export interface Definition {
  services: ConfiguredService[];
  secrets: Record<string, string>;
  /** The decision of `define({retry})`. */
  decide?: AnyFunction;
  hooks: { onSuccess?: AnyFunction; onFailure?: AnyFunction };
}

const FLOW_CONTROL = ['concurrency', 'rateLimit', 'throttle', 'debounce', 'singleton', 'queue', 'priority'];
const DEFINE_OPTIONS = [
  'id', 'name', 'description', 'tags', 'version', 'hooks', 'timeout', 'retry', 'retention', 'services', 'secrets', ...FLOW_CONTROL,
];

/** Workflows that were defined and not handed over yet. */
let fresh: WorkflowInstance[] = [];
/** All workflows of this isolate, by id. */
export const workflows = new Map<string, WorkflowInstance>();
/** What their steps need, by version and id. */
const definitions = new Map<string, Definition>();

/** The definition that a task belongs to. */
export function definitionOf({ version, workflow }: { version: string; workflow: string }): Definition {
  return definitions.get(`${version} ${workflow}`)!;
}

export class WorkflowInstance extends FlowBuilder {
  _options: any;
  private _site: Site;
  private _triggers: Declared[] = [];
  /** Set when it is handed over. */
  _version = '';

  constructor(options: any, site: Site) {
    super();
    this._flow = new FlowDraft();
    this._options = options;
    this._site = site;
  }

  /** Runs the workflow for each request to `path`. */
  onWebhook(path: string, options?: any): this {
    if (typeof path !== 'string') refuse('onWebhook() needs a path that begins with /');
    const isBare = options === undefined || (isPlainMethod(options) && Object.keys(options).length <= 1);
    const webhook: Webhook | undefined = isBare ? undefined : builtinModule('cronflow:internal/webhook/options').webhookOf(path, options);
    const method = options?.method ?? 'POST';
    const methods = Array.isArray(method) ? method : [method];
    if (!methods.every(one => typeof one === 'string')) refuse(`the method of webhook '${path}' must be a string or an array of strings`);
    return this._addTrigger({ draft: { type: 'webhook', path, methods, options: webhook?.draft }, webhook });
  }

  /** Runs the workflow at the times of a cron expression. */
  onSchedule(schedule: unknown, options?: unknown): this {
    return this._addTrigger(triggers().scheduleTrigger(schedule, options));
  }

  /** Runs the workflow again and again. */
  onInterval(every: unknown, options?: unknown): this {
    return this._addTrigger(triggers().intervalTrigger(every, options));
  }

  /** Runs the workflow for each event of that name; `order.*` stands for all that begin so. */
  onEvent(event: string, options?: any): this {
    return this._addTrigger(triggers().eventTrigger(event, options));
  }

  /** Runs the workflow for each new item that a function finds. */
  onPoll(find: unknown, options?: any): this {
    return this._addTrigger(triggers().pollTrigger(find, options));
  }

  /** A trigger that one of the workflow's services brings. */
  on(serviceId: string, triggerName: string, ...args: unknown[]): this {
    services().addServiceTrigger(this._options.services ?? [], this, serviceId, triggerName, args);
    return this;
  }

  /** The workflow is started by the API, the command line and other workflows. */
  manual(): this {
    return this._addTrigger({ draft: { type: 'manual' } });
  }

  getId(): string {
    return this._options.id;
  }

  getName(): string {
    return this._options.name ?? this._options.id;
  }

  getSteps(): any[] {
    return this._flow.written.map((written, index) => {
      const { title, description } = this._flow.nodes[index];
      return { ...written, title, description, options: { ...written.options } };
    });
  }

  getStep(id: string): any {
    return this.getSteps().find(step => step.id === id);
  }

  getTriggers(): any[] {
    return this._triggers.map(({ draft: { event, asks, options, ...trigger }, webhook }) => {
      if (event !== undefined) return { ...trigger, eventName: event };
      if (webhook !== undefined) return { ...trigger, options: webhook.shown };
      return trigger.cron === undefined ? trigger : { ...trigger, cron_expression: trigger.cron };
    });
  }

  getDefinition(): any {
    return { ...this._options, steps: this.getSteps(), triggers: this.getTriggers() };
  }

  toJSON(): any {
    return this.getDefinition();
  }

  /** Throws for what is wrong so far; the rest is checked when the file has loaded. */
  validate(): void {
    if (this._flow.nodes.length === 0) refuse(`workflow '${this.getId()}' has no steps`);
    const seen = new Set<string>();
    for (const { name } of this._flow.nodes) {
      if (seen.has(name)) refuse(`Step '${name}' is defined twice in workflow '${this.getId()}'`);
      seen.add(name);
    }
    if (this._flow.arms.length > 0) refuse(`workflow '${this.getId()}' has an if() without an endIf()`);
  }

  /** Workflows are registered when the file has loaded. */
  register(): this {
    return this;
  }

  hasWebhookTriggers(): boolean {
    return this._has('webhook');
  }

  hasScheduleTriggers(): boolean {
    return this._has('schedule') || this._has('interval');
  }

  hasManualTriggers(): boolean {
    return this._has('manual');
  }

  private _has(type: string): boolean {
    return this._triggers.some(trigger => trigger.draft.type === type);
  }

  /** A test of this workflow: see `cronflow/testing`. */
  test(): any {
    return builtinModule('cronflow:internal/testing/builder').testOf(this);
  }

  /** The same with mocks of triggers, made-up data, and coverage. */
  advancedTest(): any {
    return builtinModule('cronflow:internal/testing/advanced').advancedTestOf(this);
  }

  _addTrigger(trigger: Trigger & { webhook?: Webhook }): this {
    this._flow.mustBeOpen();
    this._triggers.push({ ...trigger, after: this._flow.nodes.length, site: callSite() });
    return this;
  }

  _removeEvent(event: string): void {
    this._flow.mustBeOpen();
    this._triggers = this._triggers.filter(trigger => trigger.draft.event !== event);
  }

  /** Hands the draft over; the workflow cannot be changed any more. */
  _finish(): void {
    const { id, name, description, tags, version, timeout, retry, retention, hooks = {} } = this._options;
    const of = `workflow '${id}'`;
    this._flow.close(`${of} is already running; define steps at the top level of the file`);
    const flow = flowControl(this._options, of);
    const standard = retry === undefined ? undefined : retryDraft(retry, of);
    const draft = {
      id, name, description, tags, version, site: this._site,
      timeout: maybeDuration(timeout, `timeout of ${of}`),
      retention: maybeDuration(retention, `retention of ${of}`),
      retry: standard?.draft,
      hooks: hooksDraft(hooks, this._triggers),
      flow: flow.draft,
      nodes: this._flow.nodes,
      triggers: this._triggers.map(({ draft, after, site }) => ({ ...draft, after, site })),
    };
    const functions = [...this._flow.functions, ...standardDecisions(this._flow, standard?.decide)];
    const all = { ...withWebhooks(hooks, this._triggers), ...triggerFunctions(this._triggers), flowKeys: flow.keys };
    for (const [role, fn] of Object.entries(all)) if (fn !== undefined) functions.push([-1, role, fn as AnyFunction]);
    // Sets the services up, so that their mistakes show when the file loads.
    for (const service of this._options.services ?? []) services().serviceTriggers(service);
    const digest = this._version = registerWorkflow(id, JSON.stringify(draft), functions);
    definitions.set(`${digest} ${id}`, {
      services: this._options.services ?? [],
      secrets: secretsOf(this._options.secrets, of),
      decide: standard?.decide,
      hooks,
    });
  }
}

/** `{method}` alone needs no more than this module. */
function isPlainMethod(options: any): boolean {
  return options !== null && typeof options === 'object' && !Array.isArray(options) && Object.keys(options).every(key => key === 'method');
}

/** The functions of triggers, by role. */
function triggerFunctions(triggers: Declared[]): Record<string, AnyFunction | undefined> {
  const roles = triggers.flatMap(({ webhook, call }, index) => [
    [`gate:${index}`, webhook?.gate],
    [`respond:${index}`, webhook?.respond],
    [`${call?.role}:${index}`, call?.fn],
  ]);
  return Object.fromEntries(roles);
}

function hooksDraft(hooks: Definition['hooks'], triggers: Declared[]): Record<string, boolean> {
  const all = withWebhooks(hooks, triggers);
  const onlyEnds = hooks.onSuccess === undefined && hooks.onFailure === undefined;
  return { onSuccess: all.onSuccess !== undefined, onFailure: all.onFailure !== undefined, onlyEnds };
}

/** The hooks of a workflow, followed by those of the webhook that has started the run. */
function withWebhooks(hooks: Definition['hooks'], triggers: Declared[]): Definition['hooks'] {
  const all: Definition['hooks'] = { ...hooks };
  const webhookOf = (ctx: any) => triggers[taskLocals(ctx).entry]?.webhook;
  if (triggers.some(({ webhook }) => webhook?.onSuccess !== undefined)) {
    all.onSuccess = async (ctx, step) => {
      const told = await outcomeOf(() => hooks.onSuccess?.(ctx, step));
      if (step === undefined) await webhookOf(ctx)?.onSuccess?.(ctx, ctx.last);
      return told();
    };
  }
  if (triggers.some(({ webhook }) => webhook?.onError !== undefined)) {
    all.onFailure = async (ctx, step) => {
      const told = await outcomeOf(() => hooks.onFailure?.(ctx, step));
      const handler = step === undefined ? webhookOf(ctx)?.onError : undefined;
      if (handler === undefined) return told();
      const answer = await builtinModule('cronflow:internal/webhook/answer').errorAnswer(await handler(ctx, ctx.error));
      told();
      return answer;
    };
  }
  return all;
}

/** Calls a function now; what it returned or threw comes when it is asked for. */
async function outcomeOf(call: () => unknown): Promise<() => unknown> {
  try {
    const value = await call();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** The services framework; few programs need it. */
function services(): any {
  return builtinModule('cronflow:internal/services');
}

/** The other triggers than webhooks. */
function triggers(): typeof import('cronflow:internal/triggers') {
  return builtinModule('cronflow:internal/triggers');
}

function retryDraft(retry: any, of: string): { draft: Record<string, unknown>; decide?: AnyFunction } {
  return builtinModule('cronflow:internal/step_options').retryDraft(retry, of);
}

/** See the module of that name, which is loaded when one of the options is there. */
function flowControl(options: any, of: string): { draft: Record<string, unknown>; keys?: AnyFunction } {
  if (FLOW_CONTROL.every(option => options[option] === undefined)) return { draft: {} };
  return builtinModule('cronflow:internal/flow_control').flowControl(options, of);
}

/** Steps without a retry of their own have that of the workflow, with its function. */
export function standardDecisions(flow: FlowDraft, decide: AnyFunction | undefined): [number, string, AnyFunction][] {
  if (decide === undefined) return [];
  const isBare = (index: number) => ['step', 'action'].includes(flow.nodes[index].kind) && flow.nodes[index].options.retry === undefined;
  return [...flow.nodes.keys()].filter(isBare).map(index => [index, 'retryDecision', decide]);
}

/** Begins a workflow. */
export function define(options: any, setup?: (workflow: WorkflowInstance) => void): WorkflowInstance {
  if (options === null || typeof options !== 'object') refuse('define() needs an object with an id');
  const id = options.id;
  const of = `workflow '${String(id ?? '')}'`;
  checkOptions(options, DEFINE_OPTIONS, of);
  if (id === undefined || id === null || id === '') refuse('Workflow ID cannot be empty');
  for (const key of ['id', 'name', 'description', 'version']) {
    if (options[key] !== undefined && typeof options[key] !== 'string') refuse(`${key} of a workflow must be a string`);
  }
  const tags = options.tags ?? [];
  if (!Array.isArray(tags) || !tags.every(tag => typeof tag === 'string')) refuse(`tags of ${of} must be an array of strings`);
  checkOptions(options.hooks, ['onSuccess', 'onFailure'], `hooks of ${of}`);
  for (const hook of ['onSuccess', 'onFailure']) maybeFunction(options.hooks?.[hook], `hooks.${hook} of ${of}`);
  if (options.services !== undefined) services().checkServices(options.services, of);
  flowControl(options, of);
  secretsOf(options.secrets, of);
  if (options.retry !== undefined) retryDraft(options.retry, of);
  if (setup !== undefined && typeof setup !== 'function') refuse(`the second argument of define() for ${of} must be a function`);
  const workflow = new WorkflowInstance({ ...options }, callSite());
  fresh.push(workflow);
  workflows.set(id, workflow);
  setup?.(workflow);
  return workflow;
}

/** Called by the isolate when a file has evaluated: hands over the workflows that it defined, and what answers requests. */
export function collect(exports?: any): void {
  const defined = fresh;
  fresh = [];
  for (const workflow of defined) workflow._finish();
  if (exports === undefined || !Reflect.has(exports, 'default')) return;
  const program = defaultOf(exports);
  if (typeof program?.fetch === 'function') builtinModule('cronflow:internal/web/serve').serveExport(program);
}

/** What a file exports by default; nothing when the file has not come that far. */
function defaultOf(exports: any): any {
  try {
    return exports.default;
  } catch {
    print('warn', '`export default` comes after `await cronflow.start()`: if it is to answer requests, put it before');
    return undefined;
  }
}
