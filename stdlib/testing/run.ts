// Runs the tests of a file, in order, and reports each.

import { queueMicrotask, testBegin, testDriver, testEnd, testEntry, testFailure, testReport, testRun } from 'cronflow:internal/ops';
import { afterEachTest, enterTest, leaveTest, type RunningTest } from 'cronflow:internal/testing/current';
import { allFigures } from 'cronflow:internal/testing/coverage';
import { expect } from 'cronflow:internal/testing/expect';
import { tellOfRequests } from 'cronflow:internal/testing/fetch';
import { withFixtures } from 'cronflow:internal/testing/fixtures';
import { endRunsOf } from 'cronflow:internal/testing/kit';
import { countedFiles } from 'cronflow:internal/testing/lines';
import { takesCallback } from 'cronflow:internal/testing/parameters';
import { closeSnapshots, forgetSnapshots, openSnapshots } from 'cronflow:internal/testing/snapshot';
import { arrival, closeSuites, fileSettings, openSuites, pathOf, root, type AnyFunction, type Attempt, type Hook, type Suite, type TestCase } from 'cronflow:internal/testing/suite';
import { unstubAllEnvs, unstubAllGlobals } from 'cronflow:internal/testing/stubs';
import { useRealTimers } from 'cronflow:internal/testing/vi';

interface Options {
  pattern?: string;
  timeout: number;
  bail: number;
  seed?: number;
  update: boolean;
  ci: boolean;
  coverage: boolean;
  snapshots?: string;
}

interface Failure {
  name: string;
  message: string;
  stack?: string;
  file?: string;
  line?: number;
  column?: number;
  diff?: string;
  matcher?: string;
}

/** Tests that run beside each other, unless their suite says how many. */
const MAX_CONCURRENT = 5;

let options: Options;
let failures = 0;
let hasOnly = false;
let ran = 0;
let chosen = 0;
/** How a test that runs can be ended from outside. */
const ends = new Map<number, (error: unknown) => void>();
/** What each test did the last time. */
const tries = new WeakMap<TestCase, RunningTest>();
/** The number of the attempt of each test that runs. */
const attempts = new Map<TestCase, number>();
/** Tests that wait for tests within them. */
const waiting = new Set<number>();

/** A test that says itself that it is skipped. */
class Skipped extends Error {}

function failureOf(error: any): Failure {
  const failure: Failure = testFailure(error);
  const site = error?.site;
  if (typeof site?.line === 'number' && site.line > 0) Object.assign(failure, { file: site.file, line: site.line, column: site.column });
  if (typeof error?.diff === 'string') failure.diff = error.diff;
  if (typeof error?.matcher === 'string') failure.matcher = error.matcher;
  return failure;
}

function report(event: object): void {
  testReport(JSON.stringify(event));
}

/** What has the time of a number, for messages. */
const doing = new Map<number, string>();

/** From now on a number has so much time, for this. */
function watch(number: number, timeout: number, what: string, subject: string, test?: number): void {
  doing.set(number, subject);
  report({ type: 'watch', number, timeout, what, test });
}

/** Calls a function on a number of its own, until it ends or is ended from outside. */
async function guarded(number: number, timeout: number, what: string, fn: AnyFunction, { test, subject = 'the test', ended: isEnded, account = number }: { test?: number; subject?: string; ended?: (error: unknown) => void; account?: number } = {}): Promise<void> {
  let fail: (error: unknown) => void = () => {};
  const ended = new Promise<never>((_, reject) => (fail = reject));
  ended.catch(() => {});
  ends.set(number, error => {
    isEnded?.(error);
    fail(error);
  });
  watch(number, timeout, what, subject, test);
  try {
    await Promise.race([testRun(account, async () => fn()), ended]);
  } finally {
    ends.delete(number);
    doing.delete(number);
    report({ type: 'unwatch', number });
  }
}

function titled(suite: Suite | TestCase): string {
  return pathOf(suite).join(' > ');
}

/** Hooks around each test, from the outermost suite on. */
function around(test: TestCase, name: 'beforeEach' | 'afterEach'): Hook[] {
  const hooks: Hook[] = [];
  for (let at: Suite | TestCase | undefined = test.parent; at !== undefined; at = at.parent) {
    const own = at.hooks?.[name] ?? [];
    if (name === 'beforeEach') hooks.unshift(...own);
    else hooks.push(...[...own].reverse());
  }
  return hooks;
}

