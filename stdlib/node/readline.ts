// node:readline: can be imported; what it would do says that it is not here.

import promises from 'node:readline/promises';
import { unavailable } from 'cronflow:internal/node/errors';

const missing = unavailable('readline', [
  'createInterface', 'clearLine', 'cursorTo', 'emitKeypressEvents', 'moveCursor', 'Interface', 'clearScreenDown',
], 'read the file and split it into lines');
export const {
  createInterface, clearLine, cursorTo, emitKeypressEvents, moveCursor, Interface, clearScreenDown,
} = missing;
export { promises };
export default { ...missing, promises };
