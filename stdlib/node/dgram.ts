// node:dgram: can be imported; what it would do says that it is not here.

import { unavailable } from 'cronflow:internal/node/errors';

const missing = unavailable('dgram', [
  'createSocket', 'Socket',
]);
export const {
  createSocket, Socket,
} = missing;
export default { ...missing };
