// When two values are equal: recursively, strictly or as far as a pattern goes, with asymmetric matchers on either side.

/** Says whether two values are equal, or nothing when it does not know them. */
export type Tester = (this: { equals: typeof equals }, a: any, b: any, testers: Tester[]) => boolean | undefined;

interface How {
  /** Holes and properties that are undefined count too. */
  strict?: boolean;
  /** What has made the values counts too. */
  types?: boolean;
  /** The first value may have more than the second. */
  subset?: boolean;
  /** Of errors only name, message and code count. */
  chai?: boolean;
  testers: Tester[];
}

type Inner = (x: any, y: any) => boolean;

/** Those that the file has added. */
export const testers: Tester[] = [];

export function addEqualityTesters(more: Tester[]): void {
  if (!Array.isArray(more) || !more.every(one => typeof one === 'function')) throw new TypeError('expect.addEqualityTesters() needs an array of functions');
  testers.push(...more);
}

const TypedArray = Object.getPrototypeOf(Uint8Array);
const tagOf = (value: unknown) => Object.prototype.toString.call(value);
const isObject = (value: any): boolean => typeof value === 'object' && value !== null;

export function isAsymmetric(value: any): boolean {
  return isObject(value) && typeof value.asymmetricMatch === 'function';
}

/** As `toEqual` and `toStrictEqual` see it. */
export function areEqual(a: unknown, b: unknown, strict = false): boolean {
  return same(a, b, { strict, types: strict, testers }, [], []);
}

/** As `deep` of the assertions in Chai's style sees it: strictly, but a class counts like an object. */
export function areDeepEqual(a: unknown, b: unknown): boolean {
  return same(a, b, { strict: true, chai: true, testers }, [], []);
}

/** Whether `value` has everything that `pattern` has. Arrays must be of one length. */
export function matchesObject(value: unknown, pattern: unknown): boolean {
  return same(value, pattern, { subset: true, testers }, [], []);
}

/** What matchers of test files have as `this.equals`: only the testers that they hand over are asked. */
export function equals(a: unknown, b: unknown, more: Tester[] = [], strict = false): boolean {
  return same(a, b, { strict, testers: more }, [], []);
}

/** For test files that hand it to `this.equals`. */
export function iterableEquality(a: any, b: any, more: Tester[] = []): boolean | undefined {
  if (!isIterable(a) || !isIterable(b)) return undefined;
  return same(a, b, { testers: more.filter(one => one !== iterableEquality) }, [], []);
}

/** The same. */
export function subsetEquality(value: any, pattern: any, more: Tester[] = []): boolean | undefined {
  if (!isPattern(pattern)) return undefined;
  return same(value, pattern, { subset: true, testers: more.filter(one => one !== subsetEquality) }, [], []);
}

