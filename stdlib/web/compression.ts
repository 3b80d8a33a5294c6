// CompressionStream and DecompressionStream (https://compression.spec.whatwg.org/).

import { codecFinish, codecOpen, codecPush } from 'cronflow:internal/ops';
import { arrayBufferView, atLeast } from 'cronflow:internal/web/streams/idl';
import { defineInterface } from 'cronflow:internal/web/webidl';
import type { ReadableStream } from 'cronflow:internal/web/streams/readable';
import { type Transform, readableSide, setUpTransform, writableSide } from 'cronflow:internal/web/streams/transform';
import type { WritableStream } from 'cronflow:internal/web/streams/writable';

/** Bytes that are taken at once: a few compressed bytes may stand for many. */
const PIECE = 16 * 1024;

/** A chunk that must be a BufferSource. */
function bytesOf(chunk: any): Uint8Array {
  if (chunk instanceof ArrayBuffer) {
    if ((chunk as any).resizable) throw new TypeError('The buffer must not be resizable');
    return new Uint8Array(chunk);
  }
  const view = arrayBufferView(chunk, 'The chunk');
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function transformOf(format: unknown, decompress: boolean): Transform {
  const name = `${format}`;
  const codec = codecOpen(name, decompress);
  if (codec === undefined) throw new TypeError(`'${name}' is no compression format: use 'gzip', 'deflate' or 'deflate-raw'`);
  const hand = (bytes: Uint8Array, stream: Transform) => {
    if (bytes.length > 0) stream.enqueue(bytes);
  };
  const push = (chunk: unknown, stream: Transform) => {
    const bytes = bytesOf(chunk);
    for (let at = 0; at < bytes.length; at += PIECE) hand(codecPush(codec, bytes.subarray(at, at + PIECE)), stream);
  };
  return setUpTransform(push, stream => hand(codecFinish(codec), stream));
}

export class CompressionStream {
  #transform: Transform;

  constructor(format: string) {
    atLeast(1, arguments.length, 'CompressionStream');
    this.#transform = transformOf(format, false);
  }

  get readable(): ReadableStream {
    return readableSide(this.#transform);
  }

  get writable(): WritableStream {
    return writableSide(this.#transform);
  }
}

export class DecompressionStream {
  #transform: Transform;

  constructor(format: string) {
    atLeast(1, arguments.length, 'DecompressionStream');
    this.#transform = transformOf(format, true);
  }

  get readable(): ReadableStream {
    return readableSide(this.#transform);
  }

  get writable(): WritableStream {
    return writableSide(this.#transform);
  }
}

defineInterface(CompressionStream, 'CompressionStream');
defineInterface(DecompressionStream, 'DecompressionStream');
