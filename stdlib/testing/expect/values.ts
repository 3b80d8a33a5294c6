// Matchers of plain values: identity, equality, numbers, text, collections, properties, types.

import { diffOf, sentence, type Verdict } from 'cronflow:internal/testing/assertion';
import { equals, matchesObject } from 'cronflow:internal/testing/equals';
import { brief } from 'cronflow:internal/testing/pretty';

/** What a matcher is called with: `this.isNot` and the rest of Jest's matcher context. */
export interface MatcherContext {
  isNot: boolean;
  promise: string;
  equals: typeof equals;
  [name: string]: any;
}

export type Matcher = (this: MatcherContext, actual: any, ...args: any[]) => Verdict | Promise<Verdict>;

/** A matcher that compares with one value and may show a diff. */
function comparing(relation: string, compare: (actual: any, expected: any) => boolean): Matcher {
  return function (actual, expected) {
    const pass = compare(actual, expected);
    const same = !pass && diffOf(expected, actual) === undefined && brief(expected) === brief(actual);
    const hint = same ? ' (they look alike; they are different objects or types)' : '';
    return { pass, expected, actual, diff: !this.isNot, message: () => sentence(actual, this.isNot, relation, [expected])() + hint };
  };
}

function stating(relation: string, check: (actual: any, ...args: any[]) => boolean): Matcher {
  return function (actual, ...args) {
    return { pass: check(actual, ...args), message: sentence(actual, this.isNot, relation, args) };
  };
}

function numbers(relation: string, compare: (actual: any, expected: any) => boolean): Matcher {
  return stating(relation, (actual, expected) => {
    for (const one of [actual, expected]) {
      if (typeof one !== 'number' && typeof one !== 'bigint' && !(one instanceof Date)) throw new TypeError(`${brief(one)} is no number`);
    }
    return compare(actual, expected);
  });
}

function contains(actual: any, item: any): boolean {
  if (typeof actual === 'string') return actual.includes(String(item));
  if (typeof actual?.[Symbol.iterator] !== 'function') throw new TypeError(`${brief(actual)} is nothing that could contain something`);
  return Array.from(actual).some(other => other === item || Object.is(other, item));
}

function hasValue(object: any, value: unknown): boolean {
  return Object.values(object).some(other => equals(other, value));
}

/** The keys of `a.b[0].c`. */
function pathOf(path: string | PropertyKey[]): PropertyKey[] {
  if (Array.isArray(path)) return path;
  return path.replace(/\[(\w+)\]/g, '.$1').split('.').filter((key, index) => key !== '' || index > 0);
}

const toHaveProperty: Matcher = function (actual, path, ...rest) {
  if (actual === null || actual === undefined) throw new TypeError(`${brief(actual)} has no properties`);
  let value = actual;
  let found = true;
  const keys = typeof path === 'string' && Object.hasOwn(Object(actual), path) ? [path] : pathOf(path);
  for (const key of keys) {
    if (value === null || value === undefined || !(key in Object(value))) {
      found = false;
      break;
    }
    value = value[key];
  }
  if (rest.length === 0) return { pass: found, message: sentence(actual, this.isNot, 'to have the property', [path]) };
  const pass = found && equals(value, rest[0]);
  const message = () => (found ? `expected the property ${brief(path)} ${this.isNot ? 'not ' : ''}to be ${brief(rest[0])}, and it is ${brief(value)}` : sentence(actual, this.isNot, 'to have the property', [path])());
  return { pass, expected: rest[0], actual: value, diff: found && !this.isNot, message };
};

const toHaveLength: Matcher = function (actual, length) {
  const found = actual?.length;
  if (typeof found !== 'number') throw new TypeError(`${brief(actual)} has no length`);
  return { pass: found === length, message: () => `expected ${brief(actual)} ${this.isNot ? 'not ' : ''}to have the length ${length}, and it has ${found}` };
};

const toBeCloseTo: Matcher = function (actual, expected, digits = 2) {
  const distance = Math.abs(expected - actual);
  const pass = Object.is(actual, expected) || distance < 10 ** -digits / 2;
  return { pass, message: () => `${sentence(actual, this.isNot, 'to be close to', [expected])()} (${digits} digits; the distance is ${distance})` };
};

const isObject = (value: any): boolean => typeof value === 'object' && value !== null;
const size = (value: any): number => (isObject(value) && typeof value.size === 'number' ? value.size : typeof value === 'string' || Array.isArray(value) ? value.length : Object.keys(value ?? {}).length);

