// The error classes that workflow authors throw and catch.

export class NonRetryableError extends Error {
  constructor(message?: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'NonRetryableError';
  }
}

export class RetryableError extends Error {
  retryAfter: number | string | undefined;
  constructor(message?: string, options: { retryAfter?: number | string; cause?: unknown } = {}) {
    super(message, options);
    this.name = 'RetryableError';
    this.retryAfter = options.retryAfter;
  }
}

export class CancelledError extends Error {
  constructor(message?: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CancelledError';
  }
}

export class TimeoutError extends Error {
  constructor(message?: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'TimeoutError';
  }
}

export interface Site {
  file: string;
  line: number;
  column: number;
}

/** A workflow that is declared wrongly. `site` is the place in the author's file. */
export class DefinitionError extends Error {
  site: Site;
  code: string;
  constructor(message: string, site: Site, code = 'CF2001') {
    super(message);
    this.name = 'DefinitionError';
    this.site = site;
    this.code = code;
  }
}

const KNOWN: Record<string, new (message?: string) => Error> = {
  NonRetryableError, RetryableError, CancelledError, TimeoutError, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError,
};

/** What the engine has recorded of an error. */
export interface Failure {
  name: string;
  message: string;
  stack?: string | null;
  status?: number | null;
  retry_after?: number | null;
}

/** The recorded error as an error again. */
export function revive(failure: Failure | null | undefined): Error | undefined {
  if (failure === null || failure === undefined) return undefined;
  const error: any = new (KNOWN[failure.name] ?? Error)(failure.message);
  const hidden = (key: string, value: unknown) => Object.defineProperty(error, key, { value, writable: true, configurable: true });
  if (error.name !== failure.name) hidden('name', failure.name);
  // Otherwise it would show where it was revived.
  hidden('stack', failure.stack ?? `${failure.name}: ${failure.message}`);
  if (failure.status) error.status = failure.status;
  if (failure.retry_after) error.retryAfter = failure.retry_after;
  return error;
}
