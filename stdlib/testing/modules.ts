// Mocks of modules: vi.mock() and its like, and the imports that heed them.

import { forgetModules, importCommonJs, mockRequired, setModulesAside as setRequiredAside } from 'cronflow:internal/common_js';
import { callerModule, esModule, importTarget, isTesting, jsonModule, mockProvider, mockPut, mockTarget, moduleKind, resetModules, setModulesAside } from 'cronflow:internal/ops';
import { counters } from 'cronflow:internal/testing/lines';
import { automock } from 'cronflow:internal/testing/automock';
import { importMetaEnv, sayTest } from 'cronflow:internal/testing/stubs';

type Factory = (importOriginal: () => Promise<any>) => any;
type Target = [archive: number, specifier: string, unwraps: boolean];

interface ModuleMock {
  name: string;
  target: Target;
  /** Absent: what a folder `__mocks__` has, or the module with all of its functions mocked. */
  factory?: Factory;
  /** The module of a folder `__mocks__`. */
  manual?: Target;
  /** The functions keep doing what they do. */
  spies: boolean;
  exports?: object;
  /** What `require()` gives. */
  made?: any;
  /** Its factory is running. */
  settling?: Promise<void>;
}

/** The archive of the built-in modules. */
const BUILTINS = 0;

const mocks = new Map<string, ModuleMock>();

const keyOf = ([archive, specifier]: Target) => `${archive}/${specifier}`;

/** What a name means in the module that calls. */
function find(method: string, written: unknown): Target {
  if (typeof written !== 'string') throw new TypeError(`${method}() needs the name of a module, as in an import`);
  const target = mockTarget(written);
  if (target !== null) return target;
  const help = /^[./]/.test(written) ? 'check the path' : 'install the package; what does not exist cannot be mocked';
  throw new Error(`${method}('${written}') names no module: ${help}, and give the name as a plain string`);
}

/** What a folder `__mocks__` has for a module; the compiler has looked (`mocks_key`). */
const manualOf = (written: unknown): Target | undefined => mockTarget(`__mocks__:${written}`) ?? undefined;

function put(method: string, written: unknown, factory: Factory | undefined, spies: boolean): ModuleMock {
  const target = find(method, written);
  if (target[0] === BUILTINS && /^cronflow\/testing$|^node:test$/.test(target[1])) throw new Error(`${method}('${written}'): the test runner itself cannot be mocked`);
  const manual = factory === undefined && !spies ? manualOf(written) : undefined;
  const mock: ModuleMock = { name: String(written), target, factory, spies, manual };
  mocks.set(keyOf(target), mock);
  mockPut(target[0], target[1], true);
  return mock;
}

function drop(method: string, written: unknown): void {
  const target = find(method, written);
  mocks.delete(keyOf(target));
  mockPut(target[0], target[1], false);
}

/** `(path)`, `(path, factory)` and `(path, { spy: true })`. */
function mock(method: string, written: unknown, what?: unknown): void {
  if (what === undefined || typeof what === 'function') return void put(method, written, what as Factory | undefined, false);
  const isSpy = typeof what === 'object' && what !== null && Object.keys(what).every(key => key === 'spy');
  if (!isSpy) throw new TypeError(`${method}('${written}') takes a factory, or { spy: true }`);
  put(method, written, undefined, (what as { spy?: boolean }).spy === true);
}

/** What a factory returns, as the exports of a module. */
function exportsOf(name: string, made: any): object {
  if (made === null || made === undefined) throw new TypeError(`the mock of '${name}' exports nothing: its factory must return an object`);
  if (typeof made !== 'object') return { default: made };
  // An importer of the default gets all of it, as of a CommonJS module.
  const names = Object.keys(made);
  const exports: any = {};
  for (const key of names) exports[key] = made[key];
  if (!names.includes('default')) exports.default = made;
  return exports;
}

function actual(target: Target): Promise<any> {
  return importTarget(...target, true);
}

async function settle(one: ModuleMock): Promise<void> {
  const original = async () => {
    await settleAll();
    return actual(one.target);
  };
  if (one.manual !== undefined) keep(one, await actual(one.manual));
  else keep(one, one.factory === undefined ? automock(await original(), one.spies) : await one.factory(original));
}

/** Keeps what a mock is, unless it has been made meanwhile. */
function keep(one: ModuleMock, made: any): object {
  if (one.exports === undefined) {
    one.exports = exportsOf(one.name, made);
    one.made = made;
  }
  return one.exports;
}

/** A module at once, without its mock. */
function load([archive, specifier]: Target, caller = ''): any {
  const kind = moduleKind(archive, specifier);
  if (kind === 'json') return jsonModule(archive, specifier);
  if (kind === 'commonjs') return importCommonJs(archive, specifier, false, ['default', 'module.exports'], 0)[1];
  return esModule(archive, specifier, caller);
}

/**
 * Runs the factories that have not run. One that throws is tried again when its module is imported: what it
 * needs may be there by then.
 */
async function settleAll(): Promise<void> {
  for (const one of [...mocks.values()]) {
    if (one.exports !== undefined || one.settling !== undefined) continue;
    // Marked before it runs: what it imports comes here again.
    one.settling = Promise.resolve().then(() => settle(one));
    await one.settling.catch(() => {});
    one.settling = undefined;
  }
}

