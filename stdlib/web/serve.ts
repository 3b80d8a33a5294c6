// Requests that no webhook takes: the program answers them, by `export default { fetch }` or by a server of node:http.

import { base64Decode, builtinModule, serveRequests } from 'cronflow:internal/ops';
import { request as ask } from 'cronflow:internal/host';
import { type WireAnswer, type WireBody, type WireHead, bodyOf, headOf, isResponse, responseAnswer } from 'cronflow:internal/web/answer';

/** A request as the server hands it over (runtime/server/src/app.rs). */
export interface Asked {
  /** Names the answer when it is sent piece by piece. */
  exchange: number;
  method: string;
  url: string;
  /** The path and the query as they came. */
  target: string;
  headers: [name: string, value: string][];
  body?: string;
  encoding?: 'base64';
  ip: string;
  port: number;
}

/** Answers a request; null when it has been answered piece by piece. */
export type Answerer = (ctx: any, asked: Asked) => Promise<WireAnswer | null>;

export interface Serving {
  /** What makes the program a server, for messages. */
  by: string;
  port?: number;
  host?: string;
}

/** From now on the program answers requests. */
export function serveProgram(answer: Answerer, serving: Serving): void {
  const other = serveRequests(answer, JSON.stringify(serving));
  if (other !== undefined) throw new Error(`${serving.by}: the file answers requests by ${other} already; leave out one of them`);
}

export const bytesOf = ({ body, encoding }: Asked): string | Uint8Array | undefined =>
  body !== undefined && encoding === 'base64' ? new Uint8Array(base64Decode(body, false, 'loose')[1]) : body;

/** `export default { fetch, port?, hostname? }`. */
export function serveExport(program: any): void {
  const by = 'export default { fetch }';
  serveProgram((ctx, asked) => answerByFetch(program, ctx, asked), { by, port: portOf(program.port, by), host: hostOf(program.hostname, by) });
}

export function portOf(given: unknown, of: string): number | undefined {
  if (given === undefined || given === null || given === '') return undefined;
  const port = Number(given);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new RangeError(`the port of ${of} must be a whole number from 0 to 65535, not ${String(given)}`);
  return port;
}

export function hostOf(given: unknown, of: string): string | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== 'string' || given === '') throw new TypeError(`the host of ${of} must be a string`);
  return given;
}

/** What a handler is given besides the request, as on other servers that call `fetch`. */
const execution = {
  /** Work that goes on after the answer. What must not get lost belongs into a workflow. */
  waitUntil(work: unknown): void {
    Promise.resolve(work).catch((globalThis as any).reportError);
  },
  passThroughOnException(): void {},
  props: {},
};

async function answerByFetch(program: any, ctx: any, asked: Asked): Promise<WireAnswer | null> {
  const { method, url, headers } = asked;
  if (/^(connect|trace|track)$/i.test(method)) return { status: 501, headers: [], body: '' };
  const request = builtinModule('cronflow:internal/web/fetch/request').clientRequest(method, url, headers, bytesOf(asked), () => ctx.signal);
  const response = await program.fetch(request, (globalThis as any).process.env, execution);
  if (!isResponse(response)) throw new TypeError(`fetch() of the default export must return a Response, not ${response === null ? 'null' : typeof response}`);
  return sendResponse(response, ctx, asked);
}

/** A body that is there is sent at once, a stream as it comes. */
async function sendResponse(response: any, ctx: any, asked: Asked): Promise<WireAnswer | null> {
  const slots = builtinModule('cronflow:internal/web/fetch/response').responseSlots(response);
  if (slots === undefined) return responseAnswer(response);
  const { body } = slots;
  if (body?.unusable) throw new TypeError('the body of the response has been read already, or is locked to a reader');
  const head = headOf(response);
  if (asked.method === 'HEAD') {
    if (body !== null && body.whole === undefined) void response.body.cancel().catch(() => {});
    return { ...head, ...bodyOf(body?.whole ?? '') };
  }
  if (body === null || body.whole !== undefined) return { ...head, ...bodyOf(body?.whole ?? '') };
  const reader = response.body.getReader();
  await sendPieces(ctx, asked, head, {
    next: async () => {
      const { done, value } = await reader.read();
      return done ? undefined : bodyOf(checkedPiece(value));
    },
    cancel: reason => void reader.cancel(reason).catch(() => {}),
  });
  return null;
}

function checkedPiece(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError('the body of a response must be a stream of Uint8Array');
}

/** Where the pieces of an answer come from. */
export interface Source {
  /** The next piece, as soon as there is one; `undefined` at the end. */
  next(): Promise<WireBody | undefined>;
  /** Nobody takes more. */
  cancel(reason: unknown): void;
}

/** Sends an answer as it comes to be. The client sets the pace. */
export async function sendPieces(ctx: any, { exchange }: Asked, head: WireHead, source: Source): Promise<void> {
  const send = (piece: object): Promise<boolean> => ask({ method: 'answerPiece', exchange, piece: JSON.stringify(piece) });
  if (ctx.signal.aborted) source.cancel(ctx.signal.reason);
  ctx.signal.addEventListener('abort', () => source.cancel(ctx.signal.reason), { once: true });
  let isTaken = await send(head);
  while (isTaken) {
    const piece = await source.next();
    if (piece === undefined) return;
    isTaken = piece.body === '' || (await send(piece));
  }
  // The client has gone away: the server stops this, and then the listener above is called.
  if (!ctx.signal.aborted) await new Promise(stopped => ctx.signal.addEventListener('abort', stopped, { once: true }));
}
