// The tests of a file, as describe(), test() and the hooks declare them.

import { callSite, testBegin, testCurrent, testPromised, testRun } from 'cronflow:internal/ops';
import type { AbortSignal } from 'cronflow:internal/events';
import { parseDuration } from 'cronflow:internal/duration';
import { closest } from 'cronflow:internal/closest';
import { Fixtures, registration } from 'cronflow:internal/testing/fixtures';
import { rowsOf, spread, titleOf } from 'cronflow:internal/testing/titles';
import type { NodeSettings } from 'cronflow:internal/testing/node_options';

export type Mode = 'run' | 'only' | 'skip' | 'todo';
export type AnyFunction = (...args: any[]) => any;

/** When a failed test is tried again. */
export interface Retry {
  count?: number;
  /** Milliseconds before each further attempt. */
  delay?: number;
  /** Which last error is worth another attempt. */
  condition?: RegExp | ((error: Error) => unknown);
}

export interface Settings {
  mode: Mode;
  timeout?: number;
  retry?: number | Retry;
  repeats?: number;
  concurrent?: boolean;
  fails?: boolean;
  shuffle?: boolean;
  meta?: Record<string, unknown>;
  fixtures?: Fixtures;
  companion?: (attempt: Attempt) => Companion;
  node?: NodeSettings;
}

/** What the file says for all of its tests that say nothing else. */
export interface FileSettings {
  timeout?: number;
  hookTimeout?: number;
  retry?: number | Retry;
  maxConcurrency?: number;
  /** The order of hooks of one kind in one suite. */
  hooks?: 'stack' | 'list' | 'parallel';
  clearMocks?: boolean;
  mockReset?: boolean;
  restoreMocks?: boolean;
  unstubEnvs?: boolean;
  unstubGlobals?: boolean;
}

export const fileSettings: FileSettings = {};

/** What goes along with an attempt of a test that has another context than the usual one. */
export interface Companion {
  context: any;
  /** Before anything of the test runs; throws when it must not. */
  open(): void;
  /** Waits for what the test has begun; throws when that is not as it should be. */
  settle(): Promise<void>;
  /** The test is ended from outside. */
  abort(error: unknown): void;
  /** The test's function is done with: what it has begun must end now. */
  close(): Promise<void>;
  /** What the test wants to be done at its end. */
  after: Hook[];
  /** What the test says itself that it is. */
  verdict(): 'skipped' | 'todo' | undefined;
}

/** What an attempt does for its companion. */
export interface Attempt {
  test: TestCase;
  errors: { name: string; message: string }[];
  /** Runs a test within the test; tells how it ended. */
  run(test: TestCase): Promise<string>;
  /** Reports a test within the test that does not run. */
  fail(test: TestCase, error: Error): void;
  /** Runs a hook at once, within the limits that it has itself. */
  hook(hook: Hook, name: string, context: unknown): Promise<unknown>;
  /** Ends a test, with the error that it fails with. */
  end(test: TestCase, error: unknown): void;
  note(text: string): void;
}

/** What has become of a test, or is becoming of it. */
export interface Result {
  state: 'run' | 'pass' | 'fail' | 'skip' | 'todo';
  startTime: number;
  duration?: number;
  retryCount: number;
  repeatCount: number;
  errors?: { name: string; message: string; stack?: string }[];
  note?: string;
}

export interface TestCase extends Settings {
  kind: 'test';
  name: string;
  fn?: AnyFunction;
  args: unknown[];
  /** A suite, or the test that it is a part of. */
  parent: Suite | TestCase;
  /** Hooks around the tests within it. */
  hooks?: Suite['hooks'];
  /** Somebody waits for its end. */
  ended?: () => void;
  /** Its number in the file. */
  index: number;
  line: number;
  file: string;
  result?: Result;
}

export interface Suite extends Settings {
  kind: 'suite';
  name: string;
  children: (Suite | TestCase)[];
  hooks: Record<HookName, Hook[]>;
  parent?: Suite;
  /** How many of its concurrent tests run at once. */
  beside?: number;
}

