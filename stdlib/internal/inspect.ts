// Values as text, the way Node's util.inspect and util.format show them.

const MAX_ITEMS = 100;
const LINE_WIDTH = 72;

interface State {
  depth: number;
  seen: object[];
  circular: Map<object, number>;
}

/** A value as a person reads it. */
export function inspect(value: unknown, options: { depth?: number } = {}): string {
  return show(value, { depth: options.depth ?? 2, seen: [], circular: new Map() }, 0, true);
}

/** The arguments as one text: `%s %d %i %f %j %o %O %c %%` first, the rest separated by spaces. */
export function format(...args: unknown[]): string {
  let index = 0;
  let text = '';
  if (typeof args[0] === 'string') {
    index = 1;
    text = args.length === 1 ? args[0] : fill(args[0], () => args[index++], () => index < args.length);
  }
  for (; index < args.length; index++) {
    const part = typeof args[index] === 'string' ? (args[index] as string) : inspect(args[index]);
    text += (index > 0 ? ' ' : '') + part;
  }
  return text;
}

function fill(template: string, next: () => unknown, more: () => boolean): string {
  let text = '';
  for (let i = 0; i < template.length; i++) {
    const kind = template[i + 1];
    if (template[i] !== '%' || kind === undefined) {
      text += template[i];
      continue;
    }
    if (kind === '%') text += '%';
    else if (!'sdifjoOc'.includes(kind) || !more()) {
      text += '%';
      continue;
    } else text += directive(kind, next());
    i++;
  }
  return text;
}

function directive(kind: string, value: unknown): string {
  switch (kind) {
    case 's':
      if (typeof value === 'string') return value;
      if (typeof value === 'bigint') return `${value}n`;
      return typeof value === 'object' && value !== null ? inspect(value, { depth: 0 }) : String(value);
    case 'd':
      return typeof value === 'bigint' ? `${value}n` : typeof value === 'object' ? 'NaN' : show(Number(value as any), fresh(), 0, true);
    case 'i':
      return typeof value === 'bigint' ? `${value}n` : String(parseInt(value as any, 10));
    case 'f':
      return String(parseFloat(value as any));
    case 'j':
      try {
        return String(JSON.stringify(value));
      } catch {
        return '[Circular]';
      }
    case 'c':
      return '';
    case 'o':
      return inspect(value, { depth: 4 });
    default:
      return inspect(value);
  }
}

function fresh(): State {
  return { depth: 2, seen: [], circular: new Map() };
}

function show(value: any, state: State, level: number, top = false): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'symbol':
      return value.toString();
    case 'function':
      return showObject(value, state, level);
    case 'object':
      return value === null ? 'null' : showObject(value, state, level);
    default:
      return String(value);
  }
}

function quote(text: string): string {
  const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : !text.includes('`') && !text.includes('${') ? '`' : "'";
  let out = mark;
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    if (char === '\n') out += '\\n';
    else if (char === '\t') out += '\\t';
    else if (char === '\r') out += '\\r';
    else if (char === '\b') out += '\\b';
    else if (char === '\f') out += '\\f';
    else if (char === '\\') out += '\\\\';
    else if (char === mark) out += '\\' + char;
    else if (code < 32 || (code >= 127 && code < 160)) out += '\\x' + code.toString(16).toUpperCase().padStart(2, '0');
    else if (code >= 0xd800 && code <= 0xdfff) out += '\\u' + code.toString(16).toUpperCase();
    else out += char;
  }
  return out + mark;
}

function showObject(value: any, state: State, level: number): string {
  if (state.seen.includes(value)) {
    if (!state.circular.has(value)) state.circular.set(value, state.circular.size + 1);
    return `[Circular *${state.circular.get(value)}]`;
  }
  const head = headOf(value);
  if (level > state.depth) return collapsed(value);
  state.seen.push(value);
  const { prefix, open, close, parts } = contentOf(value, head, state, level);
  state.seen.pop();
  let text = parts.length === 0 && open === '' ? prefix : layout(prefix, open, close, parts, level);
  const mark = state.circular.get(value);
  if (mark !== undefined) text = `<ref *${mark}> ${text}`;
  return text;
}

/** The name of the constructor that made a value; null without a prototype. */
function headOf(value: any): string | null {
  let prototype = Object.getPrototypeOf(value);
  while (prototype !== null) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, 'constructor');
    if (descriptor && typeof descriptor.value === 'function' && descriptor.value.name !== '') return descriptor.value.name;
    prototype = Object.getPrototypeOf(prototype);
  }
  return null;
}

function collapsed(value: any): string {
  if (Array.isArray(value)) return '[Array]';
  if (typeof value === 'function') return functionName(value);
  const head = headOf(value);
  return head === null ? '[Object: null prototype]' : `[${head}]`;
}

function functionName(fn: any): string {
  const source = Function.prototype.toString.call(fn);
  const name = typeof fn.name === 'string' && fn.name !== '' ? fn.name : null;
  if (source.startsWith('class')) {
    const parent = Object.getPrototypeOf(fn);
    const base = typeof parent === 'function' && parent.name ? ` extends ${parent.name}` : '';
    return name === null ? `[class (anonymous)${base}]` : `[class ${name}${base}]`;
  }
  const kind = headOf(fn) ?? 'Function';
  return name === null ? `[${kind} (anonymous)]` : `[${kind}: ${name}]`;
}

interface Content {
  prefix: string;
  open: string;
  close: string;
  parts: string[];
}

