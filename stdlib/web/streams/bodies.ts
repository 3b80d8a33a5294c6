// What bodies of requests and responses need of the streams.

import { type Content, type Source, type Transfer, contentOf } from 'cronflow:internal/web/fetch/body';
import { queueMicrotask, utf8Encode } from 'cronflow:internal/ops';
import type { ByteController } from 'cronflow:internal/web/streams/byte_controller';
import { markAsHandled, newPromise, noop, promiseCall, resolvedWith } from 'cronflow:internal/web/streams/promises';
import { structuredClone } from 'cronflow:internal/structured_clone';
import { createReadableByteStream, isReadableStream, readableObject, readableSlots } from 'cronflow:internal/web/streams/readable';
import { readableStreamPipeTo } from 'cronflow:internal/web/streams/pipe';
import {
  type Readable, type Reader, acquireReadableStreamDefaultReader, isReadableStreamLocked, readableStreamCancel, readableStreamDefaultReaderRead,
} from 'cronflow:internal/web/streams/readable_operations';
import { readableStreamTee } from 'cronflow:internal/web/streams/tee';
import { setUpTransform } from 'cronflow:internal/web/streams/transform';

export { isReadableStream, readableObject };

/** The slots of a program's stream that becomes a body. */
export function slotsForBody(stream: unknown): Readable {
  const slots = readableSlots(stream);
  if (slots.disturbed || isReadableStreamLocked(slots)) throw new TypeError('The stream has been read already, or is locked to a reader');
  return slots;
}

/** A stream of a body; `isUsed`: it has been read to its end already. */
export function streamOf(source: Source, isUsed: boolean): Readable {
  const isWhole = typeof source === 'string' || source instanceof Uint8Array;
  const stream = isWhole || isUsed ? streamOfBytes(isUsed || !isWhole ? new Uint8Array() : bytesOf(source)) : streamOfTransfer(source);
  if (isUsed) {
    acquireReadableStreamDefaultReader(stream);
    stream.disturbed = true;
  }
  return stream;
}

const bytesOf = (data: string | Uint8Array): Uint8Array => (typeof data === 'string' ? utf8Encode(data) : data.slice());

function streamOfBytes(bytes: Uint8Array): Readable {
  const stream = createReadableByteStream(noop, () => resolvedWith(undefined), () => resolvedWith(undefined));
  const controller = stream.controller as ByteController;
  if (bytes.length > 0) controller.enqueue(bytes);
  controller.close();
  return stream;
}

function streamOfTransfer(transfer: Transfer): Readable {
  const pull = async () => {
    const piece = await transfer.read();
    if (stream.state !== 'readable') return;
    const controller = stream.controller as ByteController;
    if (piece !== null) controller.enqueue(piece);
    else {
      controller.close();
      // A reader with a buffer of its own waits for an answer.
      if (controller.pendingPullIntos.length > 0) controller.respond(0);
    }
  };
  const stream = createReadableByteStream(noop, () => promiseCall(pull, undefined, []), () => promiseCall(() => transfer.cancel(), undefined, []));
  if (transfer.isAborted) (stream.controller as ByteController).error(transfer.reason);
  transfer.controller = stream.controller;
  return stream;
}

/** Two streams of one, which do not share their chunks. */
export function teeForClone(stream: Readable): [Readable, Readable] {
  return readableStreamTee(stream, chunk => structuredClone(chunk));
}

/** "Create a proxy": the stream that a body is read from once it was handed on. */
export function throughIdentity(stream: Readable): Readable {
  const identity = setUpTransform((chunk, transform) => transform.enqueue(chunk), noop);
  markAsHandled(readableStreamPipeTo(stream, identity.writable, false, false, false));
  return identity.readable;
}

/** "Read all bytes". The reader keeps the stream. */
export function readAll(stream: Readable): Promise<Content> {
  const reader = acquireReadableStreamDefaultReader(stream);
  const all = newPromise<Content>();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const request = {
    chunkSteps: (chunk: unknown) => {
      if (!(chunk instanceof Uint8Array)) {
        all.reject(new TypeError('The chunks of a body must be Uint8Arrays'));
        return;
      }
      chunks.push(chunk);
      length += chunk.length;
      step();
    },
    closeSteps: () => {
      const bytes = new Uint8Array(length);
      let at = 0;
      for (const chunk of chunks) {
        bytes.set(chunk, at);
        at += chunk.length;
      }
      all.resolve(contentOf(bytes));
    },
    errorSteps: all.reject,
  };
  // A long queue must not become a deep stack.
  const step = () => queueMicrotask(() => readableStreamDefaultReaderRead(reader, request));
  readableStreamDefaultReaderRead(reader, request);
  return all.promise;
}

/** A reader of a request's body, and how to read from it and to give up. */
export function bodyReader(stream: Readable): { read(): Promise<Uint8Array | null>; cancel(reason: unknown): void } {
  const reader: Reader = acquireReadableStreamDefaultReader(stream);
  return {
    read() {
      const { promise, resolve, reject } = newPromise<Uint8Array | null>();
      readableStreamDefaultReaderRead(reader, {
        chunkSteps: chunk => {
          if (chunk instanceof Uint8Array) resolve(chunk);
          else reject(new TypeError('The chunks of a body must be Uint8Arrays'));
        },
        closeSteps: () => resolve(null),
        errorSteps: reject,
      });
      return promise;
    },
    cancel: reason => markAsHandled(readableStreamCancel(stream, reason)),
  };
}
