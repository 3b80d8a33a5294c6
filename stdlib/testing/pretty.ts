// Values as text in the format of Jest's and Vitest's snapshots, which is also what diffs compare.

import { givenName } from 'cronflow:internal/testing/mock';

type Printer = (value: unknown, config: Config, indentation: string, depth: number, refs: unknown[], isPlain?: boolean) => string;

/** Writes the values that it knows. The second form is that of old serializers. */
interface Serializer {
  test(value: unknown): boolean;
  serialize?(value: any, config: Config, indentation: string, depth: number, refs: unknown[], printer: Printer): string;
  print?(value: any, printer: (value: unknown) => string, indent: (text: string) => string, options: object, colors: object): string;
}

/** What serializers are given, and may hand on changed. */
interface Config {
  callToJSON: boolean;
  colors: Record<string, { open: string; close: string }>;
  /** null: keys stay as they are. */
  compareKeys: null | undefined | ((a: string, b: string) => number);
  escapeRegex: boolean;
  escapeString: boolean;
  indent: string;
  maxDepth: number;
  maxWidth: number;
  min: boolean;
  plugins: Serializer[];
  printBasicPrototype: boolean;
  printFunctionName: boolean;
  spacingInner: string;
  spacingOuter: string;
  /** Errors show their causes and properties. */
  wholeErrors?: boolean;
}

const colors = Object.fromEntries(['comment', 'content', 'prop', 'tag', 'value'].map(name => [name, { open: '', close: '' }]));
/** Deeper values would be too much for the stack. */
const MAX_DEPTH = 100;

const messages: Config = {
  callToJSON: true, colors, compareKeys: undefined, escapeRegex: false, escapeString: false, indent: '  ', maxDepth: MAX_DEPTH, maxWidth: Infinity,
  min: false, plugins: [], printBasicPrototype: false, printFunctionName: true, spacingInner: '\n', spacingOuter: '\n', wholeErrors: true,
};
const snapshots: Config = { ...messages, escapeRegex: true, printFunctionName: false, wholeErrors: false };

/** Adds a serializer of snapshots; those that were added later are asked first. */
export function addSnapshotSerializer(serializer: Serializer): void {
  const isComplete = typeof serializer?.test === 'function' && (typeof serializer.serialize === 'function' || typeof serializer.print === 'function');
  if (!isComplete) throw new TypeError('expect.addSnapshotSerializer() needs { test(value), serialize(value, config, indentation, depth, refs, printer) }');
  snapshots.plugins = [serializer, ...snapshots.plugins];
}

/** A value on as many lines as it has entries. */
export function pretty(value: unknown, options: Partial<Config> = {}): string {
  return print(value, { ...messages, ...options }, '', 0, []);
}

/** As snapshots keep it. */
export function snapshotText(value: unknown): string {
  return print(value, snapshots, '', 0, []).replace(/\r\n?/g, '\n');
}

/** A value on one line, shortened when it is long. */
export function brief(value: unknown, longest = 120): string {
  const text = pretty(value, { wholeErrors: false }).replace(/,?\n\s*(?=[\]}])/g, ' ').replace(/\n\s*/g, ' ');
  return text.length > longest ? `${text.slice(0, longest - 3)}...` : text;
}

function print(value: any, config: Config, indent: string, depth: number, refs: unknown[], isPlain = false): string {
  const plugin = config.plugins.find(one => one.test(value));
  if (plugin !== undefined) return byPlugin(plugin, value, config, indent, depth, refs);
  switch (typeof value) {
    case 'string':
      return `"${config.escapeString ? value.replace(/["\\]/g, '\\$&') : value}"`;
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'function':
      if (value.getMockName !== undefined) return mockText(value, config, indent, depth, refs);
      return config.printFunctionName ? `[Function ${value.name || 'anonymous'}]` : '[Function]';
    case 'object':
      return value === null ? 'null' : object(value, config, indent, depth, refs, isPlain);
    default:
      return String(value);
  }
}

function byPlugin(plugin: Serializer, value: unknown, config: Config, indent: string, depth: number, refs: unknown[]): string {
  const inner = (other: unknown) => print(other, config, indent, depth, refs);
  const deeper = indent + config.indent;
  const shift = (text: string) => deeper + text.replace(/\n/g, `\n${deeper}`);
  const spacing = { edgeSpacing: config.spacingOuter, min: config.min, spacing: config.spacingInner };
  const text = plugin.serialize !== undefined ? plugin.serialize(value, config, indent, depth, refs, print) : plugin.print!(value, inner, shift, spacing, config.colors);
  if (typeof text !== 'string') throw new TypeError(`a snapshot serializer must return text, and it returned ${typeof text}`);
  return text;
}

function mockText(fn: any, config: Config, indent: string, depth: number, refs: unknown[]): string {
  const name = givenName(fn);
  const head = `[MockFunction${name === '' ? '' : ` ${name}`}]`;
  const { calls, results } = fn.mock;
  if (calls.length === 0) return head;
  return `${head} {${block(['calls', 'results'], at => `"${at}": ${print(at === 'calls' ? calls : results, config, indent + config.indent, depth, refs)}`, config, indent)}}`;
}

const BASIC = new Set(['Promise', 'WeakMap', 'WeakSet'].map(name => `[object ${name}]`));
const LISTS = /^\[object (Arguments|Array|ArrayBuffer|DataView|(Big)?(Int|Uint|Float)\d+(Clamped)?Array)\]$/;

