// Services: integrations that are defined once, configured, and given to workflows.

import { callSite, print } from 'cronflow:internal/ops';
import { inspect } from 'cronflow:internal/inspect';
import { closest } from 'cronflow:internal/closest';
import { checkOptions, refuse } from 'cronflow:internal/options';
import { type Issue, type Judgement, checkSchema, isJsonSchema, isPromise, judgeWith, listed } from 'cronflow:internal/schema';
import { isObject } from 'cronflow:internal/schema/values';
import { type Bound, type ServiceHost, bind, guarded } from 'cronflow:internal/services/bind';
import { leavesOf, tells } from 'cronflow:internal/services/hiding';
import { type AddTrigger, type Parts, type Setup, runningOf } from 'cronflow:internal/services/setup';

export interface ServiceOptions {
  id: string;
  name?: string;
  description?: string;
  version?: string;
  schema?: { auth?: unknown; config?: unknown };
  setup: Setup;
}

const OPTIONS = ['id', 'name', 'description', 'version', 'schema', 'setup'];
const CUSTOM = Symbol.for('nodejs.util.inspect.custom');
const CONSOLE: ServiceHost = { log: print };

/** What the services were given; nobody else can reach it. */
const partsOf = new WeakMap<object, Parts>();

/** What is public about a service. */
class Described {
  readonly id: string;
  readonly name: string;
  readonly version: string | undefined;
  readonly description: string | undefined;

  constructor({ id, name, version, description }: Pick<ServiceOptions, 'id' | 'name' | 'version' | 'description'>) {
    this.id = id;
    this.name = name ?? id;
    this.version = version;
    this.description = description;
  }
}

export class ServiceDefinition extends Described {
  private _options: ServiceOptions;

  constructor(options: ServiceOptions) {
    super(options);
    this._options = options;
    Object.defineProperty(this, '_options', { enumerable: false });
  }

  /** The service with its credentials and settings, for the `services` of workflows. */
  withConfig(given: { auth?: unknown; config?: unknown } = {}): ConfiguredService {
    const { id, setup, schema = {} } = this._options;
    checkOptions(given, ['auth', 'config'], `withConfig() of service '${id}'`);
    const auth = accepted(schema.auth, given.auth, 'auth', id);
    const config = accepted(schema.config, given.config ?? {}, 'config', id);
    const service = new ConfiguredService(this);
    partsOf.set(service, { id, setup, config, auth, site: callSite(), state: 'new' });
    return service;
  }
}

export class ConfiguredService extends Described {
  /** The actions without a run, for scripts; steps call those of `ctx.services`. */
  get actions(): Record<string, any> {
    return bindTo(this, CONSOLE).actions;
  }

  get triggers(): Record<string, AddTrigger> {
    return serviceTriggers(this);
  }

  toJSON(): Record<string, unknown> {
    const { id, name, version, description } = this;
    return { id, name, version, description };
  }

  [CUSTOM](): string {
    return `ConfiguredService ${inspect(JSON.parse(JSON.stringify(this)))}`;
  }
}

export function defineService(options: ServiceOptions): ServiceDefinition {
  if (!isObject(options)) refuse('defineService() needs an object with an id and a setup function');
  const { id, schema, setup } = options;
  if (typeof id !== 'string' || id.trim() === '') refuse('a service needs an id: a string that is not empty');
  const of = `service '${id}'`;
  checkOptions(options, OPTIONS, of);
  for (const key of ['name', 'description', 'version'] as const) {
    const text: unknown = options[key];
    if (text !== undefined && (typeof text !== 'string' || text.trim() === '')) refuse(`${key} of ${of} must be a string that is not empty`);
  }
  checkOptions(schema, ['auth', 'config'], `the schema of ${of}`);
  if (schema?.auth !== undefined) checkSchema(schema.auth, `auth of ${of}`);
  if (schema?.config !== undefined) checkSchema(schema.config, `config of ${of}`);
  if (typeof setup !== 'function') refuse(`${of} needs a setup function that returns {actions}`);
  return new ServiceDefinition({ ...options });
}

