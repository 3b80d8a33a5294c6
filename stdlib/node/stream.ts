// node:stream: readable and writable streams with backpressure, pipes and pipelines.

import { Readable } from 'cronflow:internal/node/stream_readable';
import { Duplex, PassThrough, Transform, Writable } from 'cronflow:internal/node/stream_writable';
import { addAbortSignal, finished, pipeline } from 'cronflow:internal/node/stream_pipeline';
import { Stream } from 'cronflow:internal/node/stream_base';
import { builtinModule } from 'cronflow:internal/ops';

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
export const isErrored = (stream: any) => Boolean(stream?.errored);
export const isDisturbed = (stream: any) => Boolean(stream?.readableDidRead);
export const promises: any = {
  pipeline: (...args: any[]) => builtinModule('node:stream/promises').pipeline(...args),
  finished: (...args: any[]) => builtinModule('node:stream/promises').finished(...args),
};
Object.assign(Stream, {
  Stream, Readable, Writable, Duplex, Transform, PassThrough, pipeline, finished, addAbortSignal, promises, isReadable, isErrored, isDisturbed,
  getDefaultHighWaterMark, setDefaultHighWaterMark,
});
export { Stream, Readable, Writable, Duplex, Transform, PassThrough, pipeline, finished, addAbortSignal };
export default Stream;
