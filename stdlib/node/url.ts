// node:url: the standard classes, file URLs, and the older parse(), format() and resolve().

import { invalidArgument, nodeError } from 'cronflow:internal/node/errors';
import querystring from 'node:querystring';

export const { URL, URLSearchParams } = globalThis as any;

export function fileURLToPath(given: string | URL): string {
  const url: any = typeof given === 'string' ? new URL(given) : given;
  if (typeof url?.href !== 'string') throw invalidArgument('path', 'of type string or an instance of URL', given);
  if (url.protocol !== 'file:') throw nodeError('ERR_INVALID_URL_SCHEME', 'The URL must be of scheme file', TypeError);
  if (url.hostname !== '') throw nodeError('ERR_INVALID_FILE_URL_HOST', 'File URL host must be "localhost" or empty on linux', TypeError);
  if (/%2f/i.test(url.pathname)) throw nodeError('ERR_INVALID_FILE_URL_PATH', 'File URL path must not include encoded / characters', TypeError);
  return decodeURIComponent(url.pathname);
}

export function pathToFileURL(path: string): any {
  const absolute = path.startsWith('/') ? path : `${(globalThis as any).process.cwd()}/${path}`;
  const escaped = absolute.replace(/[%\\\n\r\t?#]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
  return new URL(`file://${escaped}`);
}

export function domainToASCII(domain: string): string {
  try {
    return new URL(`ws://${domain}`).hostname;
  } catch {
    return '';
  }
}

export const domainToUnicode = domainToASCII;

export function urlToHttpOptions(url: any): any {
  const { protocol, hostname, hash, search, pathname, href, port, username, password } = url;
  const options: any = { protocol, hostname: hostname.replace(/^\[(.*)\]$/, '$1'), hash, search, pathname, path: `${pathname}${search}`, href };
  if (port !== '') options.port = Number(port);
  if (username !== '' || password !== '') options.auth = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return options;
}

/** What `url.parse()` gives. */
export class Url {
  protocol: string | null = null;
  slashes: boolean | null = null;
  auth: string | null = null;
  host: string | null = null;
  port: string | null = null;
  hostname: string | null = null;
  hash: string | null = null;
  search: string | null = null;
  query: any = null;
  pathname: string | null = null;
  path: string | null = null;
  href = '';

  format(): string {
    return format(this);
  }
}

const PARTS = /^([a-z][a-z0-9+.-]*:)?(\/\/)?(.*)$/i;

export function parse(text: string, parseQuery = false, slashesDenoteHost = false): Url {
  if (typeof text !== 'string') throw invalidArgument('url', 'of type string', text);
  const url = new Url();
  const [, protocol = '', slashes = '', after = ''] = PARTS.exec(text.trim().replace(/\\/g, '/')) ?? [];
  url.protocol = protocol === '' ? null : protocol.toLowerCase();
  let rest = after;
  if (slashes !== '' && (protocol !== '' || slashesDenoteHost)) {
    url.slashes = true;
    const end = rest.search(/[/?#]/);
    const authority = end < 0 ? rest : rest.slice(0, end);
    rest = end < 0 ? '' : rest.slice(end);
    const at = authority.lastIndexOf('@');
    if (at >= 0) url.auth = decodeURIComponent(authority.slice(0, at));
    const [, hostname = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(authority.slice(at + 1)) ?? [, authority.slice(at + 1)];
    url.port = port ? port : null;
    url.hostname = hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
    url.host = hostname.toLowerCase() + (url.port === null ? '' : `:${url.port}`);
  } else {
    rest = slashes + rest;
  }
  const hash = rest.indexOf('#');
  if (hash >= 0) [url.hash, rest] = [rest.slice(hash), rest.slice(0, hash)];
  const search = rest.indexOf('?');
  if (search >= 0) [url.search, rest] = [rest.slice(search), rest.slice(0, search)];
  url.query = url.search === null ? null : url.search.slice(1);
  if (parseQuery) {
    url.query = querystring.parse(url.query ?? '');
    url.search ??= '';
  }
  const isWeb = ['http:', 'https:', 'ftp:', 'ws:', 'wss:', 'file:'].includes(url.protocol ?? '');
  url.pathname = rest !== '' ? rest : isWeb && url.host !== null ? '/' : null;
  url.path = url.pathname === null && url.search === null ? null : `${url.pathname ?? ''}${url.search ?? ''}`;
  url.href = format(url);
  return url;
}

export function format(given: any, options: { auth?: boolean; fragment?: boolean; search?: boolean } = {}): string {
  if (typeof given === 'string') return parse(given).href;
  if (given instanceof URL) {
    const url: any = new URL((given as any).href);
    if (options.auth === false) url.username = url.password = '';
    if (options.fragment === false) url.hash = '';
    if (options.search === false) url.search = '';
    return url.href;
  }
  const protocol = given.protocol ? (given.protocol.endsWith(':') ? given.protocol : `${given.protocol}:`) : '';
  const hostname = given.hostname ? (given.hostname.includes(':') ? `[${given.hostname}]` : given.hostname) : '';
  const host = given.host ?? (hostname === '' ? '' : `${hostname}${given.port ? `:${given.port}` : ''}`);
  const auth = given.auth && host ? `${encodeURIComponent(given.auth).replace(/%3A/i, ':')}@` : '';
  const isWeb = ['http:', 'https:', 'ftp:', 'ws:', 'wss:', 'file:'].includes(protocol);
  const slashes = given.slashes || (isWeb && host !== '' && host !== null) ? '//' : '';
  const query = given.query !== null && typeof given.query === 'object' ? querystring.stringify(given.query) : '';
  let search = given.search ?? (query === '' ? '' : `?${query}`);
  if (search !== '' && !search.startsWith('?')) search = `?${search}`;
  let pathname = (given.pathname ?? '').replace(/[?#]/g, encodeURIComponent);
  if (slashes !== '' && pathname !== '' && !pathname.startsWith('/')) pathname = `/${pathname}`;
  const hash = given.hash ? (given.hash.startsWith('#') ? given.hash : `#${given.hash}`) : '';
  return `${protocol}${slashes}${auth}${host ?? ''}${pathname}${search.replace(/#/g, '%23')}${hash}`;
}

export function resolve(from: string, to: string): string {
  const base = new URL(from, 'resolve://host/');
  const url = new URL(to, base.href);
  if (url.protocol !== 'resolve:') return url.href;
  const path = `${url.pathname}${url.search}${url.hash}`;
  return from.startsWith('/') || to.startsWith('/') ? path : path.slice(1);
}

export function resolveObject(from: string, to: string): Url {
  return parse(resolve(from, to));
}

export default {
  URL, URLSearchParams, Url, domainToASCII, domainToUnicode, fileURLToPath, format, parse, pathToFileURL, resolve, resolveObject, urlToHttpOptions,
};
