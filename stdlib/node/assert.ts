// node:assert and node:assert/strict.

import { inspect } from 'cronflow:internal/inspect';
import { isDeepEqual, isPartOf } from 'cronflow:internal/node/deep_equal';
import { invalidArgument, nodeError } from 'cronflow:internal/node/errors';

interface Details {
  message?: string;
  actual?: unknown;
  expected?: unknown;
  operator?: string;
}

export class AssertionError extends Error {
  code = 'ERR_ASSERTION';
  generatedMessage: boolean;
  actual: unknown;
  expected: unknown;
  operator: string | undefined;

  constructor(details: Details) {
    super(details.message ?? describe(details));
    this.name = 'AssertionError';
    this.generatedMessage = details.message === undefined;
    this.actual = details.actual;
    this.expected = details.expected;
    this.operator = details.operator;
  }
}

const PHRASES: Record<string, string> = {
  '==': 'Expected values to be loosely equal:',
  '!=': 'Expected "actual" to be loosely unequal to:',
  strictEqual: 'Expected values to be strictly equal:',
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
  deepEqual: 'Expected values to be loosely deep-equal:',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
  deepStrictEqual: 'Expected values to be strictly deep-equal:',
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  partialDeepStrictEqual: 'Expected values to be partially and strictly deep-equal:',
};

function describe({ actual, expected, operator = 'fail' }: Details): string {
  const phrase = PHRASES[operator];
  if (phrase === undefined) return 'Failed';
  if (operator.startsWith('not') || operator === '!=') return `${phrase}\n\n${inspect(expected)}\n`;
  return `${phrase}\n\n${difference(inspect(actual, { depth: 8 }), inspect(expected, { depth: 8 }))}`;
}

