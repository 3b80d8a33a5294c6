// Globals that the modules of Node.js use when they are called; the prelude provides them.

declare function queueMicrotask(fn: () => unknown): void;
declare function setTimeout(fn: (...args: any[]) => unknown, delay?: number, ...args: unknown[]): any;
declare function clearTimeout(timer: any): void;
declare function fetch(input: any, init?: any): Promise<any>;
declare const URL: any;
type URL = any;
declare const console: any;
