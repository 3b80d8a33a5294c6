// Values as text, the way Node's util.inspect and util.format show them.

export interface InspectOptions {
  /** How many levels of nested objects are shown; `null` shows all. */
  depth?: number | null;
  /** How many inner levels may share a line; `false` puts every entry on a line of its own. */
  compact?: number | boolean;
  breakLength?: number;
  showHidden?: boolean;
  maxArrayLength?: number | null;
  /** Accepted for compatibility: the text never has colours. */
  colors?: boolean;
}

/** What one call of `inspect` knows and remembers. */
interface State {
  depth: number;
  compact: number;
  width: number;
  hidden: boolean;
  items: number;
  /** Column at which the current value begins a new line. */
  indent: number;
  /** Level of the object that was looked into last: tells how deep the last entry was. */
  reached: number;
  open: object[];
  circular: Map<object, number>;
}

const MAX_TEXT = 10_000;
const CUSTOM = Symbol.for('nodejs.util.inspect.custom');
const NEEDS_ESCAPE = /[\x00-\x1f\x27\x5c\x7f-\x9f\ud800-\udfff]/;
const PLAIN_KEY = /^[a-zA-Z_][a-zA-Z_0-9]*$/;
const INDEX = /^(0|[1-9][0-9]*)$/;
const SHORT: Record<string, string> = { '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r', '\\': '\\\\' };
const TypedArray = Object.getPrototypeOf(Uint8Array);

/** A value as a person reads it. */
export function inspect(value: unknown, options: InspectOptions = {}): string {
  const { compact = 3, breakLength = 80, showHidden = false } = options;
  const depth = options.depth === undefined ? 2 : options.depth;
  const items = options.maxArrayLength === undefined ? 100 : options.maxArrayLength;
  return show(value, 0, {
    depth: depth ?? Infinity, compact: compact === true ? Infinity : Number(compact), width: breakLength, hidden: showHidden,
    items: items ?? Infinity, indent: 0, reached: 0, open: [], circular: new Map(),
  });
}
inspect.custom = CUSTOM;

/** The arguments as one text: `%s %d %i %f %j %o %O %c %%` first, the rest separated by spaces. */
export function format(...args: unknown[]): string {
  let used = 0;
  let text = '';
  if (typeof args[0] === 'string') {
    used = 1;
    text = args[0];
    if (args.length > 1 && text.includes('%')) [text, used] = fill(text, args);
  }
  for (; used < args.length; used++) {
    const part = args[used];
    text += (used > 0 ? ' ' : '') + (typeof part === 'string' ? part : inspect(part));
  }
  return text;
}

function fill(template: string, args: unknown[]): [string, number] {
  let used = 1;
  let text = '';
  let from = 0;
  for (let at = template.indexOf('%'); at >= 0 && at + 1 < template.length; at = template.indexOf('%', at)) {
    const kind = template[at + 1];
    const known = kind === '%' || (used < args.length && 'sdifjoOc'.includes(kind));
    if (!known) {
      at++;
      continue;
    }
    text += template.slice(from, at) + (kind === '%' ? '%' : directive(kind, args[used++]));
    from = at += 2;
  }
  return [text + template.slice(from), used];
}

function directive(kind: string, value: any): string {
  switch (kind) {
    case 's':
      if (typeof value === 'number') return number(value);
      if (typeof value === 'bigint') return `${value}n`;
      if (typeof value !== 'object' || value === null || hasOwnText(value)) return String(value);
      return inspect(value, { depth: 0 });
    case 'd':
    case 'i':
    case 'f':
      if (typeof value === 'bigint' && kind !== 'f') return `${value}n`;
      if (typeof value === 'symbol') return 'NaN';
      return number(kind === 'd' ? Number(value) : kind === 'i' ? parseInt(value, 10) : parseFloat(value));
    case 'j':
      return json(value);
    case 'c':
      return '';
    default:
      return inspect(value, kind === 'o' ? { depth: 4, showHidden: true } : {});
  }
}

