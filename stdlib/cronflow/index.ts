// The module `cronflow`: what workflow files import.

import { builtinModule, start as startServer } from 'cronflow:internal/ops';
import { WorkflowInstance, define, workflows } from 'cronflow:internal/workflow';
import { checkOptions, refuse } from 'cronflow:internal/options';
import { ServiceError } from 'cronflow:internal/services/errors';
import type { ServiceDefinition, ServiceOptions } from 'cronflow:internal/services';
import { CancelledError, NonRetryableError, RetryableError, TimeoutError } from 'cronflow:internal/errors';

export const VERSION = '0.1.0';

let state: 'STOPPED' | 'STARTING' | 'STARTED' = 'STOPPED';

/** Starts the engine; resolves when the server listens. */
async function start(options: any = {}): Promise<{ address: string | null }> {
  const listener = ['port', 'host', 'maxConnections'];
  checkOptions(options, [...listener, 'http', 'webhookServer'], 'cronflow.start()');
  checkOptions(options.webhookServer, listener, 'cronflow.start({ webhookServer })');
  const { webhookServer, ...flat } = options;
  const merged = { ...flat, ...webhookServer };
  checkStart(merged);
  state = 'STARTING';
  const answer = await startServer(JSON.stringify(merged));
  state = 'STARTED';
  return JSON.parse(answer);
}

function checkStart(options: any): void {
  const { port, host, http, maxConnections } = options;
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65535)) refuse('port of cronflow.start() must be a whole number from 0 to 65535');
  if (host !== undefined && typeof host !== 'string') refuse('host of cronflow.start() must be a string');
  if (http !== undefined && typeof http !== 'boolean') refuse('http of cronflow.start() must be true or false');
  if (maxConnections !== undefined && !(Number.isInteger(maxConnections) && maxConnections >= 1)) refuse('maxConnections of cronflow.start() must be a whole number from 1');
}

function getWorkflows(): WorkflowInstance[] {
  return [...workflows.values()];
}

function getWorkflow(id: string): WorkflowInstance | undefined {
  return workflows.get(id);
}

function getEngineState(): string {
  return state;
}

/** Lets the running steps end, and the process with them; unfinished runs go on at the next start. */
async function stop(): Promise<void> {
  state = 'STOPPED';
  await builtinModule('cronflow:internal/host').request({ method: 'stop' });
}

/** Describes an integration; `.withConfig()` makes it ready for workflows. */
function defineService(options: ServiceOptions): ServiceDefinition {
  return builtinModule('cronflow:internal/services').defineService(options);
}

/** The triggers of a workflow. */
async function getWorkflowTriggers(id: string): Promise<any[]> {
  return known(id).getTriggers();
}

function known(id: string): WorkflowInstance {
  const workflow = workflows.get(id);
  if (workflow === undefined) throw new Error(`there is no workflow '${id}'`);
  return workflow;
}

/** Runs a workflow for each event of that name. Call it where workflows are defined. */
function registerEventListener(event: string, workflowId: string): void {
  unregisterEventListener(event, workflowId);
  known(workflowId).onEvent(event);
}

function unregisterEventListener(event: string, workflowId: string): void {
  known(workflowId)._removeEvent(event);
}

/** Which workflows run for which events. */
function getEventListeners(event?: string): Map<string, { workflowId: string; trigger: any }[]> {
  const listeners = new Map<string, { workflowId: string; trigger: any }[]>();
  for (const workflow of workflows.values()) {
    for (const trigger of workflow.getTriggers()) {
      if (trigger.type !== 'event' || (event !== undefined && trigger.eventName !== event)) continue;
      const known = listeners.get(trigger.eventName) ?? [];
      listeners.set(trigger.eventName, [...known, { workflowId: workflow.getId(), trigger }]);
    }
  }
  return listeners;
}

function isRustCoreAvailable(): boolean {
  return true;
}

function getCoreStatus(): { available: boolean; version: string; state: string } {
  return { available: true, version: VERSION, state };
}

/** Calls a hook of a workflow by hand, with a context of the caller's making. */
async function executeWorkflowHook(hook: 'onSuccess' | 'onFailure', context: any, workflowId: string, stepId?: string): Promise<unknown> {
  const fn = known(workflowId)._options.hooks?.[hook];
  if (fn === undefined) throw new Error(`workflow '${workflowId}' has no hook '${hook}'`);
  return fn(typeof context === 'string' ? JSON.parse(context) : context, stepId);
}

/** What a running program asks of the engine. The module is loaded at the first call: no start should wait for it. */
const ENGINE = [
  'trigger', 'triggerAndWait', 'inspect', 'listRuns', 'cancelRun', 'replay', 'retryRun', 'publishEvent', 'getEventHistory',
  'getSchedules', 'pauseSchedule', 'resumeSchedule', 'runScheduleNow', 'executeScheduleTrigger', 'resume', 'listPausedWorkflows',
  'getPausedWorkflow', 'storePausedWorkflow', 'getGlobalState', 'setGlobalState', 'incrGlobalState', 'deleteGlobalState',
  'getWorkflowState', 'setWorkflowState', 'incrWorkflowState', 'deleteWorkflowState', 'getStateStats', 'cleanupExpiredState',
  'getConcurrencyStats', 'getTriggerStats', 'executeWebhookTrigger', 'benchmark',
] as const;
type Engine = typeof import('cronflow:internal/engine');
const engine = Object.fromEntries(ENGINE.map(name => [name, {
  [name]: (...args: unknown[]) => builtinModule('cronflow:internal/engine')[name](...args),
}[name]])) as unknown as Engine;

const api = {
  ...engine,
  define,
  defineService,
  start,
  stop,
  getWorkflows,
  getWorkflow,
  getEngineState,
  emit: engine.publishEvent,
  executeManualTrigger: engine.trigger,
  getWorkflowTriggers,
  registerEventListener,
  unregisterEventListener,
  getEventListeners,
  getScheduleTriggers: engine.getSchedules,
  isRustCoreAvailable,
  getCoreStatus,
  executeWorkflowHook,
  VERSION,
};

export const cronflow = { ...api };
export default cronflow;
export const { emit, executeManualTrigger, getScheduleTriggers } = api;
export const {
  trigger, triggerAndWait, inspect, listRuns, cancelRun, replay, retryRun, publishEvent, getEventHistory, getSchedules,
  pauseSchedule, resumeSchedule, runScheduleNow, executeScheduleTrigger, resume, listPausedWorkflows, getPausedWorkflow,
  storePausedWorkflow, getGlobalState, setGlobalState, incrGlobalState, deleteGlobalState, getWorkflowState, setWorkflowState,
  incrWorkflowState, deleteWorkflowState, getStateStats, cleanupExpiredState, getConcurrencyStats, getTriggerStats,
  executeWebhookTrigger, benchmark,
} = engine;
export {
  CancelledError,
  NonRetryableError,
  RetryableError,
  ServiceError,
  TimeoutError,
  WorkflowInstance,
  define,
  defineService,
  executeWorkflowHook,
  getCoreStatus,
  getEngineState,
  getEventListeners,
  getWorkflow,
  getWorkflowTriggers,
  getWorkflows,
  isRustCoreAvailable,
  registerEventListener,
  start,
  stop,
  unregisterEventListener,
};
