// The services framework, for the module `cronflow` and the builder.

export { addServiceTrigger, bindServices, checkServices, defineService, isConfigured, serviceTriggers } from 'cronflow:internal/services/define';
export { ConfiguredService, ServiceDefinition } from 'cronflow:internal/services/define';
export { ServiceError } from 'cronflow:internal/services/errors';
export type { ServiceOptions } from 'cronflow:internal/services/define';
export type { Bound, ServiceHost } from 'cronflow:internal/services/bind';
export type { AddTrigger, SetupEngine, TriggerSpec } from 'cronflow:internal/services/setup';
