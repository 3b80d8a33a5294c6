// structuredClone (https://html.spec.whatwg.org/multipage/structured-data.html). Complete, but for errors: what the copy
// of an error keeps beside its message is the stack and the cause.

import { bufferDetach, bufferHasGone } from 'cronflow:internal/ops';
import { DOMException } from 'cronflow:internal/dom_exception';
import { behaviourOf, required, toDictionary, toSequence } from 'cronflow:internal/web/webidl';

/** Objects with inner state that cannot be copied. */
const REFUSED = [
  'Promise', 'WeakMap', 'WeakSet', 'WeakRef', 'FinalizationRegistry', 'Generator', 'AsyncGenerator', 'Symbol',
  'Map Iterator', 'Set Iterator', 'Array Iterator', 'String Iterator', 'RegExp String Iterator', 'Iterator Helper',
];
const ERRORS: Record<string, any> = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

type Seen = Map<object, object>;

export function structuredClone(value: unknown, options: unknown = undefined): any {
  required(arguments, 1, 'structuredClone');
  const { transfer } = toDictionary(options, 'structuredClone: the options');
  const list = transfer === undefined ? [] : toSequence(transfer, item => item, 'structuredClone: transfer');
  return cloneWithTransfer(value, list).copy;
}

/** A deep copy; objects of the list move instead, in the order of the list. */
export function cloneWithTransfer(value: unknown, list: unknown[]): { copy: any; moved: object[] } {
  const seen: Seen = new Map();
  const commits: (() => void)[] = [];
  for (const item of list as any[]) {
    if (typeof item !== 'object' || item === null) throw refused('a value that cannot be transferred');
    if (seen.has(item)) throw refused('an object that is transferred twice');
    const transfer = item instanceof ArrayBuffer ? transferBuffer : behaviourOf(item)?.transfer;
    if (transfer === undefined) throw refused('an object that cannot be transferred');
    const { value: moved, commit } = transfer(item);
    seen.set(item, moved);
    commits.push(commit);
  }
  const copy = clone(value, seen);
  // Only now: when something cannot be cloned, nothing must be lost. A getter may have taken a buffer away.
  for (const item of list) if (item instanceof ArrayBuffer && bufferHasGone(item)) throw refused('a detached buffer');
  for (const commit of commits) commit();
  return { copy, moved: list.map(item => seen.get(item as object)!) };
}

export function refused(what: string): DOMException {
  return new DOMException(`${what} could not be cloned.`, 'DataCloneError');
}

function transferBuffer(buffer: ArrayBuffer): { value: ArrayBuffer; commit: () => void } {
  if (bufferHasGone(buffer)) throw refused('a detached ArrayBuffer');
  return { value: cloneBuffer(buffer), commit: () => bufferDetach(buffer) };
}

function cloneBuffer(buffer: any): ArrayBuffer {
  const copy = buffer.resizable
    ? new (ArrayBuffer as any)(buffer.byteLength, { maxByteLength: buffer.maxByteLength })
    : new ArrayBuffer(buffer.byteLength);
  new Uint8Array(copy).set(new Uint8Array(buffer));
  return copy;
}

function clone(value: any, seen: Seen): any {
  if (typeof value === 'symbol' || typeof value === 'function') throw refused(String(value));
  if (typeof value !== 'object' || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    // The usual case: nothing else can hide behind it, but an `arguments` or a boxed value with a foreign prototype.
    if (Array.isArray(value)) return cloneProperties(value, keep(value, new Array(value.length), seen), seen);
    if (!Object.hasOwn(value, Symbol.toStringTag)) return cloneOrdinary(value, seen);
  }
  return cloneObject(value, seen);
}

function keep<T extends object>(from: object, copy: T, seen: Seen): T {
  seen.set(from, copy);
  return copy;
}

