// How tests and suites of `node:test` are written: `([name][, options][, fn])`.

import { AbortSignal } from 'cronflow:internal/events';
import { callSite } from 'cronflow:internal/ops';
import { closest } from 'cronflow:internal/closest';
import { companion } from 'cronflow:internal/testing/node_context';
import { UNLIMITED, type AnyFunction, type Hook, type Mode, type Settings } from 'cronflow:internal/testing/suite';

/** What only tests of `node:test` have. */
export interface NodeSettings {
  /** Subtests that run beside each other. */
  concurrency: number;
  plan?: number;
  signal?: AbortSignal;
  /** Why the test may fail. */
  todo?: string | true;
  /** Where it is written. */
  file: string;
}

const OF_TESTS = ['concurrency', 'only', 'plan', 'signal', 'skip', 'timeout', 'todo'];
const OF_SUITES = ['concurrency', 'only', 'skip', 'timeout', 'todo'];
const OF_HOOKS = ['signal', 'timeout'];
/** Subtests beside each other where `concurrency` is `true`. */
const MANY = 16;

interface Written {
  name: string;
  fn?: AnyFunction;
  options: any;
}

function read(what: string, args: unknown[], known: string[]): Written {
  const fn = args.find(one => typeof one === 'function') as AnyFunction | undefined;
  const options: any = { ...(args.find(one => typeof one === 'object' && one !== null) as object | undefined) };
  const written = args.find(one => typeof one === 'string');
  const name = (written as string) || fn?.name || '<anonymous>';
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const near = closest(key, known);
    throw new TypeError(`${what}('${name}') has the unknown option '${key}'${near === undefined ? '' : `; did you mean '${near}'?`}`);
  }
  options.timeout = timeoutOf(`${what}('${name}')`, options.timeout);
  return { name, fn, options };
}

function timeoutOf(what: string, timeout: unknown): number | undefined {
  if (timeout === undefined || timeout === null) return undefined;
  if (typeof timeout !== 'number' || !(timeout > 0)) throw new TypeError(`${what}: timeout is a number of milliseconds`);
  return Math.min(timeout, UNLIMITED);
}

/** A hook with its options. */
export function hookOf(what: string, fn: unknown, options: unknown): Hook {
  if (typeof fn !== 'function') throw new TypeError(`${what}() needs a function`);
  if (options !== undefined && (typeof options !== 'object' || options === null)) throw new TypeError(`${what}() takes an object of options: timeout and signal`);
  const { signal, timeout } = (options ?? {}) as { signal?: AbortSignal; timeout?: unknown };
  for (const key of Object.keys(options ?? {})) {
    if (OF_HOOKS.includes(key)) continue;
    const near = closest(key, OF_HOOKS);
    throw new TypeError(`${what}() has the unknown option '${key}'${near === undefined ? '' : `; did you mean '${near}'?`}`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw new TypeError(`${what}(): signal is an AbortSignal`);
  return { fn: fn as AnyFunction, timeout: timeoutOf(`${what}()`, timeout), signal };
}

function concurrencyOf({ concurrency }: any, around: number): number {
  if (concurrency === undefined || concurrency === null) return around;
  if (typeof concurrency === 'boolean') return concurrency ? MANY : 1;
  if (!Number.isInteger(concurrency) || concurrency < 1) throw new TypeError('concurrency is true, false, or a number from 1 on');
  return concurrency;
}

/**
 * Settings of the runner from the options of a test; `preset` is what `test.skip()` and the like say. A test that is
 * still to be done runs, and may fail.
 */
export function testOf(what: string, args: unknown[], { around, preset }: { around?: NodeSettings; preset?: Mode } = {}): { name: string; fn: AnyFunction; settings: Partial<Settings> } {
  const { name, fn, options } = read(what, args, OF_TESTS);
  const { only, plan, signal, skip = preset === 'skip', timeout, todo = preset === 'todo' } = options;
  const settings: Partial<Settings> = { companion };
  if (timeout !== undefined) settings.timeout = timeout;
  const isTodo = todo !== false;
  if (skip !== false) settings.mode = 'skip';
  else if (isTodo && fn === undefined) settings.mode = 'todo';
  else settings.mode = only === true || preset === 'only' ? 'only' : 'run';
  settings.node = { concurrency: concurrencyOf(options, around?.concurrency ?? 1), plan, signal, todo: isTodo ? todo : undefined, file: callSite().file };
  // Without a function it passes.
  return { name, fn: fn ?? (() => {}), settings };
}

/** Options of a suite, as `describe()` takes them. */
export function suiteOf(args: unknown[]): { args: unknown[]; context: object; beside?: number } {
  const { name, fn, options } = read('describe', args, OF_SUITES);
  const { concurrency, skip, todo, ...others } = options;
  // Without a word it has what the suite around it has.
  const beside = concurrency === undefined || concurrency === null ? undefined : concurrencyOf({ concurrency }, 1);
  const settings = { ...others, ...(beside === undefined ? {} : { concurrent: beside > 1 }), skip: skip !== undefined && skip !== false, todo: todo !== undefined && todo !== false };
  return { args: [name, settings, ...(fn === undefined ? [] : [fn])], context: { name }, beside };
}
