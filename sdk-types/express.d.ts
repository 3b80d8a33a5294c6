// Declarations of the built-in `express`, for projects that have not installed the package. One that is in
// node_modules comes first, at run time and for types.

/** Names of a path's parameters: `/users/:id` has `id`, `/files/*path` has `path`. */
export type ParamsOf<Path extends string> = string extends Path ? Record<string, any> : Flat<Segments<Path>>;
type Flat<T> = { [Key in keyof T]: T[Key] };
type Segments<Path extends string> = Path extends `${infer Before}{${infer Inside}}${infer After}`
  ? Segments<Before> & Partial<Segments<Inside>> & Segments<After>
  : Path extends `${infer First}/${infer Rest}` ? Segment<First> & Segments<Rest> : Segment<Path>;
type Segment<Part extends string> = Part extends `${string}:${infer Name}` ? One<Name> : Part extends `*${infer Name}` ? { [Key in Name]: string[] } : {};
type One<Name extends string> = Name extends `${infer Plain}(${string})` ? { [Key in Plain]: string }
  : Name extends `${infer Plain}?` ? { [Key in Plain]?: string }
  : Name extends `${infer Plain}.${string}` ? { [Key in Plain]: string }
  : { [Key in Name]: string };

export interface NextFunction {
  (error?: unknown): void;
  (leave: 'route' | 'router'): void;
}

export type RequestHandler<Params = Record<string, any>> = (req: Request<Params>, res: Response, next: NextFunction) => unknown;
export type ErrorRequestHandler = (error: any, req: Request, res: Response, next: NextFunction) => unknown;
export type Handlers<Params = Record<string, any>> = (RequestHandler<Params> | ErrorRequestHandler | Handlers<Params>)[];
export type PathPattern = string | RegExp | (string | RegExp)[];

export interface Request<Params = Record<string, any>> extends AsyncIterable<Uint8Array> {
  readonly app: Express;
  readonly method: string;
  url: string;
  readonly originalUrl: string;
  readonly baseUrl: string;
  readonly path: string;
  params: Params;
  /** Read as the setting `query parser` says: flat by default. */
  readonly query: Record<string, any>;
  /** Set by `express.json()` and the like. */
  body: any;
  readonly headers: Record<string, string | undefined> & { 'set-cookie'?: string[] };
  readonly rawHeaders: string[];
  readonly protocol: string;
  readonly secure: boolean;
  readonly host: string | undefined;
  readonly hostname: string | undefined;
  readonly ip: string | undefined;
  readonly ips: string[];
  readonly subdomains: string[];
  readonly xhr: boolean;
  readonly fresh: boolean;
  readonly stale: boolean;
  readonly route: any;
  readonly res: Response;
  readonly socket: any;
  get(name: 'set-cookie'): string[] | undefined;
  get(name: string): string | undefined;
  header(name: string): string | undefined;
  accepts(): string[];
  accepts(...types: (string | string[])[]): string | false;
  acceptsEncodings(...names: (string | string[])[]): string | string[] | false;
  acceptsCharsets(...names: (string | string[])[]): string | string[] | false;
  acceptsLanguages(...names: (string | string[])[]): string | string[] | false;
  is(...types: (string | string[])[]): string | false | null;
  on(event: string, listener: (...args: any[]) => void): this;
  [name: string]: any;
}

export interface CookieOptions {
  domain?: string;
  encode?: (value: string) => string;
  expires?: Date;
  httpOnly?: boolean;
  /** Milliseconds. */
  maxAge?: number;
  partitioned?: boolean;
  path?: string;
  priority?: 'low' | 'medium' | 'high';
  sameSite?: boolean | 'strict' | 'lax' | 'none';
  secure?: boolean;
  signed?: boolean;
}

export interface FileOptions {
  acceptRanges?: boolean;
  cacheControl?: boolean;
  dotfiles?: 'allow' | 'deny' | 'ignore';
  etag?: boolean;
  headers?: Record<string, string>;
  immutable?: boolean;
  lastModified?: boolean;
  /** Milliseconds, or text such as `1d`. */
  maxAge?: number | string;
  root?: string;
}

export interface Response {
  readonly app: Express;
  readonly req: Request;
  readonly locals: Record<string, any>;
  statusCode: number;
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  status(code: number): this;
  sendStatus(code: number): this;
  set(name: string, value: string | number | string[]): this;
  set(headers: Record<string, string | number | string[]>): this;
  header(name: string, value: string | number | string[]): this;
  header(headers: Record<string, string | number | string[]>): this;
  get(name: string): any;
  append(name: string, value: string | string[]): this;
  type(type: string): this;
  contentType(type: string): this;
  vary(field: string | string[]): this;
  links(links: Record<string, string | string[]>): this;
  location(url: string): this;
  json(value?: unknown): this;
  jsonp(value?: unknown): this;
  send(body?: unknown): this;
  redirect(url: string): void;
  redirect(status: number, url: string): void;
  format(choices: Record<string, (req: Request, res: Response, next: NextFunction) => unknown>): this;
  attachment(filename?: string): this;
  cookie(name: string, value: unknown, options?: CookieOptions): this;
  clearCookie(name: string, options?: CookieOptions): this;
  sendFile(path: string, done?: (error?: Error) => void): void;
  sendFile(path: string, options: FileOptions, done?: (error?: Error) => void): void;
  download(path: string, done?: (error?: Error) => void): void;
  download(path: string, filename: string, done?: (error?: Error) => void): void;
  download(path: string, filename: string, options: FileOptions, done?: (error?: Error) => void): void;
  setHeader(name: string, value: string | number | string[]): this;
  getHeader(name: string): any;
  getHeaders(): Record<string, any>;
  hasHeader(name: string): boolean;
  removeHeader(name: string): void;
  writeHead(status: number, headers?: Record<string, string | number | string[]>): this;
  writeHead(status: number, message: string, headers?: Record<string, string | number | string[]>): this;
  write(chunk: string | Uint8Array, done?: (error?: Error | null) => void): boolean;
  end(done?: () => void): this;
  end(chunk: string | Uint8Array, done?: () => void): this;
  flushHeaders(): void;
  on(event: string, listener: (...args: any[]) => void): this;
  once(event: string, listener: (...args: any[]) => void): this;
}

