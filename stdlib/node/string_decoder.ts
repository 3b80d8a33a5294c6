// node:string_decoder: bytes that come in pieces, as text.

import { Buffer } from 'node:buffer';
import { nodeError } from 'cronflow:internal/node/errors';

export class StringDecoder {
  readonly encoding: string;
  private _rest: any = Buffer.alloc(0);

  constructor(encoding = 'utf8') {
    if (!Buffer.isEncoding(encoding)) throw nodeError('ERR_UNKNOWN_ENCODING', `Unknown encoding: ${String(encoding)}`, TypeError);
    const name = encoding.toLowerCase();
    this.encoding = name === 'utf-8' ? 'utf8' : ['ucs2', 'ucs-2', 'utf-16le'].includes(name) ? 'utf16le' : name === 'binary' ? 'latin1' : name;
  }

  write(chunk: any): string {
    if (typeof chunk === 'string') return chunk;
    const bytes = Buffer.concat([this._rest, Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)]);
    const whole = this._whole(bytes);
    this._rest = bytes.subarray(whole);
    return bytes.toString(this.encoding, 0, whole);
  }

  end(chunk?: any): string {
    const text = chunk === undefined ? '' : this.write(chunk);
    const rest = this._rest.toString(this.encoding);
    this._rest = Buffer.alloc(0);
    return text + rest;
  }

  /** How many of the bytes make whole characters. */
  private _whole(bytes: any): number {
    const length = bytes.length;
    if (this.encoding === 'utf16le') {
      const even = length - (length % 2);
      const isHigh = even >= 2 && bytes[even - 1] >= 0xd8 && bytes[even - 1] <= 0xdb;
      return isHigh ? even - 2 : even;
    }
    if (this.encoding === 'base64' || this.encoding === 'base64url') return length - (length % 3);
    if (this.encoding !== 'utf8') return length;
    for (let back = 1; back <= Math.min(3, length); back++) {
      const byte = bytes[length - back];
      if (byte < 0x80) return length;
      if (byte >= 0xc0) {
        const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
        return needed > back ? length - back : length;
      }
    }
    return length;
  }
}

export default { StringDecoder };
