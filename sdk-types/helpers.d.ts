// The helper classes of `cronflow/sdk`: retries, circuit breakers and steps, in this process and without a run.

import type { Duration } from './context';
import type { Backoff } from './options';

export type CircuitState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';
type Work<Result> = () => Result | Promise<Result>;

export interface ExecutorRetryOptions {
  /** Total tries. With this name `onRetry` gets `(error, attempt, delay)`. */
  attempts?: number;
  /** Total tries. With this name `onRetry` gets `(attempt, error, delay)`, and jitter is on unless it is refused. */
  maxAttempts?: number;
  backoff?: Backoff;
  maxBackoff?: Duration;
  jitter?: boolean;
  retryOn?: { errors?: string[]; statusCodes?: number[]; conditions?: (error: Error, attempt: number) => unknown };
  shouldRetry?: (error: Error) => unknown;
  onRetry?: (...args: any[]) => unknown;
}

export interface RetryResult<Result = any> {
  success: boolean;
  result?: Result;
  error?: Error;
  attempts: number;
  /** Milliseconds. */
  totalDuration: number;
  retryDelays: number[];
}

export declare class RetryExecutor {
  constructor(options: ExecutorRetryOptions);
  /** The result of the first try that works; rejects with the error of the last one. */
  execute<Result>(work: Work<Result>, name?: string): Promise<Result>;
  /** Tells what happened instead of throwing. `context.signal` ends the tries. */
  static execute<Result>(work: Work<Result>, options: ExecutorRetryOptions, context?: any): Promise<RetryResult<Result>>;
  static shouldRetryByDefault(error: any): boolean;
  static createRetryOptions(config?: ExecutorRetryOptions, more?: Partial<ExecutorRetryOptions>): ExecutorRetryOptions;
}

export interface BreakerOptions {
  failureThreshold?: number;
  recoveryTimeout?: Duration;
  /** Parts of error messages. When given, only failures whose message contains one of them can open the circuit. */
  expectedErrors?: string[];
  halfOpenMax?: number;
  onStateChange?: (state: CircuitState, previous: CircuitState) => unknown;
  onFailure?: (error: Error, failures: number) => unknown;
  onSuccess?: (successes: number) => unknown;
}

export interface BreakerStats {
  totalRequests: number;
  successfulRequests: number;
  failedRequests: number;
  currentFailureCount: number;
  currentSuccessCount: number;
  lastFailureTime?: Date;
  lastSuccessTime?: Date;
  state: CircuitState;
  stateChangeTime: Date;
}

export declare class CircuitBreaker {
  constructor(name: string | (BreakerOptions & { name?: string }), options?: BreakerOptions);
  execute<Result>(work: Work<Result>): Promise<Result>;
  getState(): CircuitState;
  getStats(): BreakerStats;
  isOpen(): boolean;
  isHalfOpen(): boolean;
  isClosed(): boolean;
  reset(): void;
  destroy(): void;
}

export declare class CircuitBreakerManager {
  constructor(options?: { defaultFailureThreshold?: number; defaultRecoveryTimeout?: Duration; enableLogging?: boolean });
  static getInstance(): CircuitBreakerManager;
  createCircuitBreaker(name: string, options?: BreakerOptions): CircuitBreaker;
  getCircuitBreaker(name: string): CircuitBreaker | undefined;
  getBreaker(name: string, options?: BreakerOptions): CircuitBreaker;
  executeWithCircuitBreaker<Result>(name: string, work: Work<Result>, options?: BreakerOptions): Promise<Result>;
  getAllBreakers(): Map<string, CircuitBreaker>;
  getAllCircuitBreakers(): { name: string; state: CircuitState; stats: BreakerStats; options: BreakerOptions }[];
  getCircuitBreakerStats(name: string): BreakerStats | undefined;
  getCircuitBreakerState(name: string): CircuitState | undefined;
  resetCircuitBreaker(name: string): boolean;
  resetAllCircuitBreakers(): void;
  resetAll(): void;
  destroyCircuitBreaker(name: string): boolean;
  destroyAllCircuitBreakers(): void;
  getGlobalStats(): Record<string, number>;
}

export interface StepExecutionResult {
  success: boolean;
  output?: any;
  error?: Error;
  attempts: number;
  /** Milliseconds. */
  totalDuration: number;
  retryDelays: number[];
}

type ExecutableStep = ((ctx: any) => unknown) | { id?: string; name?: string; handler: (ctx: any) => unknown; options?: object };

export declare class StepExecutor {
  /** Resolves with the step's output, or rejects with its error. */
  execute(step: ExecutableStep, context?: any, options?: object): Promise<any>;
  static executeStep(step: ExecutableStep, context?: any, options?: object): Promise<StepExecutionResult>;
  static executeStepWithTimeout(step: ExecutableStep, context?: any, options?: object): Promise<StepExecutionResult>;
  static executeStepWithErrorHandling(step: ExecutableStep, context?: any, options?: object): Promise<StepExecutionResult>;
  static validateResult(result: StepExecutionResult): void;
  static createExecutionContext(context: any, error?: Error): any;
  static getCircuitBreakerManager(): CircuitBreakerManager;
}
