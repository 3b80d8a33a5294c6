// Assertions in the style of Chai, as Vitest has them: `expect(x).to.be.an('array').that.includes(1)`, and `assert`.

import { sentence, type Verdict } from 'cronflow:internal/testing/assertion';
import { callMatchers } from 'cronflow:internal/testing/calls';
import { areDeepEqual, isAsymmetric, keysOf } from 'cronflow:internal/testing/equals';
import { brief } from 'cronflow:internal/testing/pretty';
import { need, pathOf, valueAt, type Matcher, type MatcherContext } from 'cronflow:internal/testing/values';

/** Words that mean nothing. */
export const words = ['to', 'be', 'been', 'is', 'that', 'which', 'and', 'has', 'have', 'with', 'at', 'of', 'same', 'but', 'does', 'still', 'also'];
/** Words that change what comes after them. */
export const flags = ['deep', 'nested', 'own', 'ordered', 'any', 'all', 'itself'];
/** Methods that are such words, too, where they are not called. */
export const flagging: Record<string, string | undefined> = { a: undefined, an: undefined, include: 'contains', includes: 'contains', contain: 'contains', contains: 'contains', length: 'size', lengthOf: 'size' };

const isObject = (value: any): boolean => value !== null && (typeof value === 'object' || typeof value === 'function');
const typeOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1).toLowerCase();
const same = (context: MatcherContext) => (context.flags.deep ? areDeepEqual : (a: unknown, b: unknown) => a === b);

function said(context: MatcherContext, actual: unknown, pass: boolean, relation: string, expected: unknown[] = [], more: Partial<Verdict> = {}): Verdict {
  return { pass, message: sentence(actual, context.isNot, relation, expected), ...more };
}

const is = (relation: string, check: (actual: any) => boolean): Matcher => function (actual) {
  return said(this, actual, check(actual), `to be ${relation}`);
};

function isEmpty(actual: any): boolean {
  need(typeof actual === 'string' || (isObject(actual) && typeof actual !== 'function' && !(actual instanceof WeakMap || actual instanceof WeakSet)), 'nothing that could be empty', actual);
  return (typeof actual.size === 'number' ? actual.size : typeof actual.length === 'number' ? actual.length : Object.keys(actual).length) === 0;
}

/** Asserted where they are named: `.to.be.true`. */
const states: Record<string, Matcher> = {
  ok: is('truthy', Boolean),
  true: is('true', actual => actual === true),
  false: is('false', actual => actual === false),
  null: is('null', actual => actual === null),
  undefined: is('undefined', actual => actual === undefined),
  NaN: is('NaN', Number.isNaN),
  exist: is('neither null nor undefined', actual => actual !== null && actual !== undefined),
  empty: is('empty', isEmpty),
  arguments: is('arguments', actual => typeOf(actual) === 'arguments'),
  extensible: is('extensible', Object.isExtensible),
  sealed: is('sealed', Object.isSealed),
  frozen: is('frozen', Object.isFrozen),
  finite: is('finite', Number.isFinite),
  numeric: is('a number or a bigint', actual => ['number', 'bigint'].includes(typeof actual)),
  callable: is('a function', actual => typeof actual === 'function'),
  iterable: is('iterable', actual => typeof actual?.[Symbol.iterator] === 'function'),
  called: callMatchers.toHaveBeenCalled,
  calledOnce: callMatchers.toHaveBeenCalledOnce,
};
for (const [name, count] of [['calledTwice', 2], ['calledThrice', 3]] as const) {
  states[name] = function (fn) {
    return callMatchers.toHaveBeenCalledTimes.call(this, fn, count);
  };
}

/** What numbers are compared with: the value, or after `length` how much it holds. */
function sizeOf(context: MatcherContext, actual: any): any {
  if (!context.flags.size) return actual;
  const size = actual?.length ?? actual?.size;
  need(typeof size === 'number', 'nothing that has a length or size', actual);
  return size;
}

function comparing(relation: string, check: (actual: any, ...limits: any[]) => boolean): Matcher {
  return function (actual, ...limits) {
    const value = sizeOf(this, actual);
    for (const one of [value, ...limits.slice(0, check.length - 1)]) need(['number', 'bigint'].includes(typeof one) || one instanceof Date, 'neither a number nor a date', one);
    return said(this, value, check(value, ...limits), `to be ${relation}`, limits);
  };
}

