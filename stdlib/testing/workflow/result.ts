// The result of a tested run, and the words for what happened.

import type { Http } from 'cronflow:internal/testing/requests';

export interface StepResult {
  name: string;
  path: string;
  type: string;
  status: string;
  output: any;
  error: any;
  /** Milliseconds of virtual time. */
  duration: number;
  attempts: number;
  /** Milliseconds before each further attempt. */
  retryDelays: number[];
}

export interface TestedRun {
  runId: string;
  status: string;
  /** Milliseconds of virtual time. */
  duration: number;
  output: any;
  error?: any;
  steps: StepResult[] & Record<string, StepResult>;
  logs: any[];
}

export interface RunResult extends TestedRun {
  /** What the client of the last request to a webhook gets. */
  http?: Http;
  /** The same for each request, in order. */
  responses: (Http | undefined)[];
  /** All runs that the test has started; the first is this one. */
  runs: TestedRun[];
}

/** What came of a trigger that has started no run. */
export interface Unstarted {
  /** `rejected`, `skipped` or `answered`. */
  status: string;
  error?: object;
}

const millis = (text: string | null) => (text === null ? undefined : Date.parse(text));

/** The attempts of a step in a run's record; the call of `onError` is none. */
export function attemptsOf(step: any): any[] {
  return step.attempts.filter(({ onError }: any) => !onError);
}

function stepOf(step: any): StepResult {
  const attempts = attemptsOf(step);
  const delays: number[] = [];
  for (let at = 1; at < attempts.length; at++) {
    const before = millis(attempts[at - 1].completedAt);
    delays.push(before === undefined ? 0 : millis(attempts[at].startedAt)! - before);
  }
  return {
    name: step.name, path: step.path, type: step.type, status: step.status, output: step.output, error: step.error ?? undefined,
    duration: step.durationMs ?? 0, attempts: attempts.length, retryDelays: delays,
  };
}

/** `declared` are the steps of the workflow itself: those that did not run are shown as skipped. */
export function resultOf(run: any, declared: { name: string; kind: string }[]): TestedRun {
  const steps: any = run.steps.map(stepOf);
  for (const { name, kind } of declared) {
    if (steps.some((step: StepResult) => step.name === name)) continue;
    steps.push({ name, path: name, type: kind, status: 'skipped', output: null, error: undefined, duration: 0, attempts: 0, retryDelays: [] });
  }
  // By name: the last of several rounds; an array's own properties keep their names.
  for (const step of steps) if (!(step.name in Array.prototype)) Object.defineProperty(steps, step.name, { value: step, configurable: true, writable: true });
  const result: TestedRun = { runId: run.id, status: run.status, duration: run.durationMs ?? Date.now() - Date.parse(run.startedAt ?? run.createdAt), output: run.output, steps, logs: run.logs };
  if (run.error !== null) result.error = run.error;
  return result;
}

/** The result where there is no run. */
export function unstartedOf({ status, error }: Unstarted, declared: { name: string; kind: string }[]): TestedRun {
  return resultOf({ id: '', status, error: error ?? null, durationMs: 0, output: null, steps: [], logs: [] }, declared);
}

/** Adds what goes beyond the run. It is not shown with the run: it has the run in it. */
export function withRuns(run: TestedRun, runs: TestedRun[], responses: (Http | undefined)[]): RunResult {
  const http = responses.at(-1);
  const result = http === undefined ? run : Object.assign(run, { http });
  return Object.defineProperties(result, { runs: { value: runs }, responses: { value: responses } }) as RunResult;
}

/** The run as text, for failed expectations. */
export function story(result: TestedRun): string {
  const width = Math.max(3, ...result.steps.map(step => step.path.length));
  const lines = result.steps.map(step => `  ${step.path.padEnd(width)}  ${step.status}${more(step)}`);
  const end = result.error === undefined ? '' : `  ${result.error.name}: ${result.error.message}`;
  return [...lines, `  ${'run'.padEnd(width)}  ${result.status}${end}`].join('\n');
}

function more(step: StepResult): string {
  const attempts = step.attempts > 1 ? ` (${step.attempts} attempts)` : '';
  if (step.error !== undefined) return `${attempts}  ${step.error.name}: ${step.error.message}`;
  if (step.status !== 'completed' || step.output === null || step.output === undefined) return attempts;
  const text = JSON.stringify(step.output);
  return `${attempts}  ${text.length > 80 ? `${text.slice(0, 77)}...` : text}`;
}