const HOOKS = ['beforeAll', 'afterAll', 'beforeEach', 'afterEach', 'aroundAll', 'aroundEach'] as const;
export type HookName = (typeof HOOKS)[number];
export interface Hook {
  fn: AnyFunction;
  timeout?: number;
  signal?: AbortSignal;
  /** Those of the test function whose hook it is: `shop.beforeAll()`. */
  fixtures?: Fixtures;
}

export const noHooks = (): Suite['hooks'] => ({ beforeAll: [], afterAll: [], beforeEach: [], afterEach: [], aroundAll: [], aroundEach: [] });

export const root: Suite = { kind: 'suite', name: '', mode: 'run', children: [], hooks: noHooks() };
/** What the top level has declared and the runner has taken. */
export const declared: (Suite | TestCase)[] = [];
/** Suites by the numbers on whose account their functions run, also when those are asynchronous. */
const open = new Map<number, Suite>();
/** All accounts of suites. */
export const accounts: number[] = [];
const here = (): Suite => open.get(testCurrent()) ?? root;
/** Suites whose function is asynchronous. */
const opening: Promise<unknown>[] = [];
let count = 0;
let isClosed = false;
/** Somebody waits for what the top level declares next. */
let arrived: () => void = () => {};

/** Resolves when every describe() has declared its tests. */
export async function openSuites(): Promise<void> {
  while (opening.length > 0) await opening.shift();
}

/** From now on nothing can be declared. */
export function closeSuites(): void {
  isClosed = true;
}

/** Resolves when the top level declares something. */
export function arrival(): Promise<void> {
  return new Promise(resolve => (arrived = resolve));
}

function add(child: Suite | TestCase, parent: Suite): void {
  parent.children.push(child);
  if (parent === root) arrived();
}

/** Resolves when a test of the top level has ended, also when it fails; at once for one in a suite. */
export function endOf(test: TestCase): Promise<void> {
  if (test.parent !== root) return Promise.resolve();
  testPromised();
  return new Promise(resolve => (test.ended = resolve));
}

const OPTIONS = ['timeout', 'retry', 'repeats', 'concurrent', 'sequential', 'skip', 'only', 'todo', 'fails', 'meta'];
const OF_SUITES = [...OPTIONS, 'shuffle'];

/** What the tests of a suite have when they say nothing else. */
const inherited = ({ concurrent, retry, timeout, repeats, fails, shuffle, meta }: Suite): Partial<Settings> => ({ concurrent, retry, timeout, repeats, fails, shuffle, meta });

/** Of a test or hook without one, in milliseconds: as long as timers can be. */
export const UNLIMITED = 2 ** 31 - 1;

/** A time limit in milliseconds; zero is none, as with other runners. */
export function limitFrom(given: any): number {
  if (given === 0 || given === Infinity) return UNLIMITED;
  return Math.min(parseDuration(given), UNLIMITED);
}

/** How often something happens again. */
export function countFrom(given: unknown, what: string, more = ''): number {
  if (!Number.isInteger(given) || (given as number) < 0) throw new TypeError(`${what} is a number from 0 on${more}`);
  return given as number;
}

