// Matchers of plain values: identity, equality, numbers, text, collections, properties, types.

import { diffOf, sentence, type Verdict } from 'cronflow:internal/testing/assertion';
import { areEqual, equals, matchesObject } from 'cronflow:internal/testing/equals';
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
function comparing(relation: string, compare: (actual: any, expected: any) => boolean, advice: (actual: any, expected: any) => string = () => ''): Matcher {
  return function (actual, expected) {
    const pass = compare(actual, expected);
    const hint = () => {
      const text = pass ? '' : advice(actual, expected);
      if (text !== '') return ` (${text})`;
      return !pass && diffOf(expected, actual) === undefined && brief(expected) === brief(actual) ? ' (they look alike; they are different objects or types)' : '';
    };
    return { pass, expected, actual, diff: !this.isNot, message: () => sentence(actual, this.isNot, relation, [expected])() + hint() };
  };
}

/** A matcher that says something of a value, given so many arguments. */
function stating(relation: string, check: (actual: any, ...args: any[]) => boolean): Matcher {
  const most = Math.max(0, check.length - 1);
  return function (actual, ...args) {
    if (args.length > most) throw new TypeError(`this matcher takes ${most === 0 ? 'no argument' : `${most} argument${most === 1 ? '' : 's'}`}, and it is given ${args.map(arg => brief(arg)).join(', ')}`);
    return { pass: check(actual, ...args), message: sentence(actual, this.isNot, relation, args) };
  };
}

/** Wrong use, which `.not` does not make right. */
export function need(isRight: boolean, what: string, given: unknown): void {
  if (!isRight) throw new TypeError(`${brief(given)} is ${what}`);
}

function numbers(relation: string, compare: (actual: any, expected: any) => boolean): Matcher {
  return stating(relation, (actual, expected) => {
    for (const one of [actual, expected]) need(typeof one === 'number' || typeof one === 'bigint' || one instanceof Date, 'no number', one);
    return compare(actual, expected);
  });
}

/** What can be gone through: an iterable, or something with a length. */
function itemsOf(actual: any): any[] {
  need(typeof actual?.[Symbol.iterator] === 'function' || typeof actual?.length === 'number', 'nothing that could contain something', actual);
  return Array.from(actual);
}

function contains(actual: any, item: any): boolean {
  if (typeof actual !== 'string') return itemsOf(actual).some(other => other === item || Object.is(other, item));
  need(typeof item === 'string', 'no text, which is all that text can contain', item);
  return actual.includes(item);
}

function hasValue(object: any, value: unknown): boolean {
  return Object.values(object).some(other => areEqual(other, value));
}

/** The keys of `a.b[0].c`. */
export function pathOf(path: unknown): PropertyKey[] {
  if (Array.isArray(path)) return path;
  if (typeof path !== 'string') return [path as PropertyKey];
  return path.split('.').flatMap(part => (/\[\w+\]/.test(part) ? part.split(/[[\]]+/).filter(key => key !== '') : [part]));
}

/** The value at the end of a path. */
export function valueAt(actual: any, keys: PropertyKey[]): { found: boolean; value?: any } {
  let value = actual;
  for (const key of keys) {
    if (value === null || value === undefined || !(key in Object(value))) return { found: false };
    value = value[key];
  }
  return { found: true, value };
}

const toHaveProperty: Matcher = function (actual, path, ...rest) {
  need(actual !== null && actual !== undefined, 'nothing that has properties', actual);
  need(['string', 'number', 'symbol'].includes(typeof path) || Array.isArray(path), 'no path of a property; give text or an array of keys', path);
  const isOwn = !Array.isArray(path) && Object.hasOwn(Object(actual), path);
  need(isOwn || path.length !== 0, 'an empty path', path);
  const { found, value } = valueAt(actual, isOwn ? [path] : pathOf(path));
  if (rest.length === 0) return { pass: found, message: sentence(actual, this.isNot, 'to have the property', [path]) };
  const pass = found && areEqual(value, rest[0]);
  const message = () => (found ? `expected the property ${brief(path)} ${this.isNot ? 'not ' : ''}to be ${brief(rest[0])}, and it is ${brief(value)}` : sentence(actual, this.isNot, 'to have the property', [path])());
  return { pass, expected: rest[0], actual: value, diff: found && !this.isNot, message };
};

const toHaveLength: Matcher = function (actual, length) {
  const found = actual?.length ?? actual?.size;
  need(typeof found === 'number', 'nothing that has a length', actual);
  need(Number.isInteger(length) && length >= 0, 'no length', length);
  return { pass: found === length, message: () => `expected ${brief(actual)} ${this.isNot ? 'not ' : ''}to have the length ${length}, and it has ${found}` };
};

const toBeCloseTo: Matcher = function (actual, expected, digits = 2) {
  for (const one of [actual, expected, digits]) need(typeof one === 'number', 'no number', one);
  const distance = Math.abs(expected - actual);
  const pass = actual === expected || distance < 10 ** -digits / 2;
  return { pass, message: () => `${sentence(actual, this.isNot, 'to be close to', [expected])()} (${digits} digits; the distance is ${distance})` };
};

