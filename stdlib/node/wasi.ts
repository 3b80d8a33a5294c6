// node:wasi: can be imported; what it would do says that it is not here.

import { unavailable } from 'cronflow:internal/node/errors';

const missing = unavailable('wasi', [
  'WASI',
]);
export const {
  WASI,
} = missing;
export default { ...missing };
