// The first module: puts the globals of the platform in place.

import 'cronflow:internal/builtins';
import { builtinModule, queueMicrotask } from 'cronflow:internal/ops';
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'cronflow:internal/timers';

/** Globals that most programs do not use: their modules are loaded at the first access. */
const LAZY: Record<string, string[]> = {
  dom_exception: ['DOMException'],
  encoding: ['TextEncoder', 'TextDecoder'],
  events: [
    'AbortController', 'AbortSignal', 'CustomEvent', 'ErrorEvent', 'Event', 'EventTarget', 'MessageEvent', 'ProgressEvent',
    'PromiseRejectionEvent',
  ],
  structured_clone: ['structuredClone'],
  intl: ['Intl'],
  url: ['URL', 'URLSearchParams'],
  'web/compression': ['CompressionStream', 'DecompressionStream'],
  'web/crypto': ['crypto', 'Crypto', 'CryptoKey', 'SubtleCrypto'],
  'web/dom/global': ['addEventListener', 'removeEventListener', 'dispatchEvent', 'reportError'],
  'web/fetch/index': ['fetch', 'Headers', 'Request', 'Response'],
  'web/file/blob': ['Blob', 'File'],
  'web/file/file_reader': ['FileReader'],
  'web/file/form_data': ['FormData'],
  'web/html/base64': ['atob', 'btoa'],
  'web/html/messaging': ['MessageChannel', 'MessagePort'],
  'web/html/navigator': ['navigator', 'Navigator'],
  'web/html/webassembly': ['WebAssembly'],
  'web/performance/performance': [
    'performance', 'Performance', 'PerformanceEntry', 'PerformanceMark', 'PerformanceMeasure', 'PerformanceObserver',
    'PerformanceObserverEntryList',
  ],
  'web/streams/index': [
    'ByteLengthQueuingStrategy', 'CountQueuingStrategy', 'ReadableByteStreamController', 'ReadableStream', 'ReadableStreamBYOBReader',
    'ReadableStreamBYOBRequest', 'ReadableStreamDefaultController', 'ReadableStreamDefaultReader', 'TransformStream',
    'TransformStreamDefaultController', 'WritableStream', 'WritableStreamDefaultController', 'WritableStreamDefaultWriter',
  ],
  'web/streams/text': ['TextDecoderStream', 'TextEncoderStream'],
  'web/url/pattern': ['URLPattern'],
};

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}

for (const name of ['dispose', 'asyncDispose']) {
  if (!(name in Symbol)) Object.defineProperty(Symbol, name, { value: Symbol(`Symbol.${name}`) });
}

const loaded: Record<string, any> = {};

/** Each module is loaded once: the engine's way there can be seen by a program that replaces Promise.prototype.then. */
function namespaceOf(module: string): any {
  return (loaded[module] ??= builtinModule(module));
}

/** It stays an accessor: the engine's caches do not see that a global changes its kind. */
function defineLazily(name: string, module: string, exported = name): void {
  let value: unknown;
  let isLoaded = false;
  const load = () => {
    isLoaded = true;
    return (value = namespaceOf(module)[exported]);
  };
  const set = (other: unknown) => {
    isLoaded = true;
    value = other;
  };
  Object.defineProperty(globalThis, name, { get: () => (isLoaded ? value : load()), set, configurable: true, enumerable: false });
}

for (const [module, names] of Object.entries(LAZY)) for (const name of names) defineLazily(name, `cronflow:internal/${module}`);

/** Globals of Node.js. */
const NODE: Record<string, string[]> = { buffer: ['Buffer'], timers: ['setImmediate', 'clearImmediate'] };
for (const [module, names] of Object.entries(NODE)) for (const name of names) defineLazily(name, `node:${module}`);
defineLazily('process', 'node:process', 'default');

/** A namespace whose functions are loaded at the first call; it is on the global object as the standard wants it. */
const CONSOLE = [
  'assert', 'clear', 'debug', 'error', 'info', 'log', 'table', 'trace', 'warn', 'dir', 'dirxml', 'count', 'countReset', 'group',
  'groupCollapsed', 'groupEnd', 'time', 'timeLog', 'timeEnd',
];
const console = Object.create(Object.create(Object.prototype));
for (const name of CONSOLE) {
  const { [name]: value } = {
    [name](...args: unknown[]): unknown {
      return builtinModule('cronflow:internal/console').members[name](...args);
    },
  };
  Object.defineProperty(console, name, { value, writable: true, enumerable: true, configurable: true });
}
Object.defineProperty(console, Symbol.toStringTag, { value: 'console', configurable: true });

const globals = { console, setTimeout, setInterval, clearTimeout, clearInterval, queueMicrotask, self: globalThis, global: globalThis };
for (const [name, value] of Object.entries(globals)) define(name, value);

// `onerror` and its relatives: whoever sets one has the module loaded that reports to it.
for (const type of ['error', 'unhandledrejection', 'rejectionhandled']) {
  const handlers = () => builtinModule('cronflow:internal/web/dom/global');
  let isSet = false;
  const get = () => (isSet ? handlers().getOn(type) : null);
  const set = (value: unknown) => {
    isSet = true;
    handlers().setOn(type, value);
  };
  Object.defineProperty(globalThis, `on${type}`, { get, set, configurable: true, enumerable: true });
}
