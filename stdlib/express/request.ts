// `req` of Express: what it adds to the request of node:http.

import { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { isFresh } from 'cronflow:internal/express/conditions';
import { pathOf } from 'cronflow:internal/express/path';
import { acceptsLanguage, acceptsName, acceptsType, isType } from 'cronflow:internal/express/negotiate';

/** Whether a proxy at that address may speak for its clients; `hop` counts from this server. */
export type Trust = (address: string, hop: number) => boolean;

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

/** The setting `trust proxy`. */
export function trustOf(setting: any): Trust {
  if (typeof setting === 'function') return setting;
  if (setting === true) return () => true;
  if (setting === false || setting === undefined) return () => false;
  if (typeof setting === 'number') return (_, hop) => hop < setting;
  const list = [setting].flat().flatMap(one => String(one).split(',')).map(one => one.trim());
  for (const one of list) {
    if (one !== 'loopback' && isIP(one) === 0) throw new TypeError(`'trust proxy' must be true, false, a number, a function, 'loopback' or addresses, not '${one}'`);
  }
  return address => list.some(one => (one === 'loopback' ? LOOPBACK.test(address) : one === address));
}

/** The addresses between this server and the client, from here on. */
function hops(req: any): string[] {
  const forwarded = String(req.headers['x-forwarded-for'] ?? '').split(',').map(one => one.trim()).filter(one => one !== '').reverse();
  const trust: Trust = req.app.get('trust proxy fn');
  const all = [req.socket.remoteAddress ?? '', ...forwarded];
  const last = all.findIndex((address, hop) => !trust(address, hop));
  return last === -1 ? all : all.slice(0, last + 1);
}

/** What a proxy says, when it may. */
function saidByProxy(req: any, header: string): string | undefined {
  const trust: Trust = req.app.get('trust proxy fn');
  if (!trust(req.socket.remoteAddress ?? '', 0)) return undefined;
  return req.headers[header]?.split(',')[0].trim();
}

export const request: any = Object.create(IncomingMessage.prototype);

const GETTERS: Record<string, (req: any) => unknown> = {
  query: req => {
    const at = req.url.indexOf('?');
    return req.app.get('query parser fn')(at === -1 ? '' : req.url.slice(at + 1).split('#')[0]);
  },
  path: req => pathOf(req.url),
  protocol: req => saidByProxy(req, 'x-forwarded-proto') ?? (req.socket.encrypted ? 'https' : 'http'),
  secure: req => req.protocol === 'https',
  host: req => saidByProxy(req, 'x-forwarded-host') ?? req.headers.host,
  hostname: req => req.host?.replace(/:\d+$/, ''),
  ip: req => hops(req).at(-1),
  ips: req => hops(req).slice(1).reverse(),
  subdomains: req => (req.hostname === undefined || isIP(req.hostname) !== 0 ? [] : req.hostname.split('.').reverse().slice(req.app.get('subdomain offset'))),
  xhr: req => req.headers['x-requested-with']?.toLowerCase() === 'xmlhttprequest',
  fresh: req => isFresh(req, req.res),
  stale: req => !req.fresh,
};
for (const [name, get] of Object.entries(GETTERS)) {
  Object.defineProperty(request, name, {
    get() {
      return get(this);
    },
    configurable: true, enumerable: true,
  });
}

Object.assign(request, {
  get(this: any, name: string): any {
    if (typeof name !== 'string') throw new TypeError('req.get() needs the name of a header');
    const lower = name.toLowerCase();
    return lower === 'referer' || lower === 'referrer' ? (this.headers.referrer ?? this.headers.referer) : this.headers[lower];
  },
  header(this: any, name: string): any {
    return this.get(name);
  },
  accepts(this: any, ...types: any[]): any {
    return acceptsType(this.headers.accept, types.flat());
  },
  acceptsEncodings(this: any, ...names: any[]): any {
    return acceptsName(this.headers['accept-encoding'], names.flat(), 'identity');
  },
  acceptsCharsets(this: any, ...names: any[]): any {
    return acceptsName(this.headers['accept-charset'], names.flat());
  },
  acceptsLanguages(this: any, ...names: any[]): any {
    return acceptsLanguage(this.headers['accept-language'], names.flat());
  },
  /** null: there is no body. */
  is(this: any, ...types: any[]): string | false | null {
    const hasBody = this.headers['transfer-encoding'] !== undefined || Number.isInteger(Number(this.headers['content-length'] ?? NaN));
    return hasBody ? isType(this.headers['content-type'], types.flat()) : null;
  },
});
