// Splitting a readable stream in two (https://streams.spec.whatwg.org/#abstract-opdef-readablestreamtee).

import { queueMicrotask } from 'cronflow:internal/ops';
import { cloneAsUint8Array } from 'cronflow:internal/web/streams/buffers';
import type { ByteController } from 'cronflow:internal/web/streams/byte_controller';
import type { DefaultController } from 'cronflow:internal/web/streams/default_controller';
import { type Deferred, newPromise, noop, reactTo, resolvedWith } from 'cronflow:internal/web/streams/promises';
import { createReadableByteStream, createReadableStream } from 'cronflow:internal/web/streams/readable';
import {
  type Readable, type Reader, acquireReadableStreamBYOBReader, acquireReadableStreamDefaultReader, readableStreamBYOBReaderRead,
  readableStreamCancel, readableStreamDefaultReaderRead, readableStreamReaderRelease,
} from 'cronflow:internal/web/streams/readable_operations';

/** Copies a value for the second branch. */
export type Clone = ((value: any) => any) | false;

export function readableStreamTee(stream: Readable, clone: Clone): [Readable, Readable] {
  return stream.controller.isByte ? new ByteTee(stream).branches : defaultTee(stream, clone);
}

/** One of the two streams that come out, and whether its reader still wants it. */
interface Branch {
  stream: Readable;
  canceled: boolean;
  reason: unknown;
}

const newBranch = (): Branch => ({ stream: undefined as any, canceled: false, reason: undefined });

/** Cancels the source once both branches are cancelled. */
function cancelAlgorithm(stream: Readable, own: Branch, first: Branch, second: Branch, canceled: Deferred) {
  return (reason: unknown): Promise<void> => {
    own.canceled = true;
    own.reason = reason;
    if (first.canceled && second.canceled) canceled.resolve(readableStreamCancel(stream, [first.reason, second.reason]));
    return canceled.promise;
  };
}

function defaultTee(stream: Readable, clone: Clone): [Readable, Readable] {
  const reader = acquireReadableStreamDefaultReader(stream);
  const first = newBranch();
  const second = newBranch();
  const branches = [first, second];
  const canceled = newPromise<void>();
  const controllerOf = (branch: Branch) => branch.stream.controller as DefaultController;
  let reading = false;
  let readAgain = false;

  const hand = (chunk: unknown) => {
    readAgain = false;
    let copy = chunk;
    if (!second.canceled && clone) {
      try {
        copy = clone(chunk);
      } catch (error) {
        for (const branch of branches) controllerOf(branch).error(error);
        canceled.resolve(readableStreamCancel(stream, error));
        return;
      }
    }
    if (!first.canceled) controllerOf(first).enqueue(chunk);
    if (!second.canceled) controllerOf(second).enqueue(copy);
    reading = false;
    if (readAgain) pull();
  };
  const request = {
    // Later: an error that the source raises in the meantime must come first.
    chunkSteps: (chunk: unknown) => queueMicrotask(() => hand(chunk)),
    closeSteps: () => {
      reading = false;
      for (const branch of branches) if (!branch.canceled) controllerOf(branch).close();
      if (!first.canceled || !second.canceled) canceled.resolve();
    },
    errorSteps: () => {
      reading = false;
    },
  };
  const pull = (): Promise<void> => {
    if (reading) readAgain = true;
    else {
      reading = true;
      readableStreamDefaultReaderRead(reader, request);
    }
    return resolvedWith(undefined);
  };
  for (const branch of branches) {
    branch.stream = createReadableStream(noop, pull, cancelAlgorithm(stream, branch, first, second, canceled));
  }
  reactTo(reader.closed.promise, noop, error => {
    for (const branch of branches) controllerOf(branch).error(error);
    if (!first.canceled || !second.canceled) canceled.resolve();
  });
  return [first.stream, second.stream];
}

/** ReadableByteStreamTee: reads straight into the buffer of whichever branch asks. */
class ByteTee {
  readonly branches: [Readable, Readable];
  private reader: Reader;
  private reading = false;
  /** By branch: whether it has asked for more during a read. */
  private readAgain = [false, false];
  private readonly sides = [newBranch(), newBranch()];
  private readonly canceled = newPromise<void>();

