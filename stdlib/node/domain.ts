// node:domain: can be imported; what it would do says that it is not here.

import { unavailable } from 'cronflow:internal/node/errors';

const missing = unavailable('domain', [
  'create', 'createDomain', 'Domain',
]);
export const {
  create, createDomain, Domain,
} = missing;
export const active = null;
export default { ...missing, active };
