// The options of `onWebhook`: checked, and taken apart into data for the server and functions.

import { checkedBoolean, maybeDuration, maybeFunction, maybeNumber, withoutUndefined } from 'cronflow:internal/checks';
import { hide, secret } from 'cronflow:internal/ops';
import type { AnyFunction } from 'cronflow:internal/flow';
import { checkOptions, refuse } from 'cronflow:internal/options';
import { checkSchema, isJsonSchema } from 'cronflow:internal/schema';
import { isObject } from 'cronflow:internal/schema/values';
import { retryDraft } from 'cronflow:internal/step_options';
import { gateOf, respondOf } from 'cronflow:internal/webhook/gate';

/** What a webhook has besides its path and methods. */
export interface Webhook {
  draft: Record<string, unknown>;
  gate?: AnyFunction;
  respond?: AnyFunction;
  onSuccess?: AnyFunction;
  onError?: AnyFunction;
  /** The options as they may be shown. */
  shown: Record<string, unknown>;
}

const OPTIONS = [
  'method', 'schema', 'validate', 'condition', 'middleware', 'headers', 'idempotencyKey', 'parseRawBody', 'signature', 'respond',
  'responseTimeout', 'trigger', 'retry', 'onSuccess', 'onError', 'cors', 'maxBody',
];
/** Options of the package for Node that connect it to another HTTP server. */
const OF_OTHER_SERVERS = ['app', 'appInstance', 'registerRoute'];
const SCHEMES = ['standard-webhooks', 'github', 'stripe', 'slack', 'hmac'];
const HIDDEN = '[secret]';
const SECRET_NAMES = /auth|cookie|token|secret|password|signature|credential|key/i;
const UNITS: Record<string, number> = { b: 1, kb: 1024, mb: 1024 * 1024 };

export function webhookOf(path: string, options: any): Webhook {
  const of = `webhook '${path}'`;
  const foreign = OF_OTHER_SERVERS.find(option => options?.[option] !== undefined);
  if (foreign !== undefined) refuse(`option '${foreign}' of ${of}: webhooks are served here, without another HTTP server; leave it out`);
  checkOptions(options, OPTIONS, of);
  const { schema, respond, idempotencyKey, headers } = options;
  const required = requiredHeaders(headers, of);
  const functions = {
    middleware: middlewareOf(options.middleware, of),
    validateHeaders: maybeFunction(headers?.validate, `headers.validate of ${of}`),
    validate: maybeFunction(options.validate, `validate of ${of}`),
    condition: maybeFunction(options.condition, `condition of ${of}`),
    key: keyFunction(idempotencyKey, of),
    onError: maybeFunction(options.onError, `onError of ${of}`),
    schema,
    of,
  };
  if (schema !== undefined) checkSchema(schema, `the payload of ${of}`);
  const isData = schema !== undefined && isJsonSchema(schema);
  // What the server judges by itself comes before any code: with a middleware that would be too early,
  // and defaults have to be filled in.
  const byCode = schema !== undefined && (!isData || functions.middleware.length > 0 || functions.onError !== undefined || hasDefault(schema));
  const { middleware, validateHeaders, validate, condition, key } = functions;
  const isAsked = byCode || middleware.length > 0 || [validateHeaders, validate, condition, key].some(fn => fn !== undefined);
  const draft = withoutUndefined({
    maxBody: sizeOf(options.maxBody, of),
    signature: signatureOf(options.signature, of),
    required,
    schema: isData ? schema : undefined,
    schemaByCode: byCode,
    gate: isAsked,
    idempotencyHeader: typeof idempotencyKey === 'string' ? idempotencyKey : undefined,
    rawBody: options.parseRawBody === undefined ? undefined : checkedBoolean(options.parseRawBody, `parseRawBody of ${of}`),
    respond: respondMode(respond, of),
    responseTimeout: maybeDuration(options.responseTimeout, `responseTimeout of ${of}`),
    cors: corsOf(options.cors, of),
    step: stepName(options.trigger, of),
    retry: options.retry === undefined ? undefined : retryOf(options.retry, of),
    answersErrors: functions.onError !== undefined,
  });
  return {
    draft,
    gate: isAsked || isData ? gateOf(functions) : undefined,
    respond: typeof respond === 'function' ? respondOf(respond) : undefined,
    onSuccess: maybeFunction(options.onSuccess, `onSuccess of ${of}`),
    onError: functions.onError,
    shown: shownOptions(options),
  };
}

function hasDefault(schema: unknown): boolean {
  return JSON.stringify(schema)?.includes('"default":') ?? false;
}

function middlewareOf(given: any, of: string): AnyFunction[] {
  if (given === undefined) return [];
  const list = Array.isArray(given) ? given.flat() : [given];
  if (!list.every(one => typeof one === 'function')) refuse(`middleware of ${of} must be a function (req, res, next) or an array of them`);
  return list;
}

function keyFunction(key: unknown, of: string): AnyFunction | undefined {
  if (key === undefined || (typeof key === 'string' && key !== '')) return undefined;
  if (typeof key !== 'function') refuse(`idempotencyKey of ${of} must be a function or the name of a header`);
  return key as AnyFunction;
}

