// Whether two values are alike in depth: assert.deepStrictEqual, util.isDeepStrictEqual and their loose relatives.

type Pairs = Map<object, object>;

/** `strict` also compares prototypes, and primitives with Object.is. */
export function isDeepEqual(left: unknown, right: unknown, strict: boolean, pairs: Pairs = new Map()): boolean {
  if (strict ? Object.is(left, right) : left === right) return true;
  const areObjects = typeof left === 'object' && typeof right === 'object' && left !== null && right !== null;
  if (!areObjects) {
    if (strict) return false;
    const isPrimitive = (value: unknown) => value === null || (typeof value !== 'object' && typeof value !== 'function');
    return isPrimitive(left) && isPrimitive(right) && (left == right || (left !== left && right !== right));
  }
  const tag = Object.prototype.toString.call(left);
  if (tag !== Object.prototype.toString.call(right)) return false;
  if (strict && Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  // In a circle, what is being compared already counts as equal.
  if (pairs.get(left) === right) return true;
  pairs.set(left, right);
  const equal = sameInside(left, right, tag, strict, pairs) && sameProperties(left, right, strict, pairs);
  pairs.delete(left);
  return equal;
}

/** What the properties do not show: the content of built-in objects. */
function sameInside(left: any, right: any, tag: string, strict: boolean, pairs: Pairs): boolean {
  if (left instanceof Error || right instanceof Error) {
    if (!(left instanceof Error && right instanceof Error)) return false;
    if (left.message !== right.message || left.name !== right.name) return false;
    return isDeepEqual(left.cause, right.cause, strict, pairs);
  }
  if (left instanceof Date) return Object.is(left.getTime(), right.getTime());
  if (left instanceof RegExp) return String(left) === String(right) && left.lastIndex === right.lastIndex;
  if (left instanceof Map) return right instanceof Map && sameMap(left, right, strict, pairs);
  if (left instanceof Set) return right instanceof Set && sameSet(left, right, strict, pairs);
  if (left instanceof ArrayBuffer) return sameInside(new Uint8Array(left), new Uint8Array(right), tag, strict, pairs);
  if (ArrayBuffer.isView(left)) {
    const bytes = (view: ArrayBufferView) => new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength);
    const [a, b] = [bytes(left), bytes(right)];
    return a.length === b.length && a.every((byte, index) => byte === b[index]);
  }
  const isBoxed = ['[object Number]', '[object String]', '[object Boolean]', '[object BigInt]', '[object Symbol]'].includes(tag);
  return isBoxed ? isDeepEqual(left.valueOf(), right.valueOf(), strict, pairs) : !(left instanceof WeakMap || left instanceof WeakSet || left instanceof Promise);
}

function sameProperties(left: any, right: any, strict: boolean, pairs: Pairs): boolean {
  if (ArrayBuffer.isView(left)) return true;
  if (Array.isArray(left) && left.length !== right.length) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  const symbols = strict ? enumerableSymbols(left) : [];
  if (strict && symbols.length !== enumerableSymbols(right).length) return false;
  return [...keys, ...symbols].every(key => Object.prototype.propertyIsEnumerable.call(right, key) && isDeepEqual(left[key], right[key], strict, pairs));
}

function enumerableSymbols(value: object): symbol[] {
  return Object.getOwnPropertySymbols(value).filter(symbol => Object.prototype.propertyIsEnumerable.call(value, symbol));
}

function sameSet(left: Set<unknown>, right: Set<unknown>, strict: boolean, pairs: Pairs): boolean {
  if (left.size !== right.size) return false;
  const rest = new Set([...right].filter(item => !left.has(item)));
  for (const item of left) {
    if (right.has(item)) continue;
    const match = [...rest].find(other => isDeepEqual(item, other, strict, pairs));
    if (match === undefined) return false;
    rest.delete(match);
  }
  return true;
}

function sameMap(left: Map<unknown, unknown>, right: Map<unknown, unknown>, strict: boolean, pairs: Pairs): boolean {
  if (left.size !== right.size) return false;
  const rest = new Set([...right.keys()].filter(key => !left.has(key)));
  for (const [key, value] of left) {
    if (right.has(key)) {
      if (!isDeepEqual(value, right.get(key), strict, pairs)) return false;
      continue;
    }
    const match = [...rest].find(other => isDeepEqual(key, other, strict, pairs) && isDeepEqual(value, right.get(other), strict, pairs));
    if (match === undefined) return false;
    rest.delete(match);
  }
  return true;
}
