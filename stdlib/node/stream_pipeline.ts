// stream.pipeline, stream.finished and addAbortSignal.

import { nodeError } from 'cronflow:internal/node/errors';
import { abortError, type Done } from 'cronflow:internal/node/stream_base';
import { Readable } from 'cronflow:internal/node/stream_readable';
import { PassThrough } from 'cronflow:internal/node/stream_writable';

/** Calls back once a stream is through, or has failed. Returns a function that stops listening. */
export function finished(stream: any, ...rest: any[]): () => void {
  const done: Done = rest.pop();
  const options = rest[0] ?? {};
  let needsEnd = options.readable ?? (typeof stream.read === 'function' && !stream.readableEnded);
  let needsFinish = options.writable ?? (typeof stream.write === 'function' && !stream.writableFinished);
  let isCalled = false;
  const call = (error?: Error | null) => {
    if (isCalled) return;
    isCalled = true;
    stop();
    done(error ?? undefined);
  };
  const check = () => {
    if (!needsEnd && !needsFinish) call();
  };
  const listeners: [string, (...args: any[]) => void][] = [
    ['end', () => ((needsEnd = false), check())],
    ['finish', () => ((needsFinish = false), check())],
    ['error', error => call(error)],
    ['close', () => call(needsEnd || needsFinish ? nodeError('ERR_STREAM_PREMATURE_CLOSE', 'Premature close') : null)],
  ];
  const stop = () => listeners.forEach(([name, listener]) => stream.removeListener(name, listener));
  for (const [name, listener] of listeners) stream.on(name, listener);
  options.signal?.addEventListener('abort', () => call(abortError(options.signal)), { once: true });
  if (stream.errored) queueMicrotask(() => call(stream.errored));
  else if (stream.closed || (!needsEnd && !needsFinish)) queueMicrotask(() => call(stream.closed && (needsEnd || needsFinish) ? nodeError('ERR_STREAM_PREMATURE_CLOSE', 'Premature close') : null));
  return stop;
}

const isStream = (value: any) => typeof value?.pipe === 'function' || typeof value?.write === 'function';

/** A stream for each part: iterables are read, generator functions transform what the part before gives. */
function streamOf(part: any, before: any): any {
  if (isStream(part)) return part;
  if (typeof part === 'function') {
    const made = part(before);
    if (typeof made?.then === 'function') {
      const end: any = new PassThrough({ objectMode: true });
      made.then((value: any) => end.end(value), (error: Error) => end.destroy(error));
      return end;
    }
    return Readable.from(made);
  }
  return Readable.from(part);
}

/** Connects streams; the last argument is called once all are through, or the first has failed. */
export function pipeline(...args: any[]): any {
  const done: Done = args.pop();
  if (typeof done !== 'function') throw nodeError('ERR_INVALID_ARG_TYPE', 'The "callback" argument must be of type function', TypeError);
  const options = !isStream(args.at(-1)) && typeof args.at(-1) === 'object' && args.at(-1)?.signal !== undefined ? args.pop() : {};
  const parts = args.length === 1 && Array.isArray(args[0]) ? args[0] : args;
  const streams: any[] = [];
  let isCalled = false;
  const finish = (error?: Error | null) => {
    if (isCalled) return;
    isCalled = true;
    if (error) for (const stream of streams) stream.destroy();
    done(error ?? undefined);
  };
  for (const [index, part] of parts.entries()) {
    const before = streams.at(-1);
    const stream = streamOf(part, before);
    streams.push(stream);
    // A function has read what is before it by itself.
    if (before !== undefined && typeof part !== 'function') before.pipe(stream);
    const isLast = index === parts.length - 1;
    // What is read by the next part must end; the last part must finish, and may be read later.
    const isRead = !isLast || typeof part === 'function';
    finished(stream, { ...(isRead ? {} : { readable: false }), ...(index === 0 ? { writable: false } : {}) }, (error?: Error | null) => {
      if (error) finish(error);
      else if (isLast) finish();
    });
    if (isLast && typeof part === 'function') stream.resume();
  }
  options.signal?.addEventListener('abort', () => finish(abortError(options.signal)), { once: true });
  return streams.at(-1);
}

export function addAbortSignal(signal: any, stream: any): any {
  const stop = () => stream.destroy(abortError(signal));
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return stream;
}
