// node:stream: readable and writable streams with backpressure, pipes and pipelines.

import * as readable from 'cronflow:internal/node/stream_readable';
import * as writable from 'cronflow:internal/node/stream_writable';
import { addAbortSignal, finished, pipeline } from 'cronflow:internal/node/stream_pipeline';
import { callable, Stream as Base } from 'cronflow:internal/node/stream_base';
import { unavailable } from 'cronflow:internal/node/errors';
import { builtinModule } from 'cronflow:internal/ops';

export const Stream = callable(Base);
export const Readable = callable(readable.Readable);
export const Writable = callable(writable.Writable);
export const Duplex = callable(writable.Duplex);
export const Transform = callable(writable.Transform);
export const PassThrough = callable(writable.PassThrough);

let defaultBytes = 65536;
let defaultObjects = 16;

export function getDefaultHighWaterMark(objectMode: boolean): number {
  return objectMode ? defaultObjects : defaultBytes;
}

export function setDefaultHighWaterMark(objectMode: boolean, value: number): void {
  if (objectMode) defaultObjects = value;
  else defaultBytes = value;
}

export const isReadable = (stream: any) => Boolean(stream?.readable) && !stream.destroyed;
export const isWritable = (stream: any) => Boolean(stream?.writable) && !stream.destroyed;
export const isDestroyed = (stream: any) => Boolean(stream?.destroyed);
export const isErrored = (stream: any) => Boolean(stream?.errored);
export const isDisturbed = (stream: any) => Boolean(stream?.readableDidRead);
export const promises: any = {
  pipeline: (...args: any[]) => builtinModule('node:stream/promises').pipeline(...args),
  finished: (...args: any[]) => builtinModule('node:stream/promises').finished(...args),
};

/** Ends a stream, with an error when there is one. */
export function destroy(stream: any, error?: any): void {
  stream?.destroy?.(error);
}

export const { compose, duplexPair } = unavailable('stream', ['compose', 'duplexPair'], 'use pipeline()');
Object.assign(Stream, {
  isWritable, isDestroyed, destroy, compose, duplexPair,
  Stream, Readable, Writable, Duplex, Transform, PassThrough, pipeline, finished, addAbortSignal, promises, isReadable, isErrored, isDisturbed,
  getDefaultHighWaterMark, setDefaultHighWaterMark,
});
export { pipeline, finished, addAbortSignal };
export default Stream;
