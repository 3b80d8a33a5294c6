// Webhooks: how requests are checked, and what is answered.

import type { Context, Duration, ErrorContext } from './context';
import type { Backoff } from './options';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';

/** The part of the request of Express that is there; checks are given it together with `ctx`. */
export interface WebhookRequest<Payload = any> extends Context<Payload> {
  body: Payload;
  headers: Record<string, string>;
  query: Record<string, string | string[]>;
  params: Record<string, string>;
  method: string;
  path: string;
  url: string;
  originalUrl: string;
  ip: string;
  rawBody?: string;
  get(name: string): string | undefined;
  header(name: string): string | undefined;
  [extra: string]: any;
}

/** The part of the response of Express that is there. */
export interface WebhookResponse {
  statusCode: number;
  locals: Record<string, unknown>;
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  status(code: number): this;
  sendStatus(code: number): this;
  set(name: string, value: unknown): this;
  set(headers: Record<string, unknown>): this;
  header(name: string, value: unknown): this;
  setHeader(name: string, value: unknown): this;
  append(name: string, value: unknown): this;
  get(name: string): string | string[] | undefined;
  getHeader(name: string): string | string[] | undefined;
  removeHeader(name: string): void;
  type(type: string): this;
  json(value: unknown): this;
  send(value?: unknown): this;
  end(value?: unknown): this;
  redirect(url: string): this;
  redirect(status: number, url: string): this;
}

export type Middleware<Payload = any> = (req: WebhookRequest<Payload>, res: WebhookResponse, next: (error?: unknown) => void) => unknown;

export type Secret = string | { env: string };

export type WebhookSignature =
  | { scheme: 'standard-webhooks' | 'stripe' | 'slack'; secret: Secret | Secret[]; /** Default: 5 minutes. */ tolerance?: Duration }
  | { scheme: 'github'; secret: Secret | Secret[] }
  | {
      scheme: 'hmac';
      secret: Secret | Secret[];
      /** Which header has the signature. */
      header: string;
      /** Default: `sha256`. */
      algorithm?: 'sha1' | 'sha256' | 'sha512';
      /** Default: `hex`, in lower case. */
      encoding?: 'hex' | 'base64';
      /** What stands before the signature, such as `sha256=`. */
      prefix?: string;
      /** Which header names the delivery. */
      id?: string;
    };

export interface CorsOptions {
  /** Default: all. */
  origin?: true | string | string[];
  headers?: string | string[];
  expose?: string | string[];
  credentials?: boolean;
  maxAge?: Duration;
}

/** What `onError` may answer. */
export interface WebhookErrorAnswer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface WebhookOptions<Payload = any, Schema = object | boolean | undefined> {
  /** Default: `POST`. */
  method?: HttpMethod | HttpMethod[];
  /** Standard Schema, an object with `safeParse` or `parse`, or JSON Schema (2020-12). What it makes of the body is the payload. */
  schema?: Schema;
  /** `true`, or `false` or a text that says what is wrong. */
  validate?: (payload: Payload) => boolean | string | Promise<boolean | string>;
  /** False means that no run is started. */
  condition?: (req: WebhookRequest<Payload>) => unknown;
  middleware?: Middleware<Payload> | Middleware<Payload>[];
  headers?: {
    /** Values, or `true` for any. */
    required?: string[] | Record<string, string | true>;
    validate?: (headers: Record<string, string>) => boolean | string | Promise<boolean | string>;
  };
  /** A function, or the name of a header. The same key is the same run and the same answer. */
  idempotencyKey?: string | ((ctx: WebhookRequest<Payload>) => unknown);
  /** Gives `ctx.trigger.rawBody`. */
  parseRawBody?: boolean;
  signature?: WebhookSignature;
  /** Default: `result`. */
  respond?: 'result' | 'accepted' | ((ctx: Context<Payload> & { readonly output: any }) => unknown);
  /** Default: 30 s. */
  responseTimeout?: Duration;
  /** The step with which its runs begin. */
  trigger?: string;
  /** For the steps that belong to this webhook and have no retry of their own. */
  retry?: number | { attempts?: number; backoff?: Backoff; jitter?: boolean | number; retryOn?: { errors?: string[]; statusCodes?: number[] } };
  /** Called when a run of this webhook has completed. */
  onSuccess?: (ctx: Context<Payload>, last: any) => unknown;
  /** Called when a run of this webhook has failed, or a check of it has refused a request. May make the answer. */
  onError?: (ctx: ErrorContext<Payload>, error: Error) => WebhookErrorAnswer | unknown;
  /** Which web pages may call it. */
  cors?: boolean | string | string[] | CorsOptions;
  /** Bytes, or text such as `5mb`. Default: 1 MiB. */
  maxBody?: number | string;
}
