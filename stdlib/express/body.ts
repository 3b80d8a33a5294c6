// express.json(), urlencoded(), text() and raw(): they read the body of a request.

import { Buffer } from 'node:buffer';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { isType } from 'cronflow:internal/express/negotiate';
import { readNested, readSimple } from 'cronflow:internal/express/query';

const UNITS: Record<string, number> = { b: 1, kb: 1 << 10, mb: 1 << 20, gb: 1 << 30 };
const CODINGS: Record<string, (bytes: any, options: any) => any> = Object.assign(Object.create(null), { gzip: gunzipSync, deflate: inflateSync, br: brotliDecompressSync });

type Next = (error?: unknown) => void;

function problem(status: number, type: string, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { status, statusCode: status, type, expose: true, ...more });
}

/** Bytes, or text such as `100kb`. */
function sizeOf(limit: unknown): number {
  if (typeof limit === 'number') return limit;
  const match = /^\s*(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)?\s*$/i.exec(String(limit));
  if (match === null) throw new TypeError(`limit must be a number of bytes, or text such as '100kb', not ${String(limit)}`);
  return Math.floor(Number(match[1]) * UNITS[(match[2] ?? 'b').toLowerCase()]);
}

/** All of the body. */
function readAll(req: any, limit: number): Promise<any> {
  const tooLarge = (length: number) => problem(413, 'entity.too.large', 'request entity too large', { limit, length, expected: length });
  const announced = Number(req.headers['content-length']);
  if (announced > limit) return Promise.reject(tooLarge(announced));
  return new Promise((resolve, reject) => {
    const parts: any[] = [];
    let size = 0;
    req.on('data', (part: any) => {
      size += part.length;
      if (size > limit) reject(tooLarge(size));
      else parts.push(part);
    });
    req.once('end', () => resolve(parts.length === 1 ? parts[0] : Buffer.concat(parts)));
    req.once('error', reject);
    req.once('close', () => reject(problem(400, 'request.aborted', 'request aborted')));
  });
}

function decompressed(bytes: any, req: any, { inflate }: any, limit: number): any {
  const coding = String(req.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (coding === 'identity') return bytes;
  if (!inflate) throw problem(415, 'encoding.unsupported', 'content encoding unsupported', { encoding: coding });
  const decode = CODINGS[coding];
  if (decode === undefined) throw problem(415, 'encoding.unsupported', `unsupported content encoding "${coding}"`, { encoding: coding });
  try {
    return decode(bytes, { maxOutputLength: limit });
  } catch (error: any) {
    if (error.code === 'ERR_BUFFER_TOO_LARGE') throw problem(413, 'entity.too.large', 'request entity too large', { limit });
    throw problem(400, 'encoding.failed', String(error.message));
  }
}

function charsetOf(req: any): string | undefined {
  return /;\s*charset="?([^";\s]+)/i.exec(req.headers['content-type'] ?? '')?.[1].toLowerCase();
}

function decoded(bytes: any, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    throw problem(415, 'charset.unsupported', `unsupported charset "${charset.toUpperCase()}"`, { charset });
  }
}

function hasBody(req: any): boolean {
  return req.headers['transfer-encoding'] !== undefined || !Number.isNaN(Number(req.headers['content-length'] ?? NaN));
}

/** A middleware that reads bodies of some types. `known`: its options and what they are by default. */
function reader(of: string, given: any, known: Record<string, unknown>, parse: (bytes: any, options: any, req: any) => unknown): any {
  const defaults = { inflate: true, limit: '100kb', verify: undefined, ...known };
  for (const name of Object.keys(given)) if (!(name in defaults)) throw new TypeError(`${of} has no option '${name}': use ${Object.keys(defaults).join(', ')}`);
  const options: any = { ...defaults, ...given };
  const limit = sizeOf(options.limit);
  const wanted = typeof options.type === 'function' ? options.type : (req: any) => Boolean(isType(req.headers['content-type'], [options.type].flat()));
  if (options.verify !== undefined && typeof options.verify !== 'function') throw new TypeError(`verify of ${of} must be a function`);
  const read = async (req: any, res: any, next: Next) => {
    req._body = true;
    try {
      const bytes = decompressed(await readAll(req, limit), req, options, limit);
      try {
        options.verify?.(req, res, bytes, charsetOf(req) ?? 'utf-8');
      } catch (error: any) {
        throw problem(error.status ?? 403, error.type ?? 'entity.verify.failed', error.message, { body: bytes });
      }
      req.body = parse(bytes, options, req);
    } catch (error) {
      return next(error);
    }
    next();
  };
  return (req: any, res: any, next: Next) => {
    if (req._body || req.readableEnded || req.destroyed || !hasBody(req) || !wanted(req)) next();
    else return read(req, res, next);
  };
}

export function json(options: any = {}): any {
  return reader('express.json()', options, { reviver: undefined, strict: true, type: 'application/json' }, (bytes, { reviver, strict }, req) => {
    const charset = charsetOf(req) ?? 'utf-8';
    if (!charset.startsWith('utf-')) throw problem(415, 'charset.unsupported', `unsupported charset "${charset.toUpperCase()}"`, { charset });
    const text = decoded(bytes, charset);
    if (text === '') return {};
    const first = /^[\x20\t\n\r]*([^\x20\t\n\r])/.exec(text)?.[1];
    try {
      if (strict && first !== '{' && first !== '[') throw new SyntaxError(`Unexpected token ${JSON.stringify(first)}: the body must be an object or an array`);
      return JSON.parse(text, reviver);
    } catch (error: any) {
      throw Object.assign(error, { status: 400, statusCode: 400, type: 'entity.parse.failed', expose: true, body: text });
    }
  });
}

export function urlencoded(options: any = {}): any {
  const known = { extended: false, parameterLimit: 1000, type: 'application/x-www-form-urlencoded' };
  return reader('express.urlencoded()', options, known, (bytes, { extended, parameterLimit }, req) => {
    const text = decoded(bytes, charsetOf(req) ?? 'utf-8');
    if (text.split('&').length > parameterLimit) throw problem(413, 'parameters.too.many', 'too many parameters');
    return extended ? readNested(text, parameterLimit) : { ...readSimple(text, parameterLimit) };
  });
}

export function text(options: any = {}): any {
  const known = { defaultCharset: 'utf-8', type: 'text/plain' };
  return reader('express.text()', options, known, (bytes, { defaultCharset }, req) => decoded(bytes, charsetOf(req) ?? defaultCharset));
}

export function raw(options: any = {}): any {
  return reader('express.raw()', options, { type: 'application/octet-stream' }, bytes => bytes);
}
