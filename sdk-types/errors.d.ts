// The error classes that workflow authors throw and catch.

import type { Duration } from './context';

/** Another try makes no sense. */
export declare class NonRetryableError extends Error {
  constructor(message?: string, options?: { cause?: unknown });
}
/** Another try makes sense, after `retryAfter` when it is given. */
export declare class RetryableError extends Error {
  constructor(message?: string, options?: { retryAfter?: Duration; cause?: unknown });
  retryAfter?: Duration;
}
/** Thrown by a step, it ends the run as cancelled. */
export declare class CancelledError extends Error {}
export declare class TimeoutError extends Error {}
