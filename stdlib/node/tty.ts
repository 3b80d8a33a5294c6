// node:tty: there is no terminal.

import { unavailable } from 'cronflow:internal/node/errors';

export const isatty = (_fd: number) => false;
const missing = unavailable('tty', ['ReadStream', 'WriteStream']);
export const { ReadStream, WriteStream } = missing;
export default { isatty, ...missing };
