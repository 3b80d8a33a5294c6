// node:readline/promises: can be imported; what it would do says that it is not here.

import { unavailable } from 'cronflow:internal/node/errors';

const missing = unavailable('readline/promises', [
  'createInterface', 'Interface', 'Readline',
], 'read the file and split it into lines');
export const {
  createInterface, Interface, Readline,
} = missing;
export default { ...missing };