/** One execution of a test; returns what was wrong. */
async function attempt(test: TestCase): Promise<{ errors: Failure[]; verdict?: 'skipped' | 'todo' }> {
  const number = testBegin();
  attempts.set(test, number);
  const finished: AnyFunction[] = [];
  const failed: AnyFunction[] = [];
  const running: RunningTest = { fullName: titled(test), names: pathOf(test), assertions: 0, soft: [], snapshots: [], inline: [], pending: [], finished, failed };
  enterTest(number, running);
  const before = tries.get(test);
  if (before !== undefined) forgetSnapshots(before.snapshots, before.inline);
  tries.set(test, running);
  const errors: Failure[] = [];
  let skipped = false;
  let isCut = false;
  const cut = (error: unknown) => {
    isCut = true;
    companion?.abort(error);
  };
  const note = (error: unknown) => (error instanceof Skipped ? (skipped = true) : errors.push(failureOf(error)));
  const companion = test.companion?.(attemptFor(test, number, errors, () => (isCut = true)));
  const context = companion?.context ?? contextOf(test, finished, failed);
  const cleanups: AnyFunction[] = [];
  const timeout = timeoutOf(test);
  const hooks = around(test, 'beforeEach');
  const body = async () => {
    companion?.open();
    for (const hook of hooks) {
      watch(number, limitOf(hook), running.fullName, 'beforeEach');
      const cleanup = await hooked(hook, context);
      if (typeof cleanup === 'function') cleanups.unshift(cleanup as AnyFunction);
    }
    // The time of the hooks is not the test's.
    if (hooks.length > 0) watch(number, timeout, running.fullName, 'the test', test.index);
    await called(test.fn!, test.args, context);
    // Assertions that nobody has awaited count too.
    for (const one of running.pending) if (!one.isAwaited) await one;
    await companion?.settle();
  };
  const whole = test.fixtures === undefined ? body : () => withFixtures(test.fixtures!, context, [...hooks.map(hook => hook.fn), test.fn!], body);
  const after = async () => {
    const rest = (fn: AnyFunction): Hook => ({ fn });
    for (const hook of [...cleanups.map(rest), ...around(test, 'afterEach'), ...finished.reverse().map(rest), ...(companion?.after ?? [])]) {
      watch(number, limitOf(hook), `the hooks after ${running.fullName}`, 'a hook after the test');
      await hooked(hook, context);
    }
    if (errors.length > 0) for (const fn of failed) await fn(context);
  };
  await guarded(number, timeout, running.fullName, whole, { test: test.index, ended: cut }).catch(note);
  await companion?.close();
  await guarded(number, timeout, `the hooks after ${running.fullName}`, after, { subject: 'a hook after the test', ended: () => (isCut = true) }).catch(note);
  errors.push(...running.soft.map(failureOf));
  const missing = unmetAssertions(running);
  if (missing !== undefined && errors.length === 0 && !skipped) errors.push({ name: 'AssertionError', message: missing });
  errors.push(...(await leavings(number, isCut)));
  leaveTest(number);
  for (const putBack of afterEachTest) putBack(number);
  attempts.delete(test);
  return { errors, verdict: skipped ? 'skipped' : companion?.verdict() };
}

/** What the companion of a test's attempt can ask for. */
function attemptFor(test: TestCase, number: number, errors: Failure[], cut: () => void): Attempt {
  let within = 0;
  return {
    test,
    errors,
    async run(child) {
      within += 1;
      waiting.add(number);
      try {
        return await runTest(child);
      } finally {
        within -= 1;
        if (within === 0) waiting.delete(number);
      }
    },
    fail(child, error) {
      failures += 1;
      report({ type: 'end', test: child.index, path: pathOf(child), status: 'failed', errors: [failureOf(error)], line: child.line });
    },
    hook: (hook, name, context) => guarded(testBegin(), limitOf(hook), `${name} of ${titled(test)}`, () => hooked(hook, context), { subject: 'the hook', account: number, ended: cut }),
    end: (which, error) => ends.get(attempts.get(which)!)?.(error),
    note: text => report({ type: 'note', test: test.index, text }),
  };
}

