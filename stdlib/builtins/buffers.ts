// ArrayBuffer.prototype.transfer and transferToFixedLength (https://tc39.es/ecma262/#sec-arraybuffer.prototype.transfer).

import { bufferTransfer } from 'cronflow:internal/ops';

function transferred(buffer: any, length: unknown, isFixed: boolean): ArrayBuffer {
  const size = length === undefined ? buffer.byteLength : Math.trunc(Number(length)) || 0;
  const { resizable, maxByteLength } = buffer;
  const moved = bufferTransfer(buffer);
  if (size === moved.byteLength && (isFixed || !resizable)) return moved;
  const copy = isFixed || !resizable ? new ArrayBuffer(size) : new (ArrayBuffer as any)(size, { maxByteLength });
  new Uint8Array(copy).set(new Uint8Array(moved, 0, Math.min(size, moved.byteLength)));
  return copy;
}

export function ArrayBuffer_prototype_transfer(this: unknown, length?: unknown): ArrayBuffer {
  return transferred(this, length, false);
}

export function ArrayBuffer_prototype_transferToFixedLength(this: unknown, length?: unknown): ArrayBuffer {
  return transferred(this, length, true);
}
