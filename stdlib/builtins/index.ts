// What the engine's objects lack or cannot do in every locale. Only stand-ins are made here: the work is in
// modules that load at the first call.

import { bufferHasGone, builtinModule } from 'cronflow:internal/ops';

/** A method that is there from the start and loads its module when it is called. */
function provide(owner: any, name: string, length: number, module: string, replace = false): void {
  if (!replace && name in owner) return;
  const key = typeof owner === 'function' ? `${owner.name}_${name}` : `${owner.constructor.name}_prototype_${name}`;
  const method = { [name](this: unknown, ...args: unknown[]) {
    return builtinModule(`cronflow:internal/builtins/${module}`)[key].apply(this, args);
  } }[name];
  Object.defineProperty(method, 'length', { value: length, configurable: true });
  Object.defineProperty(owner, name, { value: method, writable: true, configurable: true, enumerable: false });
}

provide(Error, 'captureStackTrace', 2, 'objects');
provide(Array, 'fromAsync', 1, 'objects');

// The language has no global of that name, and libraries ask whether there is one.
delete (globalThis as any).TypedArray;

for (const name of ['fromBase64', 'fromHex']) provide(Uint8Array, name, 1, 'bytes');
for (const name of ['toBase64', 'toHex']) provide(Uint8Array.prototype, name, 0, 'bytes');
for (const name of ['setFromBase64', 'setFromHex']) provide(Uint8Array.prototype, name, 1, 'bytes');

for (const name of ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString']) provide(Date.prototype, name, 0, 'locale', true);
provide(Number.prototype, 'toLocaleString', 0, 'locale', true);
provide(BigInt.prototype, 'toLocaleString', 0, 'locale', true);
provide(String.prototype, 'localeCompare', 1, 'locale', true);

// The engine escapes every slash of a pattern, also those that are escaped already or stand in a class.
const { get: sourceOf } = Object.getOwnPropertyDescriptor(RegExp.prototype, 'source')!;
const { get: escapedSource } = Object.getOwnPropertyDescriptor({
  get source() {
    const text = sourceOf!.call(this);
    return text.includes('/') ? builtinModule('cronflow:internal/builtins/objects').escapedOnce(text) : text;
  },
}, 'source')!;
Object.defineProperty(RegExp.prototype, 'source', { get: escapedSource, configurable: true });

for (const name of ['transfer', 'transferToFixedLength']) provide(ArrayBuffer.prototype, name, 0, 'buffers');
if (!('detached' in ArrayBuffer.prototype)) {
  const { get } = Object.getOwnPropertyDescriptor({
    get detached() {
      return bufferHasGone(this as unknown as ArrayBuffer);
    },
  }, 'detached')!;
  Object.defineProperty(ArrayBuffer.prototype, 'detached', { get, configurable: true });
}
