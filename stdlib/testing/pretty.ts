// Values as text in the format of Jest's and Vitest's snapshots, which is also what diffs compare.

import { givenName } from 'cronflow:internal/testing/mock';

interface Serializer {
  test(value: unknown): boolean;
  serialize?(value: any, config: unknown, indentation: string, depth: number, refs: unknown[], printer: (value: unknown) => string): string;
  print?(value: any, printer: (value: unknown) => string): string;
}

const serializers: Serializer[] = [];

/** Adds a serializer; those that were added later are asked first. */
export function addSnapshotSerializer(serializer: Serializer): void {
  serializers.unshift(serializer);
}

const MAX_DEPTH = 100;
const TypedArray = Object.getPrototypeOf(Uint8Array);

/** A value on as many lines as it has entries. */
export function pretty(value: unknown): string {
  return print(value, '', []);
}

/** A value on one line, shortened when it is long. */
export function brief(value: unknown, longest = 120): string {
  const text = pretty(value).replace(/,?\n\s*(?=[\]}])/g, ' ').replace(/\n\s*/g, ' ');
  return text.length > longest ? `${text.slice(0, longest - 3)}...` : text;
}

function print(value: any, indent: string, open: unknown[]): string {
  for (const serializer of serializers) {
    if (!serializer.test(value)) continue;
    const inner = (other: unknown) => print(other, indent, open);
    return serializer.serialize !== undefined ? serializer.serialize(value, {}, indent, 0, open, inner) : serializer.print!(value, inner);
  }
  switch (typeof value) {
    case 'string':
      return `"${value}"`;
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'symbol':
      return value.toString();
    case 'function':
      return value.getMockName === undefined ? `[Function ${value.name || 'anonymous'}]` : mockText(value, indent, open);
    case 'object':
      return value === null ? 'null' : object(value, indent, open);
    default:
      return String(value);
  }
}

function mockText(fn: any, indent: string, open: unknown[]): string {
  const name = givenName(fn);
  const head = `[MockFunction${name === '' ? '' : ` ${name}`}]`;
  if (fn.mock.calls.length === 0) return head;
  return `${head} ${block('{', '}', [`"calls": ${print(fn.mock.calls, `${indent}  `, open)}`, `"results": ${print(fn.mock.results, `${indent}  `, open)}`], indent)}`;
}

function object(value: any, indent: string, open: unknown[]): string {
  if (open.includes(value)) return '[Circular]';
  if (typeof value.asymmetricMatch === 'function' && typeof value.toAsymmetricMatcher === 'function') return value.toAsymmetricMatcher();
  if (value instanceof Error) return errorText(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Date { NaN }' : value.toISOString();
  if (value instanceof RegExp) return RegExp.prototype.toString.call(value);
  if (value instanceof Promise) return 'Promise {}';
  if (value instanceof WeakMap || value instanceof WeakSet) return `${value.constructor.name} {}`;
  for (const box of [Number, String, Boolean]) if (value instanceof box) return `${box.name} {${print(value.valueOf(), indent, open)}}`;
  if (open.length >= MAX_DEPTH) return '[...]';
  if (typeof value.toJSON === 'function' && value.constructor?.name !== 'URL') return print(value.toJSON(), indent, [...open, value]);
  const deeper = [...open, value];
  const inner = `${indent}  `;
  const show = (item: unknown) => print(item, inner, deeper);
  const name = nameOf(value);
  if (Array.isArray(value) || value instanceof TypedArray) {
    const plain = name === 'Array' ? '' : `${name} `;
    return `${plain}${block('[', ']', Array.from(value as any[], show), indent)}`;
  }
  if (value instanceof Map) return `Map ${block('{', '}', [...value].map(([key, item]) => `${show(key)} => ${show(item)}`), indent)}`;
  if (value instanceof Set) return `Set ${block('{', '}', [...value].map(show), indent)}`;
  const keys = [...Object.keys(value).sort(), ...Object.getOwnPropertySymbols(value).filter(key => Object.prototype.propertyIsEnumerable.call(value, key))];
  const entries = keys.map(key => `${typeof key === 'symbol' ? `Symbol(${key.description})` : `"${key}"`}: ${show(value[key])}`);
  return `${name === 'Object' ? '' : `${name} `}${block('{', '}', entries, indent)}`;
}

function errorText(error: any): string {
  return `[${error.name ?? 'Error'}: ${error.message}]`;
}

/** The name of what made an object. */
export function nameOf(value: any): string {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null) return 'Object';
  return typeof value.constructor === 'function' && value.constructor.name !== '' ? value.constructor.name : 'Object';
}

function block(open: string, close: string, entries: string[], indent: string): string {
  if (entries.length === 0) return open + close;
  return `${open}\n${entries.map(entry => `${indent}  ${entry},\n`).join('')}${indent}${close}`;
}
