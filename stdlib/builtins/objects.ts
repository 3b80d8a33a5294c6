// Error.captureStackTrace and Array.fromAsync.

/** As V8 has it: the frames below the call of `above`, under the head line of the target. */
export function Error_captureStackTrace(target: object, above?: Function): void {
  if ((typeof target !== 'object' || target === null) && typeof target !== 'function') throw new TypeError('Invalid argument');
  const frames = (new Error().stack ?? '').split('\n').slice(1);
  const name = above?.name;
  const at = name ? frames.findLastIndex((frame) => frame.startsWith(`    at ${name} (`) || frame.startsWith(`    at new ${name} (`)) : -1;
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
