// node:http2: can be imported; what it would do says that it is not here.

import { unavailable } from 'cronflow:internal/node/errors';

const missing = unavailable('http2', [
  'connect', 'createServer', 'createSecureServer',
], 'use fetch(), which speaks HTTP/2');
export const {
  connect, createServer, createSecureServer,
} = missing;

export const constants = {};
export default { ...missing, constants };