/** Values of one line beside each other; of several lines, what is only in one with + and -. */
function difference(actual: string, expected: string): string {
  if (!actual.includes('\n') && !expected.includes('\n')) return `${actual} !== ${expected}\n`;
  const left = actual.split('\n');
  const right = expected.split('\n');
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start++;
  let end = 0;
  while (end < left.length - start && end < right.length - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end++;
  const lines = [
    ...left.slice(0, start).map(line => `  ${line}`),
    ...left.slice(start, left.length - end).map(line => `+ ${line}`),
    ...right.slice(start, right.length - end).map(line => `- ${line}`),
    ...left.slice(left.length - end).map(line => `  ${line}`),
  ];
  return `+ actual - expected\n\n${lines.join('\n')}\n`;
}

function demand(isRight: boolean, operator: string, actual: unknown, expected: unknown, message?: string | Error): void {
  if (isRight) return;
  if (message instanceof Error) throw message;
  throw new AssertionError({ actual, expected, operator, ...(message === undefined ? {} : { message }) });
}

export function ok(...args: [value?: unknown, message?: string | Error]): void {
  const [value, message] = args;
  if (value) return;
  if (message instanceof Error) throw message;
  const text = args.length === 0 ? 'No value argument passed to `assert.ok()`' : message;
  throw new AssertionError({ message: text ?? 'The expression evaluated to a falsy value', actual: value, expected: true, operator: '==' });
}

export function fail(message: string | Error = 'Failed'): never {
  if (message instanceof Error) throw message;
  throw new AssertionError({ message, operator: 'fail' });
}

const loose = (a: unknown, b: unknown) => a == b || (a !== a && b !== b);

export function equal(actual: unknown, expected: unknown, message?: string | Error): void {
  demand(loose(actual, expected), '==', actual, expected, message);
}

export function notEqual(actual: unknown, expected: unknown, message?: string | Error): void {
  demand(!loose(actual, expected), '!=', actual, expected, message);
}

export function strictEqual(actual: unknown, expected: unknown, message?: string | Error): void {
  demand(Object.is(actual, expected), 'strictEqual', actual, expected, message);
}

export function notStrictEqual(actual: unknown, expected: unknown, message?: string | Error): void {
  demand(!Object.is(actual, expected), 'notStrictEqual', actual, expected, message);
}

export function deepEqual(actual: unknown, expected: unknown, message?: string | Error): void {
  demand(isDeepEqual(actual, expected, false), 'deepEqual', actual, expected, message);
}

export function notDeepEqual(actual: unknown, expected: unknown, message?: string | Error): void {
  demand(!isDeepEqual(actual, expected, false), 'notDeepEqual', actual, expected, message);
}

export function deepStrictEqual(actual: unknown, expected: unknown, message?: string | Error): void {
  demand(isDeepEqual(actual, expected, true), 'deepStrictEqual', actual, expected, message);
}

export function notDeepStrictEqual(actual: unknown, expected: unknown, message?: string | Error): void {
  demand(!isDeepEqual(actual, expected, true), 'notDeepStrictEqual', actual, expected, message);
}

export function partialDeepStrictEqual(actual: any, expected: any, message?: string | Error): void {
  demand(isPartOf(actual, expected), 'partialDeepStrictEqual', actual, expected, message);
}

export function ifError(value: unknown): void {
  if (value === null || value === undefined) return;
  const text = value instanceof Error ? value.message : inspect(value);
  throw new AssertionError({ message: `ifError got unwanted exception: ${text}`, actual: value, expected: null, operator: 'ifError' });
}

export function match(text: string, pattern: RegExp, message?: string | Error): void {
  matches(text, pattern, true, message);
}

export function doesNotMatch(text: string, pattern: RegExp, message?: string | Error): void {
  matches(text, pattern, false, message);
}

function matches(text: unknown, pattern: RegExp, wanted: boolean, message?: string | Error): void {
  if (!(pattern instanceof RegExp)) throw invalidArgument('regexp', 'an instance of RegExp', pattern);
  if (typeof text === 'string' && (pattern.exec(text) !== null) === wanted) return;
  if (message instanceof Error) throw message;
  const does = wanted ? 'did not match' : 'was expected to not match';
  const operator = wanted ? 'match' : 'doesNotMatch';
  throw new AssertionError({ message: message ?? `The input ${does} the regular expression ${pattern}. Input:\n\n${inspect(text)}\n`, actual: text, expected: pattern, operator });
}

/** Whether an error is the one that was expected: a class, a pattern, an object of properties, a function. */
function checkError(error: any, expected: any, message: string | Error | undefined, operator: string): void {
  if (expected === undefined || expected === null) return;
  const wrong = (text: string): never => {
    if (message instanceof Error) throw message;
    throw new AssertionError({ message: message ?? text, actual: error, expected, operator });
  };
  if (expected instanceof RegExp) {
    if (!expected.test(String(error))) wrong(`The input did not match the regular expression ${expected}. Input:\n\n${inspect(String(error))}\n`);
  } else if (typeof expected === 'function') {
    const isClass = expected.prototype !== undefined && error instanceof expected;
    if (isClass) return;
    if (expected === Error || Error.isPrototypeOf(expected)) return wrong(`The error is expected to be an instance of "${expected.name}". Received "${error?.constructor?.name ?? inspect(error)}"\n\nError message:\n\n${error?.message ?? ''}`);
    if (expected.call({}, error) !== true) wrong('The validation function is expected to return "true".');
  } else {
    // What is no object has no properties.
    if (typeof error !== 'object' || error === null) return wrong(`${inspect(error)} is no error`);
    const keys = expected instanceof Error ? ['message', 'name', ...Object.keys(expected)] : Object.keys(expected);
    for (const key of keys) {
      const isPattern = expected[key] instanceof RegExp && typeof error?.[key] === 'string';
      const same = isPattern ? expected[key].test(error[key]) : isDeepEqual(error?.[key], expected[key], true);
      if (!same) wrong(describe({ actual: error?.[key], expected: expected[key], operator: 'deepStrictEqual' }));
    }
  }
}

function missing(expected: any, message: string | Error | undefined, operator: string): never {
  if (message instanceof Error) throw message;
  const name = typeof expected === 'function' && expected.name ? ` (${expected.name})` : '';
  const what = operator === 'rejects' ? 'rejection' : 'exception';
  throw new AssertionError({ message: `Missing expected ${what}${name}${message === undefined ? '.' : `: ${message}`}`, expected, operator });
}

function messageIs(expected: any, message: any): [any, any] {
  if (typeof expected === 'string') return [undefined, expected];
  const isRight = expected === undefined || expected === null || typeof expected === 'function' || typeof expected === 'object';
  if (!isRight) throw invalidArgument('expected', 'of type function or an instance of Error, RegExp, or Object', expected);
  if (typeof expected === 'object' && expected !== null && !(expected instanceof RegExp || expected instanceof Error) && Object.keys(expected).length === 0) {
    throw nodeError('ERR_INVALID_ARG_VALUE', `The argument 'error' may not be an empty object. Received {}`, TypeError);
  }
  return [expected, message];
}

/** Whether an error is one of a class, of a text, or one that a function knows. */
function isMeant(error: any, expected: any): boolean {
  if (expected instanceof RegExp) return expected.test(String(error));
  if (expected.prototype !== undefined && error instanceof expected) return true;
  return expected !== Error && !Error.isPrototypeOf(expected) && expected.call({}, error) === true;
}

/** What must not be thrown. Other errors are none of its business. */
function refuse(error: any, rest: any[], operator: string): never {
  const [expected, message] = typeof rest[0] === 'string' ? [undefined, rest[0]] : rest;
  const isRight = expected === undefined || expected === null || typeof expected === 'function' || expected instanceof RegExp;
  if (!isRight) throw invalidArgument('expected', 'of type function or an instance of RegExp', expected);
  if (expected && !isMeant(error, expected)) throw error;
  return unwanted(error, message, operator);
}

export function throws(fn: () => unknown, ...rest: any[]): void {
  const [expected, message] = messageIs(rest[0], rest[1]);
  if (typeof fn !== 'function') throw invalidArgument('fn', 'of type function', fn);
  try {
    fn();
  } catch (error) {
    return checkError(error, expected, message, 'throws');
  }
  missing(expected, message, 'throws');
}

function promiseOf(given: any): Promise<unknown> {
  const promise = typeof given === 'function' ? given() : given;
  if (typeof promise?.then !== 'function') throw invalidArgument('promiseFn', 'a function that returns a promise, or a promise', given);
  return promise;
}

export async function rejects(given: any, ...rest: any[]): Promise<void> {
  const [expected, message] = messageIs(rest[0], rest[1]);
  const promise = promiseOf(given);
  try {
    await promise;
  } catch (error) {
    return checkError(error, expected, message, 'rejects');
  }
  missing(expected, message, 'rejects');
}

function unwanted(error: any, message: any, operator: string): never {
  const what = operator === 'doesNotReject' ? 'rejection' : 'exception';
  throw new AssertionError({ message: `Got unwanted ${what}${message ? `: ${message}` : '.'}\nActual message: "${error?.message}"`, actual: error, operator });
}

export function doesNotThrow(fn: () => unknown, ...rest: any[]): void {
  if (typeof fn !== 'function') throw invalidArgument('fn', 'of type function', fn);
  try {
    fn();
  } catch (error) {
    refuse(error, rest, 'doesNotThrow');
  }
}

export async function doesNotReject(given: any, ...rest: any[]): Promise<void> {
  const promise = promiseOf(given);
  try {
    await promise;
  } catch (error) {
    refuse(error, rest, 'doesNotReject');
  }
}

const shared = {
  AssertionError, ok, fail, strictEqual, notStrictEqual, deepStrictEqual, notDeepStrictEqual, partialDeepStrictEqual, ifError, match,
  doesNotMatch, throws, rejects, doesNotThrow, doesNotReject,
};
export const strict: any = Object.assign((...args: [unknown?, (string | Error)?]) => ok(...args), {
  ...shared, equal: strictEqual, notEqual: notStrictEqual, deepEqual: deepStrictEqual, notDeepEqual: notDeepStrictEqual,
});
strict.strict = strict;
const assert: any = Object.assign((...args: [unknown?, (string | Error)?]) => ok(...args), { ...shared, equal, notEqual, deepEqual, notDeepEqual, strict });
export default assert;
