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
  type FunctionList = [node: number, role: string, fn: (...args: any[]) => unknown][];
  /** Returns the version that is being loaded. */
  export function registerWorkflow(id: string, draftJson: string, functions: FunctionList): string;
  /** What is wrong with a trigger's draft. */
  export function checkTrigger(draftJson: string): string | undefined;
  export function start(optionsJson: string): Promise<string>;
  /** A request to the engine (runtime/core/src/host.rs). */
  export function hostCall(requestJson: string): Promise<any>;
  /** An environment variable whose value is never printed from now on. */
  export function secret(name: string): string | undefined;
  /** A value that is never printed from now on. */
  export function hide(value: string): void;
  /** What every `ctx` inherits from. */
  export function ctxPrototype(): any;
  /** An object that lives as long as the task. */
  export function taskLocals(ctx: any): any;
  /** `undefined` after the last body around the task, `null` when it need not be declared again. */
  export function openScope(
    ctx: any,
    index: number,
  ): [fn: (flow: any, given: any) => unknown, flow: any, given: { item: any; index: number }, draftJson: string] | null | undefined;
  export function declareBody(flow: any, draftJson: string, functions: FunctionList): void;
  export function callTask(ctx: any): unknown;
  /** A built-in module that is loaded at its first use. */
  export function builtinModule(specifier: string): any;
}
