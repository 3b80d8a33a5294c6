// node:fs/promises.

import { CALLS, promised } from 'node:fs';
import { constants } from 'cronflow:internal/node/fs_values';
import { unavailable } from 'cronflow:internal/node/errors';

const made: any = Object.fromEntries(Object.keys(CALLS).map(name => [name, (...args: any[]) => promised(name, args)]));

export const {
  access, appendFile, chmod, copyFile, cp, link, lstat, mkdir, mkdtemp, readFile, readdir, readlink, realpath, rename, rm, rmdir, stat, symlink,
  truncate, unlink, utimes, writeFile,
} = made;
const missing = unavailable('fs.promises', ['open', 'opendir', 'watch', 'chown', 'statfs', 'lchmod', 'lchown', 'lutimes'], 'read and write whole files');
export const { open, opendir, watch, chown, statfs, lchmod, lchown, lutimes } = missing;
export { constants };
export default { ...made, ...missing, constants };
