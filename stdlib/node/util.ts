// node:util.

import { format, inspect } from 'cronflow:internal/inspect';
import { isDeepEqual } from 'cronflow:internal/node/deep_equal';
import { invalidArgument, nodeError } from 'cronflow:internal/node/errors';
import { parseArgs } from 'cronflow:internal/node/parse_args';
import types from 'node:util/types';

const PROMISIFIED = Symbol.for('nodejs.util.promisify.custom');

/** Turns a function with a callback as its last argument into one that gives a promise. */
export function promisify(fn: any): any {
  if (typeof fn !== 'function') throw invalidArgument('original', 'of type function', fn);
  if (fn[PROMISIFIED] !== undefined) return fn[PROMISIFIED];
  const promised = function (this: unknown, ...args: any[]) {
    return new Promise((resolve, reject) => {
      fn.call(this, ...args, (error: unknown, value: unknown) => {
        if (error) reject(error);
        else resolve(value);
      });
    });
  };
  Object.setPrototypeOf(promised, Object.getPrototypeOf(fn));
  return Object.defineProperties(promised, Object.getOwnPropertyDescriptors(fn));
}
promisify.custom = PROMISIFIED;

/** The other way: a function that gives a promise takes a callback. */
export function callbackify(fn: any): any {
  if (typeof fn !== 'function') throw invalidArgument('original', 'of type function', fn);
  return function (this: unknown, ...args: any[]) {
    const callback = args.pop();
    if (typeof callback !== 'function') throw invalidArgument('last argument', 'of type function', callback);
    const later = (...results: unknown[]) => setTimeout(() => callback(...results), 0);
    fn.apply(this, args).then(
      (value: unknown) => later(null, value),
      (error: unknown) => later(error ?? Object.assign(nodeError('ERR_FALSY_VALUE_REJECTION', 'Promise was rejected with falsy value'), { reason: error })),
    );
  };
}

export function inherits(constructor: any, parent: any): void {
  if (typeof constructor !== 'function') throw invalidArgument('ctor', 'of type function', constructor);
  if (typeof parent?.prototype !== 'object') throw invalidArgument('superCtor', 'a class', parent);
  Object.defineProperty(constructor, 'super_', { value: parent, writable: true, configurable: true });
  Object.setPrototypeOf(constructor.prototype, parent.prototype);
}

const warned = new Set<string>();

/** Warns at the first call; once for each code. */
export function deprecate(fn: any, message: string, code?: string): any {
  let isWarned = false;
  const deprecated = function (this: any, ...args: any[]) {
    if (!isWarned && (code === undefined || !warned.has(code))) console.warn(`DeprecationWarning: ${message}`);
    isWarned = true;
    if (code !== undefined) warned.add(code);
    return new.target !== undefined ? Reflect.construct(fn, args, new.target) : fn.apply(this, args);
  };
  Object.setPrototypeOf(deprecated, fn);
  if (fn.prototype) deprecated.prototype = fn.prototype;
  return deprecated;
}

/** Prints when the environment variable NODE_DEBUG names the section. */
export function debuglog(section: string): any {
  const wanted = String((globalThis as any).process?.env.NODE_DEBUG ?? '').toLowerCase().split(',');
  const enabled = wanted.includes(section.toLowerCase()) || wanted.includes('*');
  const log = (...args: unknown[]) => {
    if (enabled) console.error(`${section.toUpperCase()}: ${format(...args)}`);
  };
  return Object.assign(log, { enabled });
}

export function isDeepStrictEqual(left: unknown, right: unknown): boolean {
  return isDeepEqual(left, right, true);
}

export function stripVTControlCharacters(text: string): string {
  return text.replace(/[\u001b\u009b][[\]()#;?]*(?:(?:[a-zA-Z\d]*(?:;[-a-zA-Z\d/#&.:=?%@~_]*)*)?\u0007|(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PR-TZcf-nq-uy=><~])/g, '');
}

/** Text in colours of the terminal. The engine's own output has none, so formats are checked and left out. */
export function styleText(style: string | string[], text: string): string {
  for (const name of [style].flat()) if (typeof name !== 'string') throw invalidArgument('format', 'of type string', name);
  return String(text);
}

export function toUSVString(text: unknown): string {
  return String(text).toWellFormed();
}

export function getSystemErrorName(number: number): string {
  return { '-2': 'ENOENT', '-13': 'EACCES', '-17': 'EEXIST', '-20': 'ENOTDIR', '-21': 'EISDIR', '-22': 'EINVAL', '-39': 'ENOTEMPTY' }[String(number)] ?? `Unknown system error ${number}`;
}

export function aborted(signal: any, _resource: unknown): Promise<void> {
  return new Promise(resolve => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));
}

export function formatWithOptions(_options: unknown, ...args: unknown[]): string {
  return format(...args);
}

export const isArray = Array.isArray;
export const isBoolean = (value: unknown) => typeof value === 'boolean';
export const isBuffer = (value: any) => (globalThis as any).Buffer.isBuffer(value);
export const isDate = types.isDate;
export const isError = (value: unknown) => value instanceof Error;
export const isFunction = (value: unknown) => typeof value === 'function';
export const isNull = (value: unknown) => value === null;
export const isNullOrUndefined = (value: unknown) => value === null || value === undefined;
export const isNumber = (value: unknown) => typeof value === 'number';
export const isObject = (value: unknown) => value !== null && typeof value === 'object';
export const isPrimitive = (value: unknown) => value === null || (typeof value !== 'object' && typeof value !== 'function');
export const isRegExp = types.isRegExp;
export const isString = (value: unknown) => typeof value === 'string';
export const isSymbol = (value: unknown) => typeof value === 'symbol';
export const isUndefined = (value: unknown) => value === undefined;
export const debug = debuglog;
export const { TextEncoder, TextDecoder } = globalThis as any;
export { format, inspect, parseArgs, types };

export default {
  TextDecoder, TextEncoder, aborted, callbackify, debug, debuglog, deprecate, format, formatWithOptions, getSystemErrorName, inherits, inspect,
  isArray, isBoolean, isBuffer, isDate, isDeepStrictEqual, isError, isFunction, isNull, isNullOrUndefined, isNumber, isObject, isPrimitive,
  isRegExp, isString, isSymbol, isUndefined, parseArgs, promisify, stripVTControlCharacters, styleText, toUSVString, types,
};
