// URLSearchParams (https://url.spec.whatwg.org/#interface-urlsearchparams). Complete; the format of forms is native.

import { formDecode, formEncode } from 'cronflow:internal/ops';
import { defineInterface, definePairIterable, required, toRecord, toScalarText, toSequence } from 'cronflow:internal/web/webidl';

type Pair = [string, string];

let pairsOf: (params: URLSearchParams) => Pair[];
/** Ties a list to a URL, which is told the new query after each change. */
export let bind: (params: URLSearchParams, changed: (query: string) => void) => void;
/** Replaces everything by what a query says. */
export let reread: (params: URLSearchParams, query: string) => void;

function read(query: string): Pair[] {
  const flat = formDecode(query.startsWith('?') ? query.slice(1) : query);
  const pairs: Pair[] = [];
  for (let i = 0; i < flat.length; i += 2) pairs.push([flat[i], flat[i + 1]]);
  return pairs;
}

function pair(value: unknown): Pair {
  const both = toSequence(value, toScalarText, 'URLSearchParams: a query parameter');
  if (both.length !== 2) throw new TypeError('URLSearchParams: each query parameter must be a pair of name and value');
  return both as Pair;
}

function pairsFrom(init: any): Pair[] {
  if ((typeof init !== 'object' || init === null) && typeof init !== 'function') return read(toScalarText(init));
  const iterate = init[Symbol.iterator];
  if (iterate === undefined || iterate === null) return toRecord(init, toScalarText, toScalarText);
  return toSequence(init, pair, 'URLSearchParams: the list');
}

export class URLSearchParams {
  #pairs: Pair[];
  #changed: ((query: string) => void) | null = null;

  static {
    pairsOf = params => params.#pairs;
    bind = (params, changed) => {
      params.#changed = changed;
    };
    reread = (params, query) => {
      params.#pairs = read(query);
    };
  }

  constructor(init: unknown = '') {
    this.#pairs = pairsFrom(init);
  }

  get size(): number {
    return this.#pairs.length;
  }

  append(name: unknown, value: unknown): void {
    this.#pairs;
    required(arguments, 2, 'URLSearchParams.append');
    this.#pairs.push([toScalarText(name), toScalarText(value)]);
    this.#tell();
  }

  delete(name: unknown, value: unknown = undefined): void {
    this.#pairs;
    required(arguments, 1, 'URLSearchParams.delete');
    const key = toScalarText(name);
    const only = value === undefined ? undefined : toScalarText(value);
    this.#pairs = this.#pairs.filter(([known, text]) => known !== key || (only !== undefined && text !== only));
    this.#tell();
  }

  get(name: unknown): string | null {
    this.#pairs;
    required(arguments, 1, 'URLSearchParams.get');
    const key = toScalarText(name);
    return this.#pairs.find(([known]) => known === key)?.[1] ?? null;
  }

  getAll(name: unknown): string[] {
    this.#pairs;
    required(arguments, 1, 'URLSearchParams.getAll');
    const key = toScalarText(name);
    return this.#pairs.filter(([known]) => known === key).map(([, value]) => value);
  }

  has(name: unknown, value: unknown = undefined): boolean {
    this.#pairs;
    required(arguments, 1, 'URLSearchParams.has');
    const key = toScalarText(name);
    const only = value === undefined ? undefined : toScalarText(value);
    return this.#pairs.some(([known, text]) => known === key && (only === undefined || text === only));
  }

  set(name: unknown, value: unknown): void {
    this.#pairs;
    required(arguments, 2, 'URLSearchParams.set');
    const key = toScalarText(name);
    const text = toScalarText(value);
    const at = this.#pairs.findIndex(([known]) => known === key);
    if (at < 0) this.#pairs.push([key, text]);
    else {
      this.#pairs[at] = [key, text];
      this.#pairs = this.#pairs.filter(([known], index) => index <= at || known !== key);
    }
    this.#tell();
  }

  sort(): void {
    this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this.#tell();
  }

  toString(): string {
    return formEncode(this.#pairs.flat());
  }

  #tell(): void {
    this.#changed?.(this.toString());
  }
}

definePairIterable(URLSearchParams, 'URLSearchParams', target => pairsOf(target));
defineInterface(URLSearchParams, 'URLSearchParams');
