// The module `cronflow`: what workflow files import.

import { callSite, start as startServer } from 'cronflow:internal/ops';
import { WorkflowInstance, define, workflows } from 'cronflow:internal/builder';
import { checkOptions, refuse } from 'cronflow:internal/options';
import { CancelledError, DefinitionError, NonRetryableError, RetryableError, TimeoutError } from 'cronflow:internal/errors';

export const VERSION = '0.1.0';

let state: 'STOPPED' | 'STARTING' | 'STARTED' = 'STOPPED';

/** Starts the engine; resolves when the server listens. */
async function start(options: any = {}): Promise<{ address: string | null }> {
  const listener = ['port', 'host', 'maxConnections'];
  checkOptions(options, [...listener, 'http', 'webhookServer'], [], 'cronflow.start()');
  checkOptions(options.webhookServer, listener, [], 'cronflow.start({ webhookServer })');
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

/** Functions of the language that this version does not have. */
const LATER = [
  'stop', 'trigger', 'triggerAndWait', 'inspect', 'listRuns', 'cancelRun', 'replay', 'retryRun', 'publishEvent', 'emit',
  'resume', 'listPausedWorkflows', 'getPausedWorkflow', 'getGlobalState', 'setGlobalState', 'incrGlobalState',
  'deleteGlobalState', 'getWorkflowState', 'setWorkflowState', 'incrWorkflowState', 'deleteWorkflowState', 'getStateStats',
  'cleanupExpiredState', 'getEventHistory', 'registerEventListener', 'unregisterEventListener', 'getEventListeners',
  'getSchedules', 'pauseSchedule', 'resumeSchedule', 'runScheduleNow', 'getTriggerStats', 'getWorkflowTriggers',
  'getConcurrencyStats', 'benchmark', 'executeManualTrigger', 'executeWebhookTrigger', 'executeScheduleTrigger',
  'getScheduleTriggers', 'isRustCoreAvailable', 'getCoreStatus', 'storePausedWorkflow', 'executeWorkflowHook',
  'defineService',
];

const later = Object.fromEntries(
  LATER.map(name => [
    name,
    () => {
      throw new DefinitionError(`cronflow.${name}() is not available in this version`, callSite(), 'CF2004');
    },
  ]),
);

export const cronflow = {
  ...later,
  define,
  start,
  getWorkflows,
  getWorkflow,
  getEngineState,
  VERSION,
};

export default cronflow;
export {
  CancelledError,
  NonRetryableError,
  RetryableError,
  TimeoutError,
  WorkflowInstance,
  define,
  getEngineState,
  getWorkflow,
  getWorkflows,
  start,
};
