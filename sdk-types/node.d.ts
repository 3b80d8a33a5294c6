// The modules and globals of Node.js, without details: for projects that have not installed `@types/node`.

declare module 'node:*';
declare module 'assert';
declare module 'assert/strict';
declare module 'async_hooks';
declare module 'buffer';
declare module 'child_process';
declare module 'console';
declare module 'constants';
declare module 'crypto';
declare module 'diagnostics_channel';
declare module 'dns';
declare module 'dns/promises';
declare module 'events';
declare module 'fs';
declare module 'fs/promises';
declare module 'http';
declare module 'https';
declare module 'module';
declare module 'net';
declare module 'os';
declare module 'path';
declare module 'path/posix';
declare module 'perf_hooks';
declare module 'process';
declare module 'punycode';
declare module 'querystring';
declare module 'readline';
declare module 'readline/promises';
declare module 'stream';
declare module 'stream/consumers';
declare module 'stream/promises';
declare module 'stream/web';
declare module 'string_decoder';
declare module 'timers';
declare module 'timers/promises';
declare module 'tls';
declare module 'tty';
declare module 'url';
declare module 'util';
declare module 'util/types';
declare module 'v8';
declare module 'vm';
declare module 'worker_threads';
declare module 'zlib';

declare const process: any;
declare const Buffer: any;
type Buffer = Uint8Array;
declare const global: typeof globalThis;
declare const require: any;
declare const module: any;
declare const exports: any;
declare const __dirname: string;
declare const __filename: string;
declare function setImmediate(callback: (...args: any[]) => void, ...args: any[]): any;
declare function clearImmediate(immediate: any): void;

interface ImportMeta {
  dirname: string;
  filename: string;
}
