// node:repl: can be imported; what it would do says that it is not here.

import { unavailable } from 'cronflow:internal/node/errors';

const missing = unavailable('repl', [
  'start', 'REPLServer', 'writer', 'Recoverable', 'isValidSyntax',
]);
export const {
  start, REPLServer, writer, Recoverable, isValidSyntax,
} = missing;
export const REPL_MODE_SLOPPY = Symbol('repl-sloppy');
export const REPL_MODE_STRICT = Symbol('repl-strict');
export default { ...missing, REPL_MODE_SLOPPY, REPL_MODE_STRICT };
