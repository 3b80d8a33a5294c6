// URLPattern (https://urlpattern.spec.whatwg.org/). Complete, with compareComponent. Patterns are compiled natively into
// regular expressions, which the engine runs (flag `u`, since its `v` is not complete).

import { urlPatternInput, urlPatternParse } from 'cronflow:internal/ops';
import { defineInterface, required, toDictionary, toEnum, toScalarText } from 'cronflow:internal/web/webidl';

const COMPONENTS = ['protocol', 'username', 'password', 'hostname', 'port', 'pathname', 'search', 'hash'] as const;
type Name = (typeof COMPONENTS)[number];

interface Component {
  pattern: string;
  regexp: RegExp;
  groups: string[];
}

interface Result {
  input: string;
  groups: Record<string, string | undefined>;
}

/** Text stays text, a dictionary becomes one of texts. */
function inputOf(value: unknown, what: string): string | Record<string, string> {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return value === undefined ? {} : toScalarText(value);
  const given = toDictionary(value, what);
  const init: Record<string, string> = {};
  for (const name of ['baseURL', ...COMPONENTS]) if (given[name] !== undefined) init[name] = toScalarText(given[name]);
  return init;
}

/** Flag `v` only where `u` does not do, for operations on sets. */
function compile(source: string, ignoreCase: boolean): RegExp {
  const flags = ignoreCase ? 'i' : '';
  try {
    return new RegExp(source, `u${flags}`);
  } catch (error) {
    // The engine takes some escapes with `v` that no flag allows.
    if (/--|&&/.test(source)) return new RegExp(source, `v${flags}`);
    throw new TypeError(`URLPattern: the pattern '${source}' is not valid: ${String((error as Error).message)}`);
  }
}

export class URLPattern {
  #components: Record<Name, Component>;
  #hasRegExpGroups: boolean;
  declare readonly protocol: string;
  declare readonly username: string;
  declare readonly password: string;
  declare readonly hostname: string;
  declare readonly port: string;
  declare readonly pathname: string;
  declare readonly search: string;
  declare readonly hash: string;

  static {
    for (const name of COMPONENTS) {
      const accessor = {
        get [name](): string {
          return (this as any as URLPattern).#components[name].pattern;
        },
      };
      Object.defineProperty(URLPattern.prototype, name, Object.getOwnPropertyDescriptor(accessor, name)!);
    }
  }

  constructor(input: unknown = undefined, second: unknown = undefined, third: unknown = undefined) {
    const hasBase = typeof second === 'string' || arguments.length > 2;
    const base = hasBase ? toScalarText(second) : undefined;
    const { ignoreCase = false } = toDictionary(hasBase ? third : second, 'URLPattern: the options');
    const init = inputOf(input, 'URLPattern: the pattern');
    const parsed = JSON.parse(urlPatternParse(JSON.stringify(init), base, Boolean(ignoreCase)));
    this.#hasRegExpGroups = parsed.hasRegexpGroups;
    const components: any = {};
    for (const name of COMPONENTS) {
      const { patternString, regexpString, groupNameList } = parsed[name];
      components[name] = { pattern: patternString, regexp: compile(regexpString, Boolean(ignoreCase)), groups: groupNameList };
    }
    this.#components = components;
  }

  test(input: unknown = undefined, base: unknown = undefined): boolean {
    return this.#match(input, base) !== null;
  }

  exec(input: unknown = undefined, base: unknown = undefined): any {
    const found = this.#match(input, base);
    if (found === null) return null;
    const inputs = base === undefined ? [inputOf(input, 'URLPattern: the input')] : [inputOf(input, ''), toScalarText(base)];
    return { inputs, ...found };
  }