  constructor(private readonly stream: Readable) {
    this.reader = acquireReadableStreamDefaultReader(stream);
    const [first, second] = this.sides;
    for (const [index, side] of this.sides.entries()) {
      side.stream = createReadableByteStream(noop, () => this.pull(index), cancelAlgorithm(stream, side, first, second, this.canceled));
    }
    this.branches = [first.stream, second.stream];
    this.forwardReaderError(this.reader);
  }

  private controller(index: number): ByteController {
    return this.sides[index].stream.controller as ByteController;
  }

  private forwardReaderError(reader: Reader): void {
    reactTo(reader.closed.promise, noop, error => {
      if (reader !== this.reader) return;
      for (const index of [0, 1]) this.controller(index).error(error);
      this.settleCancel();
    });
  }

  /** Nobody cancels any more, unless both have. */
  private settleCancel(): void {
    if (!this.sides[0].canceled || !this.sides[1].canceled) this.canceled.resolve();
  }

  private pull(index: number): Promise<void> {
    if (this.reading) this.readAgain[index] = true;
    else {
      this.reading = true;
      const request = this.controller(index).getBYOBRequest();
      if (request === null) this.pullWithDefaultReader();
      else this.pullWithBYOBReader(request.view, index);
    }
    return resolvedWith(undefined);
  }

  private useReader(isByob: boolean): void {
    if (this.reader.isByob === isByob) return;
    readableStreamReaderRelease(this.reader);
    this.reader = isByob ? acquireReadableStreamBYOBReader(this.stream) : acquireReadableStreamDefaultReader(this.stream);
    this.forwardReaderError(this.reader);
  }

  /** A copy of the chunk; `undefined` when there is no memory for one, which ends both branches. */
  private clone(chunk: any): any {
    try {
      return cloneAsUint8Array(chunk);
    } catch (error) {
      for (const index of [0, 1]) this.controller(index).error(error);
      this.canceled.resolve(readableStreamCancel(this.stream, error));
      return undefined;
    }
  }

  private goOn(): void {
    this.reading = false;
    if (this.readAgain[0]) this.pull(0);
    else if (this.readAgain[1]) this.pull(1);
  }

  private pullWithDefaultReader(): void {
    this.useReader(false);
    const hand = (chunk: any) => {
      this.readAgain = [false, false];
      const [first, second] = this.sides;
      let copy = chunk;
      if (!first.canceled && !second.canceled) copy = this.clone(chunk);
      if (copy === undefined) return;
      if (!first.canceled) this.controller(0).enqueue(chunk);
      if (!second.canceled) this.controller(1).enqueue(copy);
      this.goOn();
    };
    readableStreamDefaultReaderRead(this.reader, {
      chunkSteps: chunk => queueMicrotask(() => hand(chunk)),
      closeSteps: () => {
        this.reading = false;
        for (const [index, side] of this.sides.entries()) if (!side.canceled) this.controller(index).close();
        for (const index of [0, 1]) if (this.controller(index).pendingPullIntos.length > 0) this.controller(index).respond(0);
        this.settleCancel();
      },
      errorSteps: () => {
        this.reading = false;
      },
    });
  }

  private pullWithBYOBReader(view: any, index: number): void {
    this.useReader(true);
    const own = this.sides[index];
    const other = this.sides[1 - index];
    const hand = (chunk: any) => {
      this.readAgain = [false, false];
      if (!other.canceled) {
        const copy = this.clone(chunk);
        if (copy === undefined) return;
        if (!own.canceled) this.controller(index).respondWithNewView(chunk);
        this.controller(1 - index).enqueue(copy);
      } else if (!own.canceled) this.controller(index).respondWithNewView(chunk);
      this.goOn();
    };
    readableStreamBYOBReaderRead(this.reader, view, 1, {
      chunkSteps: chunk => queueMicrotask(() => hand(chunk)),
      closeSteps: chunk => {
        this.reading = false;
        if (!own.canceled) this.controller(index).close();
        if (!other.canceled) this.controller(1 - index).close();
        if (chunk !== undefined) {
          if (!own.canceled) this.controller(index).respondWithNewView(chunk);
          if (!other.canceled && this.controller(1 - index).pendingPullIntos.length > 0) this.controller(1 - index).respond(0);
        }
        this.settleCancel();
      },
      errorSteps: () => {
        this.reading = false;
      },
    });
  }
}
