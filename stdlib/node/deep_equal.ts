// Whether two values are alike in depth: assert.deepStrictEqual, util.isDeepStrictEqual and their relatives.

interface How {
  /** Prototypes and symbols count, and primitives are compared with Object.is. */
  strict: boolean;
  /** The first value may have more than the second. */
  partial: boolean;
  /** The objects within which the two stand. */
  lefts: unknown[];
  rights: unknown[];
}

export function isDeepEqual(left: unknown, right: unknown, strict: boolean): boolean {
  return same(left, right, { strict, partial: false, lefts: [], rights: [] });
}

/** Whether the first value has all that the second has. */
export function isPartOf(left: unknown, right: unknown): boolean {
  return same(left, right, { strict: true, partial: true, lefts: [], rights: [] });
}

function same(left: unknown, right: unknown, how: How): boolean {
  const { strict, partial, lefts, rights } = how;
  if (strict ? Object.is(left, right) : left === right) return true;
  const areObjects = typeof left === 'object' && typeof right === 'object' && left !== null && right !== null;
  if (!areObjects) {
    if (strict) return false;
    const isPrimitive = (value: unknown) => value === null || (typeof value !== 'object' && typeof value !== 'function');
    return isPrimitive(left) && isPrimitive(right) && (left == right || (left !== left && right !== right));
  }
  const tag = Object.prototype.toString.call(left);
  if (tag !== Object.prototype.toString.call(right)) return false;
  if (strict && !partial && Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  // In a circle, what is being compared already counts as equal to what stands at the same place.
  const [at, other] = [lefts.lastIndexOf(left), rights.lastIndexOf(right)];
  if (at >= 0 && other >= 0) return at === other;
  lefts.push(left);
  rights.push(right);
  const equal = sameInside(left, right, tag, how) && sameProperties(left, right, how);
  lefts.pop();
  rights.pop();
  return equal;
}

/** What the properties do not show: the content of built-in objects. */
function sameInside(left: any, right: any, tag: string, how: How): boolean {
  if (left instanceof Error || right instanceof Error) {
    if (!(left instanceof Error && right instanceof Error)) return false;
    if (left.message !== right.message || left.name !== right.name) return false;
    return same(left.cause, right.cause, how) && same((left as any).errors, (right as any).errors, how);
  }
  if (left instanceof Date) return Object.is(left.getTime(), right.getTime());
  if (left instanceof RegExp) return String(left) === String(right) && left.lastIndex === right.lastIndex;
  if (left instanceof Map) return right instanceof Map && sameMap(left, right, how);
  if (left instanceof Set) return right instanceof Set && sameSet(left, right, how);
  if (left instanceof ArrayBuffer) return sameInside(new Uint8Array(left), new Uint8Array(right), tag, how);
  if (ArrayBuffer.isView(left)) {
    const bytes = (view: ArrayBufferView) => new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength);
    // 0 and -0 differ in their bytes.
    const isFloat = !how.strict && /Float\d\dArray\]$/.test(tag);
    const [a, b]: any[] = isFloat ? [left, right] : [bytes(left), bytes(right)];
    return (how.partial ? a.length >= b.length : a.length === b.length) && b.every((byte: number, index: number) => byte === a[index]);
  }
  if (tag === '[object URL]') return left.href === right.href;
  const isBoxed = ['[object Number]', '[object String]', '[object Boolean]', '[object BigInt]', '[object Symbol]'].includes(tag);
  return isBoxed ? Object.is(left.valueOf(), right.valueOf()) : !(left instanceof WeakMap || left instanceof WeakSet || left instanceof Promise);
}

function sameProperties(left: any, right: any, how: How): boolean {
  if (ArrayBuffer.isView(left)) return true;
  if (how.partial && Array.isArray(left)) return samePart(left, right, how);
  if (Array.isArray(left) && left.length !== right.length) return false;
  const keys = Object.keys(right);
  const symbols = how.strict ? enumerableSymbols(right) : [];
  if (!how.partial && (keys.length !== Object.keys(left).length || symbols.length !== (how.strict ? enumerableSymbols(left).length : 0))) return false;
  return [...keys, ...symbols].every(key => Object.prototype.propertyIsEnumerable.call(left, key) && same(left[key], right[key], how));
}

/** Items in their order, with others between them. */
function samePart(left: unknown[], right: unknown[], how: How): boolean {
  let at = 0;
  return right.every(item => {
    while (at < left.length && !same(left[at], item, how)) at++;
    return at++ < left.length;
  });
}

function enumerableSymbols(value: object): symbol[] {
  return Object.getOwnPropertySymbols(value).filter(symbol => Object.prototype.propertyIsEnumerable.call(value, symbol));
}

function sameSet(left: Set<unknown>, right: Set<unknown>, how: How): boolean {
  if (how.partial ? left.size < right.size : left.size !== right.size) return false;
  const rest = [...left].filter(item => !right.has(item));
  for (const item of right) {
    if (left.has(item)) continue;
    const match = rest.findIndex(other => same(other, item, how));
    if (match < 0) return false;
    rest.splice(match, 1);
  }
  return true;
}

function sameMap(left: Map<unknown, unknown>, right: Map<unknown, unknown>, how: How): boolean {
  if (how.partial ? left.size < right.size : left.size !== right.size) return false;
  const rest = [...left.keys()].filter(key => !right.has(key));
  for (const [key, value] of right) {
    if (left.has(key)) {
      if (!same(left.get(key), value, how)) return false;
      continue;
    }
    const match = rest.findIndex(other => same(other, key, how) && same(left.get(other), value, how));
    if (match < 0) return false;
    rest.splice(match, 1);
  }
  return true;
}
