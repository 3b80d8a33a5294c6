// TextEncoder and TextDecoder (https://encoding.spec.whatwg.org/#api). Complete; all encodings of the standard, native.

import { decode, decodeStream, encodingName, utf8Encode, utf8EncodeInto } from 'cronflow:internal/ops';
import { bytesOf, defineInterface, required, toDictionary, toText } from 'cronflow:internal/web/webidl';

export class TextEncoder {
  #brand = true;

  get encoding(): string {
    this.#brand;
    return 'utf-8';
  }

  encode(input: unknown = ''): Uint8Array<ArrayBuffer> {
    this.#brand;
    return utf8Encode(toText(input));
  }

  /** Writes as many whole characters as fit. */
  encodeInto(source: unknown, destination: unknown): { read: number; written: number } {
    this.#brand;
    required(arguments, 2, 'TextEncoder.encodeInto');
    const text = toText(source);
    if (!(destination instanceof Uint8Array)) throw new TypeError('TextEncoder.encodeInto: the destination is not a Uint8Array');
    const isShared = !(destination.buffer instanceof ArrayBuffer);
    const target = isShared ? new Uint8Array(destination.length) : destination;
    const [read, written] = utf8EncodeInto(text, target);
    if (isShared) destination.set(target.subarray(0, written));
    return { read, written };
  }
}
defineInterface(TextEncoder, 'TextEncoder');

const FATAL = 1;
const KEEPS_BOM = 2;

export class TextDecoder {
  #encoding: string;
  #fatal: boolean;
  #ignoreBOM: boolean;
  /** The native decoder in the middle of a stream; 0 for none. */
  #stream = 0;

  constructor(label: unknown = 'utf-8', options: unknown = undefined) {
    const text = toText(label);
    const name = encodingName(text);
    const { fatal, ignoreBOM } = toDictionary(options, 'TextDecoder: the options');
    if (name === null) throw new RangeError(`TextDecoder: the encoding '${text}' is not supported`);
    this.#encoding = name;
    this.#fatal = Boolean(fatal);
    this.#ignoreBOM = Boolean(ignoreBOM);
  }

  get encoding(): string {
    return this.#encoding;
  }

  get fatal(): boolean {
    return this.#fatal;
  }

  get ignoreBOM(): boolean {
    return this.#ignoreBOM;
  }

  decode(input: unknown = undefined, options: unknown = undefined): string {
    this.#encoding;
    let bytes = input === undefined ? new Uint8Array() : bytesOf(input, 'TextDecoder.decode: the input');
    const { stream } = toDictionary(options, 'TextDecoder.decode: the options');
    // What is shared with another thread is copied first.
    if (!(bytes.buffer instanceof ArrayBuffer)) bytes = new Uint8Array(bytes);
    if (this.#stream === 0 && !stream) return this.#checked(decode(this.#encoding, bytes, this.#fatal, this.#ignoreBOM));
    const flags = (this.#fatal ? FATAL : 0) | (this.#ignoreBOM ? KEEPS_BOM : 0);
    const id = this.#stream;
    this.#stream = 0;
    const found = decodeStream(id, this.#encoding, bytes, flags, !stream);
    this.#stream = found?.[1] ?? 0;
    return this.#checked(found === null ? null : found[0]);
  }

  #checked(text: string | null): string {
    if (text === null) throw new TypeError(`The encoded data was not valid for encoding ${this.#encoding}`);
    return text;
  }
}
defineInterface(TextDecoder, 'TextDecoder');

export { atob, btoa } from 'cronflow:internal/web/html/base64';
