// The built-in `express`: Express 5 without views. A package of that name in node_modules comes first.

import { EventEmitter } from 'node:events';
import { STATUS_CODES, createServer } from 'node:http';
import { LISTENS_BY } from 'cronflow:internal/node/http_server';
import { notAvailable } from 'cronflow:internal/node/errors';
import { json, raw, text, urlencoded } from 'cronflow:internal/express/body';
import { staticFiles } from 'cronflow:internal/express/files';
import { page } from 'cronflow:internal/express/html';
import { readNested, readSimple } from 'cronflow:internal/express/query';
import { request, trustOf } from 'cronflow:internal/express/request';
import { etagOf, response } from 'cronflow:internal/express/response';
import { METHODS, Route, Router, splitPath } from 'cronflow:internal/express/router';

type Next = (error?: unknown) => void;

const EVENTS = ['on', 'once', 'off', 'emit', 'addListener', 'removeListener', 'removeAllListeners', 'listeners', 'listenerCount'];

/** Settings whose value stands for a function. */
const COMPILED: Record<string, [string, (value: any) => unknown]> = {
  etag: ['etag fn', etagFunction],
  'query parser': ['query parser fn', queryFunction],
  'trust proxy': ['trust proxy fn', trustOf],
};

function etagFunction(value: any): unknown {
  if (typeof value === 'function') return value;
  if (value === false) return undefined;
  if (value !== true && value !== 'weak' && value !== 'strong') throw new TypeError(`'etag' must be true, false, 'weak', 'strong' or a function, not ${String(value)}`);
  return (body: Uint8Array) => etagOf(body, value !== 'strong');
}

function queryFunction(value: any): unknown {
  if (typeof value === 'function') return value;
  if (value === false) return () => ({});
  if (value === true || value === 'simple') return (text: string) => readSimple(text);
  if (value === 'extended') return (text: string) => readNested(text);
  throw new TypeError(`'query parser' must be 'simple', 'extended', false or a function, not ${String(value)}`);
}

/** What an app has set, or an app around it. */
function settingOf(app: any, name: string): any {
  for (; app !== undefined; app = app.parent) if (name in app.settings) return app.settings[name];
  return undefined;
}

const APPLICATION = {
  init(this: any): void {
    this.settings = Object.create(null);
    this.locals = Object.assign(Object.create(null), { settings: this.settings });
    this.mountpath = '/';
    const defaults = { env: (globalThis as any).process.env.NODE_ENV || 'development', etag: 'weak', 'query parser': 'simple', 'subdomain offset': 2, 'trust proxy': false, 'jsonp callback name': 'callback' };
    for (const [name, value] of Object.entries(defaults)) this.set(name, value);
    this._trusts = false;
    let router: any;
    Object.defineProperty(this, 'router', {
      get: () => (router ??= Router({ caseSensitive: this.enabled('case sensitive routing'), strict: this.enabled('strict routing') })),
      configurable: true,
    });
  },

  set(this: any, name: string, ...value: unknown[]): any {
    if (value.length === 0) return settingOf(this, name);
    if (name === 'view engine' || name === 'views' || name === 'view cache') throw notAvailable(`the setting '${name}' of the built-in express`, 'install the package express with an engine for views');
    this.settings[name] = value[0];
    if (name === 'trust proxy') this._trusts = true;
    const compiled = COMPILED[name];
    if (compiled !== undefined) this.settings[compiled[0]] = compiled[1](value[0]);
    return this;
  },

  enabled(this: any, name: string): boolean {
    return Boolean(this.set(name));
  },
  disabled(this: any, name: string): boolean {
    return !this.set(name);
  },
  enable(this: any, name: string): any {
    return this.set(name, true);
  },
  disable(this: any, name: string): any {
    return this.set(name, false);
  },

  /** `app.get(setting)`, and a route for GET. */
  get(this: any, path: any, ...handlers: any[]): any {
    if (handlers.length === 0) return settingOf(this, path);
    this.router.get(path, ...handlers);
    return this;
  },

  use(this: any, ...args: any[]): any {
    const [path, given] = splitPath(args);
    const handlers = given.flat(Infinity);
    if (handlers.length === 0) throw new TypeError('app.use() requires a middleware function');
    for (const handler of handlers) {
      if (typeof handler?.handle !== 'function' || typeof handler.set !== 'function') {
        this.router.use(path, handler);
        continue;
      }
      handler.mountpath = path;
      handler.parent = this;
      // What it has not set itself is its parent's to say.
      if (!handler._trusts) for (const name of ['trust proxy', 'trust proxy fn']) delete handler.settings[name];
      this.router.use(path, (req: any, res: any, next: Next) => {
        const { app } = req;
        handler.handle(req, res, (error?: unknown) => {
          Object.setPrototypeOf(req, app.request);
          Object.setPrototypeOf(res, app.response);
          next(error);
        });
      });
      handler.emit('mount', this);
    }
    return this;
  },

  route(this: any, path: unknown): Route {
    return this.router.route(path);
  },
  all(this: any, path: unknown, ...handlers: any[]): any {
    this.router.all(path, ...handlers);
    return this;
  },
  param(this: any, name: string | string[], handler: any): any {
    for (const one of [name].flat()) this.router.param(one, handler);
    return this;
  },
  path(this: any): string {
    return this.parent === undefined ? '' : this.parent.path() + this.mountpath;
  },

  engine(): never {
    throw notAvailable('app.engine() of the built-in express', 'install the package express for views');
  },
  render(): never {
    throw notAvailable('app.render() of the built-in express', 'install the package express for views');
  },

  handle(this: any, req: any, res: any, done?: Next): void {
    Object.setPrototypeOf(req, this.request);
    Object.setPrototypeOf(res, this.response);
    req.res = res;
    res.req = req;
    res.locals ??= Object.create(null);
    if (settingOf(this, 'x-powered-by')) res.setHeader('X-Powered-By', 'Express');
    this.router.handle(req, res, done ?? ((error?: unknown) => answerLast(req, res, error)));
  },

  listen(this: any, ...args: any[]): any {
    const server = createServer(this);
    server[LISTENS_BY] = 'app.listen()';
    return server.listen(...args);
  },
};