function object(value: any, config: Config, indent: string, depth: number, refs: unknown[], isPlain: boolean): string {
  const tag: string = Object.prototype.toString.call(value);
  if (value.$$typeof === Symbol.for('jest.asymmetricMatcher')) return asymmetric(value, config, indent, depth, refs);
  if (BASIC.has(tag)) return `${tag.slice(8, -1)} {}`;
  if (tag === '[object Date]') return Number.isNaN(+value) ? 'Date { NaN }' : Date.prototype.toISOString.call(value);
  if (tag === '[object RegExp]') return config.escapeRegex ? String(value).replace(/[$()*+.?[\\\]^{|}]/g, '\\$&') : String(value);
  if (refs.includes(value)) return '[Circular]';
  const within = [...refs, value];
  const isError = tag === '[object Error]' || value instanceof Error;
  if (isError && !config.wholeErrors) return `[${Error.prototype.toString.call(value)}]`;
  const isFull = depth >= config.maxDepth;
  if (isError) return errorText(value, config, indent, depth + 1, within);
  if (config.callToJSON && !isFull && !isPlain && typeof value.toJSON === 'function') return print(value.toJSON(), config, indent, depth + 1, within, true);
  const name = nameOf(value);
  const title = (basic: string, text = name) => (config.min || (!config.printBasicPrototype && text === basic) ? '' : `${text} `);
  const show = (item: unknown) => print(item, config, indent + config.indent, depth + 1, within);
  if (LISTS.test(tag)) {
    const kind = tag === '[object Arguments]' ? 'Arguments' : name;
    if (isFull) return `[${kind}]`;
    const bytes = value instanceof ArrayBuffer ? new Int8Array(value) : value instanceof DataView ? new Int8Array(value.buffer, value.byteOffset, value.byteLength) : value;
    return `${title('Array', kind)}[${block({ length: bytes.length }, (_, at) => (at in bytes ? show(bytes[at]) : ''), config, indent)}]`;
  }
  if (tag === '[object Map]') return isFull ? '[Map]' : `Map {${block(value, ([key, item]: any) => `${show(key)} => ${show(item)}`, config, indent)}}`;
  if (tag === '[object Set]') return isFull ? '[Set]' : `Set {${block(value, show, config, indent)}}`;
  return isFull ? `[${name}]` : `${title('Object')}{${properties(value, config, indent, depth + 1, within)}}`;
}

function properties(value: any, config: Config, indent: string, depth: number, refs: unknown[]): string {
  const names = Object.keys(value);
  if (config.compareKeys !== null) names.sort(config.compareKeys);
  const keys = [...names, ...Object.getOwnPropertySymbols(value).filter(key => Object.prototype.propertyIsEnumerable.call(value, key))];
  const show = (item: unknown) => print(item, config, indent + config.indent, depth, refs);
  return block(keys, (key: any) => `${show(key)}: ${show(value[key])}`, config, indent);
}

function errorText(error: any, config: Config, indent: string, depth: number, refs: unknown[]): string {
  const more = { ...(error.cause === undefined ? {} : { cause: error.cause }), ...(error instanceof AggregateError ? { errors: error.errors } : {}), ...error };
  const head = `[${Error.prototype.toString.call(error)}]`;
  return Object.keys(more).length === 0 || depth > config.maxDepth ? head : `${head} {${properties(more, config, indent, depth, refs)}}`;
}

/** `StringContaining "a"`, `ArrayContaining [...]`, or what the matcher says of itself. */
function asymmetric(matcher: any, config: Config, indent: string, depth: number, refs: unknown[]): string {
  const name = matcher.toString();
  if (/^(String(Not)?(Containing|Matching)|(Not)?ArrayOf)$/.test(name)) return depth >= config.maxDepth && name.endsWith('ArrayOf') ? `[${name}]` : `${name} ${print(matcher.sample, config, indent, depth + (name.endsWith('ArrayOf') ? 1 : 0), refs)}`;
  if (/^(Array|Object)(Not)?Containing$/.test(name)) {
    if (depth >= config.maxDepth) return `[${name}]`;
    const show = (item: unknown) => print(item, config, indent + config.indent, depth + 1, refs);
    return Array.isArray(matcher.sample) ? `${name} [${block(matcher.sample, show, config, indent)}]` : `${name} {${properties(matcher.sample, config, indent, depth + 1, refs)}}`;
  }
  if (typeof matcher.toAsymmetricMatcher !== 'function') throw new TypeError(`the asymmetric matcher ${nameOf(matcher)} needs a method toAsymmetricMatcher()`);
  return matcher.toAsymmetricMatcher();
}

/** The name of what made an object. */
export function nameOf(value: any): string {
  return (typeof value.constructor === 'function' && value.constructor.name) || 'Object';
}

/** Entries with what stands around and between them. */
function block(items: ArrayLike<any> | Iterable<any>, show: (item: any, at: number) => string, config: Config, indent: string): string {
  const entries: string[] = [];
  for (const item of Array.from(items as ArrayLike<any>)) {
    if (entries.length === config.maxWidth) {
      entries.push('…');
      break;
    }
    entries.push(show(item, entries.length));
  }
  if (entries.length === 0) return '';
  const deeper = indent + config.indent;
  const isCut = entries.at(-1) === '…' && entries.length > config.maxWidth;
  return `${config.spacingOuter}${deeper}${entries.join(`,${config.spacingInner}${deeper}`)}${config.min || isCut ? '' : ','}${config.spacingOuter}${indent}`;
}
