// What is reported to the process that watches the tests, and their time limits, which are real time.

import { queueMicrotask, testCurrent, testDriver, testFailure, testReport, testRun } from 'cronflow:internal/ops';
import { tellOfRequests } from 'cronflow:internal/testing/fetch';
import { takesCallback } from 'cronflow:internal/testing/parameters';
import { fileSettings, type AnyFunction, type Hook } from 'cronflow:internal/testing/suite';

export interface Failure {
  name: string;
  message: string;
  stack?: string;
  file?: string;
  line?: number;
  column?: number;
  diff?: string;
  matcher?: string;
}

export function failureOf(error: any): Failure {
  const failure: Failure = testFailure(error);
  const site = error?.site;
  if (typeof site?.line === 'number' && site.line > 0) Object.assign(failure, { file: site.file, line: site.line, column: site.column });
  if (typeof error?.diff === 'string') failure.diff = error.diff;
  if (typeof error?.matcher === 'string') failure.matcher = error.matcher;
  return failure;
}

export function report(event: object): void {
  testReport(JSON.stringify(event));
}

/** How what runs can be ended from outside, by the number of its account. */
const ends = new Map<number, Set<(error: unknown) => void>>();
/** What has the time of a number, for messages. */
const doing = new Map<number, string>();
/** Tests that wait for tests within them. */
export const waiting = new Set<number>();

/** From now on a number has so much time, for this. */
export function watch(number: number, timeout: number, what: string, subject: string, test?: number): void {
  doing.set(number, subject);
  report({ type: 'watch', number, timeout, what, test });
}

interface Guard {
  /** Real milliseconds. */
  timeout: number;
  /** What runs, in reports. */
  what: string;
  /** What runs, in messages. */
  subject: string;
  /** The test's number in the file. */
  test?: number;
  /** It is ended from outside. */
  ended?: (error: unknown) => void;
  /** On whose account it runs, when that is another's. */
  account?: number;
}

/** Calls a function on a number of its own, until it ends or is ended from outside. */
export async function guarded<T>(number: number, { timeout, what, subject, test, ended: isEnded, account = number }: Guard, fn: () => T | Promise<T>): Promise<T> {
  let fail: (error: unknown) => void = () => {};
  const ended = new Promise<never>((_, reject) => (fail = reject));
  ended.catch(() => {});
  const stop = (error: unknown) => {
    isEnded?.(error);
    fail(error);
  };
  const stops = ends.get(number) ?? new Set();
  ends.set(number, stops.add(stop));
  watch(number, timeout, what, subject, test);
  try {
    return await Promise.race([testRun(account, async () => fn()), ended]);
  } finally {
    stops.delete(stop);
    if (stops.size === 0) {
      ends.delete(number);
      doing.delete(number);
      report({ type: 'unwatch', number });
    }
  }
}

/** Ends what runs on a number. */
export function end(number: number, error: unknown): void {
  for (const stop of ends.get(number) ?? []) stop(error);
}

/** The longest time of a test that says nothing else. */
let usual = 0;

/** Times of what says nothing of its own. */
export const timeoutOf = ({ timeout }: { timeout?: number }): number => timeout ?? fileSettings.timeout ?? usual;
export const limitOf = (hook: Pick<Hook, 'timeout'>): number => hook.timeout ?? fileSettings.hookTimeout ?? usual * 2;

/** Calls the author's function; one with a callback is done when it calls that. What the engine ends there is an error of the test. */
export function called(fn: AnyFunction, args: unknown[], ...context: unknown[]): unknown {
  if (!takesCallback(fn, args.length)) return testRun(testCurrent(), () => fn(...args, ...context));
  return new Promise<void>((resolve, reject) => {
    const fail = (error: unknown) => reject(error instanceof Error ? error : new Error(`the test said that it failed: ${String(error ?? 'no reason given')}`));
    // Not at once: what the function returns is looked at first.
    const settle = (error?: unknown) => queueMicrotask(() => (error === undefined || error === null ? resolve() : fail(error)));
    const done = Object.assign(settle, { fail });
    const returned: any = testRun(testCurrent(), () => fn(...[...args, ...context].slice(0, fn.length - 1), done));
    if (typeof returned?.then === 'function') reject(new Error('a function that takes a callback must not return a promise as well; use one of them'));
  });
}

/** Calls a hook, which ends with its signal. */
export async function hooked({ fn, signal }: Hook, ...context: unknown[]): Promise<unknown> {
  if (signal === undefined) return called(fn, [], ...context);
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(Object.assign(new Error('the hook was aborted by its signal'), { name: 'AbortError', cause: signal.reason }));
  });
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop);
  try {
    return await Promise.race([aborted, signal.aborted ? aborted : called(fn, [], ...context)]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Lets the process that watches begin the tests with `run`. */
export function driven<O extends { timeout: number }>(run: (options: O) => Promise<void>): void {
  testDriver({
    run(options: O) {
      usual = options.timeout;
      run(options).catch(error => report({ type: 'broken', error: failureOf(error) }));
    },
    /** Nothing is left that could wake a test. */
    stuck() {
      const text = 'the test can never finish: it awaits a promise that nothing is left to settle';
      for (const number of [...ends.keys()]) if (!waiting.has(number)) end(number, Object.assign(new Error(text), { name: 'UnsettledError' }));
    },
    /** Recorded runs are replayed: what they have asked for is not asked for again. */
    replay: tellOfRequests,
    /** A test has passed its time limit. */
    expire({ number, timeout }: { number: number; timeout: number }) {
      end(number, Object.assign(new Error(`${doing.get(number) ?? 'the test'} did not finish within ${timeout} ms`), { name: 'TimeoutError' }));
    },
  });
}