function contentOf(value: any, head: string | null, state: State, level: number): Content {
  const inner = (item: unknown) => show(item, state, level + 1);
  const named = (usual: string, size?: number) => {
    const name = head ?? `[${usual}: null prototype]`;
    return size === undefined ? (name === usual ? '' : `${name} `) : name === usual && usual === 'Array' ? '' : `${name}(${size}) `;
  };
  if (Array.isArray(value)) {
    return { prefix: named('Array', value.length), open: '[', close: ']', parts: [...items(value, inner), ...properties(value, inner, true)] };
  }
  if (typeof value === 'function') return bare(functionName(value), value, inner);
  if (value instanceof Error) return errorContent(value, inner);
  if (value instanceof Map) {
    const parts = [...value].slice(0, MAX_ITEMS).map(([key, item]) => `${inner(key)} => ${inner(item)}`);
    return { prefix: `${head ?? 'Map'}(${value.size}) `, open: '{', close: '}', parts: more(parts, value.size, [...properties(value, inner)]) };
  }
  if (value instanceof Set) {
    const parts = [...value].slice(0, MAX_ITEMS).map(inner);
    return { prefix: `${head ?? 'Set'}(${value.size}) `, open: '{', close: '}', parts: more(parts, value.size, [...properties(value, inner)]) };
  }
  if (value instanceof Date) return bare(Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString(), value, inner);
  if (value instanceof RegExp) return bare(RegExp.prototype.toString.call(value), value, inner);
  if (value instanceof Promise) return { prefix: 'Promise ', open: '{', close: '}', parts: properties(value, inner) };
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const typed = value as any;
    return { prefix: `${head}(${typed.length}) `, open: '[', close: ']', parts: more(Array.from(typed.slice(0, MAX_ITEMS), inner), typed.length, []) };
  }
  if (value instanceof ArrayBuffer) {
    const bytes = Array.from(new Uint8Array(value, 0, Math.min(50, value.byteLength)), byte => byte.toString(16).padStart(2, '0'));
    return { prefix: 'ArrayBuffer ', open: '{', close: '}', parts: [`[Uint8Contents]: <${bytes.join(' ')}>`, `byteLength: ${value.byteLength}`] };
  }
  for (const Wrapper of [Number, String, Boolean]) {
    if (value instanceof Wrapper) return bare(`[${Wrapper.name}: ${inner((value as any).valueOf())}]`, {}, inner);
  }
  return { prefix: named('Object'), open: '{', close: '}', parts: properties(value, inner) };
}

/** A value that is shown by one word, with braces only when it has properties of its own. */
function bare(text: string, value: any, inner: (item: unknown) => string): Content {
  const parts = properties(value, inner);
  return parts.length === 0 ? { prefix: text, open: '', close: '', parts } : { prefix: `${text} `, open: '{', close: '}', parts };
}

function errorContent(error: any, inner: (item: unknown) => string): Content {
  const head = String(error.message) === '' ? String(error.name) : `${error.name}: ${error.message}`;
  let stack = typeof error.stack === 'string' ? error.stack : '';
  if (!stack.startsWith(String(error.name))) stack = stack === '' ? head : `${head}\n${stack}`;
  const text = stack.includes('\n    at') ? stack : `[${head}]`;
  const parts = properties(error, inner).filter(part => !/^(stack|message|name): /.test(part));
  if (Object.hasOwn(error, 'cause')) parts.push(`[cause]: ${inner(error.cause)}`);
  return parts.length === 0 ? { prefix: text, open: '', close: '', parts } : { prefix: `${text} `, open: '{', close: '}', parts };
}

function items(array: any[], inner: (item: unknown) => string): string[] {
  const parts: string[] = [];
  let index = 0;
  for (; index < array.length && parts.length < MAX_ITEMS; index++) {
    if (index in array) {
      parts.push(inner(array[index]));
      continue;
    }
    let holes = 1;
    while (index + 1 < array.length && !(index + 1 in array)) {
      holes++;
      index++;
    }
    parts.push(`<${holes} empty item${holes > 1 ? 's' : ''}>`);
  }
  const left = array.length - index;
  if (left > 0) parts.push(`... ${left} more item${left > 1 ? 's' : ''}`);
  return parts;
}

function more(parts: string[], size: number, rest: string[]): string[] {
  const left = size - parts.length;
  if (left > 0) parts.push(`... ${left} more item${left > 1 ? 's' : ''}`);
  return [...parts, ...rest];
}

function properties(value: any, inner: (item: unknown) => string, skipIndices = false): string[] {
  const parts: string[] = [];
  for (const key of Reflect.ownKeys(value)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    if (!descriptor || !descriptor.enumerable) continue;
    if (typeof key === 'string' && skipIndices && /^(0|[1-9][0-9]*)$/.test(key)) continue;
    const name = typeof key === 'symbol' ? `[${key.toString()}]` : /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(key) ? key : quote(key);
    const shown = descriptor.get ? (descriptor.set ? '[Getter/Setter]' : '[Getter]') : descriptor.set ? '[Setter]' : inner(descriptor.value);
    parts.push(`${name}: ${shown}`);
  }
  return parts;
}

function layout(prefix: string, open: string, close: string, parts: string[], level: number): string {
  if (parts.length === 0) return `${prefix}${open}${close}`;
  const length = parts.reduce((sum, part) => sum + part.length + 2, prefix.length + level * 2);
  if (length <= LINE_WIDTH && !parts.some(part => part.includes('\n'))) return `${prefix}${open} ${parts.join(', ')} ${close}`;
  const indent = '  '.repeat(level + 1);
  return `${prefix}${open}\n${indent}${parts.join(`,\n${indent}`)}\n${'  '.repeat(level)}${close}`;
}
