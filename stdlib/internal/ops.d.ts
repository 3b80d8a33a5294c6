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
  /** Whether a test may leave the timer behind. */
  export function timerLight(id: number, yes: boolean): void;
  export function queueMicrotask(fn: () => unknown): void;
  /** Milliseconds of the monotonic clock. */
  export function now(): number;
  /** The same bytes in a buffer of fixed length; the old one is detached. */
  export function bufferTransfer(buffer: ArrayBuffer): ArrayBuffer;
  /** `undefined` when there is no such format. */
  export function codecOpen(format: string, decompress: boolean, level?: number): object | undefined;
  /** A decoder for a content coding of HTTP. */
  export function codecOpenCoding(coding: 'gzip' | 'deflate' | 'br'): object;
  export function codecPush(codec: unknown, bytes: Uint8Array): Uint8Array;
  export function codecFinish(codec: unknown): Uint8Array;
  interface HttpRequest {
    method: string;
    url: string;
    headers: [string, string][];
    redirect: string;
    /** `true`: `httpUpload` feeds it. */
    body: string | Uint8Array | true | null;
  }
  interface HttpAnswer {
    status: number;
    statusText: string;
    url: string;
    redirected: boolean;
    headers: [string, string][];
  }
  export function httpOpen(request: HttpRequest): object;
  export function httpAnswer(exchange: object): Promise<HttpAnswer>;
  /** `null` ends the body, `undefined` fails it; the promise tells whether anybody still reads. */
  export function httpUpload(exchange: object, piece: Uint8Array | null | undefined): Promise<boolean>;
  export function httpRead(exchange: object): Promise<Uint8Array | null>;
  export function httpReadAll(exchange: object): Promise<Uint8Array>;
  export function httpClose(exchange: object): void;
  /** What `schemaRead` takes; `undefined` when the texts in it are not Unicode. */
  export function schemaPlan(json: string, patterns: RegExp[]): object | undefined;
  /** What the schema makes of a value that fits; else the plan itself. */
  export function schemaRead(plan: object, value: unknown): unknown;
  export function utf8Encode(text: string): Uint8Array<ArrayBuffer>;
  /** Code units read and bytes written. */
  export function utf8EncodeInto(text: string, target: Uint8Array): [number, number];
  export function utf8Decode(bytes: Uint8Array, fatal: boolean): string;
  /** The name of an encoding in lower case. */
  export function encodingName(label: string): string | null;
  /** Null when the bytes are malformed and that is fatal. */
  export function decode(name: string, bytes: Uint8Array, fatal: boolean, ignoreBOM: boolean): string | null;
  /** The text and the number under which the decoder goes on; 0 begins one. Flags: 1 fatal, 2 ignoreBOM. */
  export function decodeStream(id: number, name: string, bytes: Uint8Array, flags: number, last: boolean): [string, number] | null;
  /** The address in its normal form. */
  export function urlParse(input: string, base?: string): string | null;
  /** protocol, username, password, host, hostname, port, pathname, search, hash, origin. */
  export function urlParts(href: string): string[];
  /** The address with one part changed, or as it was. */
  export function urlSet(href: string, part: string, value: string): string;
  /** name, value, name, value, and so on. */
  export function formDecode(text: string): string[];
  export function formEncode(flat: string[]): string;
  /** JSON of the components. */
  export function urlPatternParse(inputJson: string, base: string | undefined, ignoreCase: boolean): string;
  export function urlPatternInput(inputJson: string, base: string | undefined): string | null;
  /** Takes the bytes of a buffer away. */
  export function bufferDetach(buffer: ArrayBuffer): void;
  export function bufferHasGone(buffer: ArrayBuffer): boolean;
  /** As if the value had been thrown where nobody catches it. */
  export function reportUncaught(value: unknown): void;
  /** Who hears first of what nobody catches; true means that it need not be printed. */
  export function setReporter(reporter: (kind: 'error' | 'unhandledrejection' | 'rejectionhandled', value: unknown, promise: any) => boolean): void;
  /** The innermost caller in the author's files. */
  export function callSite(): Site;
  /** The function answers requests that no webhook takes. What answers them already, if something does. */
  export function serveRequests(answer: (...args: any[]) => unknown, servingJson: string): string | undefined;
  /** JSON of `{address}`, in the first isolate; in the others it never comes. */
  export function whenListening(): Promise<string>;
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
  type Decoded = [read: number, bytes: ArrayBuffer, isWrong: boolean];
  export function base64Encode(bytes: Uint8Array, isUrl: boolean, omitPadding: boolean): string;
  export function base64Decode(text: string, isUrl: boolean, lastChunk: string, maxLength?: number): Decoded;
  export function hexEncode(bytes: Uint8Array): string;
  export function hexDecode(text: string, maxLength?: number): Decoded;
  /** Results of the cryptographic operations are there at once, or later when the work is heavy. */
  type Soon<T> = T | Promise<T>;
  type Direction = 'encrypt' | 'decrypt';
  /** Until it is taken back, no result is a promise. */
  export function cryptoAtOnce(flag: boolean): void;
  export function cryptoRandom(target: Uint8Array): void;
  export function cryptoUuid(): string;
  export function cryptoDigest(hash: string, data: Uint8Array): Soon<ArrayBuffer>;
  export function cryptoHmacSign(hash: string, key: Uint8Array, data: Uint8Array): Soon<ArrayBuffer>;
  export function cryptoHmacVerify(hash: string, key: Uint8Array, signature: Uint8Array, data: Uint8Array): Soon<boolean>;
  export function cryptoPbkdf2(hash: string, password: Uint8Array, salt: Uint8Array, rounds: number, length: number): Soon<ArrayBuffer>;
  export function cryptoHkdf(hash: string, key: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Soon<ArrayBuffer>;
  export function cryptoScrypt(password: Uint8Array, salt: Uint8Array, logN: number, r: number, p: number, length: number): Soon<ArrayBuffer>;
  export function cryptoAesCbc(direction: Direction, key: Uint8Array, data: Uint8Array, iv: Uint8Array): Soon<ArrayBuffer>;
  export function cryptoAesCbcBlocks(direction: Direction, key: Uint8Array, data: Uint8Array, iv: Uint8Array): ArrayBuffer;
  export function cryptoAesCtr(key: Uint8Array, data: Uint8Array, counter: Uint8Array, bits: number): Soon<ArrayBuffer>;
  export function cryptoAesGcm(
    direction: Direction, key: Uint8Array, data: Uint8Array, iv: Uint8Array, extra: Uint8Array, tagLength: number,
  ): Soon<ArrayBuffer>;
  /** The counter block of the first block of data. */
  export function cryptoAesGcmStart(key: Uint8Array, iv: Uint8Array): ArrayBuffer;
  export function cryptoAesGcmTag(key: Uint8Array, iv: Uint8Array, extra: Uint8Array, sealed: Uint8Array): ArrayBuffer;
  export function cryptoAesKw(direction: Direction, key: Uint8Array, data: Uint8Array): Soon<ArrayBuffer>;
  export function cryptoEcGenerate(curve: string): ArrayBuffer[];
  export function cryptoEcPublic(curve: string, key: Uint8Array): ArrayBuffer;
  export function cryptoEcPoint(curve: string, point: Uint8Array): ArrayBuffer;
  export function cryptoEcImport(curve: string, format: string, data: Uint8Array): ArrayBuffer;
  export function cryptoEcExport(curve: string, format: string, key: Uint8Array): ArrayBuffer;
  export function cryptoEcSign(curve: string, hash: string, key: Uint8Array, data: Uint8Array): ArrayBuffer;
  export function cryptoEcVerify(curve: string, hash: string, key: Uint8Array, signature: Uint8Array, data: Uint8Array): boolean;
  export function cryptoEcAgree(curve: string, key: Uint8Array, point: Uint8Array): ArrayBuffer;
  export function cryptoOkpGenerate(curve: string): ArrayBuffer[];
  export function cryptoOkpPublic(curve: string, key: Uint8Array): ArrayBuffer;
  export function cryptoOkpImport(curve: string, format: string, data: Uint8Array): ArrayBuffer;
  export function cryptoOkpExport(curve: string, format: string, key: Uint8Array): ArrayBuffer;
  export function cryptoEd25519Sign(key: Uint8Array, data: Uint8Array): ArrayBuffer;
  export function cryptoEd25519Verify(key: Uint8Array, signature: Uint8Array, data: Uint8Array): boolean;
  export function cryptoX25519(key: Uint8Array, point: Uint8Array): ArrayBuffer;
  export function cryptoRsaGenerate(bits: number, exponent: Uint8Array): Promise<ArrayBuffer[]>;
  export function cryptoRsaImport(format: string, data: Uint8Array): ArrayBuffer;
  export function cryptoRsaExport(format: string, key: Uint8Array): ArrayBuffer;
  /** n, e; of a private key also d, p, q. */
  export function cryptoRsaFromParts(parts: Uint8Array[]): ArrayBuffer;
  /** n, e; of a private key also d, p, q, dp, dq, qi. */
  export function cryptoRsaParts(kind: string, key: Uint8Array): ArrayBuffer[];
  export function cryptoRsaSign(name: string, hash: string, key: Uint8Array, data: Uint8Array, saltLength: number): Promise<ArrayBuffer>;
  export function cryptoRsaVerify(
    name: string, hash: string, key: Uint8Array, signature: Uint8Array, data: Uint8Array, saltLength: number | null,
  ): boolean;
  export function cryptoRsaEncrypt(hash: string, key: Uint8Array, label: Uint8Array, data: Uint8Array): ArrayBuffer;
  export function cryptoRsaDecrypt(hash: string, key: Uint8Array, label: Uint8Array, data: Uint8Array): Promise<ArrayBuffer>;
  /** What stdlib/intl/locales.jsonl says of a locale. */
  export function intlLocale(tag: string): any;
  export function localTimeZone(): string;
  /** Where `require(written)` of a module leads: archive, specifier, kind of module. */
  export function requireLink(archive: number, from: string, written: string): [number, string, 'commonjs' | 'json' | 'module'] | null;
  /** The function around a CommonJS module. */
  export function commonJsFunction(archive: number, specifier: string): (...surroundings: any[]) => unknown;
  /** The namespace of a module, for `require()` in the module `from`. */
  export function esModule(archive: number, specifier: string, from: string): any;
  export function jsonModule(archive: number, specifier: string): any;
  export function moduleFile(archive: number, specifier: string): string | undefined;
  export function moduleKind(archive: number, specifier: string): 'commonjs' | 'json' | 'module';
  /** Archive and specifier of the innermost module of the user that is executing. */
  export function callerModule(): [number, string] | null;
  export function bufferFromText(text: string, encoding: string): ArrayBuffer;
  export function bufferToText(bytes: Uint8Array, encoding: string): string;
  export function bufferCompare(first: Uint8Array, second: Uint8Array): number;
  export function bufferIndexOf(bytes: Uint8Array, wanted: Uint8Array, from: number, forward: boolean): number;
  /** An operation of runtime/js/src/ops/fs/perform.rs. */
  export function fsSync(name: string, ...args: unknown[]): any;
  export function fsAsync(name: string, ...args: unknown[]): Promise<any>;
  export function nodeHash(name: string, data: Uint8Array): ArrayBuffer;
  export function nodeHmac(name: string, key: Uint8Array, data: Uint8Array): ArrayBuffer;
  /** See runtime/js/src/ops/programs.rs. */
  type Launch = { command: string; name: string; args: string[]; env: string[]; cwd: string | undefined };
  export function programStart(launch: Launch): any;
  export function programPid(program: any): number;
  export function programRead(program: any, number: 1 | 2): Promise<Uint8Array | null>;
  export function programWrite(program: any, bytes: Uint8Array | null): Promise<boolean>;
  export function programWait(program: any): Promise<[number | null, string | null]>;
  export function programKill(program: any, signal: number): boolean;
  export function programRun(launch: Launch, input: Uint8Array, timeoutMs: number, maxBuffer: number, signal: number): any[];
  export function zlibSync(mode: string, bytes: Uint8Array, level: number): ArrayBuffer;
  export function zlibAsync(mode: string, bytes: Uint8Array, level: number): Promise<ArrayBuffer>;
  export function envGet(name: string): string | undefined;
  export function envNames(): string[];
  export function processInfo(): any;
  /** What AsyncLocalStorage has stored for the code that is executing. */
  export function asyncFrame(): unknown;
  export function withAsyncFrame<T>(frame: unknown, fn: () => T, stays: boolean): T;
  export function isTesting(): boolean;
  /** Functions that the test runner's driver calls. */
  export function testDriver(functions: Record<string, (argument: any) => void>): void;
  /** What a name means in the module that calls, and how that reads defaults of CommonJS modules. */
  export function mockTarget(written: string): [archive: number, specifier: string, unwraps: boolean] | null;
  export function mockPut(archive: number, specifier: string, isMocked: boolean): void;
  /** Makes what a mock exports. */
  export function mockProvider(provide: (archive: number, specifier: string) => object): void;
  /** The namespace; `isActual` passes by the mock. */
  export function importTarget(archive: number, specifier: string, unwraps: boolean, isActual: boolean): Promise<any>;
  export function resetModules(): void;
  export function setModulesAside(yes: boolean): void;
  export function testReport(eventJson: string): void;
  /** The number of a new test: its continuations, timers and requests are known by it. */
  export function testBegin(): number;
  /** Somebody may wait for a test before the file has evaluated. */
  export function testPromised(): void;
  /** The evaluation of a file that waits for tests. */
  export function testEntry(): Promise<unknown> | undefined;
  /** The number of the test, or of the task, on whose account the code runs. */
  export function testCurrent(): number;
  export function testRun<T>(test: number, fn: () => T): T;
  /** The test never runs again; what it has left behind. */
  export function testEnd(test: number): { timers: number; work: number; questions: number; rejections: any[] };
  /** Calls to handlers of steps go through the function. */
  export function testIntercept(
    fn: (life: number, name: string, attempt: number, ctx: any, handler: (ctx: any) => unknown) => unknown,
  ): void;
  /** Name, message, stack and place of whatever was thrown. */
  export function testFailure(error: unknown): any;
  /** Whether time moves only when somebody moves it. */
  export function clockFreeze(frozen: boolean): void;
  export function clockSetWall(millis: number): void;
  /** Milliseconds until the next timer; -1 when there is none. */
  export function clockNextTimer(): number;
  /** Moves on and calls the timers on the way. */
  export function clockAdvance(millis: number): void;
  export function clockTimers(): number;
  export function clockDropTimers(after: number): void;
  /** A built-in module that is loaded at its first use. */
  export function builtinModule(specifier: string): any;
}
