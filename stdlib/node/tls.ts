// node:tls: can be imported; what it would do says that it is not here.

import { unavailable } from 'cronflow:internal/node/errors';

const missing = unavailable('tls', [
  'connect', 'createServer', 'createSecureContext', 'checkServerIdentity', 'TLSSocket', 'Server',
], 'use fetch()');
export const {
  connect, createServer, createSecureContext, checkServerIdentity, TLSSocket, Server,
} = missing;

export const rootCertificates: string[] = [];
export const DEFAULT_MIN_VERSION = 'TLSv1.2';
export default { ...missing, rootCertificates, DEFAULT_MIN_VERSION };
