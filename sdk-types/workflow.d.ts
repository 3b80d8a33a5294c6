// Workflows: their triggers, and what can be asked of them.

import type { FlowMethods } from './flow';
import type { WebhookOptions } from './webhook';

/** Made by `define`. Steps that follow a trigger belong to it, until the next trigger. */
export interface WorkflowInstance<Payload = any, Last = any, Steps extends object = {}> extends FlowMethods<'workflow', Payload, Last, Steps> {
  /** Runs the workflow for each request to `path`; `:name` parts are parameters, `*` at the end is all that follows. */
  onWebhook(path: string, options?: WebhookOptions<Payload>): WorkflowInstance<Payload, Last, Steps>;
  /** Runs the workflow for each event of that name; `order.*` stands for all that begin so. */
  onEvent(event: string): WorkflowInstance<Payload, Last, Steps>;
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
  hasWebhookTriggers(): boolean;
  hasScheduleTriggers(): boolean;
  hasManualTriggers(): boolean;
}

/** For `instanceof`; `define` makes workflows. */
export declare const WorkflowInstance: { readonly prototype: WorkflowInstance<any, any, any> } & Function;