const lengthOf: Matcher = function (actual, length) {
  const context = { ...this, flags: { ...this.flags, size: true } };
  return said(this, actual, sizeOf(context, actual) === length, 'to have the length', [length]);
};

const equal: Matcher = function (actual, expected) {
  return said(this, actual, same(this)(actual, expected), this.flags.deep ? 'to deeply equal' : 'to equal', [expected], { expected, actual, diff: !this.isNot });
};

const eql: Matcher = function (actual, expected) {
  return equal.call({ ...this, flags: { deep: true } }, actual, expected);
};

const a: Matcher = function (actual, type) {
  need(typeof type === 'string', 'no name of a type', type);
  const found = typeOf(actual);
  return said(this, actual, found === type.toLowerCase() || (type.toLowerCase() === 'function' && typeof actual === 'function'), `to be of the type '${type}'`);
};

const include: Matcher = function (actual, item) {
  const equals = same(this);
  const relation = this.flags.deep ? 'to deeply include' : 'to include';
  if (typeof actual === 'string') {
    need(typeof item === 'string', 'no text, which is all that text can include', item);
    return said(this, actual, actual.includes(item), relation, [item]);
  }
  if (actual instanceof WeakSet) return said(this, actual, actual.has(item), relation, [item]);
  const isCollection = Array.isArray(actual) || actual instanceof Map || actual instanceof Set;
  if (isCollection || (!isObject(item) && typeof actual?.[Symbol.iterator] === 'function')) {
    const items: any[] = actual instanceof Map ? [...actual.values()] : [...actual];
    return said(this, actual, items.some(one => equals(one, item)), relation, [item]);
  }
  need(isObject(actual), 'nothing that could include something', actual);
  need(isObject(item), 'no object, which is all that an object can include', item);
  return said(this, actual, Object.keys(item).every(key => {
    const { found, value } = propertyOf(this, actual, key);
    return found && equals(value, item[key]);
  }), relation, [item]);
};

function propertyOf(context: MatcherContext, actual: any, name: PropertyKey): { found: boolean; value?: any } {
  if (!context.flags.nested) return (context.flags.own ? Object.hasOwn(actual, name) : name in Object(actual)) ? { found: true, value: actual[name] } : { found: false };
  // A dot or bracket of a name has a backslash in front.
  const keys = /\\[.[\]]/.test(String(name)) ? String(name).split(/(?<!\\)[.[\]]+/).filter(key => key !== '').map(key => key.replace(/\\([.[\]])/g, '$1')) : pathOf(name);
  return valueAt(actual, keys);
}

const property: Matcher = function (actual, name, ...rest) {
  need(actual !== null && actual !== undefined, 'nothing that has properties', actual);
  need(['string', 'number', 'symbol'].includes(typeof name), 'no name of a property', name);
  const { found, value } = propertyOf(this, actual, name);
  const relation = `to have the ${['deep', 'own', 'nested'].filter(flag => this.flags[flag]).map(flag => `${flag} `).join('')}property`;
  if (rest.length === 0) return said(this, actual, found, relation, [name], { subject: value });
  return said(this, actual, found && same(this)(value, rest[0]), relation, [name, rest[0]], { subject: value, expected: rest[0], actual: value, diff: found && !this.isNot });
};

const ownProperty: Matcher = function (actual, ...args) {
  return property.call({ ...this, flags: { ...this.flags, own: true } }, actual, ...args);
};

const ownPropertyDescriptor: Matcher = function (actual, name, ...rest) {
  const found = Object.getOwnPropertyDescriptor(Object(actual), name);
  const pass = found !== undefined && (rest.length === 0 || areDeepEqual(found, rest[0]));
  return said(this, actual, pass, 'to have the own property descriptor', [name, ...rest], { subject: found });
};

