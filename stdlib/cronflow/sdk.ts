// The module `cronflow/sdk`: everything of `cronflow`, and helper classes that work without a run.

export * from 'cronflow';
export { default } from 'cronflow';
export { CircuitBreaker, CircuitBreakerManager, RetryExecutor, StepExecutor } from 'cronflow:internal/helpers';
