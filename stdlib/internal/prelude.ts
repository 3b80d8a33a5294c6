// The first module: puts the globals of the platform in place.

import 'cronflow:internal/builtins';
import { builtinModule, now, queueMicrotask } from 'cronflow:internal/ops';
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'cronflow:internal/timers';

/** Globals that most programs do not use: their modules are loaded at the first access. */
const LAZY: Record<string, string[]> = {
  console: ['console'],
  dom_exception: ['DOMException'],
  encoding: ['TextEncoder', 'TextDecoder', 'atob', 'btoa'],
  events: ['AbortController', 'AbortSignal', 'Event', 'EventTarget'],
  fetch: ['fetch', 'Headers', 'Request', 'Response'],
  structured_clone: ['structuredClone'],
  intl: ['Intl'],
  url: ['URL', 'URLSearchParams'],
  'web/crypto': ['crypto', 'Crypto', 'CryptoKey', 'SubtleCrypto'],
};

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}

for (const name of ['dispose', 'asyncDispose']) {
  if (!(name in Symbol)) Object.defineProperty(Symbol, name, { value: Symbol(`Symbol.${name}`) });
}

/** It stays an accessor: the engine's caches do not see that a global changes its kind. */
function defineLazily(name: string, module: string): void {
  let value: unknown;
  let isLoaded = false;
  const load = () => {
    isLoaded = true;
    return (value = builtinModule(`cronflow:internal/${module}`)[name]);
  };
  const set = (other: unknown) => {
    isLoaded = true;
    value = other;
  };
  Object.defineProperty(globalThis, name, { get: () => (isLoaded ? value : load()), set, configurable: true, enumerable: false });
}

for (const [module, names] of Object.entries(LAZY)) for (const name of names) defineLazily(name, module);

const globals = { setTimeout, setInterval, clearTimeout, clearInterval, queueMicrotask, self: globalThis };
for (const [name, value] of Object.entries(globals)) define(name, value);
define('performance', { now, timeOrigin: Date.now() - now(), toJSON: () => ({}) });
define('navigator', { userAgent: 'cronflow-rt/0.1.0' });