const keys: Matcher = function (actual, ...args) {
  need(isObject(actual), 'no object', actual);
  const list: any[] = args.length === 1 && isObject(args[0]) ? (Array.isArray(args[0]) ? args[0] : Reflect.ownKeys(args[0])) : args;
  need(list.length > 0, 'no list of keys', list);
  const isCollection = actual instanceof Map || actual instanceof Set;
  const found: any[] = isCollection ? [...actual.keys()] : keysOf(actual);
  const equals = same(this);
  const has = (key: any) => found.some(one => equals(one, isCollection || typeof key === 'symbol' ? key : String(key)));
  const pass = this.flags.any ? list.some(has) : list.every(has) && (this.flags.contains || found.length === list.length);
  return said(this, actual, Boolean(pass), `to ${this.flags.contains ? 'contain' : 'have'} ${this.flags.any ? 'any of the' : 'the'} keys`, list);
};

const throws: Matcher = function (actual, ...args) {
  const hasPattern = args.length > 1 && (typeof args[1] === 'string' || args[1] instanceof RegExp);
  const verdict = callMatchers.toThrow.call(this, actual, args[0]) as Verdict;
  if (!hasPattern || !verdict.pass) return verdict;
  return callMatchers.toThrow.call(this, actual, args[1]);
};

const members: Matcher = function (actual, list) {
  for (const one of [actual, list]) need(Array.isArray(one), 'no array', one);
  const equals = same(this);
  const isWhole = this.flags.contains || actual.length === list.length;
  const rest = [...actual];
  const pass = isWhole && list.every((item: any, index: number) => {
    if (this.flags.ordered) return equals(actual[index], item);
    const at = rest.findIndex(one => equals(one, item));
    // Each counts once, but for what is only contained.
    if (at >= 0 && !this.flags.contains) rest.splice(at, 1);
    return at >= 0;
  });
  return said(this, actual, pass, `to ${this.flags.contains ? 'include' : 'have'} the members`, [list]);
};

const oneOf: Matcher = function (actual, list) {
  need(Array.isArray(list), 'no array', list);
  const equals = same(this);
  const pass = list.some((item: any) => (this.flags.contains ? actual.includes(item) : equals(actual, item)));
  return said(this, actual, pass, this.flags.contains ? 'to contain one of' : 'to be one of', [list]);
};

/** Each item of an array stands anywhere in the other, and functions decide. */
function hasSubset(actual: any, subset: any, open: unknown[] = []): boolean {
  if (isAsymmetric(subset)) return subset.asymmetricMatch(actual);
  if (actual === subset || open.includes(subset)) return true;
  if (typeof subset !== 'object' || subset === null || typeof actual !== 'object' || actual === null) return false;
  const inner = (one: unknown, part: unknown) => hasSubset(one, part, [...open, subset]);
  if (Array.isArray(subset)) return typeof actual.length === 'number' && subset.every(item => Array.from(actual).some(one => inner(one, item)));
  if (subset instanceof Date) return actual instanceof Date && actual.getTime() === subset.getTime();
  return Object.keys(subset).every(key => (typeof subset[key] === 'function' ? Boolean(subset[key](actual[key])) : inner(actual[key], subset[key])));
}

const respondTo: Matcher = function (actual, method) {
  const holder = typeof actual === 'function' && !this.flags.itself ? actual.prototype : actual;
  return said(this, actual, typeof holder?.[method] === 'function', 'to respond to', [method]);
};

const satisfy: Matcher = function (actual, check) {
  return said(this, actual, Boolean(check(actual)), 'to satisfy', [check]);
};

/** What a function changes: `expect(fn).to.change(object, 'key').by(2)`. */
function changing(relation: string, check: (before: any, after: any) => boolean): Matcher {
  return function (actual, holder, key) {
    need(typeof actual === 'function', 'no function', actual);
    need(typeof holder === 'function' || (isObject(holder) && key in holder), 'neither a function nor an object with the property', holder);
    const read = () => (typeof holder === 'function' ? holder() : holder[key]);
    const before = read();
    actual();
    const after = read();
    return said(this, actual, check(before, after), `to ${relation} what was ${brief(before)} and is ${brief(after)}`, [], { flags: { change: after - before, before } });
  };
}

const by: Matcher = function (_actual, amount) {
  need(this.flags.change !== undefined, 'for .change(), .increase() and .decrease() only', 'by()');
  const change = Math.abs(this.flags.change as number);
  return said(this, change, change === Math.abs(amount), 'to be the change, which should have been', [amount]);
};

