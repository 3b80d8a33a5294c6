// Files of a project as answers: res.sendFile() and express.static().

import { createReadStream, promises as fs } from 'node:fs';
import { extname, isAbsolute, join, normalize, resolve } from 'node:path';
import { Buffer } from 'node:buffer';
import { isOutdated, isSame } from 'cronflow:internal/express/conditions';
import { page } from 'cronflow:internal/express/html';
import { typeOf, withCharset } from 'cronflow:internal/express/negotiate';

const FILE_OPTIONS = ['acceptRanges', 'cacheControl', 'dotfiles', 'etag', 'headers', 'immutable', 'lastModified', 'maxAge', 'root'];
const STATIC_OPTIONS = ['acceptRanges', 'cacheControl', 'dotfiles', 'etag', 'extensions', 'fallthrough', 'immutable', 'index', 'lastModified', 'maxAge', 'redirect', 'setHeaders'];
const UNITS: Record<string, number> = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5, y: 315576e5 };

function check(options: any, known: string[], of: string): void {
  for (const name of Object.keys(options)) if (!known.includes(name)) throw new TypeError(`${of} has no option '${name}': use ${known.join(', ')}`);
}

function problem(status: number, message: string, code?: string): Error {
  return Object.assign(new Error(message), { status, statusCode: status, expose: status < 500, ...(code === undefined ? {} : { code }) });
}

/** An error in place of a file. Nobody may keep it as that file. */
function refused(res: any, status: number, message: string): Error {
  for (const name of ['Accept-Ranges', 'Cache-Control', 'ETag', 'Last-Modified']) res.removeHeader(name);
  return problem(status, message);
}

/** Seconds of a time in milliseconds or as text. */
function seconds(maxAge: any): number {
  const match = typeof maxAge === 'string' ? /^([\d.]+)\s*(ms|s|m|h|d|w|y)?$/.exec(maxAge.trim()) : null;
  if (typeof maxAge === 'string' && match === null) throw new TypeError(`maxAge must be a number of milliseconds, or text such as '1d', not '${maxAge}'`);
  return Math.floor((match === null ? Number(maxAge ?? 0) : Number(match[1]) * UNITS[match[2] ?? 'ms']) / 1000);
}

/** Whether a path may be served: hidden files are not found unless that is allowed. */
function checkDots(path: string, dotfiles: string): void {
  if (!/(^|\/)\.(?!\.?(\/|$))/.test(path) || dotfiles === 'allow') return;
  throw dotfiles === 'deny' ? problem(403, 'Forbidden') : problem(404, 'Not Found', 'ENOENT');
}

export async function sendFile(req: any, res: any, path: string, options: any): Promise<void> {
  check(options, FILE_OPTIONS, 'res.sendFile()');
  if (typeof path !== 'string') throw new TypeError('path must be a string to res.sendFile');
  if (options.root === undefined && !isAbsolute(path)) throw new TypeError('path must be absolute or specify root to res.sendFile');
  if (path.includes('\0')) throw problem(400, 'Bad Request');
  if (/(^|[/\\])\.\.([/\\]|$)/.test(path)) throw problem(403, 'Forbidden');
  checkDots(path, options.dotfiles ?? 'ignore');
  const file = options.root === undefined ? path : join(resolve(options.root), normalize(`/${path}`));
  await send(req, res, file, options);
}

/** Files up to this size are sent at once, larger ones in pieces. */
const AT_ONCE = 64 * 1024;

async function send(req: any, res: any, file: string, options: any): Promise<void> {
  let facts;
  try {
    facts = await fs.stat(file);
  } catch (error: any) {
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(error.code)) throw problem(404, 'Not Found', error.code);
    throw error;
  }
  if (!facts.isFile()) throw problem(404, 'Not Found', 'EISDIR');
  for (const [name, value] of Object.entries(options.headers ?? {})) res.set(name, value);
  if (!res.hasHeader('content-type')) res.setHeader('Content-Type', withCharset(typeOf(extname(file).slice(1)) ?? 'application/octet-stream'));
  if (options.cacheControl !== false && !res.hasHeader('cache-control')) {
    res.setHeader('Cache-Control', `public, max-age=${seconds(options.maxAge)}${options.immutable ? ', immutable' : ''}`);
  }
  if (options.lastModified !== false && !res.hasHeader('last-modified')) res.setHeader('Last-Modified', facts.mtime.toUTCString());
  if (options.etag !== false && !res.hasHeader('etag')) res.setHeader('ETag', `W/"${facts.size.toString(16)}-${facts.mtime.getTime().toString(16)}"`);
  if (options.acceptRanges !== false) res.setHeader('Accept-Ranges', 'bytes');
  if (isOutdated(req, res)) throw refused(res, 412, 'Precondition Failed');
  if (req.fresh) {
    res.statusCode = 304;
    for (const name of ['Content-Type', 'Content-Length']) res.removeHeader(name);
    return void res.end();
  }
  const part = options.acceptRanges === false ? undefined : rangeOf(req, res, facts.size);
  if (part === null) throw Object.assign(refused(res, 416, 'Range Not Satisfiable'), { headers: { 'Content-Range': `bytes */${facts.size}` } });
  const [start, end] = part ?? [0, facts.size - 1];
  if (part !== undefined) {
    res.statusCode = 206;
    res.setHeader('Content-Range', `bytes ${start}-${end}/${facts.size}`);
  }
  const length = end - start + 1;
  res.setHeader('Content-Length', length);
  if (req.method === 'HEAD' || length === 0) return void res.end();
  const stream = createReadStream(file, { start, end });
  if (length <= AT_ONCE) {
    const parts: any[] = [];
    for await (const piece of stream) parts.push(piece);
    return void res.end(parts.length === 1 ? parts[0] : Buffer.concat(parts));
  }
  await new Promise<void>((resolve, reject) => {
    stream.on('error', reject).pipe(res).once('close', () => {
      stream.destroy();
      resolve();
    });
  });
}

