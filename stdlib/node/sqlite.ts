// node:sqlite: can be imported; what it would do says that it is not here.

import { unavailable } from 'cronflow:internal/node/errors';

const missing = unavailable('sqlite', [
  'DatabaseSync', 'StatementSync', 'backup',
], 'keep state with ctx.state');
export const {
  DatabaseSync, StatementSync, backup,
} = missing;
export default { ...missing };
