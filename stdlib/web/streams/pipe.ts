// Piping a readable stream into a writable one (https://streams.spec.whatwg.org/#readable-stream-pipe-to).

import { AbortSignal, onAbort } from 'cronflow:internal/events';
import { dictionary, read } from 'cronflow:internal/web/streams/idl';
import { allOf, newPromise, noop, reactTo, resolvedWith } from 'cronflow:internal/web/streams/promises';
import {
  type Readable, acquireReadableStreamDefaultReader, readableStreamCancel, readableStreamDefaultReaderRead, readableStreamReaderRelease,
} from 'cronflow:internal/web/streams/readable_operations';
import {
  type Writable, Writer, writableStreamAbort, writableStreamCloseQueuedOrInFlight, writableStreamDefaultWriterCloseWithErrorPropagation,
  writableStreamDefaultWriterGetDesiredSize, writableStreamDefaultWriterRelease, writableStreamDefaultWriterWrite,
} from 'cronflow:internal/web/streams/writable_operations';

export interface PipeOptions {
  preventAbort?: boolean;
  preventCancel?: boolean;
  preventClose?: boolean;
  signal?: any;
}

/** The dictionary StreamPipeOptions. */
export function convertPipeOptions(options: unknown): Required<PipeOptions> {
  const from = dictionary(options, 'The options of a pipe');
  const preventAbort = Boolean(read(from, 'preventAbort'));
  const preventCancel = Boolean(read(from, 'preventCancel'));
  const preventClose = Boolean(read(from, 'preventClose'));
  const signal = read(from, 'signal');
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw new TypeError('signal must be an AbortSignal');
  return { preventAbort, preventCancel, preventClose, signal };
}

/** Calls `react` with the reason once the promise is rejected, or at once when it is known to be. */
function onError(isErrored: boolean, storedError: unknown, promise: Promise<unknown>, react: (error: unknown) => void): void {
  if (isErrored) react(storedError);
  else reactTo(promise, undefined, react);
}

export function readableStreamPipeTo(
  source: Readable, dest: Writable, preventClose: boolean, preventAbort: boolean, preventCancel: boolean, signal?: any,
): Promise<void> {
  const reader = acquireReadableStreamDefaultReader(source);
  const writer = new Writer(dest);
  source.disturbed = true;
  const finished = newPromise<void>();
  let shuttingDown = false;
  let forget: () => void = noop;
  let currentWrite: Promise<unknown> = resolvedWith(undefined);

  const finalize = (failed: boolean, error: unknown) => {
    writableStreamDefaultWriterRelease(writer);
    readableStreamReaderRelease(reader);
    forget();
    if (failed) finished.reject(error);
    else finished.resolve();
  };
  /** Waits until every chunk that was read has been written: meanwhile there may be one more. */
  const writesFinished = (): Promise<unknown> => {
    const write = currentWrite;
    return reactTo(write, () => (write === currentWrite ? undefined : writesFinished()));
  };
  const shutdown = (action: (() => Promise<unknown>) | undefined, failed = false, error: unknown = undefined) => {
    if (shuttingDown) return;
    shuttingDown = true;
    const act = () => {
      if (action === undefined) finalize(failed, error);
      else reactTo(action(), () => finalize(failed, error), newError => finalize(true, newError));
    };
    if (dest.state === 'writable' && !writableStreamCloseQueuedOrInFlight(dest)) reactTo(writesFinished(), act);
    else act();
  };
  const abort = () => {
    const error = signal.reason;
    shutdown(() => {
      const actions: Promise<unknown>[] = [];
      if (!preventAbort) actions.push(dest.state === 'writable' ? writableStreamAbort(dest, error) : resolvedWith(undefined));
      if (!preventCancel) actions.push(source.state === 'readable' ? readableStreamCancel(source, error) : resolvedWith(undefined));
      return allOf(actions);
    }, true, error);
  };
  if (signal !== undefined) {
    if (signal.aborted) {
      abort();
      return finished.promise;
    }
    forget = onAbort(signal, abort);
  }

  const write = (chunk: unknown) => {
    const written = newPromise<void>();
    currentWrite = written.promise;
    // Not within enqueue(): the source must not be able to tell when its chunk is written.
    reactTo(resolvedWith(undefined), () => {
      written.resolve(reactTo(writableStreamDefaultWriterWrite(writer, chunk), noop, noop));
      step();
    });
  };
  const request = { chunkSteps: write, closeSteps: noop, errorSteps: noop };
  const step = () => {
    if (shuttingDown) return;
    const size = writableStreamDefaultWriterGetDesiredSize(writer);
    if (size !== null && size > 0) readableStreamDefaultReaderRead(reader, request);
    else reactTo(writer.ready.promise, step, noop);
  };

  onError(source.state === 'errored', source.storedError, reader.closed.promise, error => {
    shutdown(preventAbort ? undefined : () => writableStreamAbort(dest, error), true, error);
  });
  onError(dest.state === 'errored', dest.storedError, writer.closed.promise, error => {
    shutdown(preventCancel ? undefined : () => readableStreamCancel(source, error), true, error);
  });
  const sourceClosed = () => shutdown(preventClose ? undefined : () => writableStreamDefaultWriterCloseWithErrorPropagation(writer));
  if (source.state === 'closed') sourceClosed();
  else reactTo(reader.closed.promise, sourceClosed, noop);
  if (writableStreamCloseQueuedOrInFlight(dest) || dest.state === 'closed') {
    const error = new TypeError('The destination closed before all was written');
    shutdown(preventCancel ? undefined : () => readableStreamCancel(source, error), true, error);
  }
  step();
  return finished.promise;
}
