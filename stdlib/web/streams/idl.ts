// Conversions of WebIDL that only the streams need (https://webidl.spec.whatwg.org/).

export function isObject(value: unknown): value is any {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** A value that may be a dictionary: an object, or nothing. */
export function dictionary(value: unknown, what: string): any {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw new TypeError(`${what} must be an object`);
  return value;
}

/** A member of a dictionary. By a computed key: the engine mistakes named ones that a prototype had and lost. */
export function read(from: any, key: string): any {
  return from === undefined || from === null ? undefined : from[key];
}

/** A member of a dictionary that must be a function when it is there. */
export function member(from: any, key: string, what: string): any {
  const value = read(from, key);
  if (value === undefined) return undefined;
  if (typeof value !== 'function') throw new TypeError(`${what}: ${key} must be a function`);
  return value;
}

/** `[EnforceRange] unsigned long long`. */
export function enforceRange(value: any, what: string): number {
  const number = Math.trunc(+value);
  if (!(number >= 0 && number <= Number.MAX_SAFE_INTEGER)) throw new TypeError(`${what} must be a whole number that is not negative`);
  return number + 0;
}

/** An ArrayBufferView over a buffer of fixed length that is not shared. */
export function arrayBufferView(value: any, what: string): ArrayBufferView<ArrayBuffer> {
  if (!ArrayBuffer.isView(value)) throw new TypeError(`${what} must be a view of an ArrayBuffer`);
  if (!(value.buffer instanceof ArrayBuffer)) throw new TypeError(`${what} must not be shared`);
  if ((value.buffer as any).resizable) throw new TypeError(`${what} must not be resizable`);
  return value as ArrayBufferView<ArrayBuffer>;
}

export function atLeast(count: number, args: number, what: string): void {
  if (args < count) throw new TypeError(`${what} needs ${count === 1 ? 'an argument' : `${count} arguments`}`);
}