/** `{name: value}`; `true` stands for any value. Or an array of names. */
function requiredHeaders(headers: any, of: string): { name: string; value?: string }[] {
  checkOptions(headers, ['required', 'validate'], `headers of ${of}`);
  const required = headers?.required ?? {};
  if (Array.isArray(required)) {
    if (!required.every(name => typeof name === 'string')) refuse(`headers.required of ${of} must be names, or an object of names and values`);
    return required.map(name => ({ name }));
  }
  if (!isObject(required)) refuse(`headers.required of ${of} must be names, or an object of names and values`);
  return Object.entries(required).map(([name, value]: [string, any]) => {
    if (value === true) return { name };
    if (typeof value !== 'string' || value === '') {
      const hint = value === undefined ? '; is the environment variable set?' : '';
      refuse(`headers.required['${name}'] of ${of} must be the value that is expected, or true for any${hint}`);
    }
    if (SECRET_NAMES.test(name)) hide(value);
    return { name, value };
  });
}

function signatureOf(signature: any, of: string): Record<string, unknown> | undefined {
  if (signature === undefined) return undefined;
  const what = `signature of ${of}`;
  checkOptions(signature, ['scheme', 'secret', 'tolerance', 'header', 'algorithm', 'encoding', 'prefix', 'id'], what);
  const { scheme, secret: given, tolerance, header, algorithm, encoding, prefix, id } = signature;
  if (!SCHEMES.includes(scheme)) refuse(`the scheme of the ${what} must be one of ${SCHEMES.join(', ')}`);
  for (const [name, value] of Object.entries({ header, algorithm, encoding, prefix, id })) {
    if (value !== undefined && typeof value !== 'string') refuse(`${name} of the ${what} must be a string`);
  }
  const secrets = (Array.isArray(given) ? given : [given]).map(one => secretOf(one, what));
  return withoutUndefined({
    scheme, secrets, header, algorithm, encoding, prefix, idHeader: id,
    tolerance: maybeDuration(tolerance, `tolerance of the ${what}`),
  });
}

/** A secret: text, or `{env: NAME}`. */
function secretOf(given: any, what: string): string {
  if (isObject(given)) {
    checkOptions(given, ['env'], `secret of the ${what}`);
    if (typeof given.env !== 'string' || given.env === '') refuse(`secret.env of the ${what} must be the name of an environment variable`);
    const value = secret(given.env);
    if (value === undefined || value === '') refuse(`the secret of the ${what} is not set; set the environment variable ${given.env}`);
    return value!;
  }
  if (typeof given !== 'string' || given === '') {
    refuse(`secret of the ${what} must be text, {env: 'NAME'}, or an array of them` + (given === undefined ? '; is the environment variable set?' : ''));
  }
  hide(given);
  return given;
}

function respondMode(respond: unknown, of: string): string | undefined {
  if (typeof respond === 'function') return 'function';
  if (respond !== undefined && respond !== 'result' && respond !== 'accepted') refuse(`respond of ${of} must be 'result', 'accepted' or a function`);
  return respond as string | undefined;
}

function corsOf(cors: any, of: string): Record<string, unknown> | undefined {
  if (cors === undefined || cors === false) return undefined;
  if (cors === true) return { origins: ['*'] };
  if (typeof cors === 'string' || Array.isArray(cors)) return { origins: listOf(cors, `cors of ${of}`) };
  checkOptions(cors, ['origin', 'headers', 'expose', 'credentials', 'maxAge'], `cors of ${of}`);
  return withoutUndefined({
    origins: cors.origin === undefined || cors.origin === true ? ['*'] : listOf(cors.origin, `cors.origin of ${of}`),
    headers: cors.headers === undefined ? undefined : listOf(cors.headers, `cors.headers of ${of}`),
    expose: cors.expose === undefined ? undefined : listOf(cors.expose, `cors.expose of ${of}`),
    credentials: cors.credentials === undefined ? undefined : checkedBoolean(cors.credentials, `cors.credentials of ${of}`),
    maxAge: maybeDuration(cors.maxAge, `cors.maxAge of ${of}`),
  });
}

function listOf(given: unknown, what: string): string[] {
  const list = Array.isArray(given) ? given : [given];
  if (!list.every(one => typeof one === 'string')) refuse(`${what} must be a string or an array of strings`);
  return list;
}

function stepName(step: unknown, of: string): string | undefined {
  if (step !== undefined && (typeof step !== 'string' || step === '')) refuse(`trigger of ${of} must be the name of the step that its runs begin with`);
  return step as string | undefined;
}

function retryOf(retry: any, of: string): Record<string, unknown> {
  const { draft, decide } = retryDraft(retry, of);
  if (decide !== undefined) refuse(`retry of ${of} cannot have functions; give onRetry and retryOn.conditions to a step, or to define()`);
  return draft;
}

/** Bytes, or text such as `5mb`. */
function sizeOf(size: unknown, of: string): number | undefined {
  if (typeof size !== 'string') return maybeNumber(size, `maxBody of ${of}`);
  const match = /^\s*(\d+(?:\.\d+)?)\s*(b|kb|mb)\s*$/i.exec(size);
  if (match === null) refuse(`maxBody of ${of} must be a number of bytes, or text such as '512kb' or '5mb'`);
  return Math.round(Number(match![1]) * UNITS[match![2].toLowerCase()]);
}

function shownOptions({ method, signature, headers, ...others }: any): Record<string, unknown> {
  const shown: Record<string, unknown> = { ...others };
  if (signature !== undefined) shown.signature = { ...signature, secret: HIDDEN };
  if (headers !== undefined) {
    const { required } = headers;
    const names = Array.isArray(required) ? required : required && Object.fromEntries(Object.keys(required).map(name => [name, HIDDEN]));
    shown.headers = { ...headers, required: names };
  }
  return shown;
}
