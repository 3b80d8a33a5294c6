// Spies: mocks in the place of methods, getters and setters, and other values in the place of properties.

import { type MockOptions, fn, isMockFunction } from 'cronflow:internal/testing/mock';

/** What stands in the place of something, the last one first. */
let replaced: (() => void)[] = [];

function atEnd(restore: () => void): () => void {
  const once = () => {
    if (!replaced.includes(once)) return;
    replaced = replaced.filter(one => one !== once);
    restore();
  };
  replaced.unshift(once);
  return once;
}

/** Puts everything back that spies and replaced properties stand for. What they have noted stays. */
export function restoreAllMocks(): void {
  for (const restore of replaced) restore();
}

/** Puts a mock in the place of a method, or of a getter or setter. It calls the original. */
export function spyOn(object: any, key: PropertyKey, access?: 'get' | 'set', options: MockOptions = {}): any {
  if (object === null || (typeof object !== 'object' && typeof object !== 'function')) throw new TypeError(`spyOn() needs an object, not ${object === null ? 'null' : typeof object}`);
  const owner = ownerOf(object, key);
  const own = owner === undefined ? undefined : Object.getOwnPropertyDescriptor(owner, key);
  if (own === undefined) throw new Error(`spyOn(): the object has no property '${String(key)}'`);
  // A value is spied on by its getter as well.
  const pair = access !== undefined && 'value' in own && typeof own.value !== 'function' ? accessorsOf(own) : own;
  const original = access === undefined ? object[key] : pair[access];
  if (isMockFunction(original) && owner === object) return original;
  if (typeof original !== 'function') {
    if (access !== undefined) throw new Error(`spyOn(): '${String(key)}' has no ${access}ter`);
    throw new Error(`spyOn(): '${String(key)}' is no function, but ${original === null ? 'null' : typeof original}; for a property use vi.replaceProperty() or spyOn(object, key, 'get')`);
  }
  const had = owner === object;
  const restore = atEnd(() => {
    if (had) Object.defineProperty(object, key, own);
    else delete object[key];
  });
  const spy = fn(undefined, { ...options, original, name: String(key), restore });
  const put = access === undefined ? { value: spy, writable: true } : { get: pair.get, set: pair.set, [access]: spy };
  try {
    Object.defineProperty(object, key, { ...put, ...(had && own.configurable === false ? {} : { configurable: true }), enumerable: own.enumerable });
  } catch {
    const help = object[Symbol.toStringTag] === 'Module' ? "the exports of a module are fixed; use vi.mock(path, { spy: true })" : 'it is fixed';
    throw new TypeError(`spyOn(): '${String(key)}' cannot be replaced: ${help}`);
  }
  return spy;
}

/** A value as a getter and a setter. */
function accessorsOf(own: PropertyDescriptor): PropertyDescriptor {
  let { value } = own;
  return {
    get: () => value,
    set: next => {
      value = next;
    },
  };
}

interface Replaced {
  replaceValue(value: unknown): Replaced;
  restore(): void;
}

/** Properties that have another value now. */
const properties = new WeakMap<object, Map<PropertyKey, Replaced>>();

/** Another value for a property that is no function, until it is restored. */
export function replaceProperty(object: any, key: PropertyKey, value: unknown): Replaced {
  if (object === null || (typeof object !== 'object' && typeof object !== 'function')) throw new TypeError(`replaceProperty() needs an object, not ${object === null ? 'null' : typeof object}`);
  const known = properties.get(object)?.get(key);
  if (known !== undefined) return known.replaceValue(value);
  const owner = ownerOf(object, key);
  const own = owner === undefined ? undefined : Object.getOwnPropertyDescriptor(owner, key)!;
  if (own === undefined) throw new Error(`replaceProperty(): the object has no property '${String(key)}'`);
  if (typeof own.value === 'function') throw new Error(`replaceProperty(): '${String(key)}' is a function; use spyOn()`);
  const had = Object.hasOwn(object, key);
  const one: Replaced = {
    replaceValue(next: unknown) {
      Object.defineProperty(object, key, { value: next, writable: true, configurable: true, enumerable: own.enumerable });
      return one;
    },
    restore: atEnd(() => {
      properties.get(object)?.delete(key);
      if (had) Object.defineProperty(object, key, own);
      else delete object[key];
    }),
  };
  if (!properties.has(object)) properties.set(object, new Map());
  properties.get(object)!.set(key, one);
  return one.replaceValue(value);
}

function ownerOf(object: any, key: PropertyKey): any {
  for (let owner = object; owner !== null && owner !== undefined; owner = Object.getPrototypeOf(owner)) if (Object.getOwnPropertyDescriptor(owner, key) !== undefined) return owner;
  return undefined;
}