/** The value as its schema parses it; what is refused is named by its path, never shown. */
function accepted(schema: unknown, value: unknown, what: string, id: string): unknown {
  if (schema === undefined) return value;
  let judgement: Judgement | Promise<Judgement>;
  try {
    judgement = judgeWith(schema, value, what);
  } catch (error: any) {
    return refuse(`service '${id}': the schema of ${what} failed with ${String(error?.name ?? 'an error')}`);
  }
  if (isPromise(judgement)) {
    judgement.catch(() => {});
    refuse(`service '${id}': the schema of ${what} is asynchronous, but a service needs one that answers at once`);
  }
  if ('issues' in judgement) {
    const issues = isJsonSchema(schema) ? judgement.issues : discreet(judgement.issues, value);
    refuse(`service '${id}': ${listed(what, issues)}`);
  }
  return judgement.value;
}

/** Messages of other people's schemas may show what they refuse. */
function discreet(issues: Issue[], value: unknown): Issue[] {
  const values = leavesOf(value);
  return issues.map(({ path, message }) => ({ path, message: tells(message, values) ? 'is not valid' : message }));
}

export function isConfigured(value: unknown): value is ConfiguredService {
  return value !== null && typeof value === 'object' && partsOf.has(value);
}

/** The `services` of a workflow. `of` names the workflow in messages. */
export function checkServices(list: unknown, of: string): ConfiguredService[] {
  if (!Array.isArray(list)) refuse(`services of ${of} must be an array`);
  const ids = new Set<string>();
  for (const [index, service] of list.entries()) {
    if (service instanceof ServiceDefinition) refuse(`service '${service.id}' of ${of} is not configured; call .withConfig() on it`);
    if (!isConfigured(service)) refuse(`services[${index}] of ${of} must be made by defineService(...).withConfig(...)`);
    if (ids.has(service.id)) refuse(`${of} has two services '${service.id}'`);
    ids.add(service.id);
  }
  return [...list];
}

function bindTo(service: ConfiguredService, host: ServiceHost): Bound {
  const { id, name, version } = service;
  return bind(partsOf.get(service)!, { id, name, version }, host);
}

/** `ctx.services`. Each service is set up the first time that it is bound. */
export function bindServices(list: ConfiguredService[], host: ServiceHost): Record<string, Bound> {
  const ids = checkServices(list, 'this workflow').map(service => service.id);
  const bound = {};
  for (const service of list) {
    runningOf(partsOf.get(service)!);
    let made: Bound | undefined;
    Object.defineProperty(bound, service.id, { get: () => (made ??= bindTo(service, host)), enumerable: true });
  }
  return guarded(bound, name => {
    const near = closest(name, ids);
    return `this workflow has no service '${name}'` + (near ? `; did you mean '${near}'?` : "; add it to the workflow's services");
  });
}

/** The triggers that a service brings: each adds itself to a workflow. */
export function serviceTriggers(service: ConfiguredService): Record<string, AddTrigger> {
  return { ...runningOf(partsOf.get(service)!).triggers };
}

/** Adds a trigger of one of the workflow's services to it: what `workflow.on(serviceId, triggerName, ...args)` does. */
export function addServiceTrigger(list: ConfiguredService[], workflow: unknown, serviceId: string, triggerName: string, args: unknown[]): void {
  const service = list.find(({ id }) => id === serviceId);
  if (service === undefined) {
    const near = closest(String(serviceId), list.map(({ id }) => id));
    refuse(`this workflow has no service '${String(serviceId)}'` + (near ? `; did you mean '${near}'?` : ''));
  }
  const triggers = serviceTriggers(service);
  if (!Object.hasOwn(triggers, triggerName)) {
    const near = closest(String(triggerName), Object.keys(triggers));
    refuse(`service '${serviceId}' has no trigger '${String(triggerName)}'` + (near ? `; did you mean '${near}'?` : ''));
  }
  triggers[triggerName](workflow, ...args);
}
