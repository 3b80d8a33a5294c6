// Numbers in a Buffer: readUInt32BE() and its relatives, made from a table.

import { invalidArgument, nodeError } from 'cronflow:internal/node/errors';

/** Names in Buffer, the method of DataView, how many bytes, and the smallest and largest value. */
const KINDS: [names: string[], view: string, size: number, least: number | bigint, most: number | bigint][] = [
  [['UInt8', 'Uint8'], 'Uint8', 1, 0, 0xff],
  [['Int8'], 'Int8', 1, -0x80, 0x7f],
  [['UInt16', 'Uint16'], 'Uint16', 2, 0, 0xffff],
  [['Int16'], 'Int16', 2, -0x8000, 0x7fff],
  [['UInt32', 'Uint32'], 'Uint32', 4, 0, 0xffffffff],
  [['Int32'], 'Int32', 4, -0x80000000, 0x7fffffff],
  [['BigUInt64', 'BigUint64'], 'BigUint64', 8, 0n, 2n ** 64n - 1n],
  [['BigInt64'], 'BigInt64', 8, -(2n ** 63n), 2n ** 63n - 1n],
  [['Float'], 'Float32', 4, -Infinity, Infinity],
  [['Double'], 'Float64', 8, -Infinity, Infinity],
];

function outOfRange(name: string, range: string, value: unknown): Error {
  return nodeError('ERR_OUT_OF_RANGE', `The value of "${name}" is out of range. It must be ${range}. Received ${String(value)}`, RangeError);
}

function place(buffer: Uint8Array, offset: unknown, size: number): number {
  if (typeof offset !== 'number') throw invalidArgument('offset', 'of type number', offset);
  if (!Number.isInteger(offset)) throw outOfRange('offset', 'an integer', offset);
  if (buffer.length < size) throw nodeError('ERR_BUFFER_OUT_OF_BOUNDS', 'Attempt to access memory outside buffer bounds', RangeError);
  if (offset < 0 || offset + size > buffer.length) throw outOfRange('offset', `>= 0 and <= ${buffer.length - size}`, offset);
  return offset;
}

function view(buffer: Uint8Array): any {
  return new DataView(buffer.buffer as ArrayBuffer, buffer.byteOffset, buffer.byteLength);
}

function check(value: any, least: number | bigint, most: number | bigint): void {
  if (typeof least === 'bigint' && typeof value !== 'bigint') throw invalidArgument('value', 'of type bigint', value);
  if (value < least || value > most) throw outOfRange('value', `>= ${least} and <= ${most}`, value);
}

/** Whole numbers of one to six bytes. */
function readBytes(buffer: Uint8Array, offset: number, length: number, little: boolean, signed: boolean): number {
  if (!(length >= 1 && length <= 6)) throw outOfRange('byteLength', '>= 1 and <= 6', length);
  const start = place(buffer, offset, length);
  let value = 0;
  for (let index = 0; index < length; index++) value = value * 256 + buffer[start + (little ? length - 1 - index : index)]!;
  return signed && value >= 2 ** (8 * length - 1) ? value - 2 ** (8 * length) : value;
}

function writeBytes(buffer: Uint8Array, value: number, offset: number, length: number, little: boolean, signed: boolean): number {
  if (!(length >= 1 && length <= 6)) throw outOfRange('byteLength', '>= 1 and <= 6', length);
  const start = place(buffer, offset, length);
  const half = 2 ** (8 * length - 1);
  check(value, signed ? -half : 0, signed ? half - 1 : 2 * half - 1);
  let rest = value < 0 ? value + 2 * half : value;
  for (let index = 0; index < length; index++) {
    buffer[start + (little ? index : length - 1 - index)] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return start + length;
}

/** Puts the methods on the prototype of Buffer. */
export function installNumbers(prototype: any): void {
  const define = (name: string, value: unknown) => Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  for (const [names, method, size, least, most] of KINDS) {
    for (const little of size === 1 ? [true] : [true, false]) {
      const order = size === 1 ? '' : little ? 'LE' : 'BE';
      const read = function (this: Uint8Array, offset = 0) {
        return view(this)[`get${method}`](place(this, offset, size), little);
      };
      const write = function (this: Uint8Array, value: any, offset = 0) {
        check(value, least, most);
        view(this)[`set${method}`](place(this, offset, size), value, little);
        return offset + size;
      };
      for (const name of names) {
        define(`read${name}${order}`, read);
        define(`write${name}${order}`, write);
      }
    }
  }
  for (const little of [true, false]) {
    for (const [name, signed] of [['UInt', false], ['Uint', false], ['Int', true]] as const) {
      const order = little ? 'LE' : 'BE';
      define(`read${name}${order}`, function (this: Uint8Array, offset: number, length: number) {
        return readBytes(this, offset, length, little, signed);
      });
      define(`write${name}${order}`, function (this: Uint8Array, value: number, offset: number, length: number) {
        return writeBytes(this, value, offset, length, little, signed);
      });
    }
  }
}
