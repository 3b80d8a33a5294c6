// What all interfaces of the web platform share: shapes, conversions and iterators as Web IDL has them
// (https://webidl.spec.whatwg.org/#js-binding). Private fields do the brand checks: a getter or method that reads one
// throws a TypeError on any other object.

type Class = abstract new (...args: any[]) => any;

/** How objects of an interface go through `structuredClone` and `postMessage`; without these they are refused. */
export interface Behaviour {
  /** A serializable object: its copy. `copy` clones what belongs to it. */
  clone?: (value: any, copy: (inner: unknown) => any) => object;
  /** A transferable object: what stands for it on the other side, and what happens to it once nothing can fail. */
  transfer?: (value: any) => { value: object; commit: () => void };
}

const interfaces = new WeakMap<object, Behaviour>();

/** The behaviour of a platform object; undefined for any other. */
export function behaviourOf(value: object): Behaviour | undefined {
  for (let prototype = Object.getPrototypeOf(value); prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    const found = interfaces.get(prototype);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Gives a class the shape of an interface: enumerable members, a tag, constants. Call it once, after the class. */
export function defineInterface(
  constructor: Class,
  name: string,
  { constants = {}, ...behaviour }: Behaviour & { constants?: Record<string, number> } = {},
): void {
  interfaces.set(constructor.prototype, behaviour);
  for (const owner of [constructor, constructor.prototype]) {
    for (const key of Object.getOwnPropertyNames(owner)) {
      if ((owner === constructor ? ['prototype', 'name', 'length'] : ['constructor']).includes(key)) continue;
      Object.defineProperty(owner, key, { enumerable: true });
    }
    for (const [key, value] of Object.entries(constants)) Object.defineProperty(owner, key, { value, enumerable: true });
  }
  Object.defineProperty(constructor.prototype, Symbol.toStringTag, { value: name, configurable: true });
  if (constructor.name !== name) Object.defineProperty(constructor, 'name', { value: name, configurable: true });
}

/** Members that an interface has under another name too, or that are not enumerable. */
export function hide(owner: object, ...keys: PropertyKey[]): void {
  for (const key of keys) Object.defineProperty(owner, key, { enumerable: false });
}

/** Refuses a call with too few arguments. */
export function required(given: ArrayLike<unknown>, count: number, what: string): void {
  if (given.length < count) {
    throw new TypeError(`${what}: ${count} argument${count === 1 ? '' : 's'} required, but only ${given.length} present`);
  }
}

/** What only the platform may construct gets this as its first argument. */
export const INTERNAL: unique symbol = Symbol('internal');

export function onlyInternal(token: unknown): void {
  if (token !== INTERNAL) throw new TypeError('Illegal constructor');
}

// Conversions.

/** A symbol is refused, which `String()` would not do. */
export function toText(value: unknown): string {
  return `${value as string}`;
}

/** Text without lone surrogates. */
export function toScalarText(value: unknown): string {
  return `${value as string}`.toWellFormed();
}

/** Text of code points up to 255. */
export function toByteText(value: unknown, what: string): string {
  const text = toText(value);
  if (/[^\0-\xff]/.test(text)) throw new TypeError(`${what}: '${text}' has a character that is no byte`);
  return text;
}

type NumberRule = 'wrap' | 'clamp' | 'enforce';

/** An integer of so many bits; out of range it wraps, unless the rule says otherwise. */
export function toInteger(value: unknown, bits: 8 | 16 | 32 | 64, signed: boolean, rule: NumberRule = 'wrap', what = 'value'): number {
  const limit = bits === 64 ? Number.MAX_SAFE_INTEGER : 2 ** (signed ? bits - 1 : bits) - 1;
  const lowest = signed ? (bits === 64 ? Number.MIN_SAFE_INTEGER : -(limit + 1)) : 0;
  let number = Number(value);
  if (rule === 'enforce') {
    number = Math.trunc(number);
    if (!Number.isFinite(number) || number < lowest || number > limit) throw new TypeError(`${what} is not an integer from ${lowest} to ${limit}`);
    return number + 0;
  }
  if (rule === 'clamp') {
    if (Number.isNaN(number)) return 0;
    number = Math.min(Math.max(number, lowest), limit);
    const floor = Math.floor(number);
    const rest = number - floor;
    return (rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1) + 0;
  }
  if (!Number.isFinite(number)) return 0;
  number = Math.trunc(number);
  if (number >= lowest && number <= limit) return number + 0;
  if (bits === 64) return Number(signed ? BigInt.asIntN(64, BigInt(number)) : BigInt.asUintN(64, BigInt(number)));
  const size = 2 ** bits;
  const wrapped = ((number % size) + size) % size;
  return signed && wrapped > limit ? wrapped - size : wrapped;
}

/** A finite number. */
export function toDouble(value: unknown, what: string): number {
  const number = Number(value);
  if (!Number.isFinite(number)) throw new TypeError(`${what} is not a finite number`);
  return number;
}

/** A dictionary: nothing stands for an empty one. */
export function toDictionary(value: unknown, what: string): any {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' && typeof value !== 'function') throw new TypeError(`${what} is not an object`);
  return value;
}

/** A member of an enumeration. */
export function toEnum<T extends string>(value: unknown, allowed: readonly T[], what: string): T {
  const text = toText(value) as T;
  if (!allowed.includes(text)) throw new TypeError(`${what}: '${text}' is not one of ${allowed.join(', ')}`);
  return text;
}

/** A sequence: whatever can be iterated over. */
export function toSequence<T>(value: any, convert: (item: unknown) => T, what: string): T[] {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  const method = isObject ? value[Symbol.iterator] : undefined;
  if (typeof method !== 'function') throw new TypeError(`${what} is not iterable`);
  const list: T[] = [];
  for (const item of { [Symbol.iterator]: () => method.call(value) } as Iterable<unknown>) list.push(convert(item));
  return list;
}

/** A record: own enumerable properties, in order. */
export function toRecord<T>(value: any, key: (name: unknown) => string, convert: (item: unknown) => T): [string, T][] {
  const record = new Map<string, T>();
  for (const name of Reflect.ownKeys(value)) {
    if (!Reflect.getOwnPropertyDescriptor(value, name)?.enumerable) continue;
    record.set(key(name), convert(value[name]));
  }
  return [...record];
}

/** A function; what it returns may be anything. */
export function toFunction(value: unknown, what: string): (...args: any[]) => any {
  if (typeof value !== 'function') throw new TypeError(`${what} is not a function`);
  return value as (...args: any[]) => any;
}

/** Whether a value is a buffer or a view of one. */
export function isBufferSource(value: unknown): value is ArrayBuffer | ArrayBufferView {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value);
}

/** The bytes that a buffer or a view shows; no copy. */
export function bytesOf(value: unknown, what: string): Uint8Array<ArrayBuffer> {
  if (value instanceof Uint8Array) return value as Uint8Array<ArrayBuffer>;
  // Nothing to see, or a buffer that was transferred, over which no view can be made.
  if ((ArrayBuffer.isView(value) || value instanceof ArrayBuffer) && value.byteLength === 0) return new Uint8Array();
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return new Uint8Array(value as ArrayBuffer);
  throw new TypeError(`${what} is not an ArrayBuffer or a view of one`);
}

// Iterable interfaces.

type Pair = [unknown, unknown];
type Kind = 'key' | 'value' | 'key+value';

const IteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));

