// When two values are equal: recursively, or strictly, with asymmetric matchers on either side.

type Tester = (this: { equals: typeof equals }, a: any, b: any, testers: Tester[]) => boolean | undefined;

const testers: Tester[] = [];

export function addEqualityTesters(more: Tester[]): void {
  testers.push(...more);
}

const TypedArray = Object.getPrototypeOf(Uint8Array);

export function isAsymmetric(value: any): boolean {
  return typeof value === 'object' && value !== null && typeof value.asymmetricMatch === 'function';
}

/** `strict`: types, holes and properties that are undefined count too. */
export function equals(a: any, b: any, strict = false): boolean {
  return same(a, b, strict, []);
}

function same(a: any, b: any, strict: boolean, open: [unknown, unknown][]): boolean {
  const [left, right] = [isAsymmetric(a), isAsymmetric(b)];
  if (right && !left) return b.asymmetricMatch(a);
  if (left && !right) return a.asymmetricMatch(b);
  for (const tester of testers) {
    const verdict = tester.call({ equals }, a, b, testers);
    if (verdict !== undefined) return verdict;
  }
  if (Object.is(a, b)) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (open.some(([x, y]) => x === a && y === b)) return true;
  const tag = Object.prototype.toString.call(a);
  if (tag !== Object.prototype.toString.call(b)) return false;
  if (strict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const special = compareSpecial(a, b);
  if (special !== undefined) return special;
  const deeper: [unknown, unknown][] = [...open, [a, b]];
  const inner = (x: any, y: any) => same(x, y, strict, deeper);
  if (a instanceof Map) return b instanceof Map && sameMap(a, b, inner);
  if (a instanceof Set) return b instanceof Set && a.size === b.size && [...a].every(item => b.has(item) || [...b].some(other => inner(item, other)));
  if (a instanceof Error) return b instanceof Error && a.name === b.name && a.message === b.message && inner((a as any).cause, (b as any).cause) && sameKeys(a, b, strict, inner);
  if (Array.isArray(a) && a.length !== b.length) return false;
  return sameKeys(a, b, strict, inner);
}

function compareSpecial(a: any, b: any): boolean | undefined {
  if (a instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof RegExp) return a.source === b.source && a.flags === b.flags;
  if (a instanceof Number || a instanceof String || a instanceof Boolean) return Object.is(a.valueOf(), b.valueOf());
  if (a instanceof Promise || a instanceof WeakMap || a instanceof WeakSet) return false;
  if (a instanceof ArrayBuffer) return sameBytes(new Uint8Array(a), new Uint8Array(b));
  if (a instanceof TypedArray) return sameBytes(a, b);
  if (a.constructor?.name === 'URL' && typeof a.href === 'string') return a.href === b.href;
  return undefined;
}

function sameBytes(a: any, b: any): boolean {
  return a.length === b.length && a.every((item: unknown, index: number) => Object.is(item, b[index]));
}

function sameMap(a: Map<any, any>, b: Map<any, any>, inner: (x: any, y: any) => boolean): boolean {
  if (a.size !== b.size) return false;
  return [...a].every(([key, item]) => (b.has(key) ? inner(item, b.get(key)) : [...b].some(([other, value]) => inner(key, other) && inner(item, value))));
}

function keysOf(value: any, strict: boolean): PropertyKey[] {
  const symbols = Object.getOwnPropertySymbols(value).filter(key => Object.prototype.propertyIsEnumerable.call(value, key));
  const keys = [...Object.keys(value), ...symbols];
  return strict ? keys : keys.filter(key => value[key] !== undefined);
}

function sameKeys(a: any, b: any, strict: boolean, inner: (x: any, y: any) => boolean): boolean {
  const keys = keysOf(a, strict);
  if (keys.length !== keysOf(b, strict).length) return false;
  return keys.every(key => Object.hasOwn(b, key) && inner(a[key], b[key]));
}

/** Whether `value` has everything that `pattern` has. Arrays must be of one length. */
export function matchesObject(value: any, pattern: any): boolean {
  if (isAsymmetric(pattern)) return pattern.asymmetricMatch(value);
  if (pattern === null || typeof pattern !== 'object' || value === null || typeof value !== 'object') return equals(value, pattern);
  if (Array.isArray(pattern)) {
    return Array.isArray(value) && value.length === pattern.length && pattern.every((item, index) => matchesObject(value[index], item));
  }
  const isPlain = [Object.prototype, null].includes(Object.getPrototypeOf(pattern));
  if (!isPlain && (pattern instanceof Map || pattern instanceof Set || compareSpecial(pattern, pattern) !== undefined)) return equals(value, pattern);
  return keysOf(pattern, true).every(key => key in value && matchesObject(value[key], pattern[key]));
}
