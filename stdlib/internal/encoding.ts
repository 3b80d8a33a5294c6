// TextEncoder and TextDecoder (UTF-8 only), atob and btoa.

import { utf8Decode, utf8Encode } from 'cronflow:internal/ops';
import { DOMException } from 'cronflow:internal/dom_exception';

const UTF8 = ['utf-8', 'utf8', 'unicode-1-1-utf-8', 'unicode11utf8', 'unicode20utf8', 'x-unicode20utf8'];
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export class TextEncoder {
  get encoding(): string {
    return 'utf-8';
  }

  encode(text: unknown = ''): Uint8Array {
    return utf8Encode(String(text));
  }

  /** Writes as many whole characters as fit. */
  encodeInto(text: string, target: Uint8Array): { read: number; written: number } {
    let read = 0;
    let written = 0;
    for (const char of String(text)) {
      const bytes = utf8Encode(char);
      if (written + bytes.length > target.length) break;
      target.set(bytes, written);
      written += bytes.length;
      read += char.length;
    }
    return { read, written };
  }
}

export class TextDecoder {
  readonly encoding = 'utf-8';
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  private _rest: Uint8Array | null = null;
  private _begun = false;

  constructor(label: unknown = 'utf-8', options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
    if (!UTF8.includes(String(label).trim().toLowerCase())) {
      throw new RangeError(`The encoding '${String(label)}' is not supported: this version decodes utf-8 only`);
    }
    this.fatal = Boolean(options.fatal);
    this.ignoreBOM = Boolean(options.ignoreBOM);
  }

  decode(input?: ArrayBuffer | ArrayBufferView, options: { stream?: boolean } = {}): string {
    let bytes = input === undefined ? new Uint8Array() : bytesOf(input);
    if (this._rest !== null) bytes = joined(this._rest, bytes);
    this._rest = null;
    if (options.stream) {
      const end = wholeCharacters(bytes);
      if (end < bytes.length) this._rest = bytes.slice(end);
      bytes = bytes.subarray(0, end);
    }
    let text = utf8Decode(bytes, this.fatal);
    if (!this._begun && !this.ignoreBOM && text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    this._begun = options.stream === true && (this._begun || bytes.length > 0);
    return text;
  }
}

function bytesOf(input: any): Uint8Array {
  if (input instanceof Uint8Array) return input;
  if (input instanceof ArrayBuffer) return new Uint8Array(input);
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer as ArrayBuffer, input.byteOffset, input.byteLength);
  throw new TypeError('TextDecoder.decode() needs an ArrayBuffer or a view of one');
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

/** Length without a character at the end that has only begun. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return needs > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

export function btoa(data: unknown): string {
  const text = String(data);
  const parts: string[] = [];
  for (let i = 0; i < text.length; i += 3) {
    const codes = [text.charCodeAt(i), text.charCodeAt(i + 1) || 0, text.charCodeAt(i + 2) || 0];
    if (codes[0] > 255 || codes[1] > 255 || codes[2] > 255) throw new DOMException('Invalid character', 'InvalidCharacterError');
    const bits = (codes[0] << 16) | (codes[1] << 8) | codes[2];
    const third = i + 1 < text.length ? ALPHABET[(bits >> 6) & 63] : '=';
    parts.push(ALPHABET[bits >> 18] + ALPHABET[(bits >> 12) & 63] + third + (i + 2 < text.length ? ALPHABET[bits & 63] : '='));
  }
  return parts.join('');
}

export function atob(data: unknown): string {
  let text = String(data).replace(/[\t\n\f\r ]+/g, '');
  if (text.length % 4 === 0) text = text.endsWith('==') ? text.slice(0, -2) : text.endsWith('=') ? text.slice(0, -1) : text;
  const wrong = () => new DOMException('The string to be decoded is not correctly encoded.', 'InvalidCharacterError');
  if (text.length % 4 === 1) throw wrong();
  const parts: string[] = [];
  let bits = 0;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const value = ALPHABET.indexOf(text[i]);
    if (value < 0) throw wrong();
    bits = ((bits << 6) | value) & 0xffffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      parts.push(String.fromCharCode((bits >> count) & 255));
    }
  }
  return parts.join('');
}
