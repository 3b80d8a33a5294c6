// node:module.

import { Module, createRequire } from 'cronflow:internal/common_js';
import { unavailable } from 'cronflow:internal/node/errors';

export const builtinModules = [
  'assert', 'assert/strict', 'async_hooks', 'buffer', 'child_process', 'cluster', 'console', 'constants', 'crypto', 'dgram', 'diagnostics_channel',
  'dns', 'dns/promises', 'domain', 'events', 'fs', 'fs/promises', 'http', 'http2', 'https', 'inspector', 'inspector/promises', 'module', 'net', 'os', 'path', 'path/posix',
  'path/win32', 'perf_hooks', 'process', 'punycode', 'querystring', 'readline', 'readline/promises', 'repl', 'stream', 'stream/consumers',
  'stream/promises', 'stream/web', 'string_decoder', 'sys', 'timers', 'timers/promises', 'tls', 'trace_events', 'tty', 'url', 'util', 'util/types',
  'v8', 'vm', 'wasi', 'worker_threads', 'zlib',
];

export function isBuiltin(name: string): boolean {
  return builtinModules.includes(name.replace(/^node:/, ''));
}

export const { register, registerHooks, syncBuiltinESMExports, findSourceMap, SourceMap, enableCompileCache } = unavailable('module', [
  'register', 'registerHooks', 'syncBuiltinESMExports', 'findSourceMap', 'SourceMap', 'enableCompileCache',
]);
Object.assign(Module, {
  Module, createRequire, builtinModules, isBuiltin, register, registerHooks, syncBuiltinESMExports, findSourceMap, SourceMap, enableCompileCache,
});
export { Module, createRequire };
export default Module;