  #match(input: unknown, base: unknown): Record<Name, Result> | null {
    const components = this.#components;
    const json = urlPatternInput(JSON.stringify(inputOf(input, 'URLPattern: the input')), base === undefined ? undefined : toScalarText(base));
    if (json === null) return null;
    const given: Record<Name, string> = JSON.parse(json);
    const results: any = {};
    for (const name of COMPONENTS) {
      const { regexp, groups } = components[name];
      const found = regexp.exec(given[name]);
      if (found === null) return null;
      const named: Record<string, string | undefined> = {};
      for (const [index, group] of groups.entries()) named[group] = found[index + 1];
      results[name] = { input: given[name], groups: named };
    }
    return results;
  }

  get hasRegExpGroups(): boolean {
    return this.#hasRegExpGroups;
  }

  static compareComponent(component: unknown, left: unknown, right: unknown): number {
    required(arguments, 3, 'URLPattern.compareComponent');
    const name = toEnum(component, COMPONENTS, 'URLPattern.compareComponent: the component');
    for (const pattern of [left, right]) {
      if (!(pattern instanceof URLPattern)) throw new TypeError('URLPattern.compareComponent: both must be URLPatterns');
    }
    return compareParts(partsOf((left as URLPattern)[name]), partsOf((right as URLPattern)[name]));
  }
}

defineInterface(URLPattern, 'URLPattern');

// Comparing: a pattern that says more comes later. Kinds and modifiers in their order.

const KIND = { wildcard: 0, segment: 1, regexp: 2, fixed: 3 };
const MODIFIER: Record<string, number> = { '*': 0, '?': 1, '+': 2, '': 3 };

interface Part {
  kind: number;
  modifier: number;
  prefix: string;
  value: string;
  suffix: string;
}

const EMPTY: Part = { kind: KIND.fixed, modifier: MODIFIER[''], prefix: '', value: '', suffix: '' };

/** The parts of a pattern in its normal form, in which every group has its braces where it needs them. */
function partsOf(pattern: string): Part[] {
  const parts: Part[] = [];
  const token = /\{([^{}]*)\}([*+?]?)|(\/?)(?::([\p{ID_Start}$_][\p{ID_Continue}$_]*))?(?:\(((?:\\.|[^()\\]|\((?:\\.|[^()])*\))+)\)|(\*))?([*+?]?)|(\\.|[^])/uy;
  while (token.lastIndex < pattern.length) {
    const found = token.exec(pattern);
    if (found === null) break;
    const [text, braced, bracedModifier, slash, name, regexp, star, modifier] = found;
    if (text === '' || (braced === undefined && name === undefined && regexp === undefined && star === undefined)) {
      token.lastIndex = found.index;
      const char = /\\.|[^]/uy;
      char.lastIndex = found.index;
      addFixed(parts, char.exec(pattern)![0]);
      token.lastIndex = char.lastIndex;
    } else if (braced !== undefined) addGroup(parts, braced, MODIFIER[bracedModifier]);
    else if (star !== undefined) parts.push({ ...EMPTY, kind: KIND.wildcard, prefix: slash, modifier: MODIFIER[modifier] });
    else parts.push({ ...EMPTY, kind: regexp === undefined ? KIND.segment : KIND.regexp, prefix: slash, value: regexp ?? '', modifier: MODIFIER[modifier] });
  }
  return parts;
}

function addFixed(parts: Part[], text: string): void {
  const last = parts.at(-1);
  if (last !== undefined && last.kind === KIND.fixed && last.modifier === MODIFIER['']) last.value += text;
  else parts.push({ ...EMPTY, value: text });
}

function addGroup(parts: Part[], inner: string, modifier: number): void {
  const own = partsOf(inner);
  const at = own.findIndex(part => part.kind !== KIND.fixed);
  if (at < 0) parts.push({ ...EMPTY, value: inner, modifier });
  else {
    const before = own.slice(0, at).map(part => part.value).join('') + own[at].prefix;
    const after = own.slice(at + 1).map(part => part.value).join('');
    parts.push({ ...own[at], prefix: before, suffix: after, modifier });
  }
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareParts(left: Part[], right: Part[]): number {
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [a, b] = [left[i] ?? EMPTY, right[i] ?? EMPTY];
    const order =
      Math.sign(a.kind - b.kind) || Math.sign(a.modifier - b.modifier) || compareText(a.prefix, b.prefix) || compareText(a.value, b.value) || compareText(a.suffix, b.suffix);
    if (order !== 0) return order;
  }
  return 0;
}