/** `lefts` and `rights` are the objects within which the two stand. */
function same(a: any, b: any, how: How, lefts: unknown[], rights: unknown[]): boolean {
  const isLeft = isAsymmetric(a);
  if (isLeft !== isAsymmetric(b)) return isLeft ? a.asymmetricMatch(b, how.testers, how.strict) : b.asymmetricMatch(a, how.testers, how.strict);
  for (const tester of how.testers) {
    const verdict = tester.call({ equals }, a, b, how.testers);
    if (verdict !== undefined) return verdict;
  }
  if (Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  // A pattern that comes back to itself says no more than its circle.
  if (how.subset && rights.includes(b)) return same(a, b, { ...how, subset: false }, [], []);
  // A circle is equal to one of the same shape; one pass around a collection is enough.
  const isOneWay = isIterable(a);
  for (let at = lefts.length - 1; at >= 0 && !how.subset; at--) {
    if (lefts[at] === a) return rights[at] === b;
    if (rights[at] === b && !isOneWay) return false;
  }
  lefts.push(a);
  rights.push(b);
  const verdict = sameInside(a, b, how, (x, y) => same(x, y, how, lefts, rights));
  lefts.pop();
  rights.pop();
  return verdict;
}

function sameInside(a: any, b: any, how: How, inner: Inner): boolean {
  if (isIterable(a) && isIterable(b)) return sameIterable(a, b, how, inner);
  if (how.subset && isPattern(b)) return covers(a, b, inner);
  const tag = tagOf(a);
  if (tag !== tagOf(b) || (how.types && makerOf(a) !== makerOf(b))) return false;
  if (how.chai && a instanceof Error) return ['name', 'message', 'code'].every(key => inner(a[key as keyof Error], b[key]));
  if (a instanceof Error && b instanceof Error) return sameErrors(a, b, inner) && (how.subset ? covers(a, b, inner) : sameKeys(a, b, how, inner));
  const value = valueOf(a, tag);
  if (value !== undefined) return Object.is(value, valueOf(b, tag));
  if (a instanceof Promise) return false;
  const [bytes, others] = [bytesOf(a), bytesOf(b)];
  if (bytes !== undefined && others !== undefined) return bytes.length === others.length && bytes.every((byte: unknown, at: number) => (how.testers.length === 0 ? Object.is(byte, others[at]) : inner(byte, others[at])));
  if (Array.isArray(a) && a.length !== b.length) return false;
  return sameKeys(a, b, how, inner);
}

/** What an object stands for that has no keys to look into. */
function valueOf(value: any, tag: string): unknown {
  if (value instanceof Date) return value.getTime();
  if (value instanceof RegExp) return String(value);
  if (['[object Number]', '[object String]', '[object Boolean]', '[object BigInt]', '[object Symbol]'].includes(tag)) return value.valueOf();
  if (tag.startsWith('[object Temporal.')) return String(value);
  return tag === '[object URL]' ? value.href : undefined;
}

function bytesOf(value: any): any {
  if (value instanceof TypedArray) return value;
  if (value instanceof DataView) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer || tagOf(value) === '[object SharedArrayBuffer]' ? new Uint8Array(value) : undefined;
}

const makerOf = (value: any) => (Array.isArray(value) ? Array : value.constructor);

/** Of what their keys do not show. A cause that is not expected may be any. */
function sameErrors(a: any, b: any, inner: Inner): boolean {
  if (a.name !== b.name || a.message !== b.message) return false;
  return (b.cause === undefined || inner(a.cause, b.cause)) && (!(a instanceof AggregateError && b instanceof AggregateError) || inner(a.errors, b.errors));
}

/** Arrays and texts have indexes, and typed arrays are compared by them. */
function isIterable(value: any): boolean {
  return isObject(value) && typeof value[Symbol.iterator] === 'function' && !Array.isArray(value) && !ArrayBuffer.isView(value) && !(value instanceof String);
}

/** Collections of the package immutable tell what they are. */
const isImmutable = (value: any, kind: string) => value[`@@__IMMUTABLE_${kind}__@@`] === true;
const isSet = (value: any) => value instanceof Set || (isImmutable(value, 'SET') && !isImmutable(value, 'ORDERED'));
const isMap = (value: any) => value instanceof Map || (isImmutable(value, 'KEYED') && !isImmutable(value, 'ORDERED'));

function sameIterable(a: any, b: any, how: How, inner: Inner): boolean {
  if (a.constructor !== b.constructor || a.size !== b.size) return false;
  if (isSet(a)) return a.size === b.size && [...a].every(item => b.has(item) || [...b].some(other => inner(item, other)));
  if (isMap(a)) return [...a].every(([key, item]) => (b.has(key) && inner(item, b.get(key))) || [...b].some(([other, value]) => inner(key, other) && inner(item, value)));
  const others = b[Symbol.iterator]();
  for (const item of a) {
    const next = others.next();
    if (next.done === true || !inner(item, next.value)) return false;
  }
  if (others.next().done !== true) return false;
  return ['LIST', 'KEYED', 'SET', 'RECORD'].some(kind => isImmutable(a, kind)) || sameKeys(a, b, how, inner, key => key !== Symbol.iterator);
}

const isEnumerable = (value: any, key: PropertyKey): boolean => Object.prototype.propertyIsEnumerable.call(value, key);

/** Own keys that are enumerable, symbols too. */
export function keysOf(value: any): PropertyKey[] {
  return [...Object.keys(value), ...Object.getOwnPropertySymbols(value).filter(key => isEnumerable(value, key))];
}

/** Unless it is strict, a property that is missing is like one that is undefined. */
function sameKeys(a: any, b: any, how: How, inner: Inner, counts: (key: PropertyKey) => boolean = () => true): boolean {
  const [keys, others] = [keysOf(a).filter(counts), keysOf(b).filter(counts)];
  if (how.strict) return keys.length === others.length && keys.every(key => Object.hasOwn(b, key) && inner(a[key], b[key]));
  const isOpen = (value: unknown) => value === undefined || isAsymmetric(value);
  return keys.every(key => (isEnumerable(b, key) || isOpen(a[key])) && inner(a[key], b[key]))
    && others.every(key => isEnumerable(a, key) || (isOpen(b[key]) && inner(a[key], b[key])));
}

/** Whether a value has all that a pattern has. */
function covers(value: any, pattern: any, inner: Inner): boolean {
  return keysOf(pattern).every(key => hasKey(value, key) && inner(value[key], pattern[key]));
}

/** Own or inherited, but not what every object has. */
function hasKey(value: any, key: PropertyKey): boolean {
  for (let at = value; isObject(at) && at !== Object.prototype; at = Object.getPrototypeOf(at)) if (Object.hasOwn(at, key)) return true;
  return false;
}

/** Whether a value is there for its properties. */
function isPattern(value: any): boolean {
  if (!isObject(value) || Array.isArray(value) || value instanceof Error || value instanceof Map || value instanceof Set) return false;
  return valueOf(value, tagOf(value)) === undefined && bytesOf(value) === undefined && !(value instanceof Promise);
}
