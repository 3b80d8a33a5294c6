// CommonJS: require(), module, exports, and what ECMAScript modules import of it.

import { callerModule, commonJsFunction, esModule, jsonModule, moduleFile, requireLink } from 'cronflow:internal/ops';

/** What a CommonJS module knows as `module`. */
export class Module {
  id: string;
  filename: string;
  path: string;
  exports: any = {};
  loaded = false;
  parent: Module | null | undefined = null;
  children: Module[] = [];
  paths: string[] = [];
  require: (written: string) => any;

  constructor(filename: string, require: (written: string) => any) {
    this.id = filename;
    this.filename = filename;
    this.path = filename.slice(0, Math.max(filename.lastIndexOf('/'), 1));
    this.require = require;
  }
}

/** By archive, then by specifier: modules that have begun to run, and JSON values. */
const modules = new Map<number, Map<string, Module>>();

function cacheOf(archive: number): Map<string, Module> {
  const known = modules.get(archive) ?? new Map<string, Module>();
  modules.set(archive, known);
  return known;
}

/** Runs a module once; in a cycle, gives what it has exported so far. */
function load(archive: number, specifier: string): any {
  const cache = cacheOf(archive);
  const known = cache.get(specifier);
  if (known !== undefined) return known.exports;
  const filename = moduleFile(archive, specifier) ?? specifier;
  const require = requireFor(archive, specifier);
  const module = new Module(filename, require);
  require.main = undefined;
  cache.set(specifier, module);
  try {
    const run = commonJsFunction(archive, specifier);
    run.call(module.exports, module.exports, require, module, filename, module.path);
  } catch (error) {
    cache.delete(specifier);
    throw error;
  }
  module.loaded = true;
  return module.exports;
}

function loadJson(archive: number, specifier: string): any {
  const cache = cacheOf(archive);
  const known = cache.get(specifier);
  if (known !== undefined) return known.exports;
  const module = new Module(moduleFile(archive, specifier) ?? specifier, notHere);
  module.exports = jsonModule(archive, specifier);
  module.loaded = true;
  cache.set(specifier, module);
  return module.exports;
}

function notHere(written: string): never {
  throw new Error(`Cannot find module '${written}'`);
}

/** What a test has put in the place of a module. */
let mockOf: ((archive: number, specifier: string) => any) | undefined;

/** The test runner answers for modules that are mocked. */
export function mockRequired(find: (archive: number, specifier: string) => any): void {
  mockOf = find;
}

/** Programs run their modules again when they need them next. */
export function forgetModules(): void {
  modules.clear();
}

/** The same until the function that it returns is called. */
export function setModulesAside(): () => void {
  const before = new Map(modules);
  modules.clear();
  return () => {
    modules.clear();
    for (const [archive, cache] of before) modules.set(archive, cache);
  };
}

/** `require` as a module sees it. */
function requireFor(archive: number, from: string): any {
  const find = (written: unknown) => {
    if (typeof written !== 'string' || written === '') throw new TypeError('require() needs the name of a module');
    const link = requireLink(archive, from, written);
    if (link === null) throw notFound(written, from);
    return link;
  };
  const require: any = (written: string): any => {
    const [owner, specifier, kind] = find(written);
    const mock = mockOf?.(owner, specifier);
    if (mock !== undefined) return mock;
    if (kind === 'commonjs') return load(owner, specifier);
    if (kind === 'json') return loadJson(owner, specifier);
    // A statement of its own: the evaluation of a module within an expression confuses the engine's stack.
    const namespace = esModule(owner, specifier, from);
    return exportsOf(namespace, owner === 0 && !specifier.startsWith('cronflow'));
  };
  require.resolve = (written: string) => {
    const [owner, specifier] = find(written);
    return moduleFile(owner, specifier) ?? specifier;
  };
  require.resolve.paths = () => null;
  require.cache = Object.create(null);
  require.extensions = Object.create(null);
  return require;
}

/** What `require()` gives of an ECMAScript module: the modules of Node.js are one object. */
function exportsOf(namespace: any, isNode: boolean): any {
  if ('module.exports' in namespace) return namespace['module.exports'];
  return isNode && 'default' in namespace ? namespace.default : namespace;
}

function notFound(written: string, from: string): Error {
  const isPackage = !/^[./#]/.test(written);
  const name = written.split('/').slice(0, written.startsWith('@') ? 2 : 1).join('/');
  const help = written.endsWith('.node')
    ? 'native addons can only be loaded by Node.js'
    : isPackage
      ? `install the package (npm install ${name}), and give its name as a plain string, so that it is found before the program runs`
      : 'check the path, and give it as a plain string, so that it is found before the program runs';
  const error = new Error(`Cannot find module '${written}' from ${from}: ${help}`);
  return Object.assign(error, { code: 'MODULE_NOT_FOUND', requireStack: [] });
}

/** `createRequire` of `node:module`: what the calling module can require. */
export function createRequire(_file: unknown): any {
  const caller = callerModule();
  if (caller === null) throw new Error('createRequire() was not called from a module');
  return requireFor(caller[0], caller[1]);
}

/**
 * What an ECMAScript module imports from a CommonJS module: values for `names`, which begin with `default` and
 * `module.exports`. The last `wanted` of them must be there.
 */
export function importCommonJs(archive: number, specifier: string, unwraps: boolean, names: string[], wanted: number): unknown[] {
  const exports = load(archive, specifier);
  const object = exports === null || exports === undefined ? {} : Object(exports);
  const missing = names.slice(names.length - wanted).find(name => !(name in object));
  if (missing !== undefined) {
    throw new SyntaxError(`The requested module '${specifier}' does not provide an export named '${missing}'`);
  }
  const isCompiled = unwraps && object.__esModule && 'default' in object;
  const values = names.map(name => object[name]);
  values[0] = isCompiled ? object.default : exports;
  values[1] = exports;
  return values;
}
