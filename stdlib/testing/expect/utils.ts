// What matchers of test files have as `this.utils`, for their messages. Texts have no colours: reporters add them.

import { diffLines } from 'cronflow:internal/testing/diff';
import { iterableEquality, subsetEquality } from 'cronflow:internal/testing/equals';
import { pretty } from 'cronflow:internal/testing/pretty';

const plain = (text: string) => text;

function diff(expected: unknown, received: unknown): string | null {
  if (Object.is(expected, received)) return null;
  const text = (value: unknown) => (typeof value === 'string' ? value : pretty(value));
  return `- Expected\n+ Received\n\n${diffLines(text(expected), text(received))}`;
}

function matcherHint(name: string, received = 'received', expected = 'expected', options: { isNot?: boolean; promise?: string; secondArgument?: string; comment?: string } = {}): string {
  const subject = received === '' ? '' : `expect(${received})`;
  const path = [subject, options.promise, options.isNot ? 'not' : '', name.replace(/^\./, '')].filter(part => part).join('.');
  const args = options.secondArgument ? `${expected}, ${options.secondArgument}` : expected;
  return `${path}(${args})${options.comment ? ` // ${options.comment}` : ''}`;
}

const typeOf = (value: unknown) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);
const matcherErrorMessage = (hint: string, generic: string, specific = '') => [hint, `Matcher error: ${generic}`, specific].filter(part => part !== '').join('\n\n');

function ensure(isRight: boolean, value: unknown, name: string, options: any, what: string): void {
  if (!isRight) throw new Error(matcherErrorMessage(matcherHint(name, undefined, undefined, options), what, printWithType('It', value, pretty)));
}

const isNumber = (value: unknown) => typeof value === 'number' || typeof value === 'bigint';
const ensureActualIsNumber = (value: unknown, name: string, options?: any) => ensure(isNumber(value), value, name, options, 'received value must be a number or bigint');
const ensureExpectedIsNumber = (value: unknown, name: string, options?: any) => ensure(isNumber(value), value, name, options, 'expected value must be a number or bigint');

function printWithType(name: string, value: unknown, print: (value: unknown) => string): string {
  return `${name} has type: ${typeOf(value)}\n${name} has value: ${print(value)}`;
}

function printDiffOrStringify(expected: unknown, received: unknown, expectedLabel: string, receivedLabel: string): string {
  const text = [pretty(expected), pretty(received)];
  if (text.some(one => one.includes('\n')) && text[0] !== text[1]) return diff(expected, received)!;
  const width = Math.max(expectedLabel.length, receivedLabel.length) + 2;
  return `${`${expectedLabel}:`.padEnd(width)}${text[0]}\n${`${receivedLabel}:`.padEnd(width)}${text[1]}`;
}

export const utils = {
  BOLD_WEIGHT: plain,
  DIM_COLOR: plain,
  EXPECTED_COLOR: plain,
  INVERTED_COLOR: plain,
  RECEIVED_COLOR: plain,
  diff,
  ensureActualIsNumber,
  ensureExpectedIsNumber,
  ensureExpectedIsNonNegativeInteger: (value: any, name: string, options?: any) => ensure(Number.isInteger(value) && value >= 0, value, name, options, 'expected value must be a non-negative integer'),
  ensureNoExpected: (value: unknown, name: string, options?: any) => ensure(value === undefined, value, name, options, 'this matcher must not have an expected argument'),
  ensureNumbers(actual: unknown, expected: unknown, name: string, options?: any) {
    ensureActualIsNumber(actual, name, options);
    ensureExpectedIsNumber(expected, name, options);
  },
  getLabelPrinter: (...labels: string[]) => (label: string) => `${label}: ${' '.repeat(Math.max(...labels.map(one => one.length)) - label.length)}`,
  iterableEquality,
  matcherErrorMessage,
  matcherHint,
  pluralize: (word: string, count: number) => `${count} ${word}${count === 1 ? '' : 's'}`,
  printDiffOrStringify,
  printExpected: (value: unknown) => pretty(value),
  printReceived: (value: unknown) => pretty(value),
  printWithType,
  stringify: (value: unknown) => pretty(value),
  subsetEquality,
};
