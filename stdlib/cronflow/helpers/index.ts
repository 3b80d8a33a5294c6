// The helper classes of `cronflow/sdk`: retries, circuit breakers and steps, in this process and without a run.

export { CircuitBreaker, CircuitBreakerManager } from 'cronflow:internal/helpers/breaker';
export type { CircuitBreakerOptions, CircuitBreakerStats, CircuitState } from 'cronflow:internal/helpers/breaker';
export { RetryExecutor } from 'cronflow:internal/helpers/retry';
export type { RetryOptions, RetryResult } from 'cronflow:internal/helpers/retry';
export { StepExecutor } from 'cronflow:internal/helpers/step';
export type { StepExecutionResult } from 'cronflow:internal/helpers/step';
