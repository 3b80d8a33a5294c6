// Declarations of the module `cronflow/sdk`: everything of `cronflow`, and helper classes that work without a run.

export * from './index';
export { default } from './index';
export * from './helpers';
