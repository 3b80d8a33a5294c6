// TextEncoderStream and TextDecoderStream (https://encoding.spec.whatwg.org/#interface-textencoderstream).

import { TextDecoder } from 'cronflow:internal/encoding';
import { utf8Encode } from 'cronflow:internal/ops';
import { defineInterface } from 'cronflow:internal/web/webidl';
import type { ReadableStream } from 'cronflow:internal/web/streams/readable';
import { type Transform, readableSide, setUpTransform, writableSide } from 'cronflow:internal/web/streams/transform';
import type { WritableStream } from 'cronflow:internal/web/streams/writable';

const isHighSurrogate = (code: number) => code >= 0xd800 && code <= 0xdbff;

export class TextEncoderStream {
  #transform: Transform;

  constructor() {
    // The first half of a character whose second half comes with the next chunk.
    let half = '';
    const encode = (chunk: any, stream: Transform) => {
      let text = half + `${chunk}`;
      half = '';
      if (text === '') return;
      if (isHighSurrogate(text.charCodeAt(text.length - 1))) {
        half = text[text.length - 1];
        text = text.slice(0, -1);
      }
      if (text !== '') stream.enqueue(utf8Encode(text));
    };
    this.#transform = setUpTransform(encode, stream => {
      if (half !== '') stream.enqueue(utf8Encode('\ufffd'));
    });
  }

  get encoding(): string {
    if (!(#transform in this)) throw new TypeError('this is no TextEncoderStream');
    return 'utf-8';
  }

  get readable(): ReadableStream {
    return readableSide(this.#transform);
  }

  get writable(): WritableStream {
    return writableSide(this.#transform);
  }
}

export class TextDecoderStream {
  #decoder: TextDecoder;
  #transform: Transform;

  constructor(label: string = 'utf-8', options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
    const decoder = new TextDecoder(label, options ?? {});
    this.#decoder = decoder;
    const hand = (text: string, stream: Transform) => {
      if (text !== '') stream.enqueue(text);
    };
    const decode = (chunk: any, stream: Transform) => {
      if (!ArrayBuffer.isView(chunk) && !isBuffer(chunk)) throw new TypeError('The chunks must be bytes');
      hand(decoder.decode(chunk, { stream: true }), stream);
    };
    this.#transform = setUpTransform(decode, stream => hand(decoder.decode(), stream));
  }

  get encoding(): string {
    return this.#decoder.encoding;
  }

  get fatal(): boolean {
    return this.#decoder.fatal;
  }

  get ignoreBOM(): boolean {
    return this.#decoder.ignoreBOM;
  }

  get readable(): ReadableStream {
    return readableSide(this.#transform);
  }

  get writable(): WritableStream {
    return writableSide(this.#transform);
  }
}

function isBuffer(value: unknown): value is ArrayBuffer {
  return value instanceof ArrayBuffer || (typeof SharedArrayBuffer === 'function' && value instanceof SharedArrayBuffer);
}

Object.defineProperty(TextDecoderStream, 'length', { value: 0 });
defineInterface(TextEncoderStream, 'TextEncoderStream');
defineInterface(TextDecoderStream, 'TextDecoderStream');
