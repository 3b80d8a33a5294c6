// The test that runs now, as its assertions see it.

import { testCurrent } from 'cronflow:internal/ops';

/** What a test wants to be called at its end. */
export interface TestHook {
  fn: (context?: any) => unknown;
  timeout?: number;
}

export interface RunningTest {
  fullName: string;
  /** Those of its suites, and its own. */
  names: string[];
  /** Assertions so far. */
  assertions: number;
  /** How many there must be; `true` is at least one. */
  expected?: number | true;
  /** Failures of soft assertions. */
  soft: unknown[];
  /** The snapshots it has asked for, by name, and those that go into the source. */
  snapshots: string[];
  inline: unknown[];
  /** Assertions that take their time. */
  pending: { isAwaited: boolean; then: Promise<unknown>['then'] }[];
  /** What it wants to be called when it has ended, and when it has failed. */
  finished: TestHook[];
  failed: TestHook[];
}

/** What must be put back after each attempt of a test. */
export const afterEachTest = new Set<(test: number) => void>();

const running = new Map<number, RunningTest>();
let latest: RunningTest | undefined;

export function enterTest(number: number, test: RunningTest): void {
  running.set(number, test);
  latest = test;
}

export function leaveTest(number: number): void {
  running.delete(number);
}

/** The test that runs; what is named must be called in one. */
export function mustRun(what: string): RunningTest {
  const test = currentTest();
  if (test === undefined) throw new Error(`${what} is called outside of a test`);
  return test;
}

export function onTestFinished(fn: TestHook['fn'], timeout?: number): void {
  mustRun('onTestFinished()').finished.push({ fn, timeout });
}

export function onTestFailed(fn: TestHook['fn'], timeout?: number): void {
  mustRun('onTestFailed()').failed.push({ fn, timeout });
}

/** That on whose account the code runs; else, as in a step of a workflow, the one that began last. */
export function currentTest(): RunningTest | undefined {
  return running.get(testCurrent()) ?? latest;
}
