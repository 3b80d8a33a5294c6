// Objects and modules with mocks in the place of all of their functions.

import { type Fn, fn, isMockFunction, staticsOf } from 'cronflow:internal/testing/mock';

/** Deepest objects whose functions are mocked. */
const MAX_DEPTH = 10;

/** A value with its functions replaced: by mocks that return undefined, or that call the original. */
export function automock(value: any, spies: boolean, depth = 0, seen = new Map<unknown, unknown>()): any {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return value;
  if (seen.has(value)) return seen.get(value);
  if (depth > MAX_DEPTH || isMockFunction(value)) return value;
  if (typeof value === 'function') return mockFunction(value, spies, depth, seen);
  if (Array.isArray(value)) return spies ? value.map(item => automock(item, spies, depth + 1, seen)) : [];
  if (!isModule(value) && !isPlain(value)) return value;
  const copy: any = isModule(value) ? {} : Object.create(Object.getPrototypeOf(value));
  seen.set(value, copy);
  for (const key of keysOf(value)) define(copy, key, automock(value[key], spies, depth + 1, seen));
  return copy;
}

const isModule = (value: any) => value?.[Symbol.toStringTag] === 'Module';

/** Dates, maps and other built-in objects stay what they are. */
const isPlain = (value: object) => Object.prototype.toString.call(value) === '[object Object]';

function keysOf(value: any): PropertyKey[] {
  const keys = new Set<PropertyKey>(Reflect.ownKeys(value).filter(key => Object.prototype.propertyIsEnumerable.call(value, key)));
  for (let at = Object.getPrototypeOf(value); at !== null && at !== Object.prototype && at !== Function.prototype; at = Object.getPrototypeOf(at)) {
    for (const key of Reflect.ownKeys(at)) if (key !== 'constructor') keys.add(key);
  }
  return [...keys];
}

function define(object: any, key: PropertyKey, value: unknown, enumerable = true): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable, configurable: true });
}

function mockFunction(value: any, spies: boolean, depth: number, seen: Map<unknown, unknown>): any {
  const methods = methodsOf(value).map(([key, method]) => [key, fn(undefined, { name: String(key), ...(spies ? { original: method } : { like: method }) })] as const);
  // Each instance has mocks of its own, whose calls the mocks of the prototype note as well.
  const prepare = (instance: any) => {
    for (const [key, shared] of methods) if (instance[key] === shared) define(instance, key, fn(undefined, { shared, name: String(key) }), false);
  };
  const mocked = fn(undefined, { name: value.name, prepare, ...(spies ? { original: value } : { like: value }) });
  seen.set(value, mocked);
  for (const key of staticsOf(value).keys()) define(mocked, key, automock(value[key], spies, depth + 1, seen));
  for (const [key, shared] of methods) define(mocked.prototype, key, shared, false);
  return mocked;
}

/** The methods of the instances of a class, inherited ones included. */
function methodsOf(value: any): [PropertyKey, Fn][] {
  const found = new Map<PropertyKey, Fn>();
  for (let at = value.prototype; typeof at === 'object' && at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const key of Reflect.ownKeys(at)) {
      const method = Object.getOwnPropertyDescriptor(at, key)!.value;
      if (key !== 'constructor' && typeof method === 'function' && !found.has(key)) found.set(key, method);
    }
  }
  return [...found];
}
