// FileReader (https://w3c.github.io/FileAPI/#APIASynch). Complete. New code uses `blob.text()` and its relatives.

import { btoa } from 'cronflow:internal/encoding';
import { decode, encodingName, timerStart } from 'cronflow:internal/ops';
import { DOMException } from 'cronflow:internal/dom_exception';
import { EventTarget, ProgressEvent, defineHandler, dispatch, platformEvent } from 'cronflow:internal/events';
import { type Blob, blobBytes, isBlob } from 'cronflow:internal/web/file/blob';
import { defineInterface, required, toText } from 'cronflow:internal/web/webidl';

const EMPTY = 0;
const LOADING = 1;
const DONE = 2;

type Package = (blob: Blob) => string | ArrayBuffer;

export class FileReader extends EventTarget {
  #state = EMPTY;
  #result: string | ArrayBuffer | null = null;
  #error: DOMException | null = null;
  /** Counts the reads: the work of one that was aborted does nothing any more. */
  #read = 0;

  readAsArrayBuffer(blob: unknown): void {
    this.#begin(arguments, blob, 'readAsArrayBuffer', one => blobBytes(one).slice().buffer);
  }

  readAsBinaryString(blob: unknown): void {
    this.#begin(arguments, blob, 'readAsBinaryString', one => binary(blobBytes(one)));
  }

  readAsText(blob: unknown, encoding: unknown = undefined): void {
    const label = encoding === undefined ? undefined : toText(encoding);
    this.#begin(arguments, blob, 'readAsText', one => textOf(one, label));
  }

  readAsDataURL(blob: unknown): void {
    this.#begin(arguments, blob, 'readAsDataURL', one => {
      return `data:${one.type === '' ? 'application/octet-stream' : one.type};base64,${btoa(binary(blobBytes(one)))}`;
    });
  }

  #begin(args: ArrayLike<unknown>, blob: unknown, name: string, pack: Package): void {
    required(args, 1, `FileReader.${name}`);
    if (!isBlob(blob)) throw new TypeError(`FileReader.${name} needs a Blob`);
    if (this.#state === LOADING) throw new DOMException('The reader is already reading', 'InvalidStateError');
    this.#state = LOADING;
    this.#result = null;
    this.#error = null;
    const read = ++this.#read;
    const total = blob.size;
    const tell = (type: string, loaded: number) => this.#send(type, loaded, total);
    // Each step is a task of its own, as if bytes came from somewhere; a new read or an abort ends the row.
    const steps = [
      () => tell('loadstart', 0),
      () => total > 0 && tell('progress', total),
      () => {
        this.#state = DONE;
        this.#result = pack(blob);
        tell('load', total);
      },
      () => tell('loadend', total),
    ];
    const next = () => {
      if (read !== this.#read) return;
      steps.shift()!();
      if (steps.length > 0) timerStart(next, 0, false);
    };
    timerStart(next, 0, false);
  }

  abort(): void {
    if (this.#state !== LOADING) {
      this.#result = null;
      return;
    }
    this.#state = DONE;
    this.#result = null;
    this.#error = new DOMException('The read was aborted', 'AbortError');
    const read = ++this.#read;
    this.#send('abort', 0, 0);
    if (read === this.#read) this.#send('loadend', 0, 0);
  }

  get readyState(): number {
    return this.#state;
  }

  get result(): string | ArrayBuffer | null {
    return this.#result;
  }

  get error(): DOMException | null {
    return this.#error;
  }

  #send(type: string, loaded: number, total: number): void {
    dispatch(this, platformEvent(ProgressEvent, type, { lengthComputable: total > 0, loaded, total }));
  }
}

for (const type of ['loadstart', 'progress', 'load', 'abort', 'error', 'loadend']) defineHandler(FileReader, type);
defineInterface(FileReader, 'FileReader', { constants: { EMPTY, LOADING, DONE } });

function binary(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 8192) parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  return parts.join('');
}

/** A byte order mark decides first, then the label, then the charset of the type. */
function textOf(blob: Blob, label: string | undefined): string {
  const bytes = blobBytes(blob);
  const charset = /;\s*charset=\s*"?([^\s";]+)/i.exec(blob.type)?.[1];
  const named = (label === undefined ? null : encodingName(label)) ?? (charset === undefined ? null : encodingName(charset)) ?? 'utf-8';
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 'utf-8'
    : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be'
    : bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le'
    : null;
  return decode(mark ?? named, bytes, false, false) ?? '';
}
