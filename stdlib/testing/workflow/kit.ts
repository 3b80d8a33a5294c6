// A session of the workflow test kit: an engine of its own, and what its steps meet instead of the world.

import { clockSetWall, hostCall, testCurrent, testIntercept } from 'cronflow:internal/ops';
import { closest } from 'cronflow:internal/closest';
import { collect, type WorkflowInstance } from 'cronflow:internal/workflow';

type AnyFunction = (...args: any[]) => any;

/** What stands between the engine and the author's functions. */
export interface Plan {
  workflow: WorkflowInstance;
  /** By the name of the step: what is called instead. */
  steps: Map<string, AnyFunction>;
  /** By the id of the service: its actions. */
  services: Map<string, Record<string, AnyFunction>>;
  /** By the name of the step: what happens to which attempt. */
  failures: Map<string, Failure[]>;
  /** Names of the steps whose handlers were called. */
  called: Set<string>;
  /** What a poll finds, instead of what its function does. */
  items?: unknown[];
}

export interface Failure {
  error: unknown;
  /** Which attempts; absent is all. */
  attempts?: number[];
}

/** Engines of a session before and after crashes; see `LIVES` of the driver. */
const LIVES = 256;

const plans = new Map<number, Plan>();
let isIntercepting = false;
/** The test that is about another time, and what brings time back. */
let away: { plan: Plan; comeBack: () => void } | undefined;
/** Runs that are under way, and the numbers of their tests. */
const underWay = new Map<Plan, number>();

export async function ask(request: object): Promise<any> {
  return hostCall(JSON.stringify(request));
}

/** Starts an engine for a plan. */
export async function open(plan: Plan): Promise<number> {
  checkTime(plan, false);
  if (!isIntercepting) testIntercept(intercept);
  isIntercepting = true;
  collect();
  const session = await ask({ method: 'kit.open', workflow: [plan.workflow.getId(), plan.workflow._version] });
  plans.set(session, plan);
  return session;
}

/** A time of the workflow's schedules or intervals: `at`, which must be one, or the next. */
export async function occurrence(workflow: WorkflowInstance, kind: string, at: number | undefined): Promise<{ time: number; due: number; now: number; runs: string[] }> {
  collect();
  return ask({ method: 'kit.occurrence', workflow: [workflow.getId(), workflow._version], kind, at });
}

/** Notes a run for the test that begins it, until the answer is called. */
export function begin(plan: Plan): () => void {
  underWay.set(plan, testCurrent());
  return () => void underWay.delete(plan);
}

/** Ends the runs that a test has left under way; returns the names of their workflows. */
export async function endRunsOf(test: number): Promise<string[]> {
  const left = [...underWay].filter(([, owner]) => owner === test).map(([plan]) => plan);
  for (const plan of left) {
    underWay.delete(plan);
    if (away?.plan === plan) away.comeBack();
    for (const [session, own] of [...plans]) if (own === plan) await close(session);
  }
  return left.map(({ workflow }) => workflow.getId());
}

export async function close(session: number): Promise<void> {
  plans.delete(session);
  await ask({ method: 'kit.close', session });
}

/**
 * Lets a test be about another time: until the answer is called, which brings time back, no other may run. All share
 * one clock.
 */
export function goTo(plan: Plan, time: number): () => void {
  const back = Date.now();
  const comeBack = () => {
    away = undefined;
    // Time goes on as if the test had been about the present moment.
    clockSetWall(back + Date.now() - time);
  };
  away = { plan, comeBack };
  clockSetWall(time);
  return comeBack;
}

/** Throws when the test would share its time with one that is about another time. */
export function checkTime(plan: Plan, isMoving: boolean): void {
  if (away?.plan === plan || (away === undefined && !(isMoving && plans.size > 0))) return;
  throw new Error("a test that begins with mockTrigger('schedule') or mockTrigger('interval') is about another time, and tests that run at once share one clock; run it alone");
}

/** Stands between the engine and the handler of each step, and the functions of polls. */
function intercept(life: number, name: string, attempt: number, ctx: any, handler: AnyFunction): unknown {
  const plan = plans.get(Math.floor(life / LIVES));
  if (plan === undefined) return handler(ctx);
  const { read } = handler as { read?: (list: unknown) => unknown };
  if (plan.services.size > 0) mockServices(ctx, plan);
  if (read !== undefined) return plan.items === undefined ? handler(ctx) : read(plan.items);
  plan.called.add(name);
  const failure = plan.failures.get(name)?.find(one => one.attempts === undefined || one.attempts.includes(attempt));
  if (failure !== undefined) throw failure.error;
  const mock = plan.steps.get(name);
  return mock === undefined ? handler(ctx) : mock(ctx);
}

/** `ctx.services` with the mocks in place; the others stay what they are. */
function mockServices(ctx: any, plan: Plan): void {
  const prototype = Object.getPrototypeOf(ctx);
  const real = () => Reflect.get(prototype, 'services', ctx);
  const services: any = {};
  for (const id of idsOf(plan.workflow)) {
    const mock = plan.services.get(id);
    Object.defineProperty(services, id, { enumerable: true, get: () => (mock === undefined ? real()[id] : actionsOf(id, mock)) });
  }
  Object.defineProperty(ctx, 'services', { value: services, enumerable: true, configurable: true });
}

/** Actions that nobody mocked say so instead of being undefined. */
function actionsOf(id: string, mock: any): any {
  return new Proxy(mock, {
    get(target, key, proxy) {
      if (key === 'actions' && !(key in target)) return proxy;
      if (key === 'id' && !(key in target)) return id;
      const own = target[key];
      if (typeof own === 'object' && own !== null) return actionsOf(`${id}.${String(key)}`, own);
      if (key in target || typeof key === 'symbol' || key === 'then' || key === 'toJSON') return own;
      throw new Error(`the mock of service '${id}' has no action '${String(key)}'; give it to mockService()`);
    },
  });
}

export function idsOf(workflow: WorkflowInstance): string[] {
  return (workflow._options.services ?? []).map((service: any) => String(service.id ?? service.getId?.() ?? ''));
}

/** ` 'x'; did you mean 'y'?` */
export function unknown(what: string, name: string, known: string[]): string {
  const near = closest(name, known);
  const list = known.length === 0 ? 'there is none' : `there are: ${known.join(', ')}`;
  return `there is no ${what} '${name}'; ${near === undefined ? list : `did you mean '${near}'?`}`;
}
