// Bodies of requests and responses (https://fetch.spec.whatwg.org/#bodies). A body is text, bytes, an exchange with a
// server or a stream; the first three become streams only when a program asks for one.

import { builtinModule, httpClose, httpRead, httpReadAll, utf8Decode, utf8Encode } from 'cronflow:internal/ops';
import { URLSearchParams } from 'cronflow:internal/url';
import { blobBytes, isBlob, isFormData, newBlob } from 'cronflow:internal/web/fetch/files';
import { extractMimeType, serializeMimeType } from 'cronflow:internal/web/fetch/mime';
import { encodeMultipart, parseMultipart, parseUrlEncoded } from 'cronflow:internal/web/fetch/multipart';

/** The streams are loaded when the first body needs them. */
export const streams = (): any => builtinModule('cronflow:internal/web/streams/bodies');

/** An answer on its way, and why it was ended. */
export class Transfer {
  isAborted = false;
  reason: unknown = undefined;
  /** The controller of the stream that shows it, once there is one. */
  controller: any = undefined;

  constructor(readonly exchange: object, private readonly finished: () => void) {}

  /** The next piece; `null` at the end. */
  async read(): Promise<Uint8Array | null> {
    const piece = await this.guarded(httpRead(this.exchange));
    if (piece === null) this.finished();
    return piece;
  }

  async readAll(): Promise<Uint8Array> {
    const bytes = await this.guarded(httpReadAll(this.exchange));
    this.finished();
    return bytes;
  }

  /** Nobody reads on. */
  cancel(): void {
    httpClose(this.exchange);
    this.finished();
  }

  abort(reason: unknown): void {
    httpClose(this.exchange);
    this.isAborted = true;
    this.reason = reason;
    this.controller?.error(reason);
  }

