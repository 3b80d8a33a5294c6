// The setup of a configured service: called once, and what it returns is checked.

import { print } from 'cronflow:internal/ops';
import { DefinitionError, type Site } from 'cronflow:internal/errors';
import { format } from 'cronflow:internal/inspect';
import { checkOptions, refuse } from 'cronflow:internal/options';
import { isPromise } from 'cronflow:internal/schema';
import { isObject, put } from 'cronflow:internal/schema/values';
import { messageOf } from 'cronflow:internal/services/errors';
import { leavesOf, tells, without } from 'cronflow:internal/services/hiding';

export type Level = 'debug' | 'info' | 'warn' | 'error';
export type Action = (...args: any[]) => any;
/** Actions by name; a group has actions of its own. */
export interface Actions {
  [name: string]: Action | Actions;
}
/** Adds a trigger to a workflow. */
export type AddTrigger = (workflow: any, ...args: any[]) => void;
export type TriggerSpec = AddTrigger | { webhook: string; options?: Record<string, unknown> } | { event: string };

export interface SetupEngine {
  registerTrigger(name: string, spec: TriggerSpec): void;
  unregisterTrigger(name: string): void;
  log(level: Level, message: unknown): void;
  log(message: unknown): void;
}

export type Setup = (given: { config: any; auth: any; engine: SetupEngine }) => { actions: Actions; triggers?: Record<string, TriggerSpec> };

/** A service with what it was given. */
export interface Parts {
  id: string;
  setup: Setup;
  config: unknown;
  auth: unknown;
  /** Where it was configured. */
  site: Site;
  state: 'new' | 'busy' | Running | DefinitionError;
}

/** What the setup made. */
export interface Running {
  actions: Actions;
  triggers: Record<string, AddTrigger>;
}

const LEVELS = ['debug', 'info', 'warn', 'error'];
/** Names that mean something else on `ctx.services.<id>`. */
const TAKEN = ['actions', 'then', 'toJSON'];

/** The running service; its setup is called the first time. */
export function runningOf(parts: Parts): Running {
  if (parts.state === 'busy') refuse(`service '${parts.id}' cannot be used while it is being set up`);
  if (parts.state === 'new') {
    parts.state = 'busy';
    try {
      parts.state = setUp(parts);
    } catch (error) {
      parts.state = error as DefinitionError;
    }
  }
  if (parts.state instanceof Error) throw parts.state;
  return parts.state;
}

function setUp(parts: Parts): Running {
  const { id, config, auth, site } = parts;
  const triggers: Running['triggers'] = {};
  let isOver = false;
  const engine: SetupEngine = {
    registerTrigger(name, spec) {
      if (isOver) refuse(`service '${id}': registerTrigger() is only possible while it is being set up`);
      register(triggers, name, spec, id);
    },
    unregisterTrigger(name) {
      if (isOver) refuse(`service '${id}': unregisterTrigger() is only possible while it is being set up`);
      delete triggers[name];
    },
    log: (...args: unknown[]) => logFor(parts, args),
  };
  let made: any;
  try {
    made = parts.setup({ config, auth, engine });
  } catch (thrown) {
    if (thrown instanceof DefinitionError) throw thrown;
    throw new DefinitionError(`the setup of service '${id}' failed: ${reason(thrown, parts)}`, site);
  } finally {
    isOver = true;
  }
  if (isPromise(made)) {
    Promise.resolve(made).catch(() => {});
    throw new DefinitionError(`the setup of service '${id}' must return its actions at once, not a promise; wait in the actions`, site);
  }
  return checkedResult(made, triggers, parts);
}

function reason(thrown: unknown, { auth, config }: Parts): string {
  const name = isObject(thrown) && typeof thrown.name === 'string' ? thrown.name : 'Error';
  const message = messageOf(thrown);
  return `${name}${tells(message, leavesOf([auth, config])) ? ' (its message has a part of auth or config in it, and is left out)' : `: ${message}`}`;
}

/** Checks what the setup returned, for the place where the service was configured. */
function checkedResult(made: any, triggers: Running['triggers'], { id, site }: Parts): Running {
  try {
    const of = `the result of the setup of service '${id}'`;
    if (!isObject(made)) refuse(`${of} must be an object with actions`);
    checkOptions(made, ['actions', 'triggers'], of);
    checkActions(made.actions, `the actions of service '${id}'`, []);
    if (made.triggers !== undefined && !isObject(made.triggers)) refuse(`the triggers of service '${id}' must be an object`);
    for (const [name, spec] of Object.entries(made.triggers ?? {})) register(triggers, name, spec, id);
    return { actions: made.actions, triggers };
  } catch (error) {
    throw error instanceof DefinitionError ? new DefinitionError(error.message, site, error.code) : error;
  }
}

function checkActions(actions: any, of: string, open: unknown[]): void {
  if (!isObject(actions)) refuse(`${of} must be an object of functions`);
  if (open.includes(actions)) refuse(`${of} contain themselves`);
  for (const [name, action] of Object.entries(actions)) {
    if (TAKEN.includes(name)) refuse(`${of}: an action cannot have the name '${name}'`);
    if (typeof action === 'function') continue;
    const prototype = isObject(action) ? Object.getPrototypeOf(action) : undefined;
    if (prototype !== Object.prototype && prototype !== null) refuse(`${of}: '${name}' must be a function, or an object of functions`);
    checkActions(action, `${of}, group '${name}',`, [...open, actions]);
  }
}

function register(triggers: Running['triggers'], name: unknown, spec: any, id: string): void {
  if (typeof name !== 'string' || name === '') refuse(`service '${id}': a trigger needs a name`);
  if (Object.hasOwn(triggers, name)) refuse(`service '${id}' has two triggers '${name}'`);
  put(triggers, name, typeof spec === 'function' ? spec : described(spec, `trigger '${name}' of service '${id}'`));
}

function described(spec: any, of: string): AddTrigger {
  if (!isObject(spec)) refuse(`${of} must be a function, {webhook: path} or {event: name}`);
  checkOptions(spec, ['webhook', 'options', 'event'], of);
  const { webhook, event, options } = spec;
  if ((webhook === undefined) === (event === undefined)) refuse(`${of} needs a webhook or an event, one of the two`);
  if (event !== undefined) {
    if (typeof event !== 'string' || event === '') refuse(`the event of ${of} must be a name`);
    if (options !== undefined) refuse(`${of}: an event has no options`);
    return (workflow, ...args) => void workflow.onEvent(event, ...args);
  }
  if (typeof webhook !== 'string' || !webhook.startsWith('/')) refuse(`the webhook of ${of} must be a path that begins with /`);
  checkOptions(options, Object.keys(options ?? {}), of);
  return (workflow, more) => {
    checkOptions(more, Object.keys(more ?? {}), of);
    const all = { ...options, ...more };
    workflow.onWebhook(webhook, Object.keys(all).length > 0 ? all : undefined);
  };
}

/** `log(message)` or `log(level, message)`; to the console, which knows the step that is running. */
function logFor({ id, auth }: Parts, args: unknown[]): void {
  const [level, message] = args.length > 1 ? args : ['info', args[0]];
  if (!LEVELS.includes(level as string)) refuse(`service '${id}': log level '${String(level)}' is none of ${LEVELS.join(', ')}`);
  print(level as Level, without(`service '${id}': ${format(message)}`, leavesOf(auth)));
}
