// Every builtin module of Node.js 20 can be imported and has its names; what is not here says so when it is
// called. The same file passes in Node.js, except for its last part.
import assert from 'node:assert/strict';
import { builtinModules } from 'node:module';

const NAMES: Record<string, string> = {
  assert: 'fail AssertionError ok equal notEqual deepEqual notDeepEqual deepStrictEqual notDeepStrictEqual strictEqual notStrictEqual throws ' +
    'rejects doesNotThrow doesNotReject ifError match doesNotMatch strict',
  'assert/strict': 'fail AssertionError ok equal notEqual deepEqual notDeepEqual deepStrictEqual notDeepStrictEqual strictEqual notStrictEqual ' +
    'throws rejects doesNotThrow doesNotReject ifError match doesNotMatch strict',
  async_hooks: 'AsyncLocalStorage createHook executionAsyncId triggerAsyncId executionAsyncResource asyncWrapProviders AsyncResource',
  buffer: 'Buffer SlowBuffer transcode isUtf8 isAscii kMaxLength kStringMaxLength btoa atob constants INSPECT_MAX_BYTES Blob resolveObjectURL ' +
    'File',
  child_process: 'ChildProcess exec execFile execFileSync execSync fork spawn spawnSync',
  cluster: 'isWorker isMaster isPrimary Worker workers setupPrimary fork disconnect',
  console: 'log warn dir time timeEnd timeLog trace assert clear count countReset group groupEnd table debug info dirxml error groupCollapsed ' +
    'Console',
  crypto: 'checkPrime checkPrimeSync createCipheriv createDecipheriv createDiffieHellman createDiffieHellmanGroup createECDH createHash ' +
    'createHmac createPrivateKey createPublicKey createSecretKey createSign createVerify diffieHellman generatePrime generatePrimeSync getCiphers ' +
    'getCipherInfo getCurves getDiffieHellman getHashes hkdf hkdfSync pbkdf2 pbkdf2Sync generateKeyPair generateKeyPairSync generateKey ' +
    'generateKeySync privateDecrypt privateEncrypt publicDecrypt publicEncrypt randomBytes randomFill randomFillSync randomInt randomUUID scrypt ' +
    'scryptSync sign timingSafeEqual getFips verify hash Cipheriv Decipheriv ECDH Hash Hmac KeyObject Sign Verify X509Certificate constants ' +
    'webcrypto subtle getRandomValues',
  dgram: 'createSocket Socket',
  diagnostics_channel: 'channel hasSubscribers subscribe tracingChannel unsubscribe Channel',
  dns: 'lookup lookupService Resolver getDefaultResultOrder setDefaultResultOrder setServers ADDRCONFIG ALL V4MAPPED NODATA FORMERR SERVFAIL ' +
    'NOTFOUND NOTIMP REFUSED BADQUERY BADNAME BADFAMILY BADRESP CONNREFUSED TIMEOUT EOF FILE NOMEM DESTRUCTION BADSTR BADFLAGS NONAME BADHINTS ' +
    'NOTINITIALIZED LOADIPHLPAPI ADDRGETNETWORKPARAMS CANCELLED getServers resolve resolve4 resolve6 resolveAny resolveCaa resolveCname resolveMx ' +
    'resolveNaptr resolveNs resolvePtr resolveSoa resolveSrv resolveTxt reverse promises',
  'dns/promises': 'lookup lookupService Resolver getDefaultResultOrder setDefaultResultOrder setServers NODATA FORMERR SERVFAIL NOTFOUND NOTIMP ' +
    'REFUSED BADQUERY BADNAME BADFAMILY BADRESP CONNREFUSED TIMEOUT EOF FILE NOMEM DESTRUCTION BADSTR BADFLAGS NONAME BADHINTS NOTINITIALIZED ' +
    'LOADIPHLPAPI ADDRGETNETWORKPARAMS CANCELLED getServers resolve resolve4 resolve6 resolveAny resolveCaa resolveCname resolveMx resolveNaptr ' +
    'resolveNs resolvePtr resolveSoa resolveSrv resolveTxt reverse',
  domain: 'Domain createDomain create active',
  events: 'addAbortListener once on getEventListeners getMaxListeners EventEmitter captureRejectionSymbol errorMonitor defaultMaxListeners ' +
    'setMaxListeners listenerCount',
  fs: 'appendFile appendFileSync access accessSync chown chownSync chmod chmodSync close closeSync copyFile copyFileSync cp cpSync ' +
    'createReadStream createWriteStream exists existsSync fchown fchownSync fchmod fchmodSync fdatasync fdatasyncSync fstat fstatSync fsync ' +
    'fsyncSync ftruncate ftruncateSync futimes futimesSync lchown lchownSync lchmod lchmodSync link linkSync lstat lstatSync lutimes lutimesSync ' +
    'mkdir mkdirSync mkdtemp mkdtempSync open openSync openAsBlob readdir readdirSync read readSync readv readvSync readFile readFileSync ' +
    'readlink readlinkSync realpath realpathSync rename renameSync rm rmSync rmdir rmdirSync stat statfs statSync statfsSync symlink symlinkSync ' +
    'truncate truncateSync unwatchFile unlink unlinkSync utimes utimesSync watch watchFile writeFile writeFileSync write writeSync writev ' +
    'writevSync Dirent Stats ReadStream WriteStream FileReadStream FileWriteStream Dir opendir opendirSync F_OK R_OK W_OK X_OK constants promises',
  'fs/promises': 'access copyFile cp open opendir rename truncate rm rmdir mkdir readdir readlink symlink lstat stat statfs link unlink chmod ' +
    'lchmod lchown chown utimes lutimes realpath mkdtemp writeFile appendFile readFile watch constants',
  http: 'METHODS STATUS_CODES Agent ClientRequest IncomingMessage OutgoingMessage Server ServerResponse createServer validateHeaderName ' +
    'validateHeaderValue get request setMaxIdleHTTPParsers maxHeaderSize globalAgent',
  http2: 'connect constants createServer createSecureServer getDefaultSettings getPackedSettings getUnpackedSettings performServerHandshake ' +
    'sensitiveHeaders Http2ServerRequest Http2ServerResponse',
  https: 'Agent globalAgent Server createServer get request',
  inspector: 'open close url waitForDebugger console Session',
  'inspector/promises': 'open close url waitForDebugger console Session',
  module: 'isBuiltin createRequire syncBuiltinESMExports Module builtinModules findSourceMap register SourceMap',
  net: 'BlockList SocketAddress connect createConnection createServer isIP isIPv4 isIPv6 Server Socket Stream getDefaultAutoSelectFamily ' +
    'setDefaultAutoSelectFamily getDefaultAutoSelectFamilyAttemptTimeout setDefaultAutoSelectFamilyAttemptTimeout',
  os: 'arch availableParallelism cpus endianness freemem getPriority homedir hostname loadavg networkInterfaces platform release tmpdir totalmem ' +
    'type userInfo uptime version machine constants EOL devNull',
  path: 'resolve normalize isAbsolute join relative toNamespacedPath dirname basename extname format parse matchesGlob sep delimiter win32 posix',
  'path/posix': 'resolve normalize isAbsolute join relative toNamespacedPath dirname basename extname format parse matchesGlob sep delimiter ' +
    'win32 posix',
  'path/win32': 'resolve normalize isAbsolute join relative toNamespacedPath dirname basename extname format parse matchesGlob sep delimiter ' +
    'win32 posix',
  perf_hooks: 'Performance PerformanceEntry PerformanceMark PerformanceMeasure PerformanceObserver PerformanceObserverEntryList ' +
    'PerformanceResourceTiming monitorEventLoopDelay createHistogram performance constants',
  punycode: 'version ucs2 decode encode toASCII toUnicode',
  querystring: 'unescape escape stringify encode parse decode',
  readline: 'Interface clearLine clearScreenDown createInterface cursorTo emitKeypressEvents moveCursor promises',
  'readline/promises': 'Interface Readline createInterface',
  stream: 'isDestroyed isDisturbed isErrored isReadable isWritable Readable Writable Duplex Transform PassThrough duplexPair pipeline ' +
    'addAbortSignal finished destroy compose setDefaultHighWaterMark getDefaultHighWaterMark promises Stream',
  'stream/consumers': 'arrayBuffer buffer text json',
  'stream/promises': 'finished pipeline',
  'stream/web': 'ReadableStream ReadableStreamDefaultReader ReadableStreamBYOBReader ReadableStreamDefaultController TransformStream ' +
    'TransformStreamDefaultController WritableStream WritableStreamDefaultWriter WritableStreamDefaultController ByteLengthQueuingStrategy ' +
    'CountQueuingStrategy TextEncoderStream TextDecoderStream CompressionStream DecompressionStream',
  string_decoder: 'StringDecoder',
  timers: 'setTimeout clearTimeout setImmediate clearImmediate setInterval clearInterval promises',
  'timers/promises': 'setTimeout setImmediate setInterval scheduler',
  tls: 'CLIENT_RENEG_LIMIT CLIENT_RENEG_WINDOW DEFAULT_ECDH_CURVE DEFAULT_MIN_VERSION DEFAULT_MAX_VERSION getCiphers rootCertificates ' +
    'convertALPNProtocols checkServerIdentity createSecureContext SecureContext TLSSocket Server createServer connect createSecurePair',
  trace_events: 'createTracing getEnabledCategories',
  tty: 'isatty ReadStream WriteStream',
  url: 'Url parse resolve resolveObject format URL URLSearchParams domainToASCII domainToUnicode pathToFileURL fileURLToPath urlToHttpOptions',
  util: 'callbackify debug debuglog deprecate format styleText formatWithOptions getSystemErrorName inherits inspect isArray isBoolean isBuffer ' +
    'isDeepStrictEqual isNull isNullOrUndefined isNumber isString isSymbol isUndefined isRegExp isObject isDate isError isFunction isPrimitive ' +
    'promisify stripVTControlCharacters toUSVString aborted types parseArgs TextDecoder TextEncoder',
  'util/types': 'isExternal isDate isArgumentsObject isBigIntObject isBooleanObject isNumberObject isStringObject isSymbolObject isNativeError ' +
    'isRegExp isAsyncFunction isGeneratorFunction isGeneratorObject isPromise isMap isSet isMapIterator isSetIterator isWeakMap isWeakSet ' +
    'isArrayBuffer isDataView isSharedArrayBuffer isProxy isModuleNamespaceObject isAnyArrayBuffer isBoxedPrimitive isArrayBufferView ' +
    'isTypedArray isUint8Array isUint8ClampedArray isUint16Array isUint32Array isInt8Array isInt16Array isInt32Array isFloat32Array ' +
    'isFloat64Array isBigInt64Array isBigUint64Array isKeyObject isCryptoKey',
  v8: 'cachedDataVersionTag getHeapSnapshot getHeapStatistics getHeapSpaceStatistics getHeapCodeStatistics setFlagsFromString Serializer ' +
    'Deserializer DefaultSerializer DefaultDeserializer deserialize takeCoverage stopCoverage serialize writeHeapSnapshot queryObjects ' +
    'setHeapSnapshotNearHeapLimit GCProfiler',
  vm: 'Script createContext createScript runInContext runInNewContext runInThisContext isContext compileFunction measureMemory constants',
  wasi: 'WASI',
  worker_threads: 'isMainThread MessagePort MessageChannel markAsUntransferable moveMessagePortToContext receiveMessageOnPort resourceLimits ' +
    'threadId SHARE_ENV Worker parentPort workerData BroadcastChannel setEnvironmentData getEnvironmentData',
  zlib: 'crc32 Deflate Inflate Gzip Gunzip DeflateRaw InflateRaw Unzip BrotliCompress BrotliDecompress deflate deflateSync gzip gzipSync ' +
    'deflateRaw deflateRawSync unzip unzipSync inflate inflateSync gunzip gunzipSync inflateRaw inflateRawSync brotliCompress brotliCompressSync ' +
    'brotliDecompress brotliDecompressSync createDeflate createInflate createDeflateRaw createInflateRaw createGzip createGunzip createUnzip ' +
    'createBrotliCompress createBrotliDecompress constants',
};

for (const [module, names] of Object.entries(NAMES)) {
  const [plain, prefixed] = [await import(module), await import(`node:${module}`)];
  assert.equal(plain.default, prefixed.default, module);
  assert.deepEqual(names.split(' ').filter(name => name !== '' && !(name in plain)), [], module);
  assert(builtinModules.includes(module), module);
}
for (const module of builtinModules) if (!module.startsWith('_')) assert.notEqual((await import(module)).default, undefined, module);

// Modules of which nothing is here: every function of theirs says so, and names itself.
if (!process.versions.cronflow) process.exit();
for (const module of ['cluster', 'dgram', 'dns', 'dns/promises', 'domain', 'http2', 'inspector', 'readline', 'repl', 'tls', 'trace_events', 'vm', 'wasi']) {
  const here = await import(`node:${module}`);
  const functions = Object.entries<any>(here).filter(([name, value]) => typeof value === 'function' && name !== 'default');
  assert(functions.length > 0, module);
  for (const [name, value] of functions) {
    assert.throws(() => new value(), (error: any) => error.code === 'ERR_FEATURE_UNAVAILABLE' && error.message.includes(name), `${module}.${name}`);
  }
}