  private async guarded<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.finished();
      throw this.isAborted ? this.reason : new TypeError(`The body broke off: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** What a body holds, out of reach of a then() on Object.prototype. */
export interface Content {
  data: string | Uint8Array;
}

export const contentOf = (data: string | Uint8Array): Content => Object.assign(Object.create(null), { data });

export type Source = string | Uint8Array | Transfer;

/** See the file's text. */
export class Body {
  /** The slots of its stream, once there is one. */
  private slots: any = undefined;
  private isUsed = false;

  /** `isStream`: `source` is the slots of a stream that a program gave. */
  constructor(public source: Source | undefined, slots?: any) {
    this.slots = slots;
  }

  get used(): boolean {
    return this.slots === undefined ? this.isUsed : this.slots.disturbed;
  }

  get unusable(): boolean {
    return this.slots === undefined ? this.isUsed : this.slots.disturbed || this.slots.reader !== undefined;
  }

  /** Text or bytes that can be sent as they are; `undefined` for a stream. */
  get whole(): string | Uint8Array | undefined {
    return this.slots === undefined && !(this.source instanceof Transfer) ? (this.source as string | Uint8Array) : undefined;
  }

  /** Whether it can be sent again. */
  get hasSource(): boolean {
    return this.source !== undefined && !(this.source instanceof Transfer);
  }

  /** The slots of its stream. */
  stream(): any {
    this.slots ??= streams().streamOf(this.source, this.isUsed);
    return this.slots;
  }

  /** Two bodies of one. */
  clone(): Body {
    if (this.whole !== undefined) return new Body(this.source);
    const [own, other] = streams().teeForClone(this.stream());
    this.slots = own;
    return new Body(this.hasSource ? this.source : undefined, other);
  }

  /** Moves it into another request. */
  move(): Body {
    if (this.whole !== undefined) {
      this.isUsed = true;
      return new Body(this.source);
    }
    return new Body(this.hasSource ? this.source : undefined, streams().throughIdentity(this.stream()));
  }

  /** All its bytes, or the text that they are. */
  async consume(): Promise<Content> {
    const { whole } = this;
    if (whole !== undefined) {
      this.isUsed = true;
      return contentOf(whole);
    }
    if (this.slots === undefined) {
      this.isUsed = true;
      return contentOf(await (this.source as Transfer).readAll());
    }
    return streams().readAll(this.slots);
  }
}

/** "Extract a body": what is sent, and the content type that it implies. */
export function extractBody(object: any): [Body, string | null] {
  if (object instanceof Uint8Array) return [new Body(object.slice()), null];
  if (object instanceof ArrayBuffer) return [new Body(new Uint8Array(object.slice(0))), null];
  if (ArrayBuffer.isView(object)) return [new Body(new Uint8Array(object.buffer as ArrayBuffer, object.byteOffset, object.byteLength).slice()), null];
  if (object instanceof URLSearchParams) return [new Body(`${object}`), 'application/x-www-form-urlencoded;charset=UTF-8'];
  if (typeof object === 'object' && object !== null) {
    if (isBlob(object)) return [new Body(blobBytes(object)), object.type === '' ? null : object.type];
    if (isFormData(object)) {
      const { bytes, boundary } = encodeMultipart(object);
      return [new Body(bytes), `multipart/form-data; boundary=${boundary}`];
    }
    if (isStream(object)) return [new Body(undefined, streams().slotsForBody(object)), null];
  }
  return [new Body(`${object}`.toWellFormed()), 'text/plain;charset=UTF-8'];
}

/** Without loading the streams for each object. */
export function isStream(value: any): boolean {
  return Object.prototype.toString.call(value) === '[object ReadableStream]' && streams().isReadableStream(value);
}

const bytesOf = (data: string | Uint8Array): Uint8Array => (typeof data === 'string' ? utf8Encode(data) : data);

/** The body's own bytes stay its own: a clone may read them too. */
const ownBytes = (data: string | Uint8Array): Uint8Array => (typeof data === 'string' ? utf8Encode(data) : data.slice());

/** "UTF-8 decode without BOM": a byte order mark stays. */
const rawText = (data: string | Uint8Array): string => (typeof data === 'string' ? data : utf8Decode(data, false));

/** "UTF-8 decode". */
function textOf(data: string | Uint8Array): string {
  const text = rawText(data);
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** What a Request and a Response have in common for the reading of their bodies. */
export interface Parts {
  body: Body | null;
  contentType(): string | null;
}

async function consumed({ body }: Parts): Promise<Content> {
  if (body === null) return contentOf('');
  if (body.unusable) throw new TypeError('The body has been read already, or is locked to a reader');
  return body.consume();
}

/** The methods of the mixin Body. */
export const readBody = {
  async arrayBuffer(parts: Parts): Promise<ArrayBuffer> {
    return ownBytes((await consumed(parts)).data).buffer as ArrayBuffer;
  },

  async blob(parts: Parts): Promise<any> {
    const { data } = await consumed(parts);
    const mime = extractMimeType(parts.contentType());
    return newBlob(bytesOf(data), mime === null ? '' : serializeMimeType(mime));
  },

  async bytes(parts: Parts): Promise<Uint8Array> {
    return ownBytes((await consumed(parts)).data);
  },

  async formData(parts: Parts): Promise<any> {
    const { data } = await consumed(parts);
    const mime = extractMimeType(parts.contentType());
    if (mime?.essence === 'multipart/form-data') return parseMultipart(bytesOf(data), mime.parameters.get('boundary'));
    if (mime?.essence === 'application/x-www-form-urlencoded') return parseUrlEncoded(rawText(data));
    throw new TypeError('The body is no form: its Content-Type is neither multipart/form-data nor application/x-www-form-urlencoded');
  },

  async json(parts: Parts): Promise<any> {
    return JSON.parse(textOf((await consumed(parts)).data));
  },

  async text(parts: Parts): Promise<string> {
    return textOf((await consumed(parts)).data);
  },
};