/** Calls a hook, which ends with its signal. */
async function hooked({ fn, signal }: Hook, ...context: unknown[]): Promise<unknown> {
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

function limitOf(hook: Hook): number {
  return hook.timeout ?? fileSettings.hookTimeout ?? options.timeout * 2;
}

function timeoutOf(test: TestCase): number {
  return test.timeout ?? fileSettings.timeout ?? options.timeout;
}

function retriesOf(test: TestCase): number {
  return test.retry ?? fileSettings.retry ?? 0;
}

/** Calls the author's function; one with a callback is done when it calls that. */
function called(fn: AnyFunction, args: unknown[], context?: unknown): unknown {
  if (!takesCallback(fn, args.length)) return fn(...args, context);
  return new Promise<void>((resolve, reject) => {
    const fail = (error: unknown) => reject(error instanceof Error ? error : new Error(`the test said that it failed: ${String(error ?? 'no reason given')}`));
    // Not at once: what the function returns is looked at first.
    const settle = (error?: unknown) => queueMicrotask(() => (error === undefined || error === null ? resolve() : fail(error)));
    const done = Object.assign(settle, { fail });
    const returned = fn(...[...args, context].slice(0, fn.length - 1), done);
    if (typeof returned?.then === 'function') reject(new Error('a function that takes a callback must not return a promise as well; use one of them'));
  });
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
  const errors: Failure[] = left.rejections.map((failure: Failure) => ({ ...failure, message: `unhandled rejection: ${failure.message}` }));
  // Whatever ended the test from outside came in the middle of it.
  if (isCut) return errors;
  // A run that is under way asks the engine, too.
  const questions = runs.length > 0 ? 0 : left.questions;
  const things = [
    amount(left.timers, 'timer'), amount(left.work, 'request', ' or other work of the machine'), ...runs.map(id => `a run of workflow '${id}'`), amount(questions, 'question', ' to the engine'),
  ].filter(text => text !== '');
  if (things.length > 0) errors.push({ name: 'LeakError', message: `the test has ended and left ${things.join(' and ')} behind; clear or await what it starts` });
  return errors;
}

function amount(count: number, what: string, more = ''): string {
  return count === 0 ? '' : `${count} open ${what}${count > 1 ? 's' : ''}${more}`;
}

function contextOf(test: TestCase, finished: AnyFunction[], failed: AnyFunction[]): any {
  return {
    task: { name: test.name, id: String(test.index), mode: test.mode },
    name: test.name,
    fullName: titled(test),
    expect,
    skip: (note?: string) => {
      throw new Skipped(note);
    },
    onTestFinished: (fn: AnyFunction) => void finished.push(fn),
    onTestFailed: (fn: AnyFunction) => void failed.push(fn),
    after: (fn: AnyFunction) => void finished.push(fn),
    diagnostic: (text: string) => report({ type: 'note', test: test.index, text }),
  };
}

async function runTest(test: TestCase): Promise<string> {
  try {
    return await runAndReport(test);
  } finally {
    test.ended?.();
  }
}

/** Runs a test and reports it; returns how it ended. */
async function runAndReport(test: TestCase): Promise<string> {
  const path = pathOf(test);
  if (isStopped()) return 'skipped';
  if (test.mode === 'todo' || test.mode === 'skip') {
    const status = test.mode === 'todo' ? 'todo' : 'skipped';
    report({ type: 'end', test: test.index, path, status, errors: [], line: test.line });
    return status;
  }
  const limit = timeoutOf(test) * 2 * (1 + retriesOf(test) + (test.repeats ?? 0));
  report({ type: 'begin', test: test.index, path, line: test.line, limit });
  const isPart = test.parent.kind === 'test';
  if (!isPart) ran += 1;
  let result = await attempt(test);
  for (let repeat = 0; repeat < (test.repeats ?? 0) && result.errors.length === 0; repeat++) result = await attempt(test);
  let retries = 0;
  while (result.errors.length > 0 && retries < retriesOf(test)) {
    retries += 1;
    result = await attempt(test);
  }
  if (!isPart) useRealTimers();
  let { errors } = result;
  if (test.fails === true && result.verdict === undefined) {
    errors = errors.length > 0 ? [] : [{ name: 'AssertionError', message: 'the test is expected to fail, and it passed; remove .fails', line: test.line }];
  }
  const status = result.verdict ?? (errors.length > 0 ? 'failed' : 'passed');
  if (status === 'failed') failures += 1;
  report({ type: 'end', test: test.index, path, status, errors: status === 'failed' ? errors : [], retries, line: test.line });
  return status;
}

function isStopped(): boolean {
  return options.bail > 0 && failures >= options.bail;
}

/** Hooks around a whole suite; a failure in one fails its tests. */
async function runHooks(suite: Suite, name: 'beforeAll' | 'afterAll', hooks: Hook[]): Promise<Failure | undefined> {
  for (const hook of hooks) {
    const number = testBegin();
    try {
      await guarded(number, limitOf(hook), `${name} of ${titled(suite) || 'the file'}`, hook.fn, { subject: 'it' });
    } catch (error) {
      const failure = failureOf(error);
      return { ...failure, message: `${name}: ${failure.message}` };
    } finally {
      // What a hook before all starts lives as long as the suite.
      if (name === 'afterAll') testEnd(number);
    }
  }
  return undefined;
}

/** Those that are not left out. */
const running = (tests: TestCase[]) => tests.some(test => test.mode !== 'skip' && test.mode !== 'todo');

/** What goes along with the run of a suite. */
class SuiteRun {
  private _begun = 0;
  private _failure: Failure | undefined;
  private _cleanups: AnyFunction[] = [];

  constructor(private _suite: Suite) {}

  /** Runs children of the suite; before the first that is not left out, the hooks before all. */
  async run(children: (Suite | TestCase)[]): Promise<void> {
    const tests = children.flatMap(testsOf);
    const { beforeAll } = this._suite.hooks;
    if (running(tests) && this._failure === undefined) {
      const fresh = beforeAll.slice(this._begun).map(hook => ({ ...hook, fn: () => this._prepare(hook) }));
      this._begun = beforeAll.length;
      this._failure = await runHooks(this._suite, 'beforeAll', fresh);
    }
    if (this._failure === undefined || !running(tests)) return inTurn(children);
    for (const test of tests) {
      failures += 1;
      report({ type: 'end', test: test.index, path: pathOf(test), status: 'failed', errors: [this._failure], line: test.line });
      test.ended?.();
    }
  }

  private async _prepare(hook: Hook): Promise<void> {
    const cleanup = await hooked(hook);
    if (typeof cleanup === 'function') this._cleanups.unshift(cleanup as AnyFunction);
  }

  /** The hooks after all. */
  async end(): Promise<void> {
    const { afterAll } = this._suite.hooks;
    const hooks = [...this._cleanups.map(fn => ({ fn })), ...[...afterAll].reverse().map(hook => ({ ...hook, fn: () => hooked(hook) }))];
    const late = await runHooks(this._suite, 'afterAll', hooks);
    if (late === undefined) return;
    failures += 1;
    report({ type: 'suite', path: pathOf(this._suite), errors: [late] });
  }
}

async function runSuite(suite: Suite): Promise<void> {
  const own = new SuiteRun(suite);
  await own.run(suite.children);
  if (running(testsOf(suite))) await own.end();
}

/** Runs what the file declares; where its top level awaits tests, each part as it comes. */
async function runFile(random: (() => number) | undefined): Promise<void> {
  const entry: Promise<unknown> | undefined = testEntry();
  let isWhole = entry === undefined;
  const end = entry?.catch(error => {
    failures += 1;
    report({ type: 'suite', path: [], errors: [failureOf(error)] });
  }).then(() => void (isWhole = true));
  const own = new SuiteRun(root);
  const planned: TestCase[] = [];
  for (;;) {
    await openSuites();
    hasOnly ||= containsOnly(root);
    choose(root, 'run');
    if (random !== undefined) shuffle(root, random);
    const part = root.children.splice(0);
    planned.push(...part.flatMap(testsOf));
    report({ type: 'collected', tests: planned.map(test => ({ test: test.index, path: pathOf(test) })), found: chosen });
    await own.run(part);
    if (root.children.length > 0) continue;
    if (isWhole) break;
    await Promise.race([end, arrival()]);
  }
  closeSuites();
  if (running(planned)) await own.end();
}

/** Tests that may run beside each other do so when they stand together. */
async function inTurn(children: (Suite | TestCase)[]): Promise<void> {
  let together: TestCase[] = [];
  const flush = async () => {
    const queue = together;
    together = [];
    const next = async (): Promise<void> => {
      for (let test = queue.shift(); test !== undefined; test = queue.shift()) await runTest(test);
    };
    const most = (queue[0]?.parent as Suite | undefined)?.beside ?? MAX_CONCURRENT;
    await Promise.all(Array.from({ length: Math.min(most, queue.length) }, next));
  };
  for (const child of children) {
    if (child.kind === 'test' && child.concurrent === true) {
      together.push(child);
      continue;
    }
    await flush();
    if (child.kind === 'test') await runTest(child);
    else await runSuite(child);
  }
  await flush();
}

function testsOf(child: Suite | TestCase): TestCase[] {
  return child.kind === 'test' ? [child] : child.children.flatMap(testsOf);
}

/** Decides what runs: modes of suites go down to their tests, and `only` silences the others. */
function choose(suite: Suite, mode: 'run' | 'only' | 'skip' | 'todo'): void {
  const matches = options.pattern === undefined ? undefined : new RegExp(options.pattern);
  suite.children = suite.children.filter(child => {
    const own = mode === 'skip' || mode === 'todo' ? mode : child.mode;
    const isOnly = child.mode === 'only' || mode === 'only';
    if (child.kind === 'suite') {
      choose(child, own === 'run' && isOnly && !containsOnly(child) ? 'only' : own === 'only' && containsOnly(child) ? 'run' : own);
      return child.children.length > 0;
    }
    child.mode = own === 'skip' || own === 'todo' ? own : hasOnly && !isOnly ? 'skip' : 'run';
    chosen += 1;
    if (matches === undefined || matches.test(pathOf(child).join(' '))) return true;
    child.ended?.();
    return false;
  });
}

function containsOnly(suite: Suite): boolean {
  return suite.children.some(child => child.mode === 'only' || (child.kind === 'suite' && containsOnly(child)));
}

/** The order of a seed. */
function shuffle(suite: Suite, random: () => number): void {
  for (let at = suite.children.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [suite.children[at], suite.children[other]] = [suite.children[other], suite.children[at]];
  }
  for (const child of suite.children) if (child.kind === 'suite') shuffle(child, random);
}

function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

async function main(given: Options): Promise<void> {
  options = given;
  openSnapshots(options.snapshots, options.update, options.ci);
  await runFile(options.seed === undefined ? undefined : randomOf(options.seed));
  unstubAllGlobals();
  unstubAllEnvs();
  const stray = testEnd(0).rejections;
  if (stray.length > 0) report({ type: 'suite', path: [], errors: stray.map((one: Failure) => ({ ...one, message: `unhandled rejection outside of tests: ${one.message}` })) });
  if (options.coverage) report({ type: 'coverage', files: countedFiles(), workflows: allFigures() });
  const isWhole = options.pattern === undefined && !hasOnly && !isStopped() && ran === chosen;
  report({ type: 'done', snapshots: closeSnapshots(isWhole) });
}

testDriver({
  run(given: Options) {
    main(given).catch(error => report({ type: 'broken', error: failureOf(error) }));
  },
  /** Nothing is left that could wake a test. */
  stuck() {
    const text = 'the test can never finish: it awaits a promise that nothing is left to settle';
    for (const [number, end] of [...ends]) if (!waiting.has(number)) end(Object.assign(new Error(text), { name: 'UnsettledError' }));
  },
  /** Recorded runs are replayed: what they have asked for is not asked for again. */
  replay: tellOfRequests,
  /** A test has passed its time limit. */
  expire({ number, timeout }: { number: number; timeout: number }) {
    ends.get(number)?.(Object.assign(new Error(`${doing.get(number) ?? 'the test'} did not finish within ${timeout} ms`), { name: 'TimeoutError' }));
  },
});
