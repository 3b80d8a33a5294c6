// Blob and File (https://w3c.github.io/FileAPI/). Complete. The bytes are in memory and never change.

import { builtinModule, decode, utf8Encode } from 'cronflow:internal/ops';
import { defineInterface, required, toDictionary, toEnum, toInteger, toScalarText, toSequence, toText } from 'cronflow:internal/web/webidl';

const ENDINGS = ['transparent', 'native'] as const;
/** Bytes that a stream hands out at a time. */
const CHUNK = 64 * 1024;

/** The bytes of a blob. Nobody may write to them. */
export let blobBytes: (blob: Blob) => Uint8Array<ArrayBuffer>;
export let isBlob: (value: unknown) => value is Blob;
let fill: (blob: Blob, bytes: Uint8Array<ArrayBuffer>, type: string) => void;
/** A blob that shares the bytes it is given. */
export function blobOver(bytes: Uint8Array<ArrayBuffer>, type: string): Blob {
  const blob = new Blob();
  fill(blob, bytes, type);
  return blob;
}

export class Blob {
  #bytes: Uint8Array<ArrayBuffer>;
  #type: string;

  static {
    blobBytes = blob => blob.#bytes;
    isBlob = (value): value is Blob => typeof value === 'object' && value !== null && #bytes in value;
    fill = (blob, bytes, type) => {
      blob.#bytes = bytes;
      blob.#type = type;
    };
  }

  constructor(blobParts: unknown = undefined, options: unknown = undefined) {
    const parts = blobParts === undefined ? [] : partsOf(blobParts, 'Blob: the parts');
    const given = toDictionary(options, 'Blob: the options');
    const { endings: how } = given;
    const endings = how === undefined ? 'transparent' : toEnum(how, ENDINGS, 'Blob: endings');
    this.#type = typeOf(given.type);
    this.#bytes = joined(parts.map(part => (typeof part === 'string' ? utf8Encode(endings === 'native' ? nativeEndings(part) : part) : part)));
  }

  get size(): number {
    return this.#bytes.length;
  }

  get type(): string {
    return this.#type;
  }

  slice(start: unknown = undefined, end: unknown = undefined, contentType: unknown = undefined): Blob {
    const size = this.#bytes.length;
    const at = (value: unknown, otherwise: number) => {
      if (value === undefined) return otherwise;
      const place = toInteger(value, 64, true, 'clamp');
      return place < 0 ? Math.max(size + place, 0) : Math.min(place, size);
    };
    const from = at(start, 0);
    return blobOver(this.#bytes.subarray(from, Math.max(from, at(end, size))), typeOf(contentType));
  }

  stream(): any {
    const bytes = this.#bytes;
    let at = 0;
    const { ReadableStream } = builtinModule('cronflow:internal/web/streams/index');
    return new ReadableStream({
      type: 'bytes',
      pull(controller: any) {
        const chunk = bytes.slice(at, at + CHUNK);
        at += chunk.length;
        if (chunk.length > 0) controller.enqueue(chunk);
        if (at >= bytes.length) {
          controller.close();
          controller.byobRequest?.respond(0);
        }
      },
    }, { highWaterMark: 0 });
  }

  async text(): Promise<string> {
    return decode('utf-8', this.#bytes, false, false) ?? '';
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#bytes.slice().buffer;
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#bytes.slice();
  }
}

defineInterface(Blob, 'Blob', { clone: blob => blobOver(blobBytes(blob), blob.type) });

type Part = string | Uint8Array<ArrayBuffer>;

/** Buffers are copied: they may change while another part is still being converted. */
function partsOf(value: unknown, what: string): Part[] {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') throw new TypeError(`${what} are not a sequence`);
  return toSequence(value, (part: any): Part => {
    if (isBlob(part)) return blobBytes(part);
    if (part instanceof ArrayBuffer) return new Uint8Array(part.slice(0));
    if (ArrayBuffer.isView(part)) return new Uint8Array(part.buffer as ArrayBuffer, part.byteOffset, part.byteLength).slice();
    return toScalarText(part);
  }, what);
}

function joined(parts: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  if (parts.length === 1) return parts[0];
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function typeOf(value: unknown): string {
  const text = value === undefined ? '' : toText(value);
  return /^[\x20-\x7e]*$/.test(text) ? text.toLowerCase() : '';
}

function nativeEndings(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

export class File extends Blob {
  #name: string;
  #lastModified: number;

  constructor(fileBits: unknown, fileName: unknown, options: unknown = undefined) {
    required(arguments, 2, 'File');
    if (fileBits === undefined) throw new TypeError('File: the parts are not a sequence');
    super(fileBits, options);
    this.#name = toScalarText(fileName);
    const { lastModified } = toDictionary(options, 'File: the options');
    this.#lastModified = lastModified === undefined ? Date.now() : toInteger(lastModified, 64, true);
  }

  get name(): string {
    return this.#name;
  }

  get lastModified(): number {
    return this.#lastModified;
  }
}

defineInterface(File, 'File', {
  clone(file: File) {
    return fileOver(file, file.name, file.lastModified);
  },
});

/** A file with the bytes of a blob. */
export function fileOver(blob: Blob, name: string, lastModified = Date.now()): File {
  const file = new File([], name, { lastModified });
  fill(file, blobBytes(blob), blob.type);
  return file;
}
