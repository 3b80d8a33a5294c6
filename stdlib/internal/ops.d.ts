// The native operations (runtime/js/src/ops), as the built-in modules see them.

declare module 'cronflow:internal/ops' {
  type Level = 'debug' | 'info' | 'warn' | 'error';
  interface Site {
    file: string;
    line: number;
    column: number;
  }
  export function print(level: Level, text: string): void;
  export function timerStart(fn: () => unknown, delayMs: number, repeat: boolean): number;
  export function timerStop(id: number): void;
  export function queueMicrotask(fn: () => unknown): void;
  /** Milliseconds of the monotonic clock. */
  export function now(): number;
  export function fetch(request: any): Promise<any>;
  export function utf8Encode(text: string): Uint8Array;
  export function utf8Decode(bytes: Uint8Array, fatal: boolean): string;
  /** href, protocol, username, password, host, hostname, port, pathname, search, hash, origin; null when it is no URL. */
  export function urlParse(input: string, base?: string): string[] | null;
  /** The innermost caller in the author's files. */
  export function callSite(): Site;
  export function registerWorkflow(
    id: string,
    draftJson: string,
    functions: [number, 'handler' | 'message', (ctx: any) => unknown][],
  ): void;
  export function start(optionsJson: string): Promise<string>;
}
