// node:http: request() and get() over fetch; createServer() answers what comes to this program's own address.

import { Buffer } from 'node:buffer';
import { EventEmitter } from 'node:events';
import { nodeError, notAvailable, unavailable } from 'cronflow:internal/node/errors';
import {
  IncomingMessage, METHODS, OutgoingMessage, STATUS_CODES, bufferOver, pairs, socketLike, validateHeaderName, validateHeaderValue,
} from 'cronflow:internal/node/http_message';
import { Server, ServerResponse, createServer } from 'cronflow:internal/node/http_server';
import { format, urlToHttpOptions } from 'node:url';

export { IncomingMessage, METHODS, OutgoingMessage, STATUS_CODES, Server, ServerResponse, createServer, validateHeaderName, validateHeaderValue };
export const maxHeaderSize = 16384;


/** The failure of an exchange as Node.js names it. */
function reset(error: any): any {
  if (typeof error?.code === 'string' || error?.name === 'AbortError') return error;
  const text = String(error?.message ?? error);
  const known: [RegExp, string][] = [
    [/refused/i, 'ECONNREFUSED'], [/timed out|timeout/i, 'ETIMEDOUT'], [/not allowed/, 'ERR_ACCESS_DENIED'], [/dns|lookup|resolve|name or service/i, 'ENOTFOUND'],
    [/certificate/i, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ];
  const code = known.find(([pattern]) => pattern.test(text))?.[1] ?? 'ECONNRESET';
  return nodeError(code, text, Error, { cause: error });
}

/** Options that would change where or how it connects, and cannot. */
const REFUSED = [
  'socketPath', 'localAddress', 'localPort', 'createConnection', 'lookup', 'family', 'ca', 'cert', 'key', 'pfx', 'passphrase', 'rejectUnauthorized',
  'checkServerIdentity', 'servername', 'ciphers', 'minVersion', 'maxVersion',
];

function refuse(options: any): void {
  const given = [options, options.agent?.options ?? {}];
  for (const name of REFUSED) {
    // What the options say by default is fine.
    const isAsked = given.some(one => one[name] !== undefined && !(name === 'rejectUnauthorized' && one[name] === true) && !(name === 'family' && one[name] === 0));
    if (isAsked) throw notAvailable(`the option ${name} of http.request()`, 'connections are made by fetch(), with the certificates and proxy of the system');
  }
  const { agent } = options;
  if (agent && typeof agent === 'object' && !(agent instanceof Agent)) {
    throw notAvailable('an agent that makes its own connections', 'set HTTPS_PROXY for cronflow-rt to use a proxy');
  }
}

/** Headers of a body that has been decompressed on its way. */
const OF_CODING = ['content-encoding', 'content-length'];

/** Headers as Node.js has them: lower case, lists joined, set-cookie as an array. */
function take(message: IncomingMessage, response: any): void {
  const isDecoded = response.headers.has('content-encoding');
  for (const [name, value] of response.headers) {
    if (isDecoded && OF_CODING.includes(name)) continue;
    message.rawHeaders.push(name, value);
    if (name !== 'set-cookie') message.headers[name] = value;
  }
  const cookies = response.headers.getSetCookie?.() ?? [];
  if (cookies.length > 0) message.headers['set-cookie'] = cookies;
}

export class ClientRequest extends OutgoingMessage {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly protocol: string;
  aborted = false;
  reusedSocket = false;
  res: IncomingMessage | undefined;
  agent: any;
  private _isClosed = false;
  private readonly _url: string;
  private readonly _body: any[] = [];
  private readonly _controller = new (globalThis as any).AbortController();
  private _timer: any;

  constructor(url: string, options: any) {
    super({ autoDestroy: false, emitClose: false, write: (chunk: any, _: any, done: any) => (this._body.push(chunk), done()) });
    refuse(options);
    this.agent = options.agent;
    this._url = url;
    const parsed: any = new URL(url);
    this.method = String(options.method ?? 'GET').toUpperCase();
    this.path = `${parsed.pathname}${parsed.search}`;
    this.host = parsed.hostname;
    this.protocol = parsed.protocol;
    const given = options.headers ?? {};
    for (const [name, value] of Array.isArray(given) ? pairs(given) : Object.entries(given)) this.setHeader(String(name), value);
    if (options.auth) this.setHeader('authorization', `Basic ${Buffer.from(options.auth).toString('base64')}`);
    if (options.timeout) this.setTimeout(options.timeout);
    options.signal?.addEventListener('abort', () => this.destroy(options.signal.reason), { once: true });
    this.once('finish', () => {
      this.finished = true;
      void this._send();
    });
    queueMicrotask(() => this.emit('socket', this.socket));
  }

  private async _send(): Promise<void> {
    const hasBody = this._body.length > 0 && this.method !== 'GET' && this.method !== 'HEAD';
    try {
      const response = await fetch(this._url, {
        method: this.method,
        headers: this._lines().filter(([name]) => !/^(content-length|transfer-encoding|connection|host)$/i.test(name!)) as any,
        redirect: 'manual',
        signal: this._controller.signal,
        ...(hasBody ? { body: Buffer.concat(this._body) } : {}),
      } as any);
      this._answer(response);
    } catch (error: any) {
      if (!this.destroyed) this.destroy(reset(error));
    }
  }

  /** After the last of the answer. */
  private _close(): void {
    if (this._isClosed) return;
    this._isClosed = true;
    clearTimeout(this._timer);
    this.emit('close');
  }

  private _answer(response: any): void {
    const reader = response.body?.getReader();
    const message: IncomingMessage = new IncomingMessage({
      read(this: IncomingMessage) {
        if (reader === undefined) return this._end();
        reader.read().then(({ done, value }: any) => {
          if (done) this._end();
          else this.push(bufferOver(value));
        }, (error: any) => this.destroy(this.destroyed ? undefined : reset(error)));
      },
      destroy: (error: any, done: any) => {
        if (!message.complete) {
          message.aborted = true;
          this._controller.abort(error ?? undefined);
          message.emit('aborted');
        }
        done(error);
      },
    });
    message.once('close', () => this._close());
    this.res = message;
    clearTimeout(this._timer);
    message.statusCode = response.status;
    message.statusMessage = response.statusText || (STATUS_CODES[response.status] ?? '');
    message.url = '';
    message.req = this;
    take(message, response);
    if (!this.emit('response', message)) message.resume();
  }

  setTimeout(delay: number, listener?: () => void): this {
    if (listener !== undefined) this.once('timeout', listener);
    clearTimeout(this._timer);
    if (delay > 0) {
      this._timer = setTimeout(() => {
        this.socket.emit('timeout');
        this.emit('timeout');
      }, delay);
    }
    return this;
  }

  abort(): void {
    this.aborted = true;
    this.destroy();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const isOpen = this.res === undefined || !this.res.complete;
    this._controller.abort(error ?? undefined);
    // Who does not listen does not mind.
    if (isOpen) this.res?.destroy(this.res.listenerCount('error') > 0 ? (error ?? nodeError('ECONNRESET', 'aborted')) : undefined);
    // Without an answer there is an error also for those who gave none.
    done(error ?? (isOpen && this.res === undefined ? nodeError('ECONNRESET', 'socket hang up') : null));
    queueMicrotask(() => queueMicrotask(() => this._close()));
  }

  setNoDelay(): void {}
  setSocketKeepAlive(): void {}
}

/** `request(url?, options?, callback?)` for one protocol. */
export function requester(protocol: string): (...args: any[]) => ClientRequest {
  return (...args) => {
    const callback = typeof args.at(-1) === 'function' ? args.pop() : undefined;
    const [first, second] = args;
    const url: any = typeof first === 'string' ? new URL(first) : first?.href !== undefined && first.searchParams !== undefined ? first : null;
    const options = { ...(url === null ? first : urlToHttpOptions(url)), ...(url === null ? {} : second) };
    const [pathname = '/', search = ''] = String(options.path ?? '/').split(/(?=\?)/);
    const target = format({
      protocol: options.protocol ?? protocol,
      hostname: String(options.hostname ?? options.host ?? 'localhost').replace(/^([^:[\]]+):\d+$/, '$1'),
      port: options.port ?? (/:(\d+)$/.exec(String(options.hostname ? '' : (options.host ?? ''))) ?? [])[1] ?? '',
      pathname,
      search,
    });
    const request = new ClientRequest(target, options);
    if (callback !== undefined) request.once('response', callback);
    return request;
  };
}

/** The same, sent at once. */
export function getter(request: (...args: any[]) => ClientRequest): (...args: any[]) => ClientRequest {
  return (...args) => {
    const made: any = request(...args);
    made.end();
    return made;
  };
}

export class Agent extends EventEmitter {
  options: any;
  maxSockets = Infinity;
  maxFreeSockets = 256;
  keepAlive = true;
  sockets = {};
  freeSockets = {};
  requests = {};

  constructor(options: any = {}) {
    super();
    this.options = options;
  }

  destroy(): void {}
}

export const request = requester('http:');
export const get = getter(request);
export const globalAgent = new Agent();

export const { setMaxIdleHTTPParsers } = unavailable('http', ['setMaxIdleHTTPParsers']);

export default {
  Agent, ClientRequest, IncomingMessage, METHODS, OutgoingMessage, STATUS_CODES, Server, ServerResponse, createServer, get, globalAgent,
  maxHeaderSize, request, setMaxIdleHTTPParsers, validateHeaderName, validateHeaderValue,
};
