// Services: integrations that are defined once, configured, and given to workflows.

import type { Duration, LogLevel } from './context';
import type { WebhookOptions } from './webhook';
import type { WorkflowInstance } from './workflow';

/** A failure of a service's action. Its `name` is that of the cause. */
export declare class ServiceError extends Error {
  private constructor();
  readonly service: string;
  readonly action: string;
  status?: number;
  statusCode?: number;
  retryAfter?: Duration;
  retryable?: boolean;
  code?: string;
}

/** Standard Schema, an object with `safeParse` or `parse`, or JSON Schema (2020-12). */
export type Schema = object | boolean;

/** Groups of actions have actions of their own. The name of an action cannot be `actions`, `then` or `toJSON`. */
export interface ServiceActions {
  [name: string]: ((...args: any[]) => any) | ServiceActions;
}

/** Describes a trigger, or adds it to a workflow. */
export type ServiceTrigger =
  | { webhook: string; options?: WebhookOptions }
  | { event: string }
  | ((workflow: WorkflowInstance<any, any, any>, ...args: any[]) => void);

export interface ServiceEngine {
  registerTrigger(name: string, trigger: ServiceTrigger): void;
  unregisterTrigger(name: string): void;
  log(level: LogLevel, message: unknown): void;
  log(message: unknown): void;
}

export interface ServiceOptions<Auth = any, Config = any, Actions extends ServiceActions = ServiceActions> {
  id: string;
  name?: string;
  description?: string;
  version?: string;
  schema?: { auth?: Schema; config?: Schema };
  /** Called once in each worker, and must answer at once. */
  setup(given: { auth: Auth; config: Config; engine: ServiceEngine }): { actions: Actions; triggers?: Record<string, ServiceTrigger> };
}

export interface ServiceDefinition<Auth = any, Config = any, Actions extends ServiceActions = ServiceActions> {
  readonly id: string;
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  withConfig(given?: { auth?: Auth; config?: Config }): ConfiguredService<Actions>;
}

export interface ConfiguredService<Actions extends ServiceActions = ServiceActions> {
  readonly id: string;
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly actions: Actions;
  readonly triggers: Record<string, (workflow: WorkflowInstance<any, any, any>, ...args: any[]) => void>;
}

export declare function defineService<Auth = any, Config = any, Actions extends ServiceActions = ServiceActions>(
  options: ServiceOptions<Auth, Config, Actions>,
): ServiceDefinition<Auth, Config, Actions>;
