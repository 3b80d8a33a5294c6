// Other values for globals and variables of the environment while tests run, and import.meta.env.

import { builtinModule } from 'cronflow:internal/ops';

const globals = new Map<PropertyKey, PropertyDescriptor | undefined>();

export function stubGlobal(name: PropertyKey, value: unknown): void {
  if (!globals.has(name)) globals.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: true });
}

export function unstubAllGlobals(): void {
  for (const [name, before] of globals) {
    if (before === undefined) delete (globalThis as any)[name];
    else Object.defineProperty(globalThis, name, before);
  }
  globals.clear();
}

type Values = Record<string, string | undefined>;

const env = (): Values => builtinModule('node:process').env;

/** Code asks by this variable whether it is tested. */
export const sayTest = (): unknown => (env().NODE_ENV ??= 'test');

/** What import.meta.env has besides the environment, as texts; as in the environment, the flags are `1` or empty. */
const own: Values = { MODE: 'test', BASE_URL: '/', PROD: '', DEV: '1', SSR: '1' };
const FLAGS = ['PROD', 'DEV', 'SSR'];

/** Where a variable is. */
const homeOf = (name: PropertyKey): Values | undefined => [env(), own].find(values => typeof name === 'string' && Object.hasOwn(values, name));

function valueOf(name: PropertyKey): unknown {
  const value = homeOf(name)?.[name as string];
  return FLAGS.includes(name as string) && value !== undefined ? value !== '' : value;
}

function textOf(name: string, value: unknown): string {
  return FLAGS.includes(name) ? (value ? '1' : '') : String(value);
}

/** `import.meta.env`: the environment, with the names that Vite adds. */
export const importMetaEnv: object = new Proxy({}, {
  get: (_, name) => valueOf(name),
  has: (_, name) => homeOf(name) !== undefined,
  ownKeys: () => [...new Set([...Object.keys(env()), ...Object.keys(own)])],
  getOwnPropertyDescriptor: (_, name) => (homeOf(name) === undefined ? undefined : { value: valueOf(name), writable: true, enumerable: true, configurable: true }),
  set(_, name, value) {
    env()[name as string] = textOf(name as string, value);
    return true;
  },
  deleteProperty(_, name) {
    for (const values of [env(), own]) delete values[name as string];
    return true;
  },
});

const variables = new Map<string, { outer: string | undefined; own: string | undefined }>();

/** `undefined` takes the variable away. */
export function stubEnv(name: string, value: string | boolean | undefined): void {
  if (!variables.has(name)) variables.set(name, { outer: env()[name], own: own[name] });
  put(env(), name, value === undefined ? undefined : textOf(name, value));
  if (value === undefined) delete own[name];
}

export function unstubAllEnvs(): void {
  for (const [name, before] of variables) {
    put(env(), name, before.outer);
    put(own, name, before.own);
  }
  variables.clear();
}

function put(values: Values, name: string, value: string | undefined): void {
  if (value === undefined) delete values[name];
  else values[name] = value;
}