/** `(name, fn, timeout | options)` and `(name, options, fn)`. */
function read(args: any[], what: string, options = OPTIONS): { name: string; fn?: AnyFunction; settings: Partial<Settings> } {
  const [first, ...rest] = args;
  const name = typeof first === 'function' ? first.name || '(anonymous)' : String(first);
  const fn = rest.find(one => typeof one === 'function') ?? (typeof first === 'function' ? first : undefined);
  const given = rest.find(one => typeof one === 'object' || typeof one === 'number' || typeof one === 'string');
  if (given === undefined || given === null) return { name, fn, settings: {} };
  if (typeof given !== 'object') return { name, fn, settings: { timeout: limitFrom(given) } };
  for (const key of Object.keys(given)) {
    if (options.includes(key)) continue;
    const near = closest(key, options);
    throw new TypeError(`${what} '${name}' has the unknown option '${key}'${near === undefined ? '' : `; did you mean '${near}'?`}`);
  }
  const { timeout, skip, only, todo, sequential, ...settings } = given;
  if (timeout !== undefined) settings.timeout = limitFrom(timeout);
  if (settings.retry !== undefined) checkRetry(settings.retry, `retry of ${what} '${name}'`);
  if (settings.repeats !== undefined) countFrom(settings.repeats, `repeats of ${what} '${name}'`);
  for (const key of ['concurrent', 'sequential', 'fails', 'shuffle'] as const) {
    if (given[key] !== undefined && typeof given[key] !== 'boolean') throw new TypeError(`${key} of ${what} '${name}' is true or false`);
  }
  if (sequential === true) settings.concurrent = false;
  const mode = only ? 'only' : skip ? 'skip' : todo ? 'todo' : undefined;
  if (mode !== undefined) settings.mode = mode;
  return { name, fn, settings };
}

/** A number of further attempts, or `{ count, delay, condition }`. */
export function checkRetry(retry: unknown, whose: string): void {
  if (typeof retry !== 'object' || retry === null) return void countFrom(retry, whose, ', or { count, delay, condition }');
  for (const key of Object.keys(retry)) {
    if (!['count', 'delay', 'condition'].includes(key)) throw new TypeError(`${whose} has no option '${key}'; it takes count, delay and condition`);
  }
  const { count = 0, delay = 0, condition } = retry as Retry;
  countFrom(count, `the count in ${whose}`);
  countFrom(delay, `the delay in ${whose}`);
  if (condition !== undefined && typeof condition !== 'function' && !(condition instanceof RegExp)) throw new TypeError(`the condition in ${whose} is a function or a regular expression`);
}

function mustBeOpen(what: string): void {
  // The top level may go on while tests run, but it is no test.
  if (isClosed || (testCurrent() !== 0 && !open.has(testCurrent()))) throw new Error(`${what} is called while tests run; call it at the top level of the file or in describe()`);
}

/** A test within a test that runs. */
export function subtest(parent: TestCase, name: string, fn: AnyFunction | undefined, settings: Partial<Settings>): TestCase {
  return { kind: 'test', name, fn, args: [], parent, index: count++, ...place(), mode: 'run', ...settings };
}

function place(): { line: number; file: string } {
  const { line, file } = callSite();
  return { line, file };
}

/** What a chain such as `test.concurrent` says of `concurrent` counts more than the options. */
function merged(preset: Partial<Settings>, settings: Partial<Settings>): Settings {
  const all = { mode: 'run' as Mode, ...inherited(here()), ...preset, ...settings };
  if (preset.concurrent !== undefined) all.concurrent = preset.concurrent;
  if (settings.meta !== undefined) all.meta = { ...here().meta, ...settings.meta };
  return all;
}

export function addTest(preset: Partial<Settings>, args: any[], given: unknown[] = []): TestCase {
  mustBeOpen('test()');
  const { name, fn, settings } = read(args, 'the test');
  const all = merged(preset, settings);
  if (fn === undefined && all.mode !== 'skip') all.mode = 'todo';
  const parent = here();
  const test: TestCase = { kind: 'test', name, fn, args: given, parent, index: count++, ...place(), ...all };
  add(test, parent);
  return test;
}

export function addSuite({ beside, ...preset }: Partial<Settings> & { beside?: number }, args: any[], given: unknown[] = [test]): void {
  mustBeOpen('describe()');
  const { name, fn, settings } = read(args, 'the suite', OF_SUITES);
  const parent = here();
  const suite: Suite = { kind: 'suite', name, ...merged(preset, settings), beside: beside ?? parent.beside, children: [], hooks: noHooks(), parent };
  add(suite, parent);
  if (fn === undefined) return;
  const number = testBegin();
  accounts.push(number);
  open.set(number, suite);
  const close = () => void open.delete(number);
  let returned: any;
  try {
    returned = testRun(number, () => fn(...given));
  } finally {
    if (typeof returned?.then !== 'function') close();
  }
  if (typeof returned?.then === 'function') opening.push(returned.finally(close));
}