function cloneObject(value: any, seen: Seen): any {
  if (Array.isArray(value)) return cloneProperties(value, keep(value, new Array(value.length), seen), seen);
  if (value instanceof Date) return keep(value, new Date(Date.prototype.getTime.call(value)), seen);
  if (value instanceof RegExp) return keep(value, cloneRegExp(value), seen);
  if (value instanceof Number || value instanceof String || value instanceof Boolean || value instanceof BigInt) {
    return keep(value, Object(value.valueOf()), seen);
  }
  if (value instanceof ArrayBuffer) {
    if (bufferHasGone(value)) throw refused('a detached ArrayBuffer');
    return keep(value, cloneBuffer(value), seen);
  }
  if (value instanceof SharedArrayBuffer) throw refused('a SharedArrayBuffer');
  if (ArrayBuffer.isView(value)) return keep(value, cloneView(value, seen), seen);
  if (value instanceof Map) return cloneMap(value, keep(value, new Map(), seen), seen);
  if (value instanceof Set) return cloneSet(value, keep(value, new Set(), seen), seen);
  const behaviour = behaviourOf(value);
  if (behaviour !== undefined) {
    if (behaviour.clone === undefined) throw refused(Object.prototype.toString.call(value));
    return keep(value, behaviour.clone(value, inner => clone(inner, seen)), seen);
  }
  if (value instanceof Error) return cloneError(value, seen);
  return cloneOrdinary(value, seen);
}

function cloneOrdinary(value: any, seen: Seen): any {
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (tag !== 'Object' && REFUSED.includes(tag) && !Object.hasOwn(value, Symbol.toStringTag)) throw refused(`#<${tag}>`);
  return cloneProperties(value, keep(value, {}, seen), seen);
}

/** The engine's source has a backslash before every slash, also before one that had its own. */
function cloneRegExp(value: RegExp): RegExp {
  return new RegExp(value.source.split('\\/').join('/'), value.flags);
}

const isOutside = (view: any): boolean => {
  if (view instanceof DataView) {
    try {
      return view.byteLength < 0;
    } catch {
      return true;
    }
  }
  // A view that lies outside its buffer says that it is empty; a subarray of a full one does not throw.
  return view.length === 0 && view.byteOffset === 0 && view.buffer.resizable && isOutOfBounds(view);
};

function isOutOfBounds(view: any): boolean {
  try {
    view.values();
    return false;
  } catch {
    return true;
  }
}

function cloneView(view: any, seen: Seen): any {
  if (isOutside(view)) throw refused('a view that lies outside its buffer');
  const buffer = clone(view.buffer, seen);
  const kind = view instanceof DataView ? DataView : VIEWS.find(one => view instanceof one);
  if (isLengthTracking(view)) return new kind(buffer, view.byteOffset);
  return new kind(buffer, view.byteOffset, view instanceof DataView ? view.byteLength : view.length);
}

const VIEWS: any[] = [
  Uint8Array, Int8Array, Uint8ClampedArray, Uint16Array, Int16Array, Uint32Array, Int32Array, Float32Array, Float64Array,
  BigInt64Array, BigUint64Array, ...('Float16Array' in globalThis ? [(globalThis as any).Float16Array] : []),
];

/** Whether a view grows with its buffer; only trying shows it. */
function isLengthTracking(view: any): boolean {
  const { buffer } = view;
  if (!buffer.resizable || buffer.byteLength >= buffer.maxByteLength) return false;
  const before = view.byteLength;
  const size = buffer.byteLength;
  const grown = Math.min(buffer.maxByteLength, size + 8);
  buffer.resize(grown);
  const after = view.byteLength;
  buffer.resize(size);
  return after !== before;
}

function cloneMap(map: Map<any, any>, copy: Map<any, any>, seen: Seen): Map<any, any> {
  for (const [key, value] of [...Map.prototype.entries.call(map)]) copy.set(clone(key, seen), clone(value, seen));
  return copy;
}

function cloneSet(set: Set<any>, copy: Set<any>, seen: Seen): Set<any> {
  for (const value of [...Set.prototype.values.call(set)]) copy.add(clone(value, seen));
  return copy;
}

function cloneError(error: any, seen: Seen): any {
  const { name } = error;
  const copy = new (ERRORS[name === undefined ? 'Error' : String(name)] ?? Error)();
  seen.set(error, copy);
  const define = (key: string, value: unknown) =>
    Object.defineProperty(copy, key, { value, writable: true, configurable: true, enumerable: false });
  const message = Object.getOwnPropertyDescriptor(error, 'message');
  if (message && 'value' in message) define('message', String(message.value));
  if (typeof error.stack === 'string') define('stack', error.stack);
  if (Object.hasOwn(error, 'cause')) define('cause', clone(error.cause, seen));
  return copy;
}

function cloneProperties(from: any, to: any, seen: Seen): any {
  for (const key of Object.keys(from)) {
    // A getter before it may have taken it away.
    if (!Object.hasOwn(from, key)) continue;
    const value = clone(from[key], seen);
    Object.defineProperty(to, key, { value, writable: true, configurable: true, enumerable: true });
  }
  return to;
}
