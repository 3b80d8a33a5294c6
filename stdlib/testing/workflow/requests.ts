// Requests to webhooks that a test makes: what `mockTrigger('webhook', ...)` sends, and what comes back.

import { momentOf } from 'cronflow:internal/language';
import { checkOptions, refuse } from 'cronflow:internal/options';
import type { WorkflowInstance } from 'cronflow:internal/workflow';

/** What the client of a webhook gets. */
export interface Http {
  status: number;
  headers: Record<string, string>;
  /** JSON is parsed; anything else is text. */
  body: any;
  /** What a function of the webhook has thrown; a server writes it to its log. */
  failure?: any;
}

const OF = "mockTrigger('webhook')";
const OPTIONS = ['path', 'method', 'headers', 'query', 'body', 'signed', 'secret', 'signedAt'];
const web = globalThis as any;

/** The request for the host (runtime/cli/src/test_runner/child/kit/requests.rs). `data` is the body when the test gives none. */
export function requestOf(workflow: WorkflowInstance, options: any, data: unknown): object {
  checkOptions(options, OPTIONS, OF);
  const { method } = options;
  if (method !== undefined && typeof method !== 'string') refuse(`method of ${OF} must be text such as 'POST'`);
  const headers = headersOf(options.headers);
  const { bytes, kind } = bodyOf(options.body === undefined ? data : options.body);
  if (kind !== undefined && !headers.some(([name]) => name.toLowerCase() === 'content-type')) headers.push(['content-type', kind]);
  const address = withQuery(options.path ?? onlyPath(workflow), options.query);
  if (paths(workflow).includes(address) && /\/[:*]/.test(address)) refuse(`path of ${OF}: '${address}' has parameters; give the path of a request, such as '${address.replace(/\/[:*][^/]*/g, '/1')}'`);
  return { workflow: workflow.getId(), method: method?.toUpperCase(), address, headers, body: bytes.toBase64(), signing: signingOf(options) };
}

function paths(workflow: WorkflowInstance): string[] {
  return [...new Set(workflow.getTriggers().filter(({ type }) => type === 'webhook').map(({ path }) => String(path)))];
}

function onlyPath(workflow: WorkflowInstance): string {
  const [path, ...others] = paths(workflow);
  if (others.length > 0) refuse(`workflow '${workflow.getId()}' has several webhooks; say which with path: ${[path, ...others].map(one => `'${one}'`).join(' or ')}`);
  return path;
}

function withQuery(path: unknown, query: any): string {
  if (typeof path !== 'string') refuse(`path of ${OF} must be text that begins with /`);
  if (query === undefined) return path as string;
  if (query === null || typeof query !== 'object') refuse(`query of ${OF} must be an object, or URLSearchParams`);
  const pairs = new web.URLSearchParams();
  const isParams = query instanceof web.URLSearchParams;
  for (const [name, value] of isParams ? [...query] : Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) pairs.append(name, String(one));
  }
  return pairs.size === 0 ? (path as string) : `${path}${(path as string).includes('?') ? '&' : '?'}${pairs}`;
}

function headersOf(given: any = {}): [string, string][] {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) refuse(`headers of ${OF} must be an object of names and values, or Headers`);
  const entries: [string, unknown][] = given instanceof web.Headers ? [...given] : Object.entries(given);
  const all: [string, string][] = [];
  for (const [name, value] of entries) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one === undefined) continue;
      if (!['string', 'number', 'boolean'].includes(typeof one)) refuse(`the header '${name}' of ${OF} must be text`);
      all.push([name, String(one)]);
    }
  }
  return all;
}

/** Text and bytes go as they are, anything else as JSON. */
function bodyOf(body: any): { bytes: any; kind?: string } {
  const encode = (text: string) => new web.TextEncoder().encode(text);
  if (body === undefined) return { bytes: new Uint8Array(0) };
  if (typeof body === 'string') return { bytes: encode(body) };
  if (body instanceof ArrayBuffer) return { bytes: new Uint8Array(body) };
  if (ArrayBuffer.isView(body)) return { bytes: new Uint8Array(body.buffer, body.byteOffset, body.byteLength) };
  if (body instanceof web.URLSearchParams) return { bytes: encode(String(body)), kind: 'application/x-www-form-urlencoded' };
  const text = JSON.stringify(body);
  if (text === undefined) refuse(`body of ${OF} must be text, bytes, URLSearchParams or a JSON value`);
  return { bytes: encode(text), kind: 'application/json' };
}

function signingOf({ signed, secret, signedAt }: any): object | undefined {
  if (signed !== undefined && typeof signed !== 'boolean') refuse(`signed of ${OF} must be true or false`);
  if (secret !== undefined && typeof secret !== 'string') refuse(`secret of ${OF} must be text`);
  const at = signedAt === undefined ? undefined : momentOf(signedAt);
  if (Number.isNaN(at)) refuse(`signedAt of ${OF} must be a date`);
  const isWanted = secret !== undefined || at !== undefined;
  if (signed === false && isWanted) refuse(`${OF}: without a signature there is neither secret nor signedAt; leave out signed: false`);
  return signed === true || isWanted ? { secret, at } : undefined;
}

/** What came back, with its body read. */
export function httpOf({ status, headers, body, failure }: any): Http {
  const isJson = /[/+]json/.test(headers['content-type'] ?? '');
  const http: Http = { status, headers, body: isJson ? parsed(body) : body };
  return failure === undefined ? http : { ...http, failure };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Why a request has started no run. */
export function refusalOf({ outcome, reason }: any, http: Http): { status: string; error?: object } {
  if (outcome !== 'rejected') return { status: outcome };
  const message = reason ?? http.body?.error ?? `the request was answered with ${http.status}`;
  return { status: outcome, error: http.failure ?? { name: 'RejectedError', message } };
}
