// Other values for globals and variables of the environment while tests run.

import { builtinModule } from 'cronflow:internal/ops';

const globals = new Map<PropertyKey, PropertyDescriptor | undefined>();
const variables = new Map<string, string | undefined>();

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

const env = (): Record<string, string | undefined> => builtinModule('node:process').env;

/** `undefined` takes the variable away. */
export function stubEnv(name: string, value: string | boolean | undefined): void {
  if (!variables.has(name)) variables.set(name, env()[name]);
  put(name, value === undefined ? undefined : String(value));
}

export function unstubAllEnvs(): void {
  for (const [name, before] of variables) put(name, before);
  variables.clear();
}

function put(name: string, value: string | undefined): void {
  if (value === undefined) delete env()[name];
  else env()[name] = value;
}
