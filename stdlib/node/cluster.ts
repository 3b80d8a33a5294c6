// node:cluster: can be imported; what it would do says that it is not here.

import { unavailable } from 'cronflow:internal/node/errors';

const missing = unavailable('cluster', [
  'fork', 'setupPrimary', 'disconnect', 'Worker',
], 'the engine starts worker processes itself (--workers)');
export const {
  fork, setupPrimary, disconnect, Worker,
} = missing;

export const isPrimary = true;
export const isMaster = true;
export const isWorker = false;
export const workers = {};
export default { ...missing, isPrimary, isMaster, isWorker, workers };
