// One execution of a test: its fixtures, the hooks around it, and what it leaves behind.

import { AbortController } from 'cronflow:internal/events';
import { testBegin, testEnd } from 'cronflow:internal/ops';
import { isFake, keepClock } from 'cronflow:internal/testing/clock';
import { afterEachTest, enterTest, leaveTest, type RunningTest, type TestHook } from 'cronflow:internal/testing/current';
import { expect } from 'cronflow:internal/testing/expect';
import { Fixtures, Made, upToUse } from 'cronflow:internal/testing/fixtures';
import { endRunsOf } from 'cronflow:internal/testing/kit';
import { called, end, failureOf, guarded, hooked, limitOf, report, timeoutOf, waiting, watch, type Failure } from 'cronflow:internal/testing/guard';
import { forgetSnapshots } from 'cronflow:internal/testing/snapshot';
import { fileSettings, pathOf, type AnyFunction, type Attempt, type Hook, type HookName, type Result, type Suite, type TestCase } from 'cronflow:internal/testing/suite';
import { taskOf } from 'cronflow:internal/testing/task';

export interface Outcome {
  errors: Failure[];
  verdict?: 'skipped' | 'todo';
}

/** What an attempt asks of the runner. */
export interface Runner {
  /** Runs a test within the test; tells how it ended. */
  run(test: TestCase): Promise<string>;
  /** A test within the test did not run. */
  failed(): void;
}

/** A test that says itself that it is skipped. */
class Skipped extends Error {
  override name = 'SkippedTest';
}

/** What each test did the last time. */
const tries = new WeakMap<TestCase, RunningTest>();
/** The number of the attempt of each test that runs. */
const attempts = new Map<TestCase, number>();
const NONE = new Fixtures();

export const titled = (node: Suite | TestCase): string => pathOf(node).join(' > ');

/** Hooks of one kind, in the order in which they run. */
export function ordered(hooks: Hook[], name: HookName): Hook[] {
  return (fileSettings.hooks ?? 'stack') === 'stack' && name.startsWith('after') ? [...hooks].reverse() : hooks;
}

/** Hooks around a test, suite by suite: from the outermost on, and back. */
function around(test: TestCase, name: HookName): Hook[][] {
  const levels: Hook[][] = [];
  for (let at: Suite | TestCase | undefined = test.parent; at !== undefined; at = at.parent) {
    const own = ordered(at.hooks?.[name] ?? [], name);
    if (own.length === 0) continue;
    if (name.startsWith('after')) levels.push(own);
    else levels.unshift(own);
  }
  return levels;
}

/** One after the other, or all at once when the file wants it so. */
export async function eachHook<T>(hooks: T[], run: (hook: T) => Promise<unknown>): Promise<void> {
  if (fileSettings.hooks === 'parallel') await Promise.all(hooks.map(run));
  else for (const hook of hooks) await run(hook);
}

/** `inner` within hooks that call it: `hook(inner, ...)`. */
export async function within(hooks: Hook[], name: 'aroundAll' | 'aroundEach', guard: <T>(hook: Hook, fn: () => Promise<T>) => Promise<T>, call: (hook: Hook, use: () => Promise<void>) => unknown, inner: () => Promise<void>): Promise<void> {
  const [hook, ...rest] = hooks;
  if (hook === undefined) return inner();
  const { finish } = await guard(hook, () => upToUse(`${name}()`, name === 'aroundAll' ? 'runSuite()' : 'runTest()', use => call(hook, use)));
  const failure = await within(rest, name, guard, call, inner).then(() => undefined, error => ({ error }));
  await guard(hook, finish);
  if (failure !== undefined) throw failure.error;
}