/** Adds `entries`, `keys`, `values`, `forEach` and `Symbol.iterator`. `pairsOf` throws on a foreign object. */
export function definePairIterable(constructor: Class, name: string, pairsOf: (target: any) => ArrayLike<Pair>): void {
  const states = new WeakMap<object, { target: any; kind: Kind; index: number }>();
  const prototype = Object.create(IteratorPrototype, {
    [Symbol.toStringTag]: { value: `${name} Iterator`, configurable: true },
  });
  // A method in an object literal has no prototype of its own, as the standard wants it.
  const { next } = {
    next(this: object): IteratorResult<unknown> {
      const state = states.get(this);
      if (state === undefined) throw new TypeError(`next() needs a ${name} Iterator`);
      const pairs = pairsOf(state.target);
      if (state.index >= pairs.length) return { value: undefined, done: true };
      const [key, value] = pairs[state.index++];
      return { value: state.kind === 'key' ? key : state.kind === 'value' ? value : [key, value], done: false };
    },
  };
  Object.defineProperty(prototype, 'next', { value: next, writable: true, enumerable: true, configurable: true });
  const iterate = (target: any, kind: Kind) => {
    pairsOf(target);
    const iterator = Object.create(prototype);
    states.set(iterator, { target, kind, index: 0 });
    return iterator;
  };
  const methods = {
    entries(this: any) {
      return iterate(this, 'key+value');
    },
    keys(this: any) {
      return iterate(this, 'key');
    },
    values(this: any) {
      return iterate(this, 'value');
    },
    forEach(this: any, callback: any, self: unknown = undefined) {
      required(arguments, 1, `${name}.forEach`);
      toFunction(callback, `${name}.forEach: the callback`);
      for (let index = 0, pairs = pairsOf(this); index < pairs.length; index++, pairs = pairsOf(this)) {
        const [key, value] = pairs[index];
        callback.call(self, value, key, this);
      }
    },
  };
  for (const [key, value] of Object.entries(methods)) {
    Object.defineProperty(constructor.prototype, key, { value, writable: true, enumerable: true, configurable: true });
  }
  Object.defineProperty(constructor.prototype, Symbol.iterator, { value: methods.entries, writable: true, configurable: true });
}
