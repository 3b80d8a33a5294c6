// Declarations of the module `cronflow` for editors: what works in this version, and nothing else.

import * as engine from './engine';
import { defineService } from './services';

export type * from './context';
export type * from './options';
export type { FlowMethods } from './flow';
export type { Infer, StandardSchema } from './schema';
export type * from './webhook';
export { WorkflowInstance } from './workflow';
export * from './engine';
export * from './errors';
export * from './services';

export declare const cronflow: Omit<typeof engine, 'default'> & { defineService: typeof defineService };
export default cronflow;