const toMatchObject: Matcher = function (actual, expected) {
  need(typeof expected === 'object' && expected !== null, 'no object to match with', expected);
  return comparing('to match', matchesObject).call(this, actual, expected);
};

const isObject = (value: any): boolean => typeof value === 'object' && value !== null;
const size = (value: any): number => (isObject(value) && typeof value.size === 'number' ? value.size : typeof value === 'string' || Array.isArray(value) ? value.length : Object.keys(value ?? {}).length);

export const valueMatchers: Record<string, Matcher> = {
  toBe: comparing('to be', Object.is, (a, b) => (areEqual(a, b, true) ? 'toStrictEqual() would hold' : areEqual(a, b) ? 'toEqual() would hold' : '')),
  toEqual: comparing('to equal', (a, b) => areEqual(a, b)),
  toStrictEqual: comparing('to strictly equal', (a, b) => areEqual(a, b, true)),
  toMatchObject,
  toBeTruthy: stating('to be truthy', actual => Boolean(actual)),
  toBeFalsy: stating('to be falsy', actual => !actual),
  toBeNull: stating('to be null', actual => actual === null),
  toBeUndefined: stating('to be undefined', actual => actual === undefined),
  toBeDefined: stating('to be defined', actual => actual !== undefined),
  toBeNullable: stating('to be null or undefined', actual => actual === null || actual === undefined),
  toBeNaN: stating('to be NaN', actual => Number.isNaN(actual)),
  toBeTypeOf: stating('to be of the type', (actual, type) => typeof actual === type),
  toBeInstanceOf: stating('to be an instance of', (actual, type) => {
    need(typeof type === 'function', 'no class', type);
    return actual instanceof type;
  }),
  toBeGreaterThan: numbers('to be greater than', (a, b) => a > b),
  toBeGreaterThanOrEqual: numbers('to be at least', (a, b) => a >= b),
  toBeLessThan: numbers('to be less than', (a, b) => a < b),
  toBeLessThanOrEqual: numbers('to be at most', (a, b) => a <= b),
  toBeCloseTo,
  toBeWithin: stating('to be within', (actual, low, high) => actual >= low && actual < high),
  toContain: function (actual, item) {
    const pass = contains(actual, item);
    const hint = () => (!pass && typeof actual !== 'string' && itemsOf(actual).some(other => areEqual(other, item)) ? ' (toContainEqual() would hold)' : '');
    return { pass, message: () => sentence(actual, this.isNot, 'to contain', [item])() + hint() };
  },
  toContainEqual: stating('to contain', (actual, item) => itemsOf(actual).some(other => areEqual(other, item))),
  toHaveLength,
  toHaveProperty,
  toMatch: stating('to match', (actual, pattern) => {
    need(typeof actual === 'string', 'no text', actual);
    need(typeof pattern === 'string' || pattern instanceof RegExp, 'neither text nor a regular expression', pattern);
    return typeof pattern === 'string' ? actual.includes(pattern) : new RegExp(pattern).test(actual);
  }),
  toBeOneOf: stating('to be one of', (actual, list) => {
    need(typeof list !== 'string' && typeof list?.[Symbol.iterator] === 'function', 'neither an array nor a set', list);
    return [...list].some(item => areEqual(actual, item));
  }),
  toSatisfy(actual, check, what) {
    need(typeof check === 'function', 'no function', check);
    return { pass: Boolean(check(actual)), message: what === undefined ? sentence(actual, this.isNot, 'to satisfy', [check]) : sentence(actual, this.isNot, `to satisfy '${what}'`) };
  },
  toContainKey: stating('to contain the key', (actual, key) => Object.hasOwn(actual, key)),
  toContainKeys: stating('to contain the keys', (actual, keys) => keys.every((key: string) => Object.hasOwn(actual, key))),
  toContainAllKeys: stating('to contain exactly the keys', (actual, keys) => areEqual(Object.keys(actual).sort(), [...keys].sort())),
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
  toBeArray: stating('to be an array', actual => Array.isArray(actual)),
  toBeArrayOfSize: stating('to be an array of the size', (actual, length) => Array.isArray(actual) && actual.length === length),
  toBeBoolean: stating('to be a boolean', actual => typeof actual === 'boolean'),
  toBeNumber: stating('to be a number', actual => typeof actual === 'number'),
  toBeInteger: stating('to be a whole number', actual => Number.isInteger(actual)),
  toBeFinite: stating('to be finite', actual => Number.isFinite(actual)),
  toBePositive: stating('to be positive', actual => actual > 0),
  toBeNegative: stating('to be negative', actual => actual < 0),
  toBeString: stating('to be text', actual => typeof actual === 'string'),
  toBeObject: stating('to be an object', actual => isObject(actual)),
  toBeFunction: stating('to be a function', actual => typeof actual === 'function'),
  toBeDate: stating('to be a date', actual => actual instanceof Date),
  toStartWith: stating('to start with', (actual, text) => String(actual).startsWith(text)),
  toEndWith: stating('to end with', (actual, text) => String(actual).endsWith(text)),
  toInclude: stating('to include', (actual, text) => String(actual).includes(text)),
};