/** One execution of a test; returns what was wrong. */
export async function attempt(test: TestCase, runner: Runner): Promise<Outcome> {
  const number = testBegin();
  attempts.set(test, number);
  const result: Result = test.result!;
  const fullName = titled(test);
  const running: RunningTest = { fullName, names: pathOf(test), assertions: 0, soft: [], snapshots: [], inline: [], pending: [], finished: [], failed: [] };
  enterTest(number, running);
  const before = tries.get(test);
  if (before !== undefined) forgetSnapshots(before.snapshots, before.inline);
  tries.set(test, running);
  const putBackClock = keepClock();
  const errors: Failure[] = [];
  const abort = new AbortController();
  const skipping = { isSkipped: false };
  const note = (error: unknown) => {
    if (error instanceof Skipped) skipping.isSkipped = true;
    else errors.push(failureOf(error));
  };
  const state = () => {
    if (errors.length > 0) Object.assign(result, { state: 'fail', errors });
    else if (result.state !== 'fail') result.state = 'pass';
  };
  const companion = test.companion?.(attemptFor(test, number, errors, runner, () => (isCut = true)));
  const context = companion?.context ?? contextOf(test, running, abort.signal, skipping);
  const suite = test.parent.kind === 'suite' ? test.parent : undefined;
  const seen = taskOf(test.parent);
  const made = new Made();
  const fixtures = test.fixtures ?? NONE;
  const cleanups: Hook[] = [];
  const timeout = timeoutOf(test);
  let isCut = false;
  const ended = (error: unknown) => {
    isCut = true;
    companion?.abort(error);
    abort.abort(error);
  };

  const body = async () => {
    companion?.open();
    let hadHooks = false;
    for (const hooks of around(test, 'beforeEach')) {
      hadHooks = true;
      await eachHook(hooks, async hook => {
        watch(number, limitOf(hook), fullName, 'beforeEach');
        await made.for(fixtures, suite, hook.fn, 0, context);
        const cleanup = await hooked(hook, context, seen);
        if (typeof cleanup === 'function') cleanups.push({ fn: cleanup as AnyFunction, timeout: hook.timeout });
      });
    }
    // The time of the hooks is not the test's.
    if (hadHooks) watch(number, timeout, fullName, 'the test', test.index);
    await made.for(fixtures, suite, test.fn!, test.args.length, context);
    await called(test.fn!, test.args, context);
    // Assertions that nobody has awaited count too.
    for (const one of running.pending) if (!one.isAwaited) await one;
    await companion?.settle();
  };
  const late = (hook: Pick<Hook, 'timeout'>, fn: () => unknown) =>
    guarded(number, { timeout: limitOf(hook), what: `the hooks after ${fullName}`, subject: 'a hook after the test', ended }, fn).then(() => {}, note);
  const hooksAtEnd = (hooks: TestHook[]) => eachHook([...hooks].reverse(), hook => late(hook, () => hook.fn(context)));

  const whole = async (count: number) => {
    await guarded(number, { timeout, what: fullName, subject: 'the test', test: test.index, ended }, body).catch(note);
    await companion?.close();
    errors.push(...running.soft.splice(0).map(failureOf));
    state();
    for (const hooks of around(test, 'afterEach')) {
      await eachHook(hooks, hook =>
        late(hook, async () => {
          await made.for(fixtures, suite, hook.fn, 0, context);
          await hooked(hook, context, seen);
        }),
      );
    }
    await eachHook(ordered(cleanups, 'afterEach'), hook => late(hook, hook.fn));
    if (made.count > count) await late({}, () => made.clear(count));
    for (const hook of companion?.after ?? []) await late(hook, () => hooked(hook, context));
    state();
    await hooksAtEnd(running.finished);
    state();
    if (result.state === 'fail' && !skipping.isSkipped) await hooksAtEnd(running.failed);
  };

  const arounds = around(test, 'aroundEach').flat();
  const guard = <T>(hook: Hook, fn: () => Promise<T>) => guarded(number, { timeout: limitOf(hook), what: fullName, subject: 'aroundEach', ended }, fn);
  const call = async (hook: Hook, use: () => Promise<void>) => {
    await made.for(fixtures, suite, hook.fn, 1, context);
    await hook.fn(use, context, seen);
  };
  await within(arounds, 'aroundEach', guard, call, () => whole(made.count)).catch(note);
  if (made.count > 0) await late({}, () => made.clear());
  errors.push(...running.soft.map(failureOf));
  const missing = unmetAssertions(running);
  if (missing !== undefined && errors.length === 0) errors.push({ name: 'AssertionError', message: missing });
  putBackClock();
  errors.push(...(await leavings(number, isCut)));
  leaveTest(number);
  for (const putBack of afterEachTest) putBack(number);
  attempts.delete(test);
  const verdict = skipping.isSkipped ? 'skipped' : companion?.verdict();
  if (skipping.isSkipped) return { errors: [], verdict };
  state();
  return { errors, verdict };
}