/** The part that is asked for, first and last byte; null: there is no such part. Several parts are sent as a whole. */
function rangeOf(req: any, res: any, length: number): [number, number] | null | undefined {
  const match = /^bytes=\s*(?:(\d+)-(\d*)|-(\d+))\s*$/.exec(req.headers.range ?? '');
  if (match === null || !isSame(req.headers['if-range'], res)) return undefined;
  const [, first, last, suffix] = match;
  const from = suffix === undefined ? Number(first) : Math.max(length - Number(suffix), 0);
  const to = suffix !== undefined || last === '' ? length - 1 : Math.min(Number(last), length - 1);
  return from <= to ? [from, to] : null;
}

/** `express.static(root, options?)`. */
export function staticFiles(root: string, options: any = {}): any {
  check(options, STATIC_OPTIONS, 'express.static()');
  if (typeof root !== 'string' || root === '') throw new TypeError('express.static() needs the path of a folder');
  const folder = resolve(root);
  const { fallthrough = true, redirect = true, index = 'index.html', extensions = [], dotfiles = 'ignore', setHeaders } = options;
  return async (req: any, res: any, next: (error?: unknown) => void) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      if (fallthrough) return next();
      res.statusCode = 405;
      res.setHeader('Allow', 'GET, HEAD');
      return res.end();
    }
    let isFound = false;
    try {
      const [url, search] = splitOnce(req.originalUrl ?? req.url);
      // A folder that is mounted is named without its slash too.
      const path = req.path === '/' && !url.endsWith('/') ? '' : normalize(`/${decoded(req.path)}`);
      checkDots(path, dotfiles);
      const found = await locate(join(folder, path), path, { index, extensions });
      if (found === undefined) throw problem(404, 'Not Found', 'ENOENT');
      if (found === '/') {
        if (!redirect) throw problem(404, 'Not Found', 'ENOENT');
        return redirectTo(res, `${url.replace(/^\/+/, '/')}/${search}`);
      }
      isFound = true;
      setHeaders?.(res, found, await fs.stat(found));
      await send(req, res, found, options);
    } catch (error: any) {
      next(fallthrough && !isFound && error.status < 500 ? undefined : error);
    }
  };
}

/** The path, and the query with its mark. */
function splitOnce(url: string): [string, string] {
  const at = url.indexOf('?');
  return at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at)];
}

function redirectTo(res: any, path: string): void {
  const target = encodeURI(path).replace(/%25/g, '%');
  const body = page('Redirecting', `Redirecting to ${target}`);
  res.status(301).set({ 'Content-Security-Policy': "default-src 'none'", 'X-Content-Type-Options': 'nosniff', 'Content-Type': 'text/html; charset=UTF-8', Location: target });
  res.end(body);
}

function decoded(path: string): string {
  let text;
  try {
    text = decodeURIComponent(path);
  } catch {
    throw problem(400, 'Bad Request');
  }
  if (text.includes('\0')) throw problem(400, 'Bad Request');
  return text;
}

/** The file that a path means; `/` for a folder that was named without its slash. */
async function locate(file: string, path: string, { index, extensions }: any): Promise<string | undefined> {
  const facts = await fs.stat(file).catch(() => undefined);
  if (facts?.isFile() && !path.endsWith('/')) return file;
  if (facts?.isDirectory()) {
    if (!path.endsWith('/')) return '/';
    for (const name of index === false ? [] : [index].flat()) {
      const inside = join(file, name);
      if ((await fs.stat(inside).catch(() => undefined))?.isFile()) return inside;
    }
    return undefined;
  }
  for (const extension of extensions) {
    const other = `${file}.${extension}`;
    if ((await fs.stat(other).catch(() => undefined))?.isFile()) return other;
  }
  return undefined;
}
