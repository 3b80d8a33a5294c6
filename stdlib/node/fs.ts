// node:fs. The native side (runtime/js/src/ops/fs.rs) checks every path against the permissions.

import { fsAsync, fsSync } from 'cronflow:internal/ops';
import { Buffer } from 'node:buffer';
import { invalidArgument, nodeError, unavailable } from 'cronflow:internal/node/errors';
import { Dirent, Stats, constants } from 'cronflow:internal/node/fs_values';
import { builtinModule } from 'cronflow:internal/ops';

type Path = string | URL | Uint8Array;

/** One operation: its arguments for the native side, and what its answer means. */
interface Call {
  name: string;
  args: unknown[];
  read?: (answer: any) => unknown;
}

export function pathOf(path: unknown, name = 'path'): string {
  const text = typeof path === 'string' ? path : path instanceof URL || (path as any)?.href ? builtinModule('node:url').fileURLToPath(path) : path instanceof Uint8Array ? Buffer.from(path).toString() : null;
  if (text === null) throw invalidArgument(name, 'of type string or an instance of Buffer or URL', path);
  if (text.includes('\0')) throw nodeError('ERR_INVALID_ARG_VALUE', `The argument '${name}' must be a string without null bytes`, TypeError);
  return text;
}

function bytesOf(data: unknown, encoding: any): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data, encoding ?? 'utf8');
  if (data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  throw invalidArgument('data', 'of type string or an instance of Buffer, TypedArray, or DataView', data);
}

function encodingOf(options: any): string | null {
  return (typeof options === 'string' ? options : options?.encoding) ?? null;
}

function decoded(encoding: string | null): (bytes: ArrayBuffer) => unknown {
  return bytes => (encoding === null || encoding === 'buffer' ? Buffer.from(bytes) : Buffer.from(bytes).toString(encoding));
}

/** `{ a: 1 }`, or a function as the last argument that takes the place of options. */
const options = (given: any): any => (given === null || given === undefined || typeof given === 'function' ? {} : typeof given === 'string' ? { encoding: given } : given);

/** Every operation once; the three faces (sync, callback, promise) are made from this. */
export const CALLS: Record<string, (...args: any[]) => Call> = {
  readFile: (path: Path, opts?: any) => ({ name: 'readFile', args: [pathOf(path)], read: decoded(encodingOf(opts)) }),
  writeFile: (path: Path, data: unknown, opts?: any) => {
    const { encoding, flag = 'w', mode } = options(opts);
    return { name: 'writeFile', args: [pathOf(path), bytesOf(data, encoding), String(flag), mode ?? null] };
  },
  appendFile: (path: Path, data: unknown, opts?: any) => {
    const { encoding, flag = 'a', mode } = options(opts);
    return { name: 'writeFile', args: [pathOf(path), bytesOf(data, encoding), String(flag), mode ?? null] };
  },
  stat: (path: Path, opts?: any) => ({ name: 'stat', args: [pathOf(path), true], read: (answer: any) => new Stats(answer, options(opts).bigint) }),
  lstat: (path: Path, opts?: any) => ({ name: 'stat', args: [pathOf(path), false], read: (answer: any) => new Stats(answer, options(opts).bigint) }),
  readdir: (path: Path, opts?: any) => {
    const { withFileTypes, recursive = false, encoding } = options(opts);
    const folder = pathOf(path);
    const entry = ([name, parent, kind]: [string, string, string]) => new Dirent(name, parent === '' ? folder : `${folder}/${parent}`, kind);
    const text = ([name, parent]: [string, string]) => (parent === '' ? name : `${parent}/${name}`);
    const named = encoding === 'buffer' ? (item: any) => Buffer.from(text(item)) : text;
    return { name: 'readdir', args: [folder, Boolean(recursive)], read: (answer: any) => answer.map(withFileTypes ? entry : named) };
  },
  mkdir: (path: Path, opts?: any) => ({ name: 'mkdir', args: [pathOf(path), Boolean(options(opts).recursive)], read: (answer: any) => answer ?? undefined }),
  rm: (path: Path, opts?: any) => ({ name: 'rm', args: [pathOf(path), Boolean(options(opts).recursive), Boolean(options(opts).force)] }),
  rmdir: (path: Path, opts?: any) => ({ name: 'rmdir', args: [pathOf(path), Boolean(options(opts).recursive)] }),
  unlink: (path: Path) => ({ name: 'unlink', args: [pathOf(path)] }),
  rename: (from: Path, to: Path) => ({ name: 'rename', args: [pathOf(from, 'oldPath'), pathOf(to, 'newPath')] }),
  copyFile: (from: Path, to: Path, mode?: any) => ({ name: 'copyFile', args: [pathOf(from, 'src'), pathOf(to, 'dest'), typeof mode === 'number' && (mode & 1) === 1] }),
  cp: (from: Path, to: Path, opts?: any) => {
    const { recursive = false, force = true, errorOnExist = false } = options(opts);
    return { name: 'cp', args: [pathOf(from, 'src'), pathOf(to, 'dest'), recursive, force, errorOnExist] };
  },
  access: (path: Path, mode: any = 0) => ({ name: 'access', args: [pathOf(path), typeof mode === 'number' ? mode : 0] }),
  realpath: (path: Path) => ({ name: 'realpath', args: [pathOf(path)] }),
  readlink: (path: Path) => ({ name: 'readlink', args: [pathOf(path)] }),
  symlink: (target: Path, path: Path) => ({ name: 'symlink', args: [pathOf(target, 'target'), pathOf(path)] }),
  link: (from: Path, to: Path) => ({ name: 'link', args: [pathOf(from, 'existingPath'), pathOf(to, 'newPath')] }),
  truncate: (path: Path, length: any = 0) => ({ name: 'truncate', args: [pathOf(path), typeof length === 'number' ? length : 0] }),
  chmod: (path: Path, mode: number | string) => ({ name: 'chmod', args: [pathOf(path), typeof mode === 'string' ? parseInt(mode, 8) : mode] }),
  utimes: (path: Path, access: any, modified: any) => ({ name: 'utimes', args: [pathOf(path), seconds(access), seconds(modified)] }),
  mkdtemp: (prefix: string) => ({ name: 'mkdtemp', args: [pathOf(prefix, 'prefix')] }),
};