const methods: Record<string, Matcher> = {
  equal, eql, a, include, property, ownProperty, ownPropertyDescriptor, lengthOf, keys, throw: throws, members, oneOf, respondTo, satisfy, by,
  above: comparing('above', (value, limit) => value > limit),
  least: comparing('at least', (value, limit) => value >= limit),
  below: comparing('below', (value, limit) => value < limit),
  most: comparing('at most', (value, limit) => value <= limit),
  within: comparing('within', (value, low, high) => value >= low && value <= high),
  closeTo: comparing('close to', (value, expected, delta) => Math.abs(value - expected) <= delta),
  instanceof(actual, type) {
    need(typeof type === 'function', 'no class', type);
    return said(this, actual, actual instanceof type, `to be an instance of ${type.name}`);
  },
  match(actual, pattern) {
    need(pattern instanceof RegExp, 'no regular expression', pattern);
    return said(this, actual, new RegExp(pattern).test(actual), 'to match', [pattern]);
  },
  string(actual, text) {
    need(typeof actual === 'string', 'no text', actual);
    return said(this, actual, actual.includes(text), 'to contain', [text]);
  },
  containSubset(actual, subset) {
    return said(this, actual, hasSubset(actual, subset), 'to contain', [subset], { expected: subset, actual, diff: !this.isNot });
  },
  change: changing('change', (before, after) => before !== after),
  increase: changing('increase', (before, after) => after > before),
  decrease: changing('decrease', (before, after) => after < before),
  callCount: callMatchers.toHaveBeenCalledTimes,
  calledWith: callMatchers.toHaveBeenCalledWith,
  calledOnceWith: callMatchers.toHaveBeenCalledExactlyOnceWith,
  calledBefore: callMatchers.toHaveBeenCalledBefore,
  calledAfter: callMatchers.toHaveBeenCalledAfter,
  returned(fn, ...args) {
    return (args.length === 0 ? callMatchers.toHaveReturned : callMatchers.toHaveReturnedWith).call(this, fn, ...args);
  },
  returnedWith: callMatchers.toHaveReturnedWith,
  returnedTimes: callMatchers.toHaveReturnedTimes,
};

/** Names that mean the same. */
const ALIASES: Record<string, string> = {
  equals: 'equal', eq: 'equal', eqls: 'eql', an: 'a', includes: 'include', contain: 'include', contains: 'include', haveOwnProperty: 'ownProperty',
  haveOwnPropertyDescriptor: 'ownPropertyDescriptor', length: 'lengthOf', key: 'keys', throws: 'throw', Throw: 'throw', gt: 'above', greaterThan: 'above',
  gte: 'least', greaterThanOrEqual: 'least', lt: 'below', lessThan: 'below', lte: 'most', lessThanOrEqual: 'most', approximately: 'closeTo', instanceOf: 'instanceof',
  matches: 'match', respondsTo: 'respondTo', satisfies: 'satisfy', changes: 'change', increases: 'increase', decreases: 'decrease',
};
for (const [alias, name] of Object.entries(ALIASES)) methods[alias] = methods[name];
Object.assign(states, { exists: states.exist, Arguments: states.arguments });

export const chaiStates = states;
export const chaiMethods = methods;

