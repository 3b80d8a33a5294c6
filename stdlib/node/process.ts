// node:process, and the global `process`.

import { envGet, envNames, now, print, processInfo, queueMicrotask } from 'cronflow:internal/ops';
import { EventEmitter } from 'node:events';
import { nodeError, notAvailable } from 'cronflow:internal/node/errors';

const info = processInfo();
/** What the program itself has set. */
const changed = new Map<string, string | undefined>();

function read(name: string): string | undefined {
  return changed.has(name) ? changed.get(name) : envGet(name);
}

function names(): string[] {
  return [...new Set([...envNames(), ...changed.keys()])].filter(name => read(name) !== undefined);
}

/** Only what is allowed is seen; writes stay in this isolate. */
export const env: Record<string, string | undefined> = new Proxy(Object.create(null), {
  get: (_, name) => (typeof name === 'string' ? read(name) : undefined),
  has: (_, name) => typeof name === 'string' && names().includes(name),
  set: (_, name, value) => {
    changed.set(String(name), String(value));
    return true;
  },
  defineProperty: (_, name, descriptor) => {
    changed.set(String(name), String(descriptor.value));
    return true;
  },
  deleteProperty: (_, name) => {
    changed.set(String(name), undefined);
    return true;
  },
  ownKeys: () => names(),
  getOwnPropertyDescriptor: (_, name) => {
    const value = typeof name === 'string' && names().includes(name) ? read(name) : undefined;
    return value === undefined ? undefined : { value, writable: true, enumerable: true, configurable: true };
  },
});

export const argv = [info.execPath, info.script];
export const argv0 = 'cronflow-rt';
export const execArgv: string[] = [];
export const execPath = info.execPath;
export const pid = info.pid;
export const ppid = info.ppid;
export const platform = info.platform;
export const arch = info.arch;
export const title = 'cronflow-rt';
/** The version of Node.js whose modules these resemble. */
export const version = 'v22.12.0';
export const versions = { node: '22.12.0', cronflow: '0.1.0' };
export const release = { name: 'node', lts: 'Jod' };
export const features = { inspector: false, debug: false, uv: false, ipv6: true, tls: true, typescript: 'transform', require_module: true };
export const config = { target_defaults: {}, variables: {} };
export let exitCode: number | undefined;

export function cwd(): string {
  return info.cwd;
}

export function chdir(): never {
  throw notAvailable('process.chdir()', 'use absolute paths');
}

export function nextTick(fn: (...args: any[]) => unknown, ...args: unknown[]): void {
  if (typeof fn !== 'function') throw nodeError('ERR_INVALID_ARG_TYPE', 'The "callback" argument must be of type function', TypeError);
  queueMicrotask(() => fn(...args));
}

export function hrtime(before?: [number, number]): [number, number] {
  const nanos = hrtime.bigint() - (before === undefined ? 0n : BigInt(before[0]) * 1_000_000_000n + BigInt(before[1]));
  return [Number(nanos / 1_000_000_000n), Number(nanos % 1_000_000_000n)];
}
hrtime.bigint = (): bigint => BigInt(Math.round(now() * 1e6));

export function uptime(): number {
  return now() / 1000;
}

export function memoryUsage(): Record<string, number> {
  const { rss } = processInfo();
  return { rss, heapTotal: rss, heapUsed: rss, external: 0, arrayBuffers: 0 };
}
memoryUsage.rss = (): number => processInfo().rss;

export function cpuUsage(): { user: number; system: number } {
  return { user: Math.round(now() * 1000), system: 0 };
}

export function umask(): number {
  return 0o22;
}

export function exit(): never {
  throw notAvailable('process.exit()', 'throw an error to fail a step, or call cronflow.stop() to stop the engine');
}

export function abort(): never {
  throw notAvailable('process.abort()');
}

export function kill(): never {
  throw notAvailable('process.kill()');
}

export function emitWarning(warning: string | Error, options?: any): void {
  const type = typeof options === 'string' ? options : (options?.type ?? 'Warning');
  print('warn', warning instanceof Error ? String(warning) : `${type}: ${warning}`);
}

export function getuid(): number {
  return info.uid;
}

export const geteuid = getuid;
export const getgid = getuid;
export const getegid = getuid;

export function binding(name: string): never {
  throw nodeError('ERR_INVALID_MODULE', `No such binding: ${name}`);
}

/** Text without a line's end waits for the rest of its line. */
function output(level: 'info' | 'error', fd: number): any {
  let rest = '';
  const write = (chunk: any, encoding?: any, done?: any) => {
    const lines = (rest + (typeof chunk === 'string' ? chunk : new (globalThis as any).TextDecoder().decode(chunk))).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) print(level, line);
    const callback = typeof encoding === 'function' ? encoding : done;
    if (typeof callback === 'function') queueMicrotask(() => callback(null));
    return true;
  };
  return Object.assign(new EventEmitter(), { fd, isTTY: false, writable: true, columns: 80, write, end: write, hasColors: () => false, getColorDepth: () => 1 });
}

export const stdout = output('info', 1);
export const stderr = output('error', 2);
export const stdin = Object.assign(new EventEmitter(), { fd: 0, isTTY: false, readable: false });

const process: any = Object.assign(new EventEmitter(), {
  env, argv, argv0, execArgv, execPath, pid, ppid, platform, arch, title, version, versions, release, features, config, cwd, chdir, nextTick,
  hrtime, uptime, memoryUsage, cpuUsage, umask, exit, abort, kill, emitWarning, getuid, geteuid, getgid, getegid, binding, stdout, stderr, stdin,
  exitCode: undefined, allowedNodeEnvironmentFlags: new Set(), debugPort: 0, report: undefined,
  toString: () => '[object process]',
});
Object.defineProperty(process, Symbol.toStringTag, { value: 'process' });
export const { on, once, off, emit, addListener, removeListener, removeAllListeners, listeners, listenerCount } = bound();

function bound(): any {
  const methods = ['on', 'once', 'off', 'emit', 'addListener', 'removeListener', 'removeAllListeners', 'listeners', 'listenerCount'];
  return Object.fromEntries(methods.map(name => [name, process[name].bind(process)]));
}

export default process;
