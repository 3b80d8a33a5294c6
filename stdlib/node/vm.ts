// node:vm: can be imported; what it would do says that it is not here.

import { unavailable } from 'cronflow:internal/node/errors';

const missing = unavailable('vm', [
  'createContext', 'isContext', 'runInContext', 'runInNewContext', 'runInThisContext', 'compileFunction', 'Script', 'SourceTextModule',
  'createScript', 'measureMemory',
]);
export const {
  createContext, isContext, runInContext, runInNewContext, runInThisContext, compileFunction, Script, SourceTextModule, createScript,
  measureMemory,
} = missing;
export const constants = {};
export default { ...missing, constants };
