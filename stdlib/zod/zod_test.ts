// The built-in zod says what zod 4 says: cases.jsonl holds expressions, and what they are with the package.

import { readFileSync } from 'node:fs';
import { expect, test } from 'cronflow/testing';
import all, * as module from 'zod';

const { z }: { z: any } = module;

interface Case {
  case: string;
  answer: any;
}
const CASES: Case[] = readFileSync(new URL('cases.jsonl', import.meta.url), 'utf8').trim().split('\n').map((line: string) => JSON.parse(line));

/** The value as JSON writes it, with names for what JSON does not have. The patterns of formats are ours. */
function shown(value: any): any {
  if (value === undefined) return '<undefined>';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number' && !Number.isFinite(value)) return `<${value}>`;
  if (typeof value === 'symbol' || typeof value === 'function') return `<${typeof value}>`;
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '<no date>' : value.toISOString();
  if (value instanceof Map) return { Map: [...value].map(shown) };
  if (value instanceof Set) return { Set: [...value].map(shown) };
  if (Array.isArray(value)) return Array.from(value, shown);
  const own = value instanceof Error ? { name: value.name, message: value.message } : value;
  const isFormat = ('format' in own && own.format !== 'regex') || 'contentEncoding' in own;
  return Object.fromEntries(Object.entries(own).filter(([key]) => !(key === 'pattern' && isFormat)).map(([key, one]) => [key, shown(one)]));
}

const told = (result: any) => (result.success ? { data: result.data } : { issues: result.error.issues });
const ask = (schema: any, value: unknown, options?: object) => told(schema.safeParse(value, options));
const later = async (schema: any, value: unknown) => told(await schema.safeParseAsync(value));
/** Messages that are JSON may have their members in another order. */
const parsed = (answer: any) => (typeof answer?.threw === 'string' && answer.threw.startsWith('[') ? JSON.parse(answer.threw) : answer);

test.each(CASES.map((one, at) => [one.case, at] as const))('%s', async (text, at) => {
  let answer: unknown;
  try {
    answer = shown(await new Function('z', 'ask', 'later', `return (${text})`)(z, ask, later));
  } catch (error: any) {
    answer = { threw: error.message };
  }
  expect(parsed(answer)).toEqual(parsed(CASES[at].answer));
});

test('the default export is z', () => expect(all).toBe(z));

test('names can be imported one by one', () => expect((module as any).object({ a: (module as any).null() }).parse({ a: null })).toEqual({ a: null }));

test('what is not there is an error that names it', () => {
  expect(() => z.fromJSONSchema({})).toThrow('z.fromJSONSchema: the built-in zod does not have it; install the package');
  expect(() => z.toJSONSchema(z.string(), { target: 'openapi-3.0' })).toThrow('openapi-3.0');
});

const DECLARED: string = readFileSync(new URL('../../sdk-types/zod.d.ts', import.meta.url), 'utf8');

/** The names of values that the declarations export. */
function declaredNames(): string[] {
  const direct = [...DECLARED.matchAll(/^export declare (?:abstract )?(?:function|const|class) (\w+)/gm)].map(found => found[1]);
  const listed = [...DECLARED.matchAll(/^export \{(.*)\};$/gm)].flatMap(found => found[1].split(',').map(one => one.trim().split(' as ').at(-1)!));
  const spaces = [...DECLARED.matchAll(/^export \* as (\w+) from/gm)].map(found => found[1]);
  return [...new Set([...direct, ...listed, ...spaces])].sort();
}

/** Class -> the names of its members, with those of the class that it extends. */
function declaredMembers(): Map<string, Set<string>> {
  const members = new Map<string, Set<string>>();
  for (const [, name, head, body] of DECLARED.matchAll(/^(?:export )?declare (?:abstract )?class (\w+)([^;]*?) \{(\}$|$[^]*?^\})/gm)) {
    // Constraints of type parameters name no classes.
    const base = [...head.matchAll(/extends (\w+)/g)].map(found => members.get(found[1])).find(found => found !== undefined);
    const own = [...body.matchAll(/^  (?:readonly )?'?([\w~]+)'?\??[(<:]/gm)].map(found => found[1]);
    members.set(name, new Set([...(base ?? []), ...own]));
  }
  return members;
}

function realMembers(made: any): string[] {
  const names = new Set<string>();
  for (let from = made.prototype; from !== Object.prototype && from !== Error.prototype; from = Object.getPrototypeOf(from)) {
    for (const name of Object.getOwnPropertyNames(from)) names.add(name);
  }
  return [...names].filter(name => !name.startsWith('_') && name !== 'constructor').sort();
}

test('the declarations name what there is', () => expect(declaredNames()).toEqual(Object.keys(module).sort()));

test('the declarations of classes name their members', () => {
  let count = 0;
  for (const [name, members] of declaredMembers()) {
    if (!name.startsWith('Zod')) continue;
    // What is set by constructors, and what is there for types only.
    const own = ['constructor', 'def', 'type', 'issues', '_output', '_input'];
    expect([name, ...[...members].filter(member => !own.includes(member)).sort()]).toEqual([name, ...realMembers((module as any)[name])]);
    count++;
  }
  expect(count).toBeGreaterThan(40);
});

test('a check of an object does not see members that are wrong', () => {
  let calls = 0;
  const schema = z.object({ a: z.string() }).refine(() => ++calls > 0);
  expect(schema.safeParse({ a: 1 }).error.issues).toHaveLength(1);
  expect(calls).toBe(0);
});
