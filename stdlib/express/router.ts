// Router of Express: handlers by path and method, each of which may hand over to the next.

import { METHODS as NAMES } from 'node:http';
import { type Matcher, matcherOf } from 'cronflow:internal/express/path';

export const METHODS = NAMES.map(name => name.toLowerCase());

/** Handlers that call one another directly before the stack gets a rest. */
const MAX_DIRECT = 50;

type Handler = (...args: any[]) => unknown;

interface Layer {
  match: Matcher;
  /** Cut off the path for the handler. */
  isMounted: boolean;
  handler?: Handler;
  route?: Route;
}

/** One path with handlers for methods. */
export class Route {
  readonly stack: { method: string | undefined; handler: Handler }[] = [];

  constructor(readonly path: unknown) {}

  get methods(): Record<string, boolean> {
    return Object.fromEntries(this.stack.map(({ method }) => [method ?? '_all', true]));
  }

  answers(method: string): boolean {
    for (let index = 0; index < this.stack.length; index++) {
      const own = this.stack[index].method;
      if (isFor(own, method) || (method === 'head' && own === 'get')) return true;
    }
    return false;
  }

  all(...handlers: any[]): this {
    for (const handler of handlersOf(handlers, 'route.all()')) this.stack.push({ method: undefined, handler });
    return this;
  }

  dispatch(req: any, res: any, done: Handler): void {
    const given = req.method.toLowerCase();
    const method = given === 'head' && !this.stack.some(one => one.method === 'head') ? 'get' : given;
    req.route = this;
    const handlers: Handler[] = [];
    for (let index = 0; index < this.stack.length; index++) if (isFor(this.stack[index].method, method)) handlers.push(this.stack[index].handler);
    inTurn(handlers, (handler, error, next) => call(handler, error, req, res, next), (error: any) => done(error === 'route' ? undefined : error));
  }
}

function isFor(own: string | undefined, method: string): boolean {
  return own === undefined || own === method;
}

for (const method of METHODS) {
  Object.defineProperty(Route.prototype, method, {
    value(this: Route, ...handlers: any[]) {
      for (const handler of handlersOf(handlers, `route.${method}()`)) this.stack.push({ method, handler });
      return this;
    },
    writable: true, configurable: true,
  });
}

export function handlersOf(given: any[], of: string): Handler[] {
  const handlers = given.flat(Infinity);
  if (handlers.length === 0) throw new TypeError(`${of} needs a handler`);
  for (const handler of handlers) if (typeof handler !== 'function') throw new TypeError(`a handler of ${of} must be a function, not ${handler === null ? 'null' : typeof handler}`);
  return handlers;
}

/** Calls one after the other, each when the one before says `next`. 'route' and 'router' leave. */
function inTurn<T>(items: T[], visit: (item: T, error: unknown, next: (error?: unknown) => void) => void, done: (error?: unknown) => void): void {
  let index = 0;
  let direct = 0;
  const next = (given?: unknown): void => {
    // What is false is no error.
    const error = given || undefined;
    if (error === 'route' || error === 'router' || index >= items.length) return done(error);
    if (++direct > MAX_DIRECT) {
      direct = 0;
      return queueMicrotask(() => next(error));
    }
    visit(items[index++], error, next);
  };
  next();
}

/** A handler with four parameters is for errors, every other one is not. What it throws or rejects goes on as an error. */
function call(handler: Handler, error: unknown, req: any, res: any, next: (error?: unknown) => void): void {
  const isForErrors = handler.length === 4;
  if (handler.length > 4 || isForErrors !== (error !== undefined && error !== null)) return next(error);
  try {
    const result: any = isForErrors ? handler(error, req, res, next) : handler(req, res, next);
    if (typeof result?.then === 'function') result.then(undefined, (reason: unknown) => next(reason ?? new Error('Rejected promise')));
  } catch (thrown) {
    next(thrown ?? new Error('Rejected promise'));
  }
}

/** What `use()` is given: a path, or none for all, and handlers. */
export function splitPath(args: any[]): [path: unknown, handlers: any[]] {
  const [first, ...rest] = args;
  const isHandler = typeof first === 'function' || (Array.isArray(first) && first.flat(Infinity).some(one => typeof one === 'function'));
  return isHandler || args.length === 0 ? ['/', args] : [first, rest];
}

/** What param() has been called with in one request: the value of a name, and what came of it. */
type Called = Map<string, { value: unknown; error: unknown }>;

