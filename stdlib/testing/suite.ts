// The tests of a file, as describe(), test() and the hooks declare them.

import { callSite, testCurrent, testPromised } from 'cronflow:internal/ops';
import type { AbortSignal } from 'cronflow:internal/events';
import { parseDuration } from 'cronflow:internal/duration';
import { format, inspect } from 'cronflow:internal/inspect';
import { closest } from 'cronflow:internal/closest';
import { extended, type Fixtures } from 'cronflow:internal/testing/fixtures';
import type { NodeSettings } from 'cronflow:internal/testing/node_options';

export type Mode = 'run' | 'only' | 'skip' | 'todo';
export type AnyFunction = (...args: any[]) => any;

export interface Settings {
  mode: Mode;
  timeout?: number;
  retry?: number;
  repeats?: number;
  concurrent?: boolean;
  fails?: boolean;
  fixtures?: Fixtures;
  companion?: (attempt: Attempt) => Companion;
  node?: NodeSettings;
}

/** What the file says for all of its tests that say nothing else. */
export const fileSettings: { timeout?: number; hookTimeout?: number; retry?: number } = {};

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
  hook(hook: Hook, name: string, context: unknown): Promise<void>;
  /** Ends a test, with the error that it fails with. */
  end(test: TestCase, error: unknown): void;
  note(text: string): void;
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

export type HookName = 'beforeAll' | 'afterAll' | 'beforeEach' | 'afterEach';
export interface Hook {
  fn: AnyFunction;
  timeout?: number;
  signal?: AbortSignal;
}

export const noHooks = (): Suite['hooks'] => ({ beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] });

export const root: Suite = { kind: 'suite', name: '', mode: 'run', children: [], hooks: noHooks() };
let current: Suite = root;
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

function add(child: Suite | TestCase): void {
  current.children.push(child);
  if (current === root) arrived();
}

/** Resolves when a test of the top level has ended, also when it fails; at once for one in a suite. */
export function endOf(test: TestCase): Promise<void> {
  if (test.parent !== root) return Promise.resolve();
  testPromised();
  return new Promise(resolve => (test.ended = resolve));
}

const OPTIONS = ['timeout', 'retry', 'repeats', 'concurrent', 'sequential', 'skip', 'only', 'todo', 'fails'];
/** What the tests of a suite have when they say nothing else. */
const inherited = ({ concurrent, retry, timeout, repeats, fails }: Suite): Partial<Settings> => ({ concurrent, retry, timeout, repeats, fails });

/** Of a test or hook without one, in milliseconds: as long as timers can be. */
export const UNLIMITED = 2 ** 31 - 1;

/** A time limit in milliseconds; zero is none, as with other runners. */
export function limitFrom(given: any): number {
  if (given === 0 || given === Infinity) return UNLIMITED;
  return Math.min(parseDuration(given), UNLIMITED);
}

/** How often something happens again. */
export function countFrom(given: unknown, what: string): number {
  if (!Number.isInteger(given) || (given as number) < 0) throw new TypeError(`${what} is a number from 0 on`);
  return given as number;
}

