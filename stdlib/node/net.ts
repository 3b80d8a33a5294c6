// node:net: can be imported; what it would do says that it is not here.

import { unavailable } from 'cronflow:internal/node/errors';

const missing = unavailable('net', [
  'connect', 'createConnection', 'createServer', 'Socket', 'Server', 'BlockList', 'SocketAddress', 'Stream', 'getDefaultAutoSelectFamily',
  'setDefaultAutoSelectFamily', 'getDefaultAutoSelectFamilyAttemptTimeout', 'setDefaultAutoSelectFamilyAttemptTimeout',
], 'use fetch()');
export const {
  connect, createConnection, createServer, Socket, Server, BlockList, SocketAddress, Stream, getDefaultAutoSelectFamily,
  setDefaultAutoSelectFamily, getDefaultAutoSelectFamilyAttemptTimeout, setDefaultAutoSelectFamilyAttemptTimeout,
} = missing;

/** Which version of IP an address is; 0 when it is none. */
export function isIP(text: string): number {
  if (/^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(text)) return 4;
  if (!/^[0-9a-f:.]+(%\w+)?$/i.test(text) || !text.includes(':')) return 0;
  try {
    new URL(`http://[${text.replace(/%.*/, '')}]/`);
    return 6;
  } catch {
    return 0;
  }
}

export const isIPv4 = (text: string) => isIP(text) === 4;
export const isIPv6 = (text: string) => isIP(text) === 6;
export default { ...missing, isIP, isIPv4, isIPv6 };
