// What goes through a schema: the value, what is wrong with it so far, and how the parse was asked for.

/** An issue before it has its message. With `continue` the checks that follow still run. */
export interface RawIssue {
  code: string;
  input?: unknown;
  path?: PropertyKey[];
  message?: string;
  /** The schema or check that found it. */
  inst?: any;
  /** The schema that the check belongs to. */
  schema?: any;
  continue?: boolean;
  [detail: string]: any;
}

export interface Payload {
  value: any;
  issues: RawIssue[];
  aborted?: boolean;
  addIssue?: (issue: any) => void;
}

/** The options of a parse, and which way it goes. */
export interface Run {
  async: boolean;
  error?: (issue: any) => unknown;
  reportInput?: boolean;
  abortEarly?: boolean;
  direction?: 'backward';
  skipChecks?: boolean;
}

export type Later<T> = T | Promise<T>;

export class ZodAsyncError extends Error {
  constructor() {
    super('Encountered Promise during synchronous parse. Use .parseAsync() instead.');
    this.name = 'ZodAsyncError';
  }
}

export class ZodEncodeError extends Error {
  constructor(of: string) {
    super(`Encountered unidirectional transform during encode: ${of}`);
    this.name = 'ZodEncodeError';
  }
}

/** Goes on now when the result is there, or once it is. */
export function then<T, R>(result: Later<T>, next: (result: T) => Later<R>): Later<R> {
  return result instanceof Promise ? result.then(next) : next(result);
}

/** Goes on with all results. */
export function all<T, R>(results: Later<T>[], next: (results: T[]) => R): Later<R> {
  return results.some(one => one instanceof Promise) ? Promise.all(results).then(next) : next(results as T[]);
}

export function fresh(value: unknown): Payload {
  return { value, issues: [] };
}

/** Whether nothing more may be asked of the value, by the issues from `start` on. */
export function isAborted(payload: Payload, start = 0): boolean {
  if (payload.aborted) return true;
  for (let at = start; at < payload.issues.length; at++) if (payload.issues[at].continue !== true) return true;
  return false;
}

/** Takes over the issues of a member of the value. */
export function takeIssues(payload: Payload, key: PropertyKey, issues: RawIssue[]): void {
  for (const issue of issues) {
    issue.path = [key, ...(issue.path ?? [])];
    payload.issues.push(issue);
  }
}

export function wrongType(payload: Payload, expected: string, inst: unknown, more?: object): Payload {
  payload.issues.push({ expected, code: 'invalid_type', input: payload.value, inst, ...more });
  return payload;
}

/** Tells the loops of containers when `abortEarly` wants no further member looked at. */
export function stopper(payload: Payload, run: Run): () => boolean {
  if (!run.abortEarly) return () => false;
  let seen = payload.issues.length;
  return () => {
    if (payload.issues.length === seen) return false;
    const start = seen;
    seen = payload.issues.length;
    return isAborted(payload, start);
  };
}
