// What a test of `node:test` gets: subtests, hooks around them, a plan, mocks that end with it, and a signal.

import * as assertions from 'node:assert';
import { resolve } from 'node:path';
import { AbortController } from 'cronflow:internal/events';
import { setTimeout } from 'cronflow:internal/timers';
import { expect } from 'cronflow:internal/testing/expect';
import { hookOf, testOf, type NodeSettings } from 'cronflow:internal/testing/node_options';
import { MockTracker } from 'cronflow:internal/testing/node_mock';
import { noHooks, pathOf, subtest, type AnyFunction, type Attempt, type Companion, type Hook, type TestCase } from 'cronflow:internal/testing/suite';
import { vi } from 'cronflow:internal/testing/vi';

/** Assertions of every `t.assert`: those of node:assert, and what `assert.register()` has added. */
const registered = new Map<string, AnyFunction>(
  Object.entries(assertions).filter(([name, value]) => typeof value === 'function' && /^[a-z]/.test(name) && !['default', 'strict'].includes(name)) as [string, AnyFunction][],
);
registered.set('snapshot', (value: unknown, ...rest: unknown[]) => {
  takesNoOptions('t.assert.snapshot', rest[0]);
  expect(value).toMatchSnapshot();
});
registered.set('fileSnapshot', (value: unknown, path: unknown, ...rest: unknown[]) => {
  takesNoOptions('t.assert.fileSnapshot', rest[0]);
  if (typeof path !== 'string') throw new TypeError('t.assert.fileSnapshot() needs a path');
  return expect(typeof value === 'string' ? value : JSON.stringify(value, null, 2)).toMatchFileSnapshot(path);
});

function takesNoOptions(name: string, options: unknown): void {
  if (options !== undefined) throw new TypeError(`${name}() takes no options here: serializers are not supported`);
}

/** `assert.register(name, fn)`: another method of `t.assert`. */
export function register(name: unknown, fn: unknown): void {
  if (typeof name !== 'string') throw new TypeError('assert.register() needs a name');
  if (typeof fn !== 'function') throw new TypeError('assert.register() needs a function');
  registered.set(name, fn as AnyFunction);
}

/** How many assertions and subtests there must be. */
class Plan {
  expected: number;
  wait: boolean | number;
  actual = 0;
  reached: () => void = () => {};

  constructor(count: unknown, options: unknown) {
    if (!Number.isInteger(count) || (count as number) < 0) throw new TypeError('t.plan() needs the number of assertions and subtests');
    const { wait = false, ...others } = (options ?? {}) as { wait?: boolean | number };
    for (const key of Object.keys(others)) throw new TypeError(`t.plan() has no option '${key}'; it takes wait`);
    if (typeof wait !== 'boolean' && typeof wait !== 'number') throw new TypeError('t.plan(): wait is true, false or milliseconds');
    this.expected = count as number;
    this.wait = wait;
  }

  count(): void {
    this.actual += 1;
    if (this.actual >= this.expected) this.reached();
  }

  async check(): Promise<void> {
    if (this.wait !== false && this.actual < this.expected) {
      await new Promise<void>(done => {
        this.reached = done;
        if (typeof this.wait === 'number') setTimeout(done, this.wait);
      });
    }
    if (this.actual === this.expected) return;
    throw new Error(`planned: ${this.expected} assertions and subtests, counted: ${this.actual}; only those of t.assert and t.test() count`);
  }
}

