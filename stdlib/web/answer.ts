// Answers to HTTP requests as they cross to the server: status, headers, and a body as text or base64.

import { base64Encode, utf8Decode } from 'cronflow:internal/ops';

/** An answer, or its head (runtime/server/src/made.rs). */
export interface WireAnswer {
  status: number;
  /** What stands beside the status instead of its usual name. */
  reason?: string;
  headers: [name: string, value: string][];
  body: string;
  /** Bytes that are no text. */
  encoding?: 'base64';
}

export type WireHead = Pick<WireAnswer, 'status' | 'reason' | 'headers'>;
export type WireBody = Pick<WireAnswer, 'body' | 'encoding'>;

export function bodyOf(data: string | Uint8Array): WireBody {
  if (typeof data === 'string') return { body: data };
  try {
    return { body: utf8Decode(data, true) };
  } catch {
    return { body: base64Encode(data, false, false), encoding: 'base64' };
  }
}

/** Whether a value is a Response, of this engine or of a package. */
export function isResponse(value: any): boolean {
  return value !== null && typeof value === 'object' && typeof value.status === 'number' && typeof value.text === 'function' && typeof value.headers?.forEach === 'function';
}

export async function responseAnswer(response: any): Promise<WireAnswer> {
  const head = headOf(response);
  if (typeof response.arrayBuffer !== 'function') return { ...head, body: await response.text() };
  return { ...head, ...bodyOf(new Uint8Array(await response.arrayBuffer())) };
}

/** What can be sent. The text of an answer that is passed on from elsewhere may have other characters. */
const REASON = /^[\t\x20-\x7e\x80-\xff]+$/;

/** The head of a Response. */
export function headOf(response: any): WireHead {
  const headers: [string, string][] = [];
  response.headers.forEach((value: string, name: string) => headers.push([name, value]));
  const status = checkedStatus(response.status);
  const { statusText: reason } = response;
  return typeof reason === 'string' && REASON.test(reason) ? { status, reason, headers } : { status, headers };
}

export function checkedStatus(status: unknown): number {
  if (!Number.isInteger(status) || (status as number) < 200 || (status as number) > 599) {
    throw new RangeError(`an HTTP status is a whole number from 200 to 599, not ${String(status)}`);
  }
  return status as number;
}