/** Declares handlers for a path. */
interface Verb<This> {
  <Path extends string>(path: Path, ...handlers: RequestHandler<ParamsOf<Path>>[]): This;
  <Path extends string>(path: Path, ...handlers: Handlers<ParamsOf<Path>>): This;
  (path: PathPattern, ...handlers: RequestHandler[]): This;
  (path: PathPattern, ...handlers: Handlers): This;
}

interface RouteVerb {
  (...handlers: RequestHandler[]): Route;
  (...handlers: Handlers): Route;
}

export interface Route {
  readonly path: PathPattern;
  all: RouteVerb;
  delete: RouteVerb;
  get: RouteVerb;
  head: RouteVerb;
  options: RouteVerb;
  patch: RouteVerb;
  post: RouteVerb;
  put: RouteVerb;
}

export interface Routes {
  all: Verb<this>;
  delete: Verb<this>;
  get: Verb<this>;
  head: Verb<this>;
  options: Verb<this>;
  patch: Verb<this>;
  post: Verb<this>;
  put: Verb<this>;
  route(path: PathPattern): Route;
  use(...handlers: RequestHandler[]): this;
  use(...handlers: Handlers): this;
  use(path: PathPattern, ...handlers: RequestHandler[]): this;
  use(path: PathPattern, ...handlers: Handlers): this;
  param(name: string, handler: (req: Request, res: Response, next: NextFunction, value: any, name: string) => unknown): this;
}

export interface Router extends Routes {
  (req: any, res: any, next: NextFunction): void;
}

export interface Server {
  readonly listening: boolean;
  address(): { address: string; family: string; port: number } | null;
  close(done?: (error?: Error) => void): this;
  on(event: string, listener: (...args: any[]) => void): this;
}

export interface Settings {
  'case sensitive routing': boolean;
  env: string;
  etag: boolean | 'weak' | 'strong' | ((body: Uint8Array) => string | undefined);
  'json escape': boolean;
  'json replacer': (key: string, value: any) => unknown;
  'json spaces': number | string;
  'jsonp callback name': string;
  'query parser': boolean | 'simple' | 'extended' | ((text: string) => Record<string, any>);
  'strict routing': boolean;
  'subdomain offset': number;
  'trust proxy': boolean | number | string | string[] | ((address: string, hop: number) => boolean);
  'x-powered-by': boolean;
}

export interface Express extends Omit<Routes, 'get'> {
  (req: any, res: any, next?: NextFunction): void;
  get: Verb<this> & ((setting: string) => any);
  readonly locals: Record<string, any>;
  readonly mountpath: PathPattern;
  readonly router: Router;
  set<Name extends keyof Settings>(name: Name, value: Settings[Name]): this;
  set(name: string, value: unknown): this;
  enable(name: string): this;
  disable(name: string): this;
  enabled(name: string): boolean;
  disabled(name: string): boolean;
  path(): string;
  /** The routes are served beside the webhooks. The command line and `PORT` come before the port. */
  listen(port?: number | string, done?: () => void): Server;
  listen(port: number | string, host: string, done?: () => void): Server;
  listen(done: () => void): Server;
  on(event: 'mount', listener: (parent: Express) => void): this;
}

export interface BodyOptions {
  inflate?: boolean;
  /** Bytes, or text such as `100kb`. */
  limit?: number | string;
  type?: string | string[] | ((req: any) => boolean);
  verify?: (req: any, res: any, bytes: Uint8Array, encoding: string) => void;
}

export interface StaticOptions extends Omit<FileOptions, 'headers' | 'root'> {
  extensions?: string[];
  fallthrough?: boolean;
  index?: string | string[] | false;
  redirect?: boolean;
  setHeaders?: (res: Response, path: string, facts: any) => void;
}

export declare function json(options?: BodyOptions & { reviver?: (key: string, value: any) => any; strict?: boolean }): RequestHandler;
export declare function urlencoded(options?: BodyOptions & { extended?: boolean; parameterLimit?: number }): RequestHandler;
export declare function text(options?: BodyOptions & { defaultCharset?: string }): RequestHandler;
export declare function raw(options?: BodyOptions): RequestHandler;
export declare function Router(options?: { caseSensitive?: boolean; mergeParams?: boolean; strict?: boolean }): Router;
declare function staticFiles(root: string, options?: StaticOptions): RequestHandler;
export { staticFiles as static };

/** Makes an app; the functions beside it are exported by name too. */
declare const express: {
  (): Express;
  readonly Router: typeof Router;
  readonly json: typeof json;
  readonly raw: typeof raw;
  readonly static: typeof staticFiles;
  readonly text: typeof text;
  readonly urlencoded: typeof urlencoded;
};
export default express;