/** `(name, fn, timeout | options)` and `(name, options, fn)`. */
function read(args: any[], what: string): { name: string; fn?: AnyFunction; settings: Partial<Settings> } {
  const [first, ...rest] = args;
  const name = typeof first === 'function' ? first.name || '(anonymous)' : String(first);
  const fn = rest.find(one => typeof one === 'function') ?? (typeof first === 'function' ? first : undefined);
  const given = rest.find(one => typeof one === 'object' || typeof one === 'number' || typeof one === 'string');
  if (given === undefined || given === null) return { name, fn, settings: {} };
  if (typeof given !== 'object') return { name, fn, settings: { timeout: limitFrom(given) } };
  for (const key of Object.keys(given)) {
    if (OPTIONS.includes(key)) continue;
    if (key === 'shuffle') throw new TypeError(`${what} '${name}': --shuffle changes the order of all tests; there is no option for some`);
    const near = closest(key, OPTIONS);
    throw new TypeError(`${what} '${name}' has the unknown option '${key}'${near === undefined ? '' : `; did you mean '${near}'?`}`);
  }
  const { timeout, skip, only, todo, sequential, ...settings } = given;
  if (timeout !== undefined) settings.timeout = limitFrom(timeout);
  for (const key of ['retry', 'repeats'] as const) if (settings[key] !== undefined) countFrom(settings[key], `${key} of ${what} '${name}'`);
  for (const key of ['concurrent', 'sequential', 'fails'] as const) {
    if (given[key] !== undefined && typeof given[key] !== 'boolean') throw new TypeError(`${key} of ${what} '${name}' is true or false`);
  }
  if (sequential === true) settings.concurrent = false;
  const mode = skip ? 'skip' : only ? 'only' : todo ? 'todo' : undefined;
  if (mode !== undefined) settings.mode = mode;
  return { name, fn, settings };
}

function mustBeOpen(what: string): void {
  // The top level may go on while tests run, but it is no test.
  if (isClosed || testCurrent() !== 0) throw new Error(`${what} is called while tests run; call it at the top level of the file or in describe()`);
}

/** A test within a test that runs. */
export function subtest(parent: TestCase, name: string, fn: AnyFunction | undefined, settings: Partial<Settings>): TestCase {
  return { kind: 'test', name, fn, args: [], parent, index: count++, line: callSite().line, mode: 'run', ...settings };
}

export function addTest(preset: Partial<Settings>, args: any[], given: unknown[] = []): TestCase {
  mustBeOpen('test()');
  const { name, fn, settings } = read(args, 'the test');
  const merged = { mode: 'run' as Mode, ...inherited(current), ...preset, ...settings };
  if (fn === undefined && merged.mode !== 'skip') merged.mode = 'todo';
  const test: TestCase = { kind: 'test', name, fn, args: given, parent: current, index: count++, line: callSite().line, ...merged };
  add(test);
  return test;
}

export function addSuite(preset: Partial<Settings> & { beside?: number }, args: any[], given: unknown[] = []): void {
  mustBeOpen('describe()');
  const { name, fn, settings } = read(args, 'the suite');
  const suite: Suite = { kind: 'suite', name, mode: 'run', ...inherited(current), ...preset, beside: preset.beside ?? current.beside, ...settings, children: [], hooks: noHooks(), parent: current };
  add(suite);
  const before = current;
  current = suite;
  try {
    const returned = fn?.(...given);
    if (typeof returned?.then === 'function') opening.push(returned);
  } finally {
    current = before;
  }
}

/** The rows of `each`: an array, or a template literal with a head. */
function rowsOf(table: any, values: unknown[]): { rows: unknown[][]; isTemplate: boolean } {
  if (Array.isArray(table) && 'raw' in table) {
    const heads = String(table[0]).split('|').map(head => head.trim()).filter(head => head !== '');
    const rows: unknown[][] = [];
    for (let at = 0; at < values.length; at += heads.length) {
      rows.push([Object.fromEntries(heads.map((head, index) => [head, values[at + index]]))]);
    }
    return { rows, isTemplate: true };
  }
  if (!Array.isArray(table)) throw new TypeError('each() needs an array of rows');
  return { rows: table.map(row => (Array.isArray(row) ? row : [row])), isTemplate: false };
}

