// node:console.

const console: any = (globalThis as any).console;
export const {
  log, info, warn, error, debug, trace, assert, dir, table, time, timeEnd, timeLog, count, countReset, group, groupCollapsed, groupEnd,
  clear, dirxml,
} = console;

/** A console of its own prints like the global one. */
export class Console {
  constructor() {
    Object.assign(this, console);
  }
}
console.Console ??= Console;
export default console;
