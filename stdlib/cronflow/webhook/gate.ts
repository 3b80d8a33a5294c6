// What the functions of a webhook have to say about a request, in the documented order: headers,
// middleware, schema, validate, condition, idempotency key. One call for all of them.

import type { AnyFunction } from 'cronflow:internal/flow';
import { ValidationError, judgeWith, isPromise } from 'cronflow:internal/schema';
import type { WireAnswer } from 'cronflow:internal/web/answer';
import { Reply, errorAnswer, wireAnswer } from 'cronflow:internal/webhook/answer';

export interface GateFunctions {
  middleware: AnyFunction[];
  validateHeaders?: AnyFunction;
  validate?: AnyFunction;
  condition?: AnyFunction;
  key?: AnyFunction;
  onError?: AnyFunction;
  schema: unknown;
  /** The webhook, for messages. */
  of: string;
}

/** What becomes of the request (runtime/server/src/webhook/gate.rs). */
type Verdict =
  | { kind: 'pass'; payload?: unknown; key?: string }
  | { kind: 'skip' }
  | { kind: 'refuse'; what: 'headers' | 'payload'; error: string; answer?: WireAnswer }
  | { kind: 'answer'; answer: WireAnswer };

const MAX_ERROR = 2_000;

/** The function that the engine calls for each request; `given.schema` says whether the schema is its task too. */
export function gateOf(functions: GateFunctions): AnyFunction {
  return async (ctx: any, given: { schema: boolean }): Promise<Verdict> => {
    const verdict = await judge(functions, requestOf(ctx), given.schema);
    if (verdict.kind === 'refuse' && functions.onError !== undefined) {
      const error = new Error(verdict.error);
      error.name = 'ValidationError';
      Object.defineProperty(ctx, 'error', { value: error, enumerable: true, configurable: true });
      verdict.answer = await errorAnswer(await functions.onError(ctx, error));
    }
    return verdict;
  };
}

async function judge(functions: GateFunctions, req: any, withSchema: boolean): Promise<Verdict> {
  const { middleware, validateHeaders, validate, condition, key, schema, of } = functions;
  if (validateHeaders !== undefined) {
    const wrong = await complaint(() => validateHeaders(req.headers), `headers.validate of ${of}`, 'the headers are not accepted');
    if (wrong !== undefined) return { kind: 'refuse', what: 'headers', error: wrong };
  }
  const res = new Reply(req);
  for (const one of middleware) {
    try {
      await through(one, req, res);
    } catch (error) {
      return { kind: 'answer', answer: refusalOf(error) };
    }
    if (res.headersSent) return { kind: 'answer', answer: res.answer };
  }
  if (withSchema && schema !== undefined) {
    const judgement = await ours(() => judgeWith(schema, req.body, 'payload'));
    if ('issues' in judgement) return refusal(new ValidationError('payload', judgement.issues).message);
    req.body = judgement.value;
  }
  if (validate !== undefined) {
    const wrong = await complaint(() => validate(req.body), `validate of ${of}`, 'the payload is not accepted');
    if (wrong !== undefined) return refusal(wrong);
  }
  if (condition !== undefined && !(await ours(() => condition(req)))) return { kind: 'skip' };
  const verdict: Verdict = { kind: 'pass' };
  // What nobody could change keeps its bytes.
  if (middleware.length > 0 || withSchema) verdict.payload = req.body === undefined ? null : req.body;
  if (key !== undefined) verdict.key = keyOf(await ours(() => key(req)), of);
  return verdict;
}

function refusal(error: string): Verdict {
  return { kind: 'refuse', what: 'payload', error: error.length > MAX_ERROR ? `${error.slice(0, MAX_ERROR)}...` : error };
}

/** `ctx`, which shows the request as well: as `req` of Express does. */
function requestOf(ctx: any): any {
  const { trigger, payload } = ctx;
  const { headers, query, params, method, path, ip, rawBody } = trigger;
  const search = searchOf(query);
  const fields: Record<string, unknown> = {
    body: payload, headers, query, params, method, path, ip, rawBody, url: path + search, originalUrl: path + search,
    get: (name: string) => headers[String(name).toLowerCase()],
    header: (name: string) => headers[String(name).toLowerCase()],
  };
  for (const [name, value] of Object.entries(fields)) Object.defineProperty(ctx, name, { value, writable: true, enumerable: true, configurable: true });
  Object.defineProperty(ctx, 'payload', { get: () => ctx.body, set: value => void (ctx.body = value), enumerable: true, configurable: true });
  return ctx;
}

/** A query as text again. */
function searchOf(query: Record<string, string | string[]>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => [value].flat().map(one => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`));
  return pairs.length > 0 ? `?${pairs.join('&')}` : '';
}

/** Resolves when the middleware has called `next()` or has answered. */
function through(middleware: AnyFunction, req: any, res: Reply): Promise<void> {
  return new Promise((resolve, reject) => {
    res.onEnd = () => resolve();
    const next = (error?: unknown) => (error === undefined || error === null ? resolve() : reject(error));
    const returned: any = middleware(req, res, next);
    if (isPromise(returned)) returned.then(undefined, reject);
  });
}

/** The answer to an error that says itself which client error it is; others are thrown on. */
function refusalOf(error: any): WireAnswer {
  const status = error?.status ?? error?.statusCode;
  if (!Number.isInteger(status) || status < 400 || status > 499) throw marked(error, 500);
  const message = String(error?.message ?? 'the request is not accepted');
  return {
    status,
    headers: [['content-type', 'application/json']],
    body: JSON.stringify({ status: 'error', message: 'Request refused', error: message, workflow_triggered: false }),
  };
}

/** What is wrong, by a function that returns true, false or a text; `undefined` when nothing is. */
async function complaint(ask: () => any, what: string, otherwise: string): Promise<string | undefined> {
  let found: any;
  try {
    found = await ask();
  } catch (error) {
    if (typeof error === 'string') return error;
    throw marked(error, 400);
  }
  if (typeof found === 'string') return found === '' ? otherwise : found;
  if (found === true) return undefined;
  if (found === false || found === null) return otherwise;
  if (typeof found?.success === 'boolean') return found.success ? undefined : String(found.error?.message ?? otherwise);
  throw new TypeError(`${what} must return true, or false or a text that says what is wrong`);
}

/** Calls a function whose failure is the server's fault, whatever the error says. */
async function ours<T>(call: () => T): Promise<Awaited<T>> {
  try {
    return await call();
  } catch (error) {
    throw marked(error, 500);
  }
}

/** Says which status an error stands for, whatever it says itself. */
function marked(error: any, status: number): unknown {
  if (error !== null && typeof error === 'object') {
    try {
      Object.defineProperty(error, 'status', { value: status, configurable: true });
    } catch {
      // A frozen error keeps its own.
    }
  }
  return error;
}

function keyOf(key: unknown, of: string): string | undefined {
  if (key === undefined || key === null || key === '') return undefined;
  if (!['string', 'number', 'bigint', 'boolean'].includes(typeof key)) throw new TypeError(`idempotencyKey of ${of} must return a string or a number`);
  return String(key);
}

/** The function that makes the answer out of a finished run. */
export function respondOf(respond: AnyFunction): AnyFunction {
  return async (ctx: any, given: { run: object; output: unknown }): Promise<WireAnswer> => {
    const run = { ...ctx.run, ...given.run };
    Object.defineProperty(ctx, 'run', { value: run, enumerable: true, configurable: true });
    Object.defineProperty(ctx, 'output', { value: given.output, enumerable: true, configurable: true });
    return wireAnswer(await respond(ctx));
  };
}