/** What functions of `assert` say with the chain: after the slash, how many arguments follow the value. */
const ASSERTS: Record<string, string> = {
  isOk: 'ok', ok: 'ok', isNotOk: 'not.ok', notOk: 'not.ok', isTrue: 'true', isNotTrue: 'not.true', isFalse: 'false', isNotFalse: 'not.false', isNull: 'null',
  isNotNull: 'not.null', isNaN: 'NaN', isNotNaN: 'not.NaN', exists: 'exist', notExists: 'not.exist', isUndefined: 'undefined', isDefined: 'not.undefined',
  isCallable: 'callable', isFunction: 'callable', isNotCallable: 'not.callable', isNotFunction: 'not.callable', isNumeric: 'numeric', isNotNumeric: 'not.numeric',
  isFinite: 'finite', isIterable: 'iterable', isEmpty: 'empty', isNotEmpty: 'not.empty', isExtensible: 'extensible', isNotExtensible: 'not.extensible',
  isSealed: 'sealed', isNotSealed: 'not.sealed', isFrozen: 'frozen', isNotFrozen: 'not.frozen', strictEqual: 'equal/1', notStrictEqual: 'not.equal/1',
  deepEqual: 'eql/1', deepStrictEqual: 'eql/1', notDeepEqual: 'not.eql/1', isAbove: 'above/1', isAtLeast: 'least/1', isBelow: 'below/1', isAtMost: 'most/1',
  typeOf: 'a/1', notTypeOf: 'not.a/1', instanceOf: 'instanceof/1', notInstanceOf: 'not.instanceof/1', match: 'match/1', notMatch: 'not.match/1',
  include: 'include/1', notInclude: 'not.include/1', deepInclude: 'deep.include/1', notDeepInclude: 'not.deep.include/1', nestedInclude: 'nested.include/1',
  notNestedInclude: 'not.nested.include/1', ownInclude: 'own.include/1', notOwnInclude: 'not.own.include/1', property: 'property/1', notProperty: 'not.property/1',
  propertyVal: 'property/2', notPropertyVal: 'not.property/2', deepPropertyVal: 'deep.property/2', notDeepPropertyVal: 'not.deep.property/2',
  nestedProperty: 'nested.property/1', notNestedProperty: 'not.nested.property/1', nestedPropertyVal: 'nested.property/2', ownProperty: 'own.property/1',
  notOwnProperty: 'not.own.property/1', ownPropertyVal: 'own.property/2', lengthOf: 'lengthOf/1', hasAnyKeys: 'any.keys/1', hasAllKeys: 'all.keys/1',
  containsAllKeys: 'contain.all.keys/1', doesNotHaveAnyKeys: 'not.any.keys/1', doesNotHaveAllKeys: 'not.all.keys/1', closeTo: 'closeTo/2', approximately: 'closeTo/2',
  sameMembers: 'members/1', notSameMembers: 'not.members/1', sameDeepMembers: 'deep.members/1', notSameDeepMembers: 'not.deep.members/1',
  sameOrderedMembers: 'ordered.members/1', sameDeepOrderedMembers: 'deep.ordered.members/1', includeMembers: 'include.members/1',
  notIncludeMembers: 'not.include.members/1', includeDeepMembers: 'include.deep.members/1', oneOf: 'oneOf/1', notOneOf: 'not.oneOf/1', containSubset: 'containSubset/1',
  changes: 'change/2', doesNotChange: 'not.change/2', increases: 'increase/2', decreases: 'decrease/2',
};
for (const type of ['Object', 'Array', 'String', 'Number', 'Boolean']) Object.assign(ASSERTS, { [`is${type}`]: `a:${type}`, [`isNot${type}`]: `not.a:${type}` });

/** Chai's `assert`, whose functions take a message at the end. */
export function assertOf(expect: (value: unknown, message?: string) => any): any {
  const assert: any = (value: unknown, message?: string) => void expect(value, message).ok;
  for (const [name, text] of Object.entries(ASSERTS)) {
    const [, path, type, count] = /^([^:/]+)(?::(\w+))?(?:\/(\d))?$/.exec(text)!;
    const arity = Number(count ?? 0);
    assert[name] = (value: unknown, ...args: any[]) => {
      const end = path.split('.').reduce((at, word) => at[word], expect(value, args[arity]));
      if (type !== undefined) end(type);
      else if (arity > 0) end(...args.slice(0, arity));
    };
  }
  const texts = (args: unknown[]) => args.filter(arg => arg !== undefined);
  return Object.assign(assert, {
    equal: (a: any, b: any, message?: string) => void expect(a == b, message ?? `${brief(a)} == ${brief(b)}`).true,
    notEqual: (a: any, b: any, message?: string) => void expect(a != b, message ?? `${brief(a)} != ${brief(b)}`).true,
    throws: (fn: unknown, ...args: unknown[]) => void expect(fn).throw(...texts(args)),
    throw: (fn: unknown, ...args: unknown[]) => void expect(fn).throw(...texts(args)),
    doesNotThrow: (fn: unknown, ...args: unknown[]) => void expect(fn).not.throw(...texts(args)),
    ifError(error: unknown) {
      if (error) throw error;
    },
    fail: (...args: any[]) => (expect as any).fail(args.length > 1 ? args[2] : args[0]),
  });
}
