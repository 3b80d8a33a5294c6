// node:dns: can be imported; what it would do says that it is not here.

import promises from 'node:dns/promises';
import { codes } from 'cronflow:internal/node/dns_codes';
import { unavailable } from 'cronflow:internal/node/errors';

const missing = unavailable('dns', [
  'lookup', 'lookupService', 'resolve', 'resolve4', 'resolve6', 'resolveAny', 'resolveCname', 'resolveMx', 'resolveNs', 'resolveSrv',
  'resolveTxt', 'reverse', 'setServers', 'getServers', 'setDefaultResultOrder', 'getDefaultResultOrder', 'Resolver', 'resolveCaa',
  'resolveNaptr', 'resolvePtr', 'resolveSoa',
], 'fetch() looks up names itself');
export const {
  lookup, lookupService, resolve, resolve4, resolve6, resolveAny, resolveCname, resolveMx, resolveNs, resolveSrv, resolveTxt, reverse,
  setServers, getServers, setDefaultResultOrder, getDefaultResultOrder, Resolver, resolveCaa, resolveNaptr, resolvePtr, resolveSoa,
} = missing;
export const {
  NODATA, FORMERR, SERVFAIL, NOTFOUND, NOTIMP, REFUSED, BADQUERY, BADNAME, BADFAMILY, BADRESP, CONNREFUSED, TIMEOUT, EOF, FILE, NOMEM,
  DESTRUCTION, BADSTR, BADFLAGS, NONAME, BADHINTS, NOTINITIALIZED, LOADIPHLPAPI, ADDRGETNETWORKPARAMS, CANCELLED,
} = codes;
export { promises };
export const ADDRCONFIG = 32;
export const ALL = 16;
export const V4MAPPED = 8;
export default { ...missing, ...codes, ADDRCONFIG, ALL, V4MAPPED, promises };
