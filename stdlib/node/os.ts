// node:os.

import { processInfo } from 'cronflow:internal/ops';

const info = processInfo();

export const EOL = '\n';
export const devNull = '/dev/null';
export const constants = {
  signals: { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGUSR1: 10, SIGUSR2: 12, SIGPIPE: 13, SIGALRM: 14, SIGTERM: 15, SIGCHLD: 17, SIGCONT: 18, SIGSTOP: 19, SIGTSTP: 20 },
  errno: { EPERM: 1, ENOENT: 2, EACCES: 13, EEXIST: 17, ENOTDIR: 20, EISDIR: 21, EINVAL: 22 },
  priority: { PRIORITY_LOW: 19, PRIORITY_NORMAL: 0, PRIORITY_HIGH: -14 },
};

export const platform = () => info.platform;
export const type = () => 'Linux';
export const arch = () => info.arch;
export const machine = () => info.machine;
export const release = () => info.release;
export const version = () => info.kernel;
export const hostname = () => info.hostname;
export const endianness = () => 'LE';
export const tmpdir = () => '/tmp';
export const homedir = () => info.home;
export const uptime = () => processInfo().uptime;
export const totalmem = () => info.totalMemory;
export const freemem = () => processInfo().freeMemory;
export const loadavg = () => processInfo().load;
export const availableParallelism = () => info.cores;
export const cpus = () => Array.from({ length: info.cores }, () => ({ model: info.machine, speed: 0, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } }));
/** The addresses of the machine are not shown. */
export const networkInterfaces = () => ({});
export const userInfo = () => ({ uid: info.uid, gid: info.uid, username: info.user, homedir: info.home, shell: null });
export const getPriority = () => 0;

export default {
  EOL, arch, availableParallelism, constants, cpus, devNull, endianness, freemem, getPriority, homedir, hostname, loadavg, machine,
  networkInterfaces, platform, release, tmpdir, totalmem, type, uptime, userInfo, version,
};
