// Fixtures of test.extend(): what tests ask for by name is made before them and cleared away after them.

import { takenBy } from 'cronflow:internal/testing/parameters';

type AnyFunction = (...args: any[]) => any;

interface Fixture {
  /** A function `(context, use)`, or the value itself. */
  make: unknown;
  /** Also for tests that do not ask for it. */
  auto: boolean;
}

export type Fixtures = Record<string, Fixture>;

/** Adds fixtures to those that there are. */
export function extended(before: Fixtures | undefined, given: unknown): Fixtures {
  if (given === null || typeof given !== 'object') throw new TypeError('test.extend() needs an object of fixtures');
  const fixtures: Fixtures = { ...before };
  for (const [name, value] of Object.entries(given)) {
    const [make, options] = Array.isArray(value) && value.length === 2 && isOptions(value[1]) ? value : [value, {}];
    if (options.scope !== undefined && options.scope !== 'test') throw new TypeError(`fixture '${name}': scope '${options.scope}' is not supported; use beforeAll() for what tests share`);
    if (options.injected !== undefined) throw new TypeError(`fixture '${name}': injected is not supported; there is nothing that could inject it`);
    fixtures[name] = { make, auto: options.auto === true };
  }
  return fixtures;
}

function isOptions(value: unknown): boolean {
  return value !== null && typeof value === 'object' && Object.keys(value).every(key => ['auto', 'scope', 'injected'].includes(key));
}

/** Calls `body` when the fixtures that the functions take from their context are in it; clears them away then. */
export async function withFixtures(fixtures: Fixtures, context: any, users: AnyFunction[], body: () => Promise<void>): Promise<void> {
  const asked = users.flatMap(fn => [...takenBy(fn, 0), ...takenBy(fn, fn.length - 1)]);
  const wanted = Object.keys(fixtures).filter(name => fixtures[name].auto || asked.includes(name));
  const order: string[] = [];
  for (const name of wanted) sort(fixtures, name, [], order);
  await enter(fixtures, context, order, body);
}

/** Puts a fixture behind those that it needs. */
function sort(fixtures: Fixtures, name: string, path: string[], order: string[]): void {
  if (order.includes(name)) return;
  if (path.includes(name)) throw new Error(`the fixtures ${[...path, name].join(' -> ')} need each other`);
  const { make } = fixtures[name];
  const needs = typeof make === 'function' ? takenBy(make, 0).filter(other => other !== name && other in fixtures) : [];
  for (const other of needs) sort(fixtures, other, [...path, name], order);
  order.push(name);
}

async function enter(fixtures: Fixtures, context: any, [name, ...rest]: string[], body: () => Promise<void>): Promise<void> {
  if (name === undefined) return body();
  const { make } = fixtures[name];
  if (typeof make !== 'function') {
    context[name] = make;
    return enter(fixtures, context, rest, body);
  }
  let outcome: { error?: unknown } | undefined;
  await make(context, async (value: unknown) => {
    context[name] = value;
    // The fixture clears away what it made also when the test fails.
    outcome = await enter(fixtures, context, rest, body).then(() => ({}), error => ({ error }));
  });
  if (outcome === undefined) throw new Error(`the fixture '${name}' has not called use()`);
  if ('error' in outcome) throw outcome.error;
}