/** Goes along with one attempt of a test. */
export function companion(attempt: Attempt): Companion {
  const { test, errors } = attempt;
  const settings: NodeSettings = test.node!;
  const abort = new AbortController();
  const hooks = (test.hooks = noHooks());
  const after: Hook[] = [];
  const live = new Set<TestCase>();
  const begun = new Set<Promise<void>>();
  const queue: (() => void)[] = [];
  let before: Promise<unknown> = Promise.resolve();
  let mock: MockTracker | undefined;
  let assert: any;
  let active = 0;
  let failed = 0;
  let isOver = false;
  let isClosed = false;
  let hasReturned = false;
  let runsOnly = false;
  let verdict: 'skipped' | 'todo' | undefined = settings.todo === undefined ? undefined : 'todo';
  let plan = settings.plan === undefined ? undefined : new Plan(settings.plan, undefined);

  /** As many subtests beside each other as the test says. */
  async function inTurn(work: () => Promise<void>): Promise<void> {
    if (active >= settings.concurrency) await new Promise<void>(go => queue.push(go));
    else active += 1;
    try {
      await work();
    } finally {
      const next = queue.shift();
      if (next === undefined) active -= 1;
      else next();
    }
  }

  async function run(child: TestCase): Promise<void> {
    try {
      await before;
    } catch (error: any) {
      failed += 1;
      return attempt.fail(child, error);
    }
    if (isOver) {
      failed += 1;
      return attempt.fail(child, new Error('it did not begin before the test around it ended'));
    }
    live.add(child);
    const status = await attempt.run(child);
    live.delete(child);
    if (status === 'failed') failed += 1;
  }

  function begin(...args: unknown[]): Promise<void> {
    if (isClosed) throw new Error(`the test '${test.name}' has ended: a subtest cannot begin any more`);
    plan?.count();
    const { name, fn, settings: own } = testOf('t.test', args, { around: settings });
    const child = subtest(test, name, fn, { timeout: test.timeout, ...own });
    if (runsOnly && child.mode === 'run') child.mode = 'skip';
    else if (child.mode === 'only') child.mode = 'run';
    const done = inTurn(() => run(child));
    begun.add(done);
    return done;
  }

  const context = {
    name: test.name,
    fullName: pathOf(test).join(' > '),
    filePath: resolve(settings.file),
    signal: abort.signal,
    get mock() {
      return (mock ??= new MockTracker());
    },
    get assert() {
      const counted = (fn: AnyFunction) => (...args: unknown[]) => {
        plan?.count();
        return fn.apply(context, args);
      };
      return (assert ??= Object.fromEntries([...registered].map(([name, fn]) => [name, counted(fn)])));
    },
    get passed() {
      return hasReturned && errors.length === 0;
    },
    get error() {
      return errors[0] === undefined ? null : Object.assign(new Error(errors[0].message), { name: errors[0].name });
    },
    test: begin,
    plan(count: unknown, options?: unknown) {
      if (plan !== undefined) throw new Error('the test has a plan already');
      plan = new Plan(count, options);
    },
    diagnostic: (text: unknown) => attempt.note(String(text)),
    skip(reason?: unknown) {
      verdict = 'skipped';
      if (reason !== undefined) attempt.note(`skipped: ${String(reason)}`);
    },
    todo(reason?: unknown) {
      verdict ??= 'todo';
      if (reason !== undefined) attempt.note(`to do: ${String(reason)}`);
    },
    runOnly: (only: unknown) => void (runsOnly = only === true),
    waitFor: (condition: () => unknown, options?: { interval?: number; timeout?: number }) => vi.waitFor(condition, options),
    before(fn: unknown, options?: unknown) {
      const hook = hookOf('t.before', fn, options);
      // The test runs already: so does the hook, and subtests wait for it.
      before = before.then(() => attempt.hook(hook, 't.before', context));
      before.catch(() => {});
    },
    after: (fn: unknown, options?: unknown) => void after.push(hookOf('t.after', fn, options)),
    beforeEach: (fn: unknown, options?: unknown) => void hooks.beforeEach.push(hookOf('t.beforeEach', fn, options)),
    afterEach: (fn: unknown, options?: unknown) => void hooks.afterEach.push(hookOf('t.afterEach', fn, options)),
  };

  const aborted = () => Object.assign(new Error('the test was aborted by its signal'), { name: 'AbortError', cause: settings.signal?.reason });
  const stop = () => attempt.end(test, aborted());
  settings.signal?.addEventListener('abort', stop);

  return {
    context,
    after,
    open() {
      if (settings.signal?.aborted === true) throw aborted();
    },
    async settle() {
      await before;
      for (let count = -1; count !== begun.size; ) {
        count = begun.size;
        await Promise.all(begun);
      }
      await plan?.check();
      if (failed > 0) throw new Error(failed === 1 ? '1 subtest failed' : `${failed} subtests failed`);
    },
    abort(error) {
      abort.abort(error);
    },
    async close() {
      isOver = hasReturned = true;
      settings.signal?.removeEventListener('abort', stop);
      for (const child of live) attempt.end(child, new Error('the test around it ended before it'));
      await Promise.all(begun);
      isClosed = true;
      after.push({ fn: () => mock?.reset() });
    },
    verdict: () => verdict,
  };
}
