// The built-in zod: what zod 4 exports, for projects that have no package of that name.

import * as all from 'cronflow:internal/zod/exports';

const HELP = 'the built-in zod does not have it; install the package: npm install zod';

/** Asking for what is not there is an error that names it. */
export const z: typeof all = new Proxy(Object.freeze({ ...all }), {
  get(target, name) {
    if (typeof name === 'symbol' || name in target || name === 'then' || name === 'toJSON') return Reflect.get(target, name);
    throw new TypeError(`z.${name}: ${HELP}`);
  },
});
export default z;
export * from 'cronflow:internal/zod/exports';