function json(value: unknown): string {
  try {
    return String(JSON.stringify(value));
  } catch (error) {
    if (/circular|cyclic/i.test(String((error as Error).message))) return '[Circular]';
    throw error;
  }
}

/** Whether a value has a `toString` that is not the language's. */
function hasOwnText(value: any): boolean {
  let owner = value;
  while (owner !== null && !Object.hasOwn(owner, 'toString')) owner = Object.getPrototypeOf(owner);
  if (owner === null) return false;
  const maker = Object.getOwnPropertyDescriptor(owner, 'constructor')?.value;
  return owner === value || typeof maker !== 'function' || (globalThis as any)[maker.name] !== maker;
}

function number(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function show(value: any, level: number, state: State): string {
  switch (typeof value) {
    case 'string':
      return showText(value, state);
    case 'number':
      return number(value);
    case 'bigint':
      return `${value}n`;
    case 'symbol':
      return value.toString();
    case 'undefined':
    case 'boolean':
      return String(value);
  }
  if (value === null) return 'null';
  const custom = value[CUSTOM];
  if (typeof custom === 'function' && custom !== inspect) {
    const shown = custom.call(value, state.depth - level, { depth: state.depth - level }, inspect);
    if (shown !== value) return typeof shown === 'string' ? shown.replaceAll('\n', `\n${' '.repeat(state.indent)}`) : show(shown, level, state);
  }
  if (state.open.includes(value)) {
    if (!state.circular.has(value)) state.circular.set(value, state.circular.size + 1);
    return `[Circular *${state.circular.get(value)}]`;
  }
  return showObject(value, level, state);
}

function showText(text: string, state: State): string {
  let trailer = '';
  if (text.length > MAX_TEXT) {
    const left = text.length - MAX_TEXT;
    trailer = `... ${left} more character${left > 1 ? 's' : ''}`;
    text = text.slice(0, MAX_TEXT);
  }
  if (state.compact === Infinity || text.length <= 16 || text.length <= state.width - state.indent - 4) return quote(text) + trailer;
  const lines = text.split('\n').map((line, index, all) => (index < all.length - 1 ? `${line}\n` : line));
  if (lines[lines.length - 1] === '') lines.pop();
  return lines.map(quote).join(` +\n${' '.repeat(state.indent + 2)}`) + trailer;
}

function quote(text: string): string {
  if (!NEEDS_ESCAPE.test(text)) return `'${text}'`;
  const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : !text.includes('`') && !text.includes('${') ? '`' : "'";
  const parts: string[] = [];
  for (const char of text) {
    const code = char.charCodeAt(0);
    if (char === mark) parts.push('\\' + char);
    else if (SHORT[char] !== undefined) parts.push(SHORT[char]);
    else if (code < 32 || (code >= 127 && code < 160)) parts.push('\\x' + code.toString(16).toUpperCase().padStart(2, '0'));
    else if (char.length === 1 && code >= 0xd800 && code <= 0xdfff) parts.push('\\u' + code.toString(16));
    else parts.push(char);
  }
  return mark + parts.join('') + mark;
}

/** The name of the constructor that made a value; null without a prototype. */
function makerOf(value: any): string | null {
  for (let owner = value; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const maker = Object.getOwnPropertyDescriptor(owner, 'constructor')?.value;
    if (typeof maker === 'function' && maker.name !== '' && maker.prototype && value instanceof maker) return String(maker.name);
  }
  return null;
}

/** How a kind of object is written: `base { entries }`, or only `base` when it has no entries. */
interface Shape {
  base: string;
  open: string;
  close: string;
  /** The entries before the object's own properties. */
  entries?: (level: number) => string[];
  /** Whether it is empty but for its own properties. */
  empty: boolean;
  keys: PropertyKey[];
  list?: any;
}

function showObject(value: any, level: number, state: State): string {
  const maker = makerOf(value);
  const shape = shapeOf(value, maker, state);
  const { base, open, close, keys } = shape;
  if (shape.empty && keys.length === 0) return base !== '' ? base : `${open}${close}`;
  if (level > state.depth) return Array.isArray(value) ? '[Array]' : `[${maker ?? 'Object: null prototype'}${tagOf(value, maker)}]`;
  state.open.push(value);
  state.reached = level + 1;
  state.indent += 2;
  const entries = shape.entries === undefined ? [] : shape.entries(level + 1);
  for (const key of keys) entries.push(property(value, key, level + 1, state));
  state.indent -= 2;
  state.open.pop();
  const mark = state.circular.get(value);
  const prefix = mark === undefined ? '' : `<ref *${mark}> `;
  return layout(base === '' ? prefix : `${prefix}${base} `, open, close, entries, level + 1, state, shape.list);
}

/** ` [Tag]` when `Symbol.toStringTag` says more than the constructor. */
function tagOf(value: any, maker: string | null): string {
  const tag = value[Symbol.toStringTag];
  if (typeof tag !== 'string' || tag === '' || tag === maker || Object.prototype.propertyIsEnumerable.call(value, Symbol.toStringTag)) return '';
  return ` [${tag}]`;
}

function shapeOf(value: any, maker: string | null, state: State): Shape {
  const keys = keysOf(value, state);
  const head = (usual: string, size = '') => (maker === null ? `[${usual}${size}: null prototype]` : maker + size) + tagOf(value, maker ?? usual) + ' ';
  const word = (base: string): Shape => ({ base, open: '{', close: '}', empty: true, keys });
  const braces = (open: string, size: number, entries?: Shape['entries']): Shape => ({ base: '', open, close: '}', empty: size === 0, keys, entries });
  const nested = (item: unknown, level: number) => show(item, level, state);
  if (Array.isArray(value)) {
    const open = maker === 'Array' && tagOf(value, maker) === '' ? '[' : `${head('Array', `(${value.length})`)}[`;
    return { base: '', open, close: ']', empty: value.length === 0, keys, list: value, entries: level => items(value, level, state) };
  }
  if (typeof value === 'function') return word(functionName(value, maker));
  if (value instanceof Error) return word(errorText(value, maker, keys, state));
  if (value instanceof Map) {
    const pair = (level: number) => ([key, item]: [unknown, unknown]) => `${nested(key, level)} => ${nested(item, level)}`;
    return braces(`${head('Map', `(${value.size})`)}{`, value.size, level => limited(value, value.size, pair(level), state));
  }
  if (value instanceof Set) {
    return braces(`${head('Set', `(${value.size})`)}{`, value.size, level => limited(value, value.size, item => nested(item, level), state));
  }
  if (value instanceof Date) return word(Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString());
  if (value instanceof RegExp) return word(RegExp.prototype.toString.call(value));
  if (value instanceof TypedArray) {
    const open = `${head('TypedArray', `(${value.length})`)}[`;
    return { base: '', open, close: ']', empty: value.length === 0, keys, list: value, entries: () => limited(value, value.length, item => show(item, 0, state), state) };
  }
  if (value instanceof ArrayBuffer) return braces(`${head('ArrayBuffer')}{`, 1, () => bytes(value));
  if (value instanceof DataView) {
    const entries = (level: number) => ['byteLength', 'byteOffset', 'buffer'].map(key => `${key}: ${nested((value as any)[key], level)}`);
    return braces(`${head('DataView')}{`, 1, entries);
  }
  if (value instanceof WeakMap || value instanceof WeakSet) return braces(`${head('WeakMap')}{`, 1, () => ['<items unknown>']);
  const inner = unboxed(value);
  if (inner !== undefined) return word(`[${inner[0]}${maker !== inner[0] ? ` (${maker})` : ''}: ${show(inner[1], 0, state)}]`);
  if (Object.prototype.toString.call(value) === '[object Arguments]') return braces('[Arguments] {', 0);
  const open = maker === 'Object' && tagOf(value, maker) === '' ? '{' : `${head('Object')}{`;
  return braces(open, 0);
}

/** A primitive in an object: its type and itself. */
function unboxed(value: any): [string, unknown] | undefined {
  for (const type of [Number, String, Boolean, BigInt, Symbol]) {
    if (value instanceof type) {
      try {
        return [type.name, (type.prototype as any).valueOf.call(value)];
      } catch {
        return undefined;
      }
    }
  }
  return undefined;
}

function functionName(fn: any, maker: string | null): string {
  const name = typeof fn.name === 'string' && fn.name !== '' ? fn.name : '';
  // Only the `prototype` of classes is read-only; the engine does not keep their source text.
  const prototype = Object.getOwnPropertyDescriptor(fn, 'prototype');
  const isClass = prototype !== undefined && prototype.writable === false && (globalThis as any)[name] !== fn;
  if (isClass || Function.prototype.toString.call(fn).startsWith('class')) {
    const parent = Object.getPrototypeOf(fn);
    const base = typeof parent === 'function' && parent.name ? ` extends ${parent.name}` : parent === null ? ' extends null' : '';
    return `[class ${name === '' ? '(anonymous)' : name}${base}]`;
  }
  const kind = maker ?? 'Function (null prototype)';
  return name === '' ? `[${kind} (anonymous)]` : `[${kind}: ${name}]`;
}

/** Head line and frames. Takes the keys that they show already out of `keys`. */
function errorText(error: any, maker: string | null, keys: PropertyKey[], state: State): string {
  const stack = typeof error.stack === 'string' ? error.stack.trimEnd() : '';
  const name = error.name === undefined || error.name === null ? 'Error' : String(error.name);
  const message = String(error.message ?? '');
  const frames = stack.startsWith('    at ') ? 0 : stack.indexOf('\n    at ') + 1;
  const hasFrames = frames > 0 || stack.startsWith('    at ');
  let head = hasFrames ? stack.slice(0, Math.max(0, frames - 1)) : stack;
  if (head === '') head = message === '' ? name : `${name}: ${message}`;
  if (maker !== null && name.endsWith('Error') && !maker.includes(name) && head.startsWith(name)) head = `${maker} [${name}]${head.slice(name.length)}`;
  else if (maker !== null && name === 'Error' && maker !== name && head.startsWith(name)) head = maker + head.slice(name.length);
  let text = hasFrames ? `${head}\n${stack.slice(frames)}` : `[${head}]`;
  if (!state.hidden) {
    for (const key of ['name', 'message', 'stack']) {
      const at = keys.indexOf(key);
      if (at >= 0 && (typeof error[key] !== 'string' || text.includes(error[key]) || key === 'stack')) keys.splice(at, 1);
    }
  }
  for (const key of ['cause', 'errors']) if (Object.hasOwn(error, key) && !keys.includes(key)) keys.push(key);
  if (state.indent > 0) text = text.replaceAll('\n', `\n${' '.repeat(state.indent)}`);
  return text;
}

function bytes(buffer: ArrayBuffer): string[] {
  const shown = Array.from(new Uint8Array(buffer, 0, Math.min(50, buffer.byteLength)), byte => byte.toString(16).padStart(2, '0'));
  const left = buffer.byteLength - shown.length;
  const more = left > 0 ? ` ... ${left} more byte${left > 1 ? 's' : ''}` : '';
  return [`[Uint8Contents]: <${shown.join(' ')}${more}>`, `byteLength: ${buffer.byteLength}`];
}

function moreItems(left: number): string {
  return `... ${left} more item${left > 1 ? 's' : ''}`;
}

function limited(values: Iterable<any>, size: number, item: (value: any) => string, state: State): string[] {
  const parts: string[] = [];
  for (const value of values) {
    if (parts.length >= state.items) break;
    parts.push(item(value));
  }
  if (size > parts.length) parts.push(moreItems(size - parts.length));
  return parts;
}

/** The items of an array; runs of holes are one entry. */
function items(array: any, level: number, state: State): string[] {
  const parts: string[] = [];
  let index = 0;
  let present: string[] | undefined;
  while (index < array.length && parts.length < state.items) {
    if (Object.hasOwn(array, index)) {
      parts.push(show(array[index++], level, state));
      continue;
    }
    present ??= Object.keys(array).filter(isIndex);
    const here = index;
    const next = present.find(key => Number(key) > here);
    const end = next === undefined ? array.length : Number(next);
    parts.push(`<${end - index} empty item${end - index > 1 ? 's' : ''}>`);
    index = end;
  }
  if (index < array.length) parts.push(moreItems(array.length - index));
  return parts;
}

function isIndex(key: PropertyKey): boolean {
  return typeof key === 'string' && INDEX.test(key);
}

/** The properties that are shown; not the items of arrays. Long arrays are not searched for others. */
function keysOf(value: any, state: State): PropertyKey[] {
  const list = Array.isArray(value) || value instanceof TypedArray || value instanceof String;
  if (list && value.length > 10_000) return [];
  const all = Reflect.ownKeys(value);
  return all.filter(key => (state.hidden || Object.prototype.propertyIsEnumerable.call(value, key)) && !(list && isIndex(key)));
}

function property(value: any, key: PropertyKey, level: number, state: State): string {
  const about = Object.getOwnPropertyDescriptor(value, key) ?? { value: value[key], enumerable: true };
  let name = typeof key === 'symbol' ? `[${key.toString()}]` : String(key);
  if (typeof key === 'string') {
    if (about.enumerable === false) name = `[${key}]`;
    else if (key === '__proto__') name = "['__proto__']";
    else if (!PLAIN_KEY.test(key)) name = quote(key);
  }
  if (about.get !== undefined) return `${name}: ${about.set !== undefined ? '[Getter/Setter]' : '[Getter]'}`;
  if (about.set !== undefined) return `${name}: [Setter]`;
  return `${name}: ${show(about.value, level, state)}`;
}

/** One line when it is short and not too deep, else a line for each entry (or for some, in long arrays). */
function layout(base: string, open: string, close: string, entries: string[], level: number, state: State, list: any): string {
  const count = entries.length;
  if (state.compact >= 1) {
    if (list !== undefined && count > 6) entries = grouped(entries, list, state);
    if (state.reached - level < state.compact && entries.length === count) {
      let length = 2 * count + state.indent + open.length + base.length + 10;
      for (const entry of entries) length += entry.length;
      if (length <= state.width && !base.includes('\n')) {
        const line = entries.join(', ');
        if (!line.includes('\n')) return `${base}${open} ${line} ${close}`;
      }
    }
  }
  const start = `\n${' '.repeat(state.indent)}`;
  return `${base}${open}${start}  ${entries.join(`,${start}  `)}${start}${close}`;
}

/** Short entries of a long array in columns. */
function grouped(entries: string[], list: any, state: State): string[] {
  const count = list.length > state.items ? Math.min(entries.length, state.items) : entries.length;
  let total = 0;
  let longest = 0;
  for (let i = 0; i < count; i++) {
    total += entries[i].length + 2;
    if (entries[i].length > longest) longest = entries[i].length;
  }
  const cell = longest + 2;
  if (cell * 3 + state.indent >= state.width || (total / cell <= 5 && longest > 6)) return entries;
  const typical = Math.max(cell - 3 - Math.sqrt(cell - total / entries.length), 1);
  const square = Math.round(Math.sqrt(2.5 * typical * count) / typical);
  const columns = Math.min(square, Math.floor((state.width - state.indent) / cell), state.compact * 4, 15);
  if (columns <= 1) return entries;
  const widths: number[] = [];
  for (let i = 0; i < count; i++) widths[i % columns] = Math.max(widths[i % columns] ?? 0, entries[i].length + 2);
  const right = entries.every((_, index) => typeof list[index] === 'number' || typeof list[index] === 'bigint');
  const lines: string[] = [];
  for (let from = 0; from < count; from += columns) {
    const to = Math.min(from + columns, count);
    let line = '';
    for (let i = from; i < to; i++) {
      const last = i === to - 1;
      const width = widths[i - from] - (last ? 2 : 0);
      const text = last ? entries[i] : `${entries[i]}, `;
      line += right ? text.padStart(width) : last ? text : text.padEnd(width);
    }
    lines.push(line);
  }
  return count < entries.length ? [...lines, entries[count]] : lines;
}
