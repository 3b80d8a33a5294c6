// fetch() (https://fetch.spec.whatwg.org/#fetch-method). The network is native; redirects are followed there.

import { onAbort } from 'cronflow:internal/events';
import { httpAnswer, httpClose, httpOpen, httpUpload } from 'cronflow:internal/ops';
import { Body, Transfer, streams } from 'cronflow:internal/web/fetch/body';
import { readDataUrl } from 'cronflow:internal/web/fetch/data_url';
import { headerListOf } from 'cronflow:internal/web/fetch/headers';
import { blobBytes, blobFromUrl } from 'cronflow:internal/web/fetch/files';
import { Request, type RequestSlots, requestSlots } from 'cronflow:internal/web/fetch/request';
import { Response, networkResponse } from 'cronflow:internal/web/fetch/response';
import { atLeast } from 'cronflow:internal/web/streams/idl';
import { promiseOf } from 'cronflow:internal/web/streams/promises';

export function fetch(input: any, init: any = undefined): Promise<Response> {
  const given = arguments.length;
  return promiseOf(() => {
    atLeast(1, given, 'fetch()');
    return start(requestSlots(new Request(input, init)));
  });
}

async function start(request: RequestSlots): Promise<Response> {
  const signal = request.signal ?? request.follows;
  if (signal?.aborted) {
    if (request.body !== null && request.body.whole === undefined) streams().bodyReader(request.body.stream()).cancel(signal.reason);
    throw signal.reason;
  }
  const scheme = request.url.slice(0, request.url.indexOf(':'));
  if (scheme === 'data') return answerDataUrl(request);
  if (scheme === 'blob') return answerBlobUrl(request);
  if (scheme !== 'http' && scheme !== 'https') throw new TypeError(`fetch failed: '${scheme}:' is not a scheme that can be fetched`);
  return new Exchange(request, signal).run();
}

function answerDataUrl({ url, method }: RequestSlots): Response {
  const found = readDataUrl(url);
  if (found === null) throw new TypeError('fetch failed: the data: URL is not valid');
  const headers: [string, string][] = [['content-type', found.type]];
  const body = method === 'HEAD' ? null : new Body(found.bytes);
  return networkResponse({ status: 200, statusText: 'OK', url, redirected: false, headers }, body);
}

function answerBlobUrl({ url, method }: RequestSlots): Response {
  const blob = blobFromUrl(url);
  if (blob === undefined || method !== 'GET') throw new TypeError('fetch failed: the blob: URL leads nowhere');
  const headers: [string, string][] = [['content-length', `${blob.size}`], ['content-type', blob.type]];
  return networkResponse({ status: 200, statusText: 'OK', url, redirected: false, headers }, new Body(blobBytes(blob)));
}

/** A request on its way: what an abort must end. */
class Exchange {
  private readonly native: object;
  private readonly upload: { read(): Promise<Uint8Array | null>; cancel(reason: unknown): void } | undefined;
  private transfer: Transfer | undefined;
  private uploadFailed = false;
  private uploadError: unknown;
  private forget: (() => void) | undefined;

  constructor(private readonly request: RequestSlots, private readonly signal: any) {
    const { method, url, redirect, headers, headersObject, body } = request;
    const whole = body === null ? null : body.whole;
    if (whole === undefined) this.upload = streams().bodyReader(body!.stream());
    else if (body !== null) body.move();
    const pairs: [string, string][] = headersObject === undefined ? headers.pairs : headerListOf(headersObject).pairs;
    this.native = httpOpen({ method, url, redirect, headers: pairs, body: whole === undefined ? true : whole });
  }

  async run(): Promise<Response> {
    const { native, signal } = this;
    if (signal) this.forget = onAbort(signal, () => this.abort(signal.reason));
    const answered = httpAnswer(native);
    if (this.upload !== undefined) this.feed();
    try {
      const answer = await answered;
      // The signal may have fired while the answer was on its way here.
      if (signal?.aborted) throw signal.reason;
      this.transfer = new Transfer(native, () => this.finished());
      if (this.request.method === 'HEAD') this.finished();
      return networkResponse(answer, this.request.method === 'HEAD' ? null : new Body(this.transfer));
    } catch (error) {
      this.finished();
      this.upload?.cancel(error);
      if (signal?.aborted) throw signal.reason;
      if (this.uploadFailed) throw this.uploadError;
      const failure = new TypeError(`fetch failed: ${(error as Error).message}`, { cause: error });
      // A denial is known by its code, wherever it comes from.
      const { code } = error as { code?: string };
      throw code === undefined ? failure : Object.assign(failure, { code });
    }
  }

  /** Hands the request's body over, piece by piece. */
  private async feed(): Promise<void> {
    const upload = this.upload!;
    try {
      for (;;) {
        const piece = await upload.read();
        if (piece === null) break;
        if (piece.length > 0 && !(await httpUpload(this.native, piece))) {
          upload.cancel(new TypeError('The server reads no more of the body'));
          return;
        }
      }
      await httpUpload(this.native, null);
    } catch (error) {
      this.uploadFailed = true;
      this.uploadError = error;
      await httpUpload(this.native, undefined);
    }
  }

  private finished(): void {
    this.forget?.();
  }

  private abort(reason: unknown): void {
    this.finished();
    this.upload?.cancel(reason);
    if (this.transfer === undefined) httpClose(this.native);
    else this.transfer.abort(reason);
  }
}
