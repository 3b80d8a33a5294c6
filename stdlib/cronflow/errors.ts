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
