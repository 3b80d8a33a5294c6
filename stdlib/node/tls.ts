// node:tls: can be imported; what it would do says that it is not here.

import { unavailable } from 'cronflow:internal/node/errors';

const missing = unavailable('tls', [
  'connect', 'createServer', 'createSecureContext', 'checkServerIdentity', 'TLSSocket', 'Server', 'getCiphers', 'convertALPNProtocols',
  'SecureContext', 'createSecurePair',
], 'use fetch()');
export const {
  connect, createServer, createSecureContext, checkServerIdentity, TLSSocket, Server, getCiphers, convertALPNProtocols, SecureContext,
  createSecurePair,
} = missing;

export const rootCertificates: string[] = [];
export const DEFAULT_MIN_VERSION = 'TLSv1.2';
export const CLIENT_RENEG_LIMIT = 3;
export const CLIENT_RENEG_WINDOW = 600;
export const DEFAULT_ECDH_CURVE = 'auto';
export const DEFAULT_MAX_VERSION = 'TLSv1.3';
export default { ...missing, CLIENT_RENEG_LIMIT, CLIENT_RENEG_WINDOW, DEFAULT_ECDH_CURVE, DEFAULT_MAX_VERSION, rootCertificates, DEFAULT_MIN_VERSION };