/** What the companion of a test's attempt can ask for. */
function attemptFor(test: TestCase, number: number, errors: Failure[], runner: Runner, cut: () => void): Attempt {
  let inside = 0;
  return {
    test,
    errors,
    async run(child) {
      inside += 1;
      waiting.add(number);
      try {
        return await runner.run(child);
      } finally {
        inside -= 1;
        if (inside === 0) waiting.delete(number);
      }
    },
    fail(child, error) {
      runner.failed();
      report({ type: 'end', test: child.index, path: pathOf(child), status: 'failed', errors: [failureOf(error)], line: child.line });
    },
    hook: (hook, name, context) => guarded(testBegin(), { timeout: limitOf(hook), what: `${name} of ${titled(test)}`, subject: 'the hook', account: number, ended: cut }, () => hooked(hook, context)),
    end: (which, error) => end(attempts.get(which)!, error),
    note: text => report({ type: 'note', test: test.index, text }),
  };
}

function unmetAssertions({ expected, assertions }: RunningTest): string | undefined {
  if (expected === true && assertions === 0) return 'expected at least one assertion, and there was none';
  if (typeof expected === 'number' && expected !== assertions) return `expected ${expected} assertions, and there were ${assertions}`;
  return undefined;
}

/** What the test has left behind: rejections that nobody handles, timers, native work, runs and questions. */
async function leavings(number: number, isCut: boolean): Promise<Failure[]> {
  const left = testEnd(number);
  const runs = await endRunsOf(number);
  const rejections = left.rejections.filter((failure: Failure) => failure.name !== 'SkippedTest');
  const errors: Failure[] = rejections.map((failure: Failure) => ({ ...failure, message: `unhandled rejection: ${failure.message}` }));
  // Whatever ended the test from outside came in the middle of it.
  if (isCut) return errors;
  // A run that is under way asks the engine, too.
  const questions = runs.length > 0 ? 0 : left.questions;
  // Timers of a clock that stands still disturb nobody.
  const timers = isFake() ? 0 : left.timers;
  const things = [
    amount(timers, 'timer'), amount(left.work, 'request', ' or other work of the machine'), ...runs.map(id => `a run of workflow '${id}'`), amount(questions, 'question', ' to the engine'),
  ].filter(text => text !== '');
  if (things.length > 0) errors.push({ name: 'LeakError', message: `the test has ended and left ${things.join(' and ')} behind; clear or await what it starts` });
  return errors;
}

function amount(count: number, what: string, more = ''): string {
  return count === 0 ? '' : `${count} open ${what}${count > 1 ? 's' : ''}${more}`;
}

function contextOf(test: TestCase, running: RunningTest, signal: object, skipping: { isSkipped: boolean }): any {
  const task = taskOf(test);
  const tell = (text: string) => report({ type: 'note', test: test.index, text });
  return {
    task,
    name: test.name,
    fullName: running.fullName,
    expect,
    signal,
    /** `(note?)`, or `(condition, note?)`. */
    skip: (condition?: unknown, text: unknown = typeof condition === 'string' ? condition : undefined) => {
      if (condition === false) return;
      skipping.isSkipped = true;
      if (text !== undefined) tell(`skipped: ${String(text)}`);
      throw new Skipped();
    },
    onTestFinished: (fn: AnyFunction, timeout?: number) => void running.finished.push({ fn, timeout }),
    onTestFailed: (fn: AnyFunction, timeout?: number) => void running.failed.push({ fn, timeout }),
    after: (fn: AnyFunction) => void running.finished.push({ fn }),
    diagnostic: tell,
    async annotate(message: string, type = 'notice') {
      const annotation = { message, type };
      task.annotations.push(annotation);
      tell(type === 'notice' ? message : `${type}: ${message}`);
      return annotation;
    },
  };
}
