// node:child_process: can be imported; what it would do says that it is not here.

import { unavailable } from 'cronflow:internal/node/errors';

const missing = unavailable('child_process', [
  'exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync', 'ChildProcess',
], 'workflow code does not start other programs in this version');
export const {
  exec, execFile, execFileSync, execSync, fork, spawn, spawnSync, ChildProcess,
} = missing;
export default { ...missing };