function seconds(time: any): number {
  return time instanceof Date ? time.getTime() / 1000 : Number(time);
}

function finish(call: Call, answer: unknown): any {
  return call.read === undefined ? (answer ?? undefined) : call.read(answer);
}

function sync(name: string): any {
  return (...args: any[]) => {
    const call = CALLS[name]!(...args);
    return finish(call, fsSync(call.name, ...call.args));
  };
}

export async function promised(name: string, args: any[]): Promise<any> {
  const call = CALLS[name]!(...args);
  return finish(call, await fsAsync(call.name, ...call.args));
}

function withCallback(name: string): any {
  return (...args: any[]) => {
    const callback = args.pop();
    if (typeof callback !== 'function') throw invalidArgument('cb', 'of type function', callback);
    promised(name, args).then(value => callback(null, value), error => callback(error));
  };
}

const made: any = {};
for (const name of Object.keys(CALLS)) {
  made[name] = withCallback(name);
  made[`${name}Sync`] = sync(name);
}
made.realpath.native = made.realpath;
made.realpathSync.native = made.realpathSync;

export const {
  access, accessSync, appendFile, appendFileSync, chmod, chmodSync, copyFile, copyFileSync, cp, cpSync, link, linkSync, mkdir, mkdirSync,
  mkdtemp, mkdtempSync, readFile, readFileSync, readdir, readdirSync, readlink, readlinkSync, realpath, realpathSync, rename, renameSync, rm,
  rmSync, rmdir, rmdirSync, symlink, symlinkSync, truncate, truncateSync, unlink, unlinkSync, utimes, utimesSync, writeFile, writeFileSync,
} = made;

