// Runs the tests of a file, in order, and reports each.

import { testBegin, testEnd, testEntry } from 'cronflow:internal/ops';
import { setTimeout } from 'cronflow:internal/timers';
import { attempt, eachHook, ordered, titled, within, type Outcome } from 'cronflow:internal/testing/attempt';
import { keepClock, useRealTimers } from 'cronflow:internal/testing/clock';
import { allFigures } from 'cronflow:internal/testing/coverage';
import { clearShared, forSuite } from 'cronflow:internal/testing/fixtures';
import { driven, failureOf, guarded, hooked, limitOf, report, timeoutOf, type Failure } from 'cronflow:internal/testing/guard';
import { countedFiles } from 'cronflow:internal/testing/lines';
import { clearAllMocks, resetAllMocks } from 'cronflow:internal/testing/mock';
import { choose, containsOnly, groupsOf, isConcurrent, limited, limiter, running, shuffler, testsOf } from 'cronflow:internal/testing/order';
import { closeSnapshots, openSnapshots } from 'cronflow:internal/testing/snapshot';
import { restoreAllMocks } from 'cronflow:internal/testing/spy';
import { accounts, arrival, closeSuites, declared, fileSettings, openSuites, pathOf, root, type AnyFunction, type Hook, type Retry, type Suite, type TestCase } from 'cronflow:internal/testing/suite';
import { unstubAllEnvs, unstubAllGlobals } from 'cronflow:internal/testing/stubs';
import { nameFile, taskOf } from 'cronflow:internal/testing/task';

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

/** Tests put mocks in its place. */
const { now } = Date;

let options: Options;
let failures = 0;
let hasOnly = false;
let ran = 0;
let chosen = 0;

const isStopped = (): boolean => options.bail > 0 && failures >= options.bail;

function retryOf(test: TestCase): Required<Pick<Retry, 'count' | 'delay'>> & Retry {
  const retry = test.retry ?? fileSettings.retry ?? 0;
  return { count: 0, delay: 0, ...(typeof retry === 'number' ? { count: retry } : retry) };
}

const isWorth = (condition: Retry['condition'], error: Failure): boolean =>
  condition === undefined || Boolean(condition instanceof RegExp ? condition.test(error.message) : condition(error as Error));

/** Runs a test as often as it wants; what its last attempts have come to is in its result. */
async function attemptsOf(test: TestCase): Promise<Outcome> {
  const { count, delay, condition } = retryOf(test);
  const result = test.result!;
  let failed: Failure[] = [];
  let verdict: Outcome['verdict'];
  for (let repeat = 0; repeat <= (test.repeats ?? 0); repeat++) {
    result.repeatCount = repeat;
    for (let tried = 0; ; tried++) {
      const outcome = await attempt(test, { run: runTest, failed: () => void (failures += 1) });
      verdict = outcome.verdict;
      if (verdict === 'skipped') return outcome;
      if (outcome.errors.length > 0) failed = outcome.errors;
      if (result.state === 'pass') break;
      if (tried >= count || !isWorth(condition, failed.at(-1)!)) break;
      Object.assign(result, { state: 'run', retryCount: result.retryCount + 1 });
      if (delay > 0) {
        useRealTimers();
        await new Promise(done => setTimeout(done, delay));
      }
    }
  }
  return { errors: result.state === 'fail' ? failed : [], verdict };
}