/** The exports of a mock whose module is imported now. */
function provide(archive: number, specifier: string): object {
  const one = mocks.get(keyOf([archive, specifier, false]))!;
  if (one.exports !== undefined) return one.exports;
  if (one.factory === undefined) return keep(one, one.manual === undefined ? automock(load(one.target), one.spies) : load(one.manual));
  const made = one.factory(() => actual(one.target));
  if (typeof made?.then === 'function') throw new Error(`the mock of '${one.name}' is not ready: its factory is asynchronous, and has failed or waits for this very import`);
  return keep(one, made);
}

/** The mock of a module that is required: just what the factory has returned. */
function requiredMock(archive: number, specifier: string): any {
  const one = mocks.get(keyOf([archive, specifier, false]));
  if (one === undefined) return undefined;
  provide(archive, specifier);
  return one.made;
}

/** `import()` of a test file that mocks modules. */
async function importModule(written: string): Promise<any> {
  const target = mockTarget(written);
  if (target === null) throw new TypeError(`Cannot find module '${written}'`);
  await settleAll();
  return importTarget(...target, false);
}

/** A module as `require()` gives it. */
function required(method: string, written: unknown): any {
  return load(find(method, written), callerModule()?.[1]);
}

let isIsolated = false;

/** Until the function that it returns is called, modules are others than those that have run. */
function isolate(method: string, work: unknown): () => void {
  if (typeof work !== 'function') throw new TypeError(`${method}() needs a function`);
  if (isIsolated) throw new Error(`${method}() stands in another one; modules can only be isolated once`);
  isIsolated = true;
  const bringBack = setRequiredAside();
  setModulesAside(true);
  const exports = new Map([...mocks.values()].map(one => [one, one.exports]));
  for (const one of mocks.values()) one.exports = undefined;
  return () => {
    isIsolated = false;
    bringBack();
    setModulesAside(false);
    for (const [one, before] of exports) one.exports = before;
  };
}

/** The methods of `vi` and `jest` that concern modules. */
export const moduleMocks = {
  mock: (written: unknown, what?: unknown) => mock('vi.mock', written, what),
  /** Until the end of the block, with `using`. */
  doMock: (written: unknown, what?: unknown) => {
    mock('vi.doMock', written, what);
    return { [Symbol.dispose]: () => drop('vi.doMock', written) };
  },
  unmock: (written: unknown) => drop('vi.unmock', written),
  doUnmock: (written: unknown) => drop('vi.doUnmock', written),
  importActual: (written: unknown) => {
    const target = find('vi.importActual', written);
    return settleAll().then(() => actual(target));
  },
  importMock: (written: unknown) => {
    const target = find('vi.importMock', written);
    const known = mocks.get(keyOf(target));
    const manual = manualOf(written);
    return settleAll().then(async () => known?.exports ?? (manual === undefined ? automock(await actual(target), false) : actual(manual)));
  },
  requireActual: (written: unknown) => required('jest.requireActual', written),
  requireMock: (written: unknown) => {
    const target = find('jest.requireMock', written);
    const manual = manualOf(written);
    if (mocks.has(keyOf(target))) return requiredMock(target[0], target[1]);
    return manual === undefined ? automock(load(target, callerModule()?.[1]), false) : load(manual);
  },
  createMockFromModule: (written: unknown) => automock(required('jest.createMockFromModule', written), false),
  isolateModules: (work: () => unknown) => {
    const end = isolate('jest.isolateModules', work);
    try {
      const returned: any = work();
      if (typeof returned?.then === 'function') throw new TypeError('jest.isolateModules() does not wait; use jest.isolateModulesAsync()');
    } finally {
      end();
    }
  },
  isolateModulesAsync: async (work: () => unknown) => {
    const end = isolate('jest.isolateModulesAsync', work);
    try {
      await work();
    } finally {
      end();
    }
  },
  hoisted: (factory: unknown) => {
    if (typeof factory !== 'function') throw new TypeError('vi.hoisted() needs a function');
    return factory();
  },
  resetModules: () => {
    forgetModules();
    resetModules();
    for (const one of mocks.values()) one.exports = undefined;
  },
};

/** bun:test: `mock.module(name, factory)`. */
export function bunModule(written: unknown, factory: unknown): void {
  if (typeof factory !== 'function') throw new TypeError('mock.module() needs a factory');
  put('mock.module', written, factory as Factory, false);
}

/** node:test: `mock.module(name, { defaultExport, namedExports })`. */
export function nodeModule(written: unknown, options: any = {}): { restore: () => void } {
  for (const key of Object.keys(options)) {
    if (!['defaultExport', 'namedExports', 'cache'].includes(key)) throw new TypeError(`mock.module() has no option '${key}'; it takes defaultExport and namedExports`);
  }
  if (options.cache === true) throw new TypeError('mock.module(): { cache: true } is not supported; every importer gets the same module anyhow');
  const exports: any = { ...options.namedExports };
  if ('defaultExport' in options) exports.default = options.defaultExport;
  const { target } = put('mock.module', written, () => exports, false);
  const restore = () => {
    mocks.delete(keyOf(target));
    mockPut(target[0], target[1], false);
  };
  nodeMocks.add(restore);
  return { restore };
}

const nodeMocks = new Set<() => void>();

/** Takes back what `nodeModule()` has mocked. */
export function restoreNodeModules(): void {
  for (const restore of nodeMocks) restore();
  nodeMocks.clear();
}

// Outside of tests the module `cronflow/testing` says what is wrong.
if (isTesting()) {
  sayTest();
  mockProvider(provide);
  mockRequired(requiredMock);
  // What compiled files call; see `runtime/compiler/src/instrument`.
  Object.defineProperty(globalThis, '__cronflow_testing__', { value: { importModule, counters, env: importMetaEnv } });
}
