// Error.captureStackTrace with Error.prepareStackTrace, and Array.fromAsync.

/** A frame as `Error.prepareStackTrace` is given it (https://v8.dev/docs/stack-trace-api). */
class CallSite {
  readonly #text: string;
  readonly #parts: RegExpExecArray | null;

  constructor(text: string) {
    this.#text = text;
    this.#parts = /^(?:(.*) \()?(.+?):(\d+):(\d+)\)?$/.exec(text);
  }

  getFileName(): string | undefined {
    return this.#parts?.[2];
  }
  getLineNumber(): number | null {
    return this.#parts === null ? null : Number(this.#parts[3]);
  }
  getColumnNumber(): number | null {
    return this.#parts === null ? null : Number(this.#parts[4]);
  }
  getFunctionName(): string | null {
    return this.#parts?.[1]?.replace(/^(new|async) /, '') ?? null;
  }
  getScriptNameOrSourceURL(): string | undefined {
    return this.getFileName();
  }
  getTypeName(): string | null {
    return null;
  }
  getMethodName(): string | null {
    return null;
  }
  getThis(): undefined {
    return undefined;
  }
  getFunction(): undefined {
    return undefined;
  }
  getEvalOrigin(): undefined {
    return undefined;
  }
  getPromiseIndex(): null {
    return null;
  }
  isNative(): boolean {
    return this.#parts === null;
  }
  isToplevel(): boolean {
    return true;
  }
  isConstructor(): boolean {
    return this.#parts?.[1]?.startsWith('new ') ?? false;
  }
  isAsync(): boolean {
    return this.#parts?.[1]?.startsWith('async ') ?? false;
  }
  isEval(): boolean {
    return false;
  }
  isPromiseAll(): boolean {
    return false;
  }
  toString(): string {
    return this.#text;
  }
}

/** What the program makes of the frames of an error; it has asked for that. */
export function preparedStack(error: unknown, frames: string[]): unknown {
  const { prepareStackTrace } = Error as any;
  return prepareStackTrace(error, frames.map(frame => new CallSite(frame.replace(/^ +at /, ''))));
}

function framesHere(): string[] {
  const prepare = (Error as any).prepareStackTrace;
  (Error as any).prepareStackTrace = undefined;
  try {
    return (new Error().stack ?? '').split('\n').slice(1);
  } finally {
    if (prepare === undefined) delete (Error as any).prepareStackTrace;
    else (Error as any).prepareStackTrace = prepare;
  }
}

/** As V8 has it: the frames below the call of `above`, under the head line of the target. */
export function Error_captureStackTrace(target: object, above?: Function): void {
  if ((typeof target !== 'object' || target === null) && typeof target !== 'function') throw new TypeError('Invalid argument');
  const frames = framesHere();
  const name = above?.name;
  const at = name ? frames.findLastIndex((frame) => frame.startsWith(`    at ${name} (`) || frame.startsWith(`    at new ${name} (`)) : -1;
  if (typeof (Error as any).prepareStackTrace === 'function') {
    Object.defineProperty(target, 'stack', { value: preparedStack(target, frames.slice(at + 1)), writable: true, configurable: true });
    return;
  }
  const head = target instanceof Error ? Error.prototype.toString.call(target) : Object.prototype.toString.call(target);
  const value = [head, ...frames.slice(at + 1)].join('\n');
  Object.defineProperty(target, 'stack', { value, writable: true, configurable: true });
}

/** https://tc39.es/ecma262/#sec-array.fromasync */
export async function Array_fromAsync(this: any, source: any, map?: (item: any, index: number) => unknown, self?: unknown): Promise<any> {
  if (map !== undefined && typeof map !== 'function') throw new TypeError('Array.fromAsync: the mapping must be a function');
  if (source === null || source === undefined) throw new TypeError('Array.fromAsync needs something to take items from');
  const isConstructor = typeof this === 'function' && this.prototype !== undefined;
  const method = source[Symbol.asyncIterator] ?? source[Symbol.iterator];
  let index = 0;
  const mapped = async (item: any) => (map === undefined ? item : await map.call(self, item, index));
  const add = (list: any, value: unknown) =>
    Object.defineProperty(list, index++, { value, writable: true, enumerable: true, configurable: true });
  if (method !== undefined && method !== null) {
    const list = isConstructor ? new this() : [];
    for await (const item of source) add(list, await mapped(item));
    list.length = index;
    return list;
  }
  const length = Math.min(Math.max(Math.trunc(Number(source.length)) || 0, 0), Number.MAX_SAFE_INTEGER);
  const list = isConstructor ? new this(length) : new Array(length);
  while (index < length) add(list, await mapped(await source[index]));
  list.length = length;
  return list;
}

/** The source of a regular expression whose slashes all have a backslash too many in front of them. */
export function escapedOnce(source: string): string {
  let isEscaped = false;
  let isInClass = false;
  let text = '';
  for (const letter of source.replaceAll('\\/', '/')) {
    if (letter === '/' && !isEscaped && !isInClass) text += '\\';
    text += letter;
    if (!isEscaped && letter === '[') isInClass = true;
    if (!isEscaped && letter === ']') isInClass = false;
    isEscaped = !isEscaped && letter === '\\';
  }
  return text;
}