/** Before each test, what the file wants to be as at its beginning. */
function renew(): void {
  if (fileSettings.restoreMocks === true) restoreAllMocks();
  else if (fileSettings.mockReset === true) resetAllMocks();
  else if (fileSettings.clearMocks === true) clearAllMocks();
  if (fileSettings.unstubEnvs === true) unstubAllEnvs();
  if (fileSettings.unstubGlobals === true) unstubAllGlobals();
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
    test.result = { state: test.mode, startTime: now(), retryCount: 0, repeatCount: 0 };
    report({ type: 'end', test: test.index, path, status, errors: [], line: test.line });
    return status;
  }
  const times = (1 + retryOf(test).count) * (1 + (test.repeats ?? 0));
  report({ type: 'begin', test: test.index, path, line: test.line, limit: timeoutOf(test) * 2 * times });
  const isPart = test.parent.kind === 'test';
  if (!isPart) ran += 1;
  renew();
  const result = (test.result = { state: 'run', startTime: now(), retryCount: 0, repeatCount: 0 } as NonNullable<TestCase['result']>);
  const outcome = await attemptsOf(test);
  let { errors } = outcome;
  if (test.fails === true && outcome.verdict === undefined) {
    errors = errors.length > 0 ? [] : [{ name: 'AssertionError', message: 'the test is expected to fail, and it passed; remove .fails', line: test.line }];
  }
  const status = outcome.verdict ?? (errors.length > 0 ? 'failed' : 'passed');
  Object.assign(result, { state: { failed: 'fail', passed: 'pass', skipped: 'skip', todo: 'todo' }[status], duration: now() - result.startTime, errors: status === 'failed' ? errors : undefined });
  if (status === 'failed') failures += 1;
  report({ type: 'end', test: test.index, path, status, errors: status === 'failed' ? errors : [], retries: result.retryCount, line: test.line });
  return status;
}

/** Hooks around a whole suite; what goes wrong in one. */
async function runHooks(suite: Suite, name: 'beforeAll' | 'afterAll', hooks: Hook[], run: (hook: Hook) => unknown): Promise<Failure | undefined> {
  let failure: Failure | undefined;
  await eachHook(ordered(hooks, name), async hook => {
    // What follows a failed hook before all must not run.
    if (failure !== undefined && name === 'beforeAll') return;
    const number = testBegin();
    try {
      await guarded(number, { timeout: limitOf(hook), what: `${name} of ${titled(suite) || 'the file'}`, subject: 'it' }, () => run(hook));
    } catch (error) {
      const first = failureOf(error);
      failure ??= { ...first, message: `${name}: ${first.message}` };
    } finally {
      // What a hook before all starts lives as long as the suite.
      if (name === 'afterAll') testEnd(number);
    }
  });
  return failure;
}

/** What goes along with the run of a suite. */
class SuiteRun {
  private _begun = 0;
  private _failure: Failure | undefined;
  private _cleanups: Hook[] = [];

  constructor(private _suite: Suite) {}

  /** Runs children of the suite; before the first that is not left out, the hooks before all. */
  async run(children: (Suite | TestCase)[]): Promise<void> {
    const tests = children.flatMap(testsOf);
    const { beforeAll } = this._suite.hooks;
    if (running(tests) && this._failure === undefined) {
      const fresh = beforeAll.slice(this._begun);
      this._begun = beforeAll.length;
      this._failure = await runHooks(this._suite, 'beforeAll', fresh, hook => this._prepare(hook));
    }
    if (this._failure === undefined || !running(tests)) return inTurn(this._suite, children);
    for (const test of tests) {
      failures += 1;
      report({ type: 'end', test: test.index, path: pathOf(test), status: 'failed', errors: [this._failure], line: test.line });
      test.ended?.();
    }
  }

  private async _prepare(hook: Hook): Promise<void> {
    const cleanup = await hooked(hook, await forSuite(hook.fixtures, 'beforeAll', hook.fn, 0), taskOf(this._suite));
    if (typeof cleanup === 'function') this._cleanups.push({ fn: cleanup as AnyFunction, timeout: hook.timeout });
  }

  /** The hooks after all. */
  async end(): Promise<void> {
    const suite = this._suite;
    const after = async (hook: Hook) => hooked(hook, await forSuite(hook.fixtures, 'afterAll', hook.fn, 0), taskOf(suite));
    for (const failure of [await runHooks(suite, 'afterAll', suite.hooks.afterAll, after), await runHooks(suite, 'afterAll', this._cleanups, hook => hook.fn())]) {
      if (failure !== undefined) failSuite(suite, failure);
    }
  }