function statSyncOf(name: string): any {
  return (path: Path, opts: any = {}) => {
    try {
      return made[name](path, opts);
    } catch (error: any) {
      if (opts.throwIfNoEntry === false && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
      throw error;
    }
  };
}

export const { stat, lstat } = made;
export const statSync = statSyncOf('statSync');
export const lstatSync = statSyncOf('lstatSync');

export function existsSync(path: Path): boolean {
  try {
    made.accessSync(path);
    return true;
  } catch (error: any) {
    // "Not allowed" is not "not there".
    if (error.code === 'ERR_ACCESS_DENIED') throw error;
    return false;
  }
}

export function exists(path: Path, callback: (found: boolean) => void): void {
  promised('access', [path]).then(() => callback(true), () => callback(false));
}

export function createReadStream(path: Path, opts?: any): any {
  const { Readable } = builtinModule('node:stream');
  const { start = 0, end = Infinity, highWaterMark = 65536, encoding } = options(opts);
  const file = pathOf(path);
  let at = start;
  const stream: any = new Readable({
    highWaterMark,
    encoding,
    async read(this: any) {
      try {
        const part: any = Buffer.from(await fsAsync('readPart', file, at, Math.min(highWaterMark, end + 1 - at)));
        at += part.length;
        stream.bytesRead += part.length;
        this.push(part.length > 0 ? part : null);
      } catch (error) {
        this.destroy(error);
      }
    },
  });
  return Object.assign(stream, { path: file, bytesRead: 0 });
}

export function createWriteStream(path: Path, opts?: any): any {
  const { Writable } = builtinModule('node:stream');
  const { flags = 'w', encoding = 'utf8', mode } = options(opts);
  const file = pathOf(path);
  let flag = flags;
  const write = async (data: any, done: (error?: any) => void) => {
    try {
      await promised('writeFile', [file, data, { flag, mode }]);
      flag = 'a';
      done();
    } catch (error) {
      done(error);
    }
  };
  return Object.assign(new Writable({
    decodeStrings: true,
    defaultEncoding: encoding,
    construct: (done: any) => write('', done),
    write: (chunk: any, _encoding: any, done: any) => write(chunk, done),
  }), { path: file });
}

const missing = unavailable('fs', [
  'watch', 'watchFile', 'unwatchFile', 'open', 'openSync', 'close', 'closeSync', 'read', 'readSync', 'write', 'writeSync', 'fstat',
  'fstatSync', 'fsync', 'fsyncSync', 'opendir', 'opendirSync', 'chown', 'chownSync', 'statfs', 'statfsSync', 'futimes', 'futimesSync',
  'ReadStream', 'WriteStream', 'fchown', 'fchownSync', 'fchmod', 'fchmodSync', 'fdatasync', 'fdatasyncSync', 'ftruncate', 'ftruncateSync',
  'lchown', 'lchownSync', 'lchmod', 'lchmodSync', 'lutimes', 'lutimesSync', 'openAsBlob', 'readv', 'readvSync', 'writev', 'writevSync',
  'FileReadStream', 'FileWriteStream', 'Dir',
], 'read and write whole files, or use createReadStream() and createWriteStream()');
export const {
  watch, watchFile, unwatchFile, open, openSync, close, closeSync, read, readSync, write, writeSync, fstat, fstatSync, fsync, fsyncSync,
  opendir, opendirSync, chown, chownSync, statfs, statfsSync, futimes, futimesSync, ReadStream, WriteStream, fchown, fchownSync, fchmod,
  fchmodSync, fdatasync, fdatasyncSync, ftruncate, ftruncateSync, lchown, lchownSync, lchmod, lchmodSync, lutimes, lutimesSync, openAsBlob,
  readv, readvSync, writev, writevSync, FileReadStream, FileWriteStream, Dir,
} = missing;

const api: any = {
  ...made, ...missing, statSync, lstatSync, exists, existsSync, createReadStream, createWriteStream, constants, Dirent, Stats,
  ...Object.fromEntries(['F_OK', 'R_OK', 'W_OK', 'X_OK'].map(name => [name, (constants as any)[name]])),
};
Object.defineProperty(api, 'promises', { get: () => builtinModule('node:fs/promises').default, enumerable: true });

/** Loaded when it is asked for: it imports this module. */
export const promises: any = new Proxy({}, {
  get: (_, name) => builtinModule('node:fs/promises').default[name],
  has: (_, name) => name in builtinModule('node:fs/promises').default,
  ownKeys: () => Reflect.ownKeys(builtinModule('node:fs/promises').default),
  getOwnPropertyDescriptor: (_, name) => ({ value: builtinModule('node:fs/promises').default[name], configurable: true, enumerable: true }),
});
export { Dirent, Stats, constants };
export const { F_OK, R_OK, W_OK, X_OK } = constants;
export default api;