type Add = (preset: Partial<Settings>, args: any[], given?: unknown[]) => unknown;

const FLAVOURS: Record<string, Partial<Settings>> = {
  only: { mode: 'only' }, skip: { mode: 'skip' }, todo: { mode: 'todo' }, concurrent: { concurrent: true }, sequential: { concurrent: false },
  fails: { fails: true }, failing: { fails: true },
};

/** `test` or `describe` with everything that hangs on it. */
export function api(add: Add, preset: Partial<Settings>, decorate: (self: any) => any = self => self): any {
  const self: any = (...args: any[]) => add(preset, args);
  const like = (more: Partial<Settings>) => api(add, { ...preset, ...more }, decorate);
  const table = (arguments_: (rows: unknown[]) => unknown[][]) => (rows: any, ...values: unknown[]) => (name: unknown, ...rest: any[]) => {
    const list = rowsOf(rows, values);
    const given = arguments_(list);
    const title = typeof name === 'function' ? name.name : String(name);
    list.forEach((row, index) => add(preset, [titleOf(title, row, index), ...rest], given[index]));
  };
  self.each = table(spread);
  self.for = table(rows => rows.map(row => [row]));
  for (const [name, more] of Object.entries(FLAVOURS)) {
    let made: any;
    Object.defineProperty(self, name, { get: () => (made ??= like(more)) });
  }
  const when = (holds: unknown) => (holds ? self : like({ mode: 'skip' }));
  Object.assign(self, { if: when, runIf: when, skipIf: (holds: unknown) => when(!holds), todoIf: (holds: unknown) => (holds ? like({ mode: 'todo' }) : self) });
  return decorate(self);
}

const addOnly: Add = (preset, args, given) => void addTest(preset, args, given);

/** The tests that are given these fixtures. */
function testWith(fixtures: Fixtures): any {
  return api(addOnly, { fixtures }, self => {
    self.extend = (...given: unknown[]) => testWith(fixtures.extend(registration(given), here() === root));
    self.override = (...given: unknown[]) => {
      mustBeOpen('override()');
      fixtures.override(registration(given), here(), here() === root);
      return self;
    };
    self.scoped = self.override;
    for (const name of HOOKS) self[name] = hook(name, fixtures);
    return Object.assign(self, { describe, suite: describe });
  });
}

function hook(name: HookName, fixtures?: Fixtures) {
  return (fn: AnyFunction, timeout?: number | string | { timeout?: number }) => {
    if (typeof fn !== 'function') throw new TypeError(`${name}() needs a function`);
    for (const key of Object.keys(typeof timeout === 'object' ? timeout : {})) {
      if (key !== 'timeout') throw new TypeError(`${name}() has the unknown option '${key}'; it takes timeout`);
    }
    const time = typeof timeout === 'object' ? timeout.timeout : timeout;
    addHook(name, { fn, timeout: time === undefined ? undefined : limitFrom(time), fixtures });
  };
}

export function addHook(name: HookName, hook: Hook): void {
  mustBeOpen(`${name}()`);
  here().hooks[name].push(hook);
}

/** Only what holds several has an order. */
const shuffled = (self: any): any => Object.defineProperty(self, 'shuffle', { get: () => api(addSuite, { shuffle: true }, shuffled) });

export const describe = shuffled(api(addSuite, {}));
export const test = testWith(new Fixtures());

export const beforeAll = hook('beforeAll');
export const afterAll = hook('afterAll');
export const beforeEach = hook('beforeEach');
export const afterEach = hook('afterEach');
export const aroundAll = hook('aroundAll');
export const aroundEach = hook('aroundEach');

/** The names from the outermost suite to the test. */
export function pathOf(node: Suite | TestCase): string[] {
  const names: string[] = [];
  for (let at: Suite | TestCase | undefined = node; at !== undefined && at !== root; at = at.parent) names.unshift(at.name);
  return names;
}