const ROUTER = {
  use(this: any, ...args: any[]): any {
    const [path, handlers] = splitPath(args);
    for (const handler of handlersOf(handlers, 'use()')) {
      this.stack.push({ match: matcherOf(path, { end: false, strict: false, sensitive: this._options.caseSensitive }), isMounted: true, handler });
    }
    return this;
  },

  route(this: any, path: unknown): Route {
    const route = new Route(path);
    this.stack.push({ match: matcherOf(path, { end: true, strict: this._options.strict, sensitive: this._options.caseSensitive }), isMounted: false, route });
    return route;
  },

  all(this: any, path: unknown, ...handlers: any[]): any {
    this.route(path).all(...handlers);
    return this;
  },

  param(this: any, name: string, handler: Handler): any {
    if (typeof name !== 'string' || typeof handler !== 'function') throw new TypeError('param() needs a name and a function');
    (this._params[name] ??= []).push(handler);
    this._hasParams = true;
    return this;
  },

  handle(this: any, req: any, res: any, done: Handler): void {
    const before = { baseUrl: req.baseUrl ?? '', url: req.url, params: req.params, next: req.next };
    const restore = () => {
      req.baseUrl = before.baseUrl;
      req.url = before.url;
      req.params = before.params;
      req.next = before.next;
    };
    let allowed: Set<string> | undefined;
    const finish = (error?: any) => {
      restore();
      if (error === undefined && allowed !== undefined) return answerOptions(res, [...allowed]);
      done(error === 'router' ? undefined : error);
    };
    const called: Called = new Map();
    req.originalUrl ??= req.url;
    inTurn(this.stack as Layer[], (layer, error, next) => {
      restore();
      req.next = next;
      const path = pathOf(req.url);
      let found;
      try {
        found = layer.match(path);
      } catch (wrong) {
        return next(error ?? wrong);
      }
      if (found === undefined || (layer.isMounted && (!path.startsWith(found.path) || !isWholePart(path, found.path)))) return next(error);
      if (layer.route !== undefined && !layer.route.answers(req.method.toLowerCase())) {
        if (error === undefined && req.method === 'OPTIONS') for (const { method } of layer.route.stack) if (method !== undefined) (allowed ??= new Set()).add(method.toUpperCase());
        return next(error);
      }
      if (error !== undefined && layer.route !== undefined) return next(error);
      req.params = this._options.mergeParams ? { ...before.params, ...found.params } : found.params;
      const go = (wrong?: unknown) => {
        if (wrong !== undefined && wrong !== null) return next(wrong === 'route' ? error : (error ?? wrong));
        if (layer.route !== undefined) return layer.route.dispatch(req, res, next);
        if (found.path !== '') {
          req.url = restOf(req.url, found.path);
          req.baseUrl = before.baseUrl + (found.path.endsWith('/') ? found.path.slice(0, -1) : found.path);
        }
        call(layer.handler!, error, req, res, wrong => next(wrong === 'route' ? undefined : wrong));
      };
      if (this._hasParams) this._withParams(req, res, called, go);
      else go();
    }, finish);
  },

  /** Calls what param() has asked for, once for each value. */
  _withParams(this: any, req: any, res: any, called: Called, done: (error?: unknown) => void): void {
    const wanted = Object.keys(req.params).filter(name => this._params[name] !== undefined);
    inTurn(wanted, (name, error, next) => {
      if (error !== undefined) return next(error);
      const value = req.params[name];
      const known = called.get(name);
      if (known !== undefined && known.value === value) return next(known.error);
      const entry = { value, error: undefined as unknown };
      called.set(name, entry);
      inTurn(this._params[name] as Handler[], (handler, wrong, after) => {
        if (wrong !== undefined) return after(wrong);
        try {
          const result: any = handler(req, res, after, req.params[name], name);
          if (typeof result?.then === 'function') result.then(undefined, after);
        } catch (thrown) {
          after(thrown);
        }
      }, wrong => {
        entry.error = wrong;
        next(wrong);
      });
    }, done);
  },
};

for (const method of METHODS) {
  (ROUTER as any)[method] = function (this: any, path: unknown, ...handlers: any[]) {
    (this.route(path) as any)[method](...handlers);
    return this;
  };
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

/** `/a` covers `/a/b` and not `/ab`. */
function isWholePart(path: string, part: string): boolean {
  return part === '' || part.endsWith('/') || path.length === part.length || path[part.length] === '/';
}

function restOf(url: string, part: string): string {
  const rest = url.slice(part.endsWith('/') ? part.length - 1 : part.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function answerOptions(res: any, methods: string[]): void {
  if (methods.includes('GET') && !methods.includes('HEAD')) methods.push('HEAD');
  const list = methods.sort().join(', ');
  res.setHeader('Allow', list);
  res.setHeader('Content-Type', 'text/plain');
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.end(list);
}

/** `express.Router(options?)`. */
export function Router(options: any = {}): any {
  for (const name of Object.keys(options)) {
    if (!['caseSensitive', 'mergeParams', 'strict'].includes(name)) throw new TypeError(`Router() has no option '${name}': use caseSensitive, mergeParams or strict`);
  }
  const router: any = function (req: any, res: any, next: Handler) {
    router.handle(req, res, next);
  };
  return Object.assign(router, ROUTER, { stack: [], _options: options, _params: Object.create(null), _hasParams: false });
}
