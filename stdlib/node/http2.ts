// node:http2: can be imported; what it would do says that it is not here.

import { unavailable } from 'cronflow:internal/node/errors';

const missing = unavailable('http2', [
  'connect', 'createServer', 'createSecureServer', 'getDefaultSettings', 'getPackedSettings', 'getUnpackedSettings',
  'performServerHandshake', 'Http2ServerRequest', 'Http2ServerResponse',
], 'use fetch(), which speaks HTTP/2');
export const {
  connect, createServer, createSecureServer, getDefaultSettings, getPackedSettings, getUnpackedSettings, performServerHandshake,
  Http2ServerRequest, Http2ServerResponse,
} = missing;

export const constants = {};
export const sensitiveHeaders = Symbol('nodejs.http2.sensitiveHeaders');
export default { ...missing, sensitiveHeaders, constants };
