// node:path/posix, and node:path/win32 beside it.

import posix from 'node:path';

export const { sep, delimiter, normalize, isAbsolute, join, resolve, relative, dirname, basename, extname, parse, format, toNamespacedPath, matchesGlob, win32 } = posix;
export { posix };
export default posix;
