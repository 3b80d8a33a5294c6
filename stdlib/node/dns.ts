// node:dns: can be imported; what it would do says that it is not here.

import { unavailable } from 'cronflow:internal/node/errors';

const missing = unavailable('dns', [
  'lookup', 'lookupService', 'resolve', 'resolve4', 'resolve6', 'resolveAny', 'resolveCname', 'resolveMx', 'resolveNs', 'resolveSrv', 'resolveTxt', 'reverse', 'setServers', 'getServers', 'setDefaultResultOrder', 'getDefaultResultOrder', 'Resolver',
], 'fetch() looks up names itself');
export const {
  lookup, lookupService, resolve, resolve4, resolve6, resolveAny, resolveCname, resolveMx, resolveNs, resolveSrv, resolveTxt, reverse, setServers, getServers, setDefaultResultOrder, getDefaultResultOrder, Resolver,
} = missing;
export default { ...missing };
