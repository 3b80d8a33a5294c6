// structuredClone: a deep copy of data, by the HTML standard's algorithm
// (https://html.spec.whatwg.org/multipage/structured-data.html#structuredserializeinternal).

import { DOMException } from 'cronflow:internal/dom_exception';

/** Objects with inner state that cannot be copied. */
const REFUSED = [
  'Promise', 'WeakMap', 'WeakSet', 'WeakRef', 'FinalizationRegistry', 'Generator', 'AsyncGenerator', 'Symbol', 'SharedArrayBuffer',
  'Map Iterator', 'Set Iterator', 'Array Iterator', 'String Iterator', 'RegExp String Iterator', 'Iterator Helper',
];
const ERRORS: Record<string, any> = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

export function structuredClone(value: unknown, options: { transfer?: unknown[] } = {}): any {
  if (arguments.length === 0) throw new TypeError('structuredClone needs a value');
  const moved = new Set<ArrayBuffer>();
  for (const item of options?.transfer ?? []) {
    if (!(item instanceof ArrayBuffer)) throw refused('a value that cannot be transferred');
    if (moved.has(item)) throw refused('a buffer that is transferred twice');
    if ((item as any).detached) throw refused('a detached buffer');
    moved.add(item);
  }
  const copy = clone(value, new Map());
  // Only now: when something cannot be cloned, nothing must be lost.
  for (const buffer of moved) (buffer as any).transfer?.();
  return copy;
}

function refused(what: string): DOMException {
  return new DOMException(`${what} could not be cloned.`, 'DataCloneError');
}

function clone(value: any, seen: Map<object, object>): any {
  if (typeof value === 'symbol' || typeof value === 'function') throw refused(String(value));
  if (typeof value !== 'object' || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  const keep = <T extends object>(copy: T): T => {
    seen.set(value, copy);
    return copy;
  };
  if (value instanceof Date) return keep(new Date(value.getTime()));
  if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
  if (value instanceof Number || value instanceof String || value instanceof Boolean || value instanceof BigInt) return keep(Object(value.valueOf()));
  if (value instanceof ArrayBuffer) {
    if ((value as any).detached) throw refused('a detached ArrayBuffer');
    return keep(value.slice(0));
  }
  if (ArrayBuffer.isView(value)) return keep(cloneView(value, seen));
  if (value instanceof Map) return cloneMap(value, keep(new Map()), seen);
  if (value instanceof Set) return cloneSet(value, keep(new Set()), seen);
  if (value instanceof DOMException) return keep(new DOMException(value.message, value.name));
  if (value instanceof Error) return cloneError(value, seen);
  if (Array.isArray(value)) return cloneProperties(value, keep(new Array(value.length)), seen);
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (REFUSED.includes(tag) && !Object.hasOwn(value, Symbol.toStringTag)) throw refused(`#<${tag}>`);
  return cloneProperties(value, keep({}), seen);
}

function cloneView(view: any, seen: Map<object, object>): any {
  const buffer = clone(view.buffer, seen);
  const length = view instanceof DataView ? view.byteLength : view.length;
  const kind = (globalThis as any)[Object.prototype.toString.call(view).slice(8, -1)];
  return new kind(buffer, view.byteOffset, length);
}

function cloneMap(map: Map<any, any>, copy: Map<any, any>, seen: Map<object, object>): Map<any, any> {
  for (const [key, value] of [...map]) copy.set(clone(key, seen), clone(value, seen));
  return copy;
}

function cloneSet(set: Set<any>, copy: Set<any>, seen: Map<object, object>): Set<any> {
  for (const value of [...set]) copy.add(clone(value, seen));
  return copy;
}

function cloneError(error: any, seen: Map<object, object>): any {
  const copy = new (ERRORS[error.name] ?? Error)();
  seen.set(error, copy);
  const define = (key: string, value: unknown) =>
    Object.defineProperty(copy, key, { value, writable: true, configurable: true, enumerable: false });
  const message = Object.getOwnPropertyDescriptor(error, 'message');
  if (message && 'value' in message) define('message', String(message.value));
  if (typeof error.stack === 'string') define('stack', error.stack);
  if (Object.hasOwn(error, 'cause')) define('cause', clone(error.cause, seen));
  return copy;
}

function cloneProperties(from: any, to: any, seen: Map<object, object>): any {
  for (const key of Object.keys(from)) {
    const value = clone(from[key], seen);
    Object.defineProperty(to, key, { value, writable: true, configurable: true, enumerable: true });
  }
  return to;
}
