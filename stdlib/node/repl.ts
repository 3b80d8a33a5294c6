// node:repl: can be imported; what it would do says that it is not here.

import { unavailable } from 'cronflow:internal/node/errors';

const missing = unavailable('repl', [
  'start', 'REPLServer',
]);
export const {
  start, REPLServer,
} = missing;
export default { ...missing };
