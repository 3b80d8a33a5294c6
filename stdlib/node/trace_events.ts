// node:trace_events: can be imported; what it would do says that it is not here.

import { unavailable } from 'cronflow:internal/node/errors';

const missing = unavailable('trace_events', [
  'createTracing', 'getEnabledCategories',
]);
export const {
  createTracing, getEnabledCategories,
} = missing;
export default { ...missing };