/** The name of one row's test: `%s` and the like, `%#`, and `$key.path`. */
function titleOf(name: string, row: any[], index: number): string {
  let used = 0;
  const text = name.replace(/%([sdifjoOpc#$%])/g, (whole, letter) => {
    if (letter === '%') return '%';
    if (letter === '#') return String(index);
    if (letter === '$') return String(index + 1);
    if (used >= row.length) return whole;
    const value = row[used++];
    return letter === 'p' ? inspect(value) : format(`%${letter}`, value);
  });
  if (row.length === 0 || row[0] === null || typeof row[0] !== 'object') return text;
  return text.replace(/\$(#|[\w.]+)/g, (whole, path) => {
    if (path === '#') return String(index);
    const parts: string[] = path.split('.');
    if (!(parts[0] in row[0])) return whole;
    const value = parts.reduce((inner, key) => inner?.[key], row[0]);
    return typeof value === 'string' ? value : inspect(value);
  });
}

type Add = (preset: Partial<Settings>, args: any[], given?: unknown[]) => unknown;

/** `test` or `describe` with everything that hangs on it. */
export function api(add: Add, preset: Partial<Settings>, depth = 0): any {
  const self: any = (...args: any[]) => add(preset, args);
  const table = (spread: boolean) => (rows: any, ...values: unknown[]) => (name: string, ...rest: any[]) => {
    const { rows: list } = rowsOf(rows, values);
    list.forEach((row, index) => {
      const given = spread || list.length === 0 ? row : [Array.isArray(rows[index]) ? rows[index] : row[0]];
      add(preset, [titleOf(String(name), row, index), ...rest], given);
    });
  };
  self.each = table(true);
  self.for = table(false);
  const flavours: Record<string, Partial<Settings>> = {
    only: { mode: 'only' }, skip: { mode: 'skip' }, todo: { mode: 'todo' }, concurrent: { concurrent: true }, sequential: { concurrent: false },
    fails: { fails: true }, failing: { fails: true },
  };
  Object.defineProperty(self, 'shuffle', {
    get: () => {
      throw new TypeError('--shuffle changes the order of all tests; there is no .shuffle for some');
    },
  });
  for (const [name, more] of Object.entries(flavours)) {
    let made: any;
    Object.defineProperty(self, name, { get: () => (made ??= api(add, { ...preset, ...more }, depth + 1)) });
  }
  const when = (holds: unknown) => (holds ? self : api(add, { ...preset, mode: 'skip' }, depth + 1));
  Object.assign(self, { if: when, runIf: when, skipIf: (holds: unknown) => when(!holds), todoIf: (holds: unknown) => (holds ? api(add, { ...preset, mode: 'todo' }) : self) });
  return self;
}

const addOnly: Add = (preset, args, given) => void addTest(preset, args, given);

function withExtend(self: any, fixtures?: Fixtures): any {
  self.extend = (more: unknown) => {
    const all = extended(fixtures, more);
    return withExtend(api(addOnly, { fixtures: all }), all);
  };
  return self;
}

export const test = withExtend(api(addOnly, {}));
export const describe = api(addSuite, {});

function hook(name: HookName) {
  return (fn: AnyFunction, timeout?: number | string | { timeout?: number }) => {
    if (typeof fn !== 'function') throw new TypeError(`${name}() needs a function`);
    for (const key of Object.keys(typeof timeout === 'object' ? timeout : {})) {
      if (key !== 'timeout') throw new TypeError(`${name}() has the unknown option '${key}'; it takes timeout`);
    }
    const time = typeof timeout === 'object' ? timeout.timeout : timeout;
    addHook(name, { fn, timeout: time === undefined ? undefined : limitFrom(time) });
  };
}

export function addHook(name: HookName, hook: Hook): void {
  mustBeOpen(`${name}()`);
  current.hooks[name].push(hook);
}

export const beforeAll = hook('beforeAll');
export const afterAll = hook('afterAll');
export const beforeEach = hook('beforeEach');
export const afterEach = hook('afterEach');

/** The names from the outermost suite to the test. */
export function pathOf(node: Suite | TestCase): string[] {
  const names: string[] = [];
  for (let at: Suite | TestCase | undefined = node; at !== undefined && at !== root; at = at.parent) names.unshift(at.name);
  return names;
}