  /** Runs all of it within the hooks that are around the suite. */
  async within(inner: () => Promise<void>): Promise<void> {
    const suite = this._suite;
    const numbers = new Map(suite.hooks.aroundAll.map(hook => [hook, testBegin()]));
    const guard = <T>(hook: Hook, fn: () => Promise<T>) =>
      guarded(numbers.get(hook)!, { timeout: limitOf(hook), what: `aroundAll of ${titled(suite) || 'the file'}`, subject: 'it' }, fn);
    const call = async (hook: Hook, use: () => Promise<void>) => hook.fn(use, await forSuite(hook.fixtures, 'aroundAll', hook.fn, 1), taskOf(suite));
    let hasBegun = false;
    const begin = () => {
      hasBegun = true;
      return inner();
    };
    await within(suite.hooks.aroundAll, 'aroundAll', guard, call, begin).catch(async error => {
      if (hasBegun) return failSuite(suite, failureOf(error));
      this._failure = failureOf(error);
      await inner();
    });
    for (const number of numbers.values()) testEnd(number);
  }
}

function failSuite(suite: Suite, failure: Failure): void {
  failures += 1;
  report({ type: 'suite', path: pathOf(suite), errors: [failure] });
}

async function runSuite(suite: Suite): Promise<void> {
  if (!running(testsOf(suite))) return inTurn(suite, suite.children);
  const putBackClock = keepClock();
  const own = new SuiteRun(suite);
  await own.within(async () => {
    await own.run(suite.children);
    await own.end();
  });
  if (!isConcurrent(suite)) putBackClock();
}

/** Tests and suites that may run beside each other do so when they stand together. */
async function inTurn({ beside }: Suite, children: (Suite | TestCase)[]): Promise<void> {
  const slot = beside === undefined ? limited : limiter(() => beside);
  for (const group of groupsOf(children)) {
    if (isConcurrent(group[0])) await Promise.all(group.map(child => (child.kind === 'suite' ? runSuite(child) : slot(() => runTest(child)))));
    else for (const child of group) await (child.kind === 'suite' ? runSuite(child) : runTest(child));
  }
}

/** Runs what the file declares; where its top level awaits tests, each part as it comes. */
async function runFile(): Promise<void> {
  const entry: Promise<unknown> | undefined = testEntry();
  let isWhole = entry === undefined;
  const end = entry?.catch(error => failSuite(root, failureOf(error))).then(() => void (isWhole = true));
  const own = new SuiteRun(root);
  const shuffle = shuffler(options.seed);
  const planned: TestCase[] = [];
  await openSuites();
  await own.within(async () => {
    for (;;) {
      await openSuites();
      hasOnly ||= containsOnly(root);
      chosen += choose(root, options.pattern, hasOnly);
      shuffle(root);
      const part = root.children.splice(0);
      declared.push(...part);
      planned.push(...part.flatMap(testsOf));
      if (planned.length > 0) nameFile(planned[0].file);
      report({ type: 'collected', tests: planned.map(test => ({ test: test.index, path: pathOf(test) })), found: chosen });
      await own.run(part);
      if (root.children.length > 0) continue;
      if (isWhole) break;
      await Promise.race([end, arrival()]);
    }
    closeSuites();
    if (running(planned)) await own.end();
  });
  await clearShared().catch(error => failSuite(root, failureOf(error)));
}

async function main(given: Options): Promise<void> {
  options = given;
  openSnapshots(options.snapshots, options.update, options.ci);
  await runFile();
  unstubAllGlobals();
  unstubAllEnvs();
  const stray = [0, ...accounts].flatMap(number => testEnd(number).rejections);
  if (stray.length > 0) report({ type: 'suite', path: [], errors: stray.map((one: Failure) => ({ ...one, message: `unhandled rejection outside of tests: ${one.message}` })) });
  if (options.coverage) report({ type: 'coverage', files: countedFiles(), workflows: allFigures() });
  const isWhole = options.pattern === undefined && !hasOnly && !isStopped() && ran === chosen;
  report({ type: 'done', snapshots: closeSnapshots(isWhole) });
}

driven(main);
