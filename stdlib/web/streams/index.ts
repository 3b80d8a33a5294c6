// Everything that the streams put on the global object (https://streams.spec.whatwg.org/).

export { ReadableStream } from 'cronflow:internal/web/streams/readable';
export { ReadableStreamBYOBReader, ReadableStreamDefaultReader } from 'cronflow:internal/web/streams/readers';
export { ReadableStreamDefaultController } from 'cronflow:internal/web/streams/default_controller';
export { ReadableByteStreamController, ReadableStreamBYOBRequest } from 'cronflow:internal/web/streams/byte_objects';
export { WritableStream, WritableStreamDefaultWriter } from 'cronflow:internal/web/streams/writable';
export { WritableStreamDefaultController } from 'cronflow:internal/web/streams/writable_controller';
export { TransformStream, TransformStreamDefaultController } from 'cronflow:internal/web/streams/transform';
export { ByteLengthQueuingStrategy, CountQueuingStrategy } from 'cronflow:internal/web/streams/strategies';