export const valueMatchers: Record<string, Matcher> = {
  toBe: comparing('to be', Object.is),
  toEqual: comparing('to equal', (a, b) => equals(a, b)),
  toStrictEqual: comparing('to strictly equal', (a, b) => equals(a, b, true)),
  toMatchObject: comparing('to match', matchesObject),
  toBeTruthy: stating('to be truthy', Boolean),
  toBeFalsy: stating('to be falsy', actual => !actual),
  toBeNull: stating('to be null', actual => actual === null),
  toBeUndefined: stating('to be undefined', actual => actual === undefined),
  toBeDefined: stating('to be defined', actual => actual !== undefined),
  toBeNullable: stating('to be null or undefined', actual => actual === null || actual === undefined),
  toBeNaN: stating('to be NaN', Number.isNaN),
  toBeTypeOf: stating('to be of the type', (actual, type) => typeof actual === type),
  toBeInstanceOf: stating('to be an instance of', (actual, type) => actual instanceof type),
  toBeGreaterThan: numbers('to be greater than', (a, b) => a > b),
  toBeGreaterThanOrEqual: numbers('to be at least', (a, b) => a >= b),
  toBeLessThan: numbers('to be less than', (a, b) => a < b),
  toBeLessThanOrEqual: numbers('to be at most', (a, b) => a <= b),
  toBeCloseTo,
  toBeWithin: stating('to be within', (actual, low, high) => actual >= low && actual < high),
  toContain: stating('to contain', contains),
  toContainEqual: stating('to contain', (actual, item) => Array.from(actual as any[]).some(other => equals(other, item))),
  toHaveLength,
  toHaveProperty,
  toMatch: stating('to match', (actual, pattern) => {
    if (typeof actual !== 'string') throw new TypeError(`${brief(actual)} is no text`);
    return typeof pattern === 'string' ? actual.includes(pattern) : new RegExp(pattern).test(actual);
  }),
  toBeOneOf: stating('to be one of', (actual, list) => Array.from(list as any[]).some(item => equals(actual, item))),
  toSatisfy: stating('to satisfy', (actual, check) => Boolean(check(actual))),
  toContainKey: stating('to contain the key', (actual, key) => Object.hasOwn(actual, key)),
  toContainKeys: stating('to contain the keys', (actual, keys) => keys.every((key: string) => Object.hasOwn(actual, key))),
  toContainAllKeys: stating('to contain exactly the keys', (actual, keys) => equals(Object.keys(actual).sort(), [...keys].sort())),
  toContainAnyKeys: stating('to contain one of the keys', (actual, keys) => keys.some((key: string) => Object.hasOwn(actual, key))),
  toContainValue: stating('to contain the value', (actual, value) => hasValue(actual, value)),
  toContainValues: stating('to contain the values', (actual, values) => values.every((value: unknown) => hasValue(actual, value))),
  toContainAnyValues: stating('to contain one of the values', (actual, values) => values.some((value: unknown) => hasValue(actual, value))),
  toContainAllValues: stating('to contain exactly the values', (actual, values) => Object.values(actual).length === values.length && values.every((value: unknown) => hasValue(actual, value))),
  toIncludeRepeated: stating('to include so many times', (actual, text, times) => actual.split(text).length - 1 === times),
  toEqualIgnoringWhitespace: stating('to equal, but for white space,', (actual, text) => actual.replace(/\s/g, '') === text.replace(/\s/g, '')),
  toBeEven: stating('to be even', actual => Number.isInteger(actual) && actual % 2 === 0),
  toBeOdd: stating('to be odd', actual => Number.isInteger(actual) && actual % 2 !== 0),
  toBeSymbol: stating('to be a symbol', actual => typeof actual === 'symbol'),
  toBeEmpty: stating('to be empty', actual => size(actual) === 0),
  toBeTrue: stating('to be true', actual => actual === true),
  toBeFalse: stating('to be false', actual => actual === false),
  toBeNil: stating('to be null or undefined', actual => actual === null || actual === undefined),
  toBeArray: stating('to be an array', Array.isArray),
  toBeArrayOfSize: stating('to be an array of the size', (actual, length) => Array.isArray(actual) && actual.length === length),
  toBeBoolean: stating('to be a boolean', actual => typeof actual === 'boolean'),
  toBeNumber: stating('to be a number', actual => typeof actual === 'number'),
  toBeInteger: stating('to be a whole number', Number.isInteger),
  toBeFinite: stating('to be finite', Number.isFinite),
  toBePositive: stating('to be positive', actual => actual > 0),
  toBeNegative: stating('to be negative', actual => actual < 0),
  toBeString: stating('to be text', actual => typeof actual === 'string'),
  toBeObject: stating('to be an object', isObject),
  toBeFunction: stating('to be a function', actual => typeof actual === 'function'),
  toBeDate: stating('to be a date', actual => actual instanceof Date),
  toStartWith: stating('to start with', (actual, text) => String(actual).startsWith(text)),
  toEndWith: stating('to end with', (actual, text) => String(actual).endsWith(text)),
  toInclude: stating('to include', (actual, text) => String(actual).includes(text)),
};
