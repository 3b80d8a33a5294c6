// Fixtures of test.extend(): what tests ask for by name is made when it is first needed, and cleared away.

import { testBegin, testEnd, testRun } from 'cronflow:internal/ops';
import { parameterOf, takenBy, takesCallback } from 'cronflow:internal/testing/parameters';
import type { Suite } from 'cronflow:internal/testing/suite';

type AnyFunction = (...args: any[]) => any;
type Scope = 'test' | 'file' | 'worker';

interface Fixture {
  name: string;
  /** A function `(context, use)`, or the value itself. */
  make: unknown;
  /** Names of the fixtures that it takes. */
  needs: string[];
  /** Also for tests that do not ask for it. */
  auto: boolean;
  scope: Scope;
  /** That in whose place it stands, which it may take under its own name. */
  base?: Fixture;
}

type Registered = Map<string, Fixture>;

/** From the shortest life to the longest. */
const SCOPES: Scope[] = ['test', 'file', 'worker'];
/** What every context has. */
const OF_CONTEXT = ['task', 'signal', 'expect', 'skip', 'annotate', 'onTestFailed', 'onTestFinished', 'name', 'fullName', 'after', 'diagnostic'];
const OPTIONS = ['auto', 'scope', 'injected'];

const isOptions = (value: any): boolean => typeof value === 'object' && value !== null && Object.keys(value).some(key => OPTIONS.includes(key));

/** `({ name: fixture })`, `(name, fixture)` or `(name, options, fixture)`; with a name, a function returns the value. */
export function registration(given: unknown[]): Record<string, unknown> {
  const [first, ...rest] = given;
  if (typeof first !== 'string') {
    if (first === null || typeof first !== 'object') throw new TypeError('test.extend() needs an object of fixtures, or the name of one and the fixture');
    return first as Record<string, unknown>;
  }
  const [options, value] = rest.length > 1 ? rest : isOptions(rest[0]) ? [rest[0], {}] : [undefined, rest[0]];
  const make = typeof value === 'function' ? returning(first, value as AnyFunction) : value;
  return { [first]: options === undefined ? make : [make, options] };
}

/** The makers of fixtures that return their value, by what stands for them. */
const originals = new WeakMap<object, AnyFunction>();

function returning(name: string, make: AnyFunction): AnyFunction {
  const fixture = async (context: unknown, use: (value: unknown) => Promise<void>) => {
    let clear: AnyFunction | undefined;
    const onCleanup = (fn: AnyFunction) => {
      if (clear !== undefined) throw new Error(`the fixture '${name}' calls onCleanup() twice; make two fixtures`);
      clear = fn;
    };
    await use(await make(context, { onCleanup }));
    await clear?.();
  };
  originals.set(fixture, make);
  return fixture;
}

/** The fixtures of one test function. */
export class Fixtures {
  #registered: Registered;
  /** Others for the tests of a suite. */
  #overrides = new Map<Suite, Registered>();
  /** What lives as long as the file. */
  #shared = new Map<Fixture, Promise<unknown>>();

  constructor(registered: Registered = new Map()) {
    this.#registered = registered;
  }

