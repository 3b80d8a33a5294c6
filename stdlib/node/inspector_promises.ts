// node:inspector/promises: can be imported; what it would do says that it is not here.

import { unavailable } from 'cronflow:internal/node/errors';

const missing = unavailable('inspector/promises', [
  'open', 'close', 'url', 'waitForDebugger', 'Session',
]);
export const {
  open, close, url, waitForDebugger, Session,
} = missing;
export const console = (globalThis as any).console;
export default { ...missing, console };