for (const method of METHODS) {
  if (method === 'get') continue;
  (APPLICATION as any)[method] = function (this: any, path: unknown, ...handlers: any[]) {
    this.router[method](path, ...handlers);
    return this;
  };
}

/** Nobody has answered: not found, or an error that nobody has handled. Its text goes to the log, not to the client. */
function answerLast(req: any, res: any, error: any): void {
  const status = error === undefined || error === null ? 404 : statusOf(error, res);
  const path = (req.originalUrl ?? req.url).split('?')[0];
  const isShown = error !== undefined && error !== null && status < 500 && typeof error.message === 'string';
  const message = error === undefined || error === null ? `Cannot ${req.method} ${path}` : isShown ? error.message : (STATUS_CODES[status] ?? 'Error');
  if (status >= 500) console.error(error);
  if (res.headersSent) {
    res.destroy();
    return;
  }
  for (const name of ['Content-Encoding', 'Content-Language', 'Content-Range']) res.removeHeader(name);
  const isHttpError = [error?.status, error?.statusCode].some(isErrorStatus);
  for (const [name, value] of Object.entries(isHttpError ? (error.headers ?? {}) : {})) res.setHeader(name, value);
  const body = page('Error', message);
  res.statusCode = status;
  res.setHeader('Content-Security-Policy', "default-src 'none'");
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Content-Type', 'text/html; charset=utf-8');
  res.setHeader('Content-Length', new TextEncoder().encode(body).length);
  res.end(req.method === 'HEAD' ? undefined : body);
}

function statusOf(error: any, res: any): number {
  return [error.status, error.statusCode, res.statusCode].find(isErrorStatus) ?? 500;
}

function isErrorStatus(status: unknown): boolean {
  return Number.isInteger(status) && (status as number) >= 400 && (status as number) <= 599;
}

function express(): any {
  const app: any = function (req: any, res: any, next?: Next) {
    app.handle(req, res, next);
  };
  const events: any = new EventEmitter();
  for (const name of EVENTS) {
    app[name] = (...args: unknown[]) => {
      const result = events[name](...args);
      return result === events ? app : result;
    };
  }
  Object.assign(app, APPLICATION);
  app.request = Object.create(request, { app: { value: app, configurable: true, enumerable: true, writable: true } });
  app.response = Object.create(response, { app: { value: app, configurable: true, enumerable: true, writable: true } });
  app.init();
  return app;
}

export { Route, Router, json, raw, request, response, staticFiles as static, text, urlencoded };
export const application = APPLICATION;
export default Object.assign(express, { Route, Router, application: APPLICATION, json, raw, request, response, static: staticFiles, text, urlencoded });