  extend(given: Record<string, unknown>, isTopLevel: boolean): Fixtures {
    return new Fixtures(extended(this.#registered, given, isTopLevel));
  }

  override(given: Record<string, unknown>, suite: Suite, isTopLevel: boolean): void {
    const registered = extended(this.of(suite), given, isTopLevel);
    if (isTopLevel) this.#registered = registered;
    else this.#overrides.set(suite, registered);
  }

  of(suite: Suite | undefined): Registered {
    for (let at = suite; at !== undefined; at = at.parent) {
      const override = this.#overrides.get(at);
      if (override !== undefined) return override;
    }
    return this.#registered;
  }

  /** A fixture that lives as long as the file: made once, by whoever needs it first. */
  shared(fixture: Fixture): Promise<unknown> {
    let value = this.#shared.get(fixture);
    if (value === undefined) this.#shared.set(fixture, (value = this.#make(fixture)));
    return value;
  }

  async #make(fixture: Fixture): Promise<unknown> {
    if (typeof fixture.make !== 'function') return fixture.make;
    const context: any = {};
    const needed = fixture.needs.map(name => (name === fixture.name ? fixture.base : this.#registered.get(name)));
    for (const one of needed) if (one !== undefined) context[one.name] = await this.shared(one);
    // On an account of its own: what it starts outlives the test that asked first.
    const number = testBegin();
    const { value, finish } = await testRun(number, () => upToUse(`the fixture '${fixture.name}'`, 'use()', use => (fixture.make as AnyFunction)(context, use)));
    clearAtEnd.push(async () => {
      await finish();
      testEnd(number);
    });
    return value;
  }
}

function extended(before: Registered, given: Record<string, unknown>, isTopLevel: boolean): Registered {
  const registered = new Map(before);
  for (const [name, written] of Object.entries(given)) {
    const base = before.get(name);
    const hasOptions = Array.isArray(written) && written.length >= 2 && isOptions(written[1]);
    const [make, options] = hasOptions ? written : [written, {}];
    const unknown = Object.keys(options).find(key => !OPTIONS.includes(key));
    if (unknown !== undefined) throw new TypeError(`the fixture '${name}' has the unknown option '${unknown}'; it takes auto, scope and injected`);
    const { scope = base?.scope ?? 'test', auto = base?.auto ?? false } = options;
    if (!SCOPES.includes(scope)) throw new TypeError(`the fixture '${name}' has the unknown scope '${scope}'; there are test, file and worker`);
    if (base !== undefined && base.scope !== scope) throw new TypeError(`the fixture '${name}' has the scope '${base.scope}' already`);
    if (!isTopLevel && scope !== 'test') throw new TypeError(`the fixture '${name}' lives longer than a suite: define it at the top level of the file`);
    const needs = typeof make === 'function' ? asked(originals.get(make) ?? (make as AnyFunction), 0) : [];
    registered.set(name, { name, make, needs, auto, scope, base });
  }
  for (const fixture of registered.values()) for (const need of fixture.needs) check(fixture, need, registered);
  return registered;
}

function check({ name, scope, base }: Fixture, need: string, registered: Registered): void {
  if (OF_CONTEXT.includes(need)) return;
  const other = need === name ? base : registered.get(need);
  if (other === undefined) throw new TypeError(need === name ? `the fixture '${name}' takes itself, and there is none to stand on` : `the fixture '${name}' takes '${need}', and there is no such fixture`);
  if (SCOPES.indexOf(scope) > SCOPES.indexOf(other.scope)) throw new TypeError(`the fixture '${name}' of the scope '${scope}' cannot take '${need}', which lives as long as a ${other.scope}`);
}

/** Puts a fixture behind those that it needs. */
function sort(registered: Registered, fixture: Fixture, path: Fixture[], order: Fixture[]): void {
  if (order.includes(fixture)) return;
  if (path.includes(fixture)) throw new TypeError(`the fixtures ${[...path, fixture].map(one => one.name).join(' -> ')} need each other`);
  for (const name of fixture.needs) {
    const other = name === fixture.name ? fixture.base : registered.get(name);
    if (other !== undefined) sort(registered, other, [...path, fixture], order);
  }
  order.push(fixture);
}

/** The fixtures that a function asks for in its parameter of a number; one that it calls `_` it does not use. */
function asked(fn: AnyFunction, index: number): string[] {
  const parameter = parameterOf(fn, index);
  if (parameter === undefined || (index === fn.length - 1 && takesCallback(fn, index))) return [];
  // What the compiler makes of a pattern with a rest.
  if (/^_\d+$/.test(parameter)) throw new TypeError('the rest of the fixtures cannot be taken, as in { ...rest }; name them');
  if (/^_\w*$/.test(parameter)) return [];
  const names = takenBy(fn, index);
  if (!parameter.startsWith('{')) throw new TypeError(`'${parameter}' must name the fixtures that it takes, as in ({ page }) => ...`);
  return names;
}

/** What has been made for one context, in order. */
export class Made {
  #clear: (() => Promise<void>)[] = [];
  #known = new Set<Fixture>();

  /** Makes what a function takes from its context, and the fixtures that are for every test. */
  async for(fixtures: Fixtures, suite: Suite | undefined, fn: AnyFunction, index: number, context: any): Promise<void> {
    const registered = fixtures.of(suite);
    if (registered.size === 0) return;
    const names = asked(fn, index);
    const order: Fixture[] = [];
    for (const fixture of registered.values()) if (fixture.auto || names.includes(fixture.name)) sort(registered, fixture, [], order);
    for (const fixture of order) await this.#put(fixtures, fixture, context);
  }

  async #put(fixtures: Fixtures, fixture: Fixture, context: any): Promise<void> {
    if (fixture.scope !== 'test') {
      context[fixture.name] = await fixtures.shared(fixture);
      return;
    }
    if (this.#known.has(fixture)) return;
    this.#known.add(fixture);
    if (typeof fixture.make !== 'function') {
      context[fixture.name] = fixture.make;
      return;
    }
    const { value, finish } = await upToUse(`the fixture '${fixture.name}'`, 'use()', use => (fixture.make as AnyFunction)(context, use));
    context[fixture.name] = value;
    this.#clear.push(finish);
  }

  /** How many there are; `clear` takes away those that came later. */
  get count(): number {
    return this.#clear.length;
  }

  async clear(from = 0): Promise<void> {
    await clearFrom(this.#clear, from);
  }
}

/** What the fixtures that live as long as the file leave to be done. */
const clearAtEnd: (() => Promise<void>)[] = [];

/** Clears away the fixtures of the file. */
export async function clearShared(): Promise<void> {
  await clearFrom(clearAtEnd, 0);
}

/** Clears away what came after so many, the last first; goes on when one fails. */
async function clearFrom(list: (() => Promise<void>)[], kept: number): Promise<void> {
  const errors: unknown[] = [];
  while (list.length > kept) await list.pop()!().catch(error => errors.push(error));
  if (errors.length > 0) throw errors[0];
}

/** What hooks around a whole suite take: only what lives as long as the file. */
export async function forSuite(fixtures: Fixtures | undefined, hook: string, fn: AnyFunction, index: number): Promise<object> {
  const context: any = {};
  const names = takenBy(fn, index);
  if (fixtures === undefined) {
    if (names.length > 0) throw new TypeError(`${hook}() takes ${names.join(', ')}, and has no fixtures; call it on the test function whose fixtures they are, as in test.${hook}()`);
    return context;
  }
  const registered = fixtures.of(undefined);
  for (const fixture of registered.values()) {
    const isTaken = names.includes(fixture.name);
    if (isTaken && fixture.scope === 'test') throw new TypeError(`${hook}() takes '${fixture.name}', which is made for each test; give it the scope 'file'`);
    if (isTaken || (fixture.auto && fixture.scope !== 'test')) context[fixture.name] = await fixtures.shared(fixture);
  }
  return context;
}

/** Runs a function up to where it calls `use(value)`; `finish` lets it go on to its end. */
export async function upToUse(what: string, called: string, begin: (use: (value?: unknown) => Promise<void>) => unknown): Promise<{ value: any; finish: () => Promise<void> }> {
  let goOn!: () => void;
  const going = new Promise<void>(resolve => (goOn = resolve));
  let ended!: Promise<unknown>;
  const value = await new Promise((resolve, reject) => {
    let isUsed = false;
    const use = async (given?: unknown) => {
      if (isUsed) throw new Error(`${what} has called ${called} twice`);
      isUsed = true;
      resolve(given);
      await going;
    };
    ended = (async () => begin(use))();
    ended.then(() => reject(new Error(`${what} has not called ${called}`)), reject);
  });
  return {
    value,
    finish: async () => {
      goOn();
      await ended;
    },
  };
}
