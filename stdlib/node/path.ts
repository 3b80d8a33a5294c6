// node:path, with the rules of POSIX systems.

import { invalidArgument } from 'cronflow:internal/node/errors';

export const sep = '/';
export const delimiter = ':';

function check(path: unknown, name = 'path'): asserts path is string {
  if (typeof path !== 'string') throw invalidArgument(name, 'of type string', path);
}

/** Resolves `.` and `..`; `..` at the start stays when the path is relative. */
function tidy(path: string, isAbsolute: boolean): string {
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!isAbsolute) kept.push('..');
  }
  return kept.join('/');
}

export function normalize(path: string): string {
  check(path);
  if (path === '') return '.';
  const isRooted = path.startsWith('/');
  const clean = tidy(path, isRooted);
  const end = path.endsWith('/') && clean !== '' ? '/' : '';
  if (isRooted) return `/${clean}${end}`;
  return clean === '' ? (path.endsWith('/') ? './' : '.') : clean + end;
}

export function isAbsolute(path: string): boolean {
  check(path);
  return path.startsWith('/');
}

export function join(...parts: string[]): string {
  for (const part of parts) check(part);
  const all = parts.filter(part => part !== '').join('/');
  return all === '' ? '.' : normalize(all);
}

export function resolve(...parts: string[]): string {
  let path = '';
  for (const part of parts.toReversed()) {
    check(part, 'paths');
    if (part === '') continue;
    path = path === '' ? part : `${part}/${path}`;
    if (part.startsWith('/')) break;
  }
  if (!path.startsWith('/')) path = path === '' ? cwd() : `${cwd()}/${path}`;
  return `/${tidy(path, true)}`;
}

function cwd(): string {
  return (globalThis as any).process.cwd();
}

export function relative(from: string, to: string): string {
  check(from, 'from');
  check(to, 'to');
  const start = resolve(from).split('/').filter(Boolean);
  const end = resolve(to).split('/').filter(Boolean);
  let shared = 0;
  while (shared < start.length && start[shared] === end[shared]) shared++;
  return [...start.slice(shared).map(() => '..'), ...end.slice(shared)].join('/');
}

/** Where the last part of a path begins and ends, without slashes at the end. */
function last(path: string): [number, number] {
  let end = path.length;
  while (end > 1 && path[end - 1] === '/') end--;
  return [path.lastIndexOf('/', end - 1) + 1, end];
}

export function dirname(path: string): string {
  check(path);
  if (path === '') return '.';
  let [end] = last(path);
  if (end === 0) return path.startsWith('/') ? '/' : '.';
  while (end > 1 && path[end - 1] === '/') end--;
  return path.slice(0, end);
}

export function basename(path: string, suffix?: string): string {
  check(path);
  const [start, end] = last(path);
  const name = path.slice(start, end);
  if (name === '/') return '';
  return suffix !== undefined && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
}

export function extname(path: string): string {
  const name = basename(path);
  const dot = name.lastIndexOf('.');
  return dot <= 0 || name === '..' ? '' : name.slice(dot);
}

export function parse(path: string): { root: string; dir: string; base: string; ext: string; name: string } {
  check(path);
  const root = path.startsWith('/') ? '/' : '';
  const base = basename(path);
  const ext = extname(path);
  const dir = base === path ? '' : base === '' ? root : dirname(path) === '.' && !path.startsWith('.') ? '' : dirname(path);
  return { root, dir, base, ext, name: ext === '' ? base : base.slice(0, -ext.length) };
}

export function format(parts: { root?: string; dir?: string; base?: string; ext?: string; name?: string }): string {
  if (parts === null || typeof parts !== 'object') throw invalidArgument('pathObject', 'of type object', parts);
  const ext = parts.ext === undefined || parts.ext === '' || parts.ext.startsWith('.') ? (parts.ext ?? '') : `.${parts.ext}`;
  const base = parts.base ?? `${parts.name ?? ''}${ext}`;
  const dir = parts.dir ?? parts.root;
  if (dir === undefined || dir === '') return base;
  return dir === parts.root ? `${dir}${base}` : `${dir}/${base}`;
}

export function toNamespacedPath(path: string): string {
  return path;
}

/** Glob patterns: `*`, `**`, `?`, `[...]` and `{a,b}`. */
export function matchesGlob(path: string, pattern: string): boolean {
  return new RegExp(`^${globSource(pattern)}$`).test(normalize(path));
}

function globSource(pattern: string): string {
  return pattern.replace(/\*\*\/?|\*|\?|\[!?[^\]]*\]|\{[^}]*\}|[.+^$()|\\/]/g, token => {
    if (token.startsWith('**')) return token.endsWith('/') ? '(?:.*/)?' : '.*';
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    if (token.startsWith('[')) return token.replace('[!', '[^');
    if (token.startsWith('{')) return `(?:${token.slice(1, -1).split(',').map(globSource).join('|')})`;
    return `\\${token}`;
  });
}

export const posix: any = {
  sep, delimiter, normalize, isAbsolute, join, resolve, relative, dirname, basename, extname, parse, format, toNamespacedPath, matchesGlob,
};
posix.posix = posix;

/** Paths of Windows: only what does not need the rules of another system. */
export const win32: any = { ...posix, sep: '\\', delimiter: ';' };
posix.win32 = win32;
export default posix;
