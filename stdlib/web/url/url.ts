// URL (https://url.spec.whatwg.org/#url-class). Complete; parsing and changing are native.

import { builtinModule, urlParse, urlParts, urlSet } from 'cronflow:internal/ops';
import { URLSearchParams, bind, reread } from 'cronflow:internal/web/url/search_params';
import { defineInterface, hide, required, toScalarText } from 'cronflow:internal/web/webidl';

/** The parts in the order of `urlParts`. */
const PARTS = ['protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash', 'origin'] as const;
const SEARCH = PARTS.indexOf('search');

function parse(input: unknown, base: unknown): string | null {
  const text = toScalarText(input);
  return base === undefined ? urlParse(text) : urlParse(text, toScalarText(base));
}

/** The text as an absolute URL; throws a TypeError when it is none. */
export function absolute(input: unknown): string {
  const href = parse(input, undefined);
  if (href === null) throw new TypeError(`Failed to parse URL from ${String(input)}`);
  return href;
}

let partsOf: (url: URL) => string[];
let change: (url: URL, part: string, value: string) => void;

export class URL {
  #href: string;
  /** Made at the first question for a part. */
  #parts: string[] | null = null;
  #params: URLSearchParams | null = null;
  declare protocol: string;
  declare username: string;
  declare password: string;
  declare host: string;
  declare hostname: string;
  declare port: string;
  declare pathname: string;
  declare search: string;
  declare hash: string;

  static {
    partsOf = url => (url.#parts ??= urlParts(url.#href));
    change = (url, part, value) => {
      const href = urlSet(url.#href, part, value);
      if (href !== url.#href) {
        url.#href = href;
        url.#parts = null;
      }
      if (part === 'search' && url.#params !== null) reread(url.#params, partsOf(url)[SEARCH]);
    };
  }

  constructor(url: unknown, base: unknown = undefined) {
    required(arguments, 1, 'URL');
    const href = parse(url, base);
    if (href === null) throw Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL', input: String(url) });
    this.#href = href;
  }

  get href(): string {
    return this.#href;
  }

  set href(value: unknown) {
    this.#href;
    const href = parse(value, undefined);
    if (href === null) throw Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL', input: String(value) });
    this.#href = href;
    this.#parts = null;
    if (this.#params !== null) reread(this.#params, partsOf(this)[SEARCH]);
  }

  get origin(): string {
    return partsOf(this)[PARTS.length - 1];
  }

  /** Changes as the URL does, and the other way round. */
  get searchParams(): URLSearchParams {
    if (this.#params === null) {
      const params = new URLSearchParams(partsOf(this)[SEARCH]);
      bind(params, query => {
        this.#href = urlSet(this.#href, 'search', query);
        this.#parts = null;
      });
      this.#params = params;
    }
    return this.#params;
  }

  toString(): string {
    return this.#href;
  }

  toJSON(): string {
    return this.#href;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): unknown {
    return `URL { href: '${this.#href}' }`;
  }

  static canParse(url: unknown, base: unknown = undefined): boolean {
    required(arguments, 1, 'URL.canParse');
    return parse(url, base) !== null;
  }

  static parse(url: unknown, base: unknown = undefined): URL | null {
    required(arguments, 1, 'URL.parse');
    return parse(url, base) === null ? null : new URL(url, base);
  }

  static createObjectURL(blob: unknown): string {
    required(arguments, 1, 'URL.createObjectURL');
    return blobUrls().createObjectURL(blob);
  }

  static revokeObjectURL(url: unknown): void {
    required(arguments, 1, 'URL.revokeObjectURL');
    blobUrls().revokeObjectURL(toScalarText(url));
  }
}

for (const [index, name] of PARTS.entries()) {
  if (name === 'origin') continue;
  const accessor = {
    get [name](): string {
      return partsOf(this as any)[index];
    },
    set [name](value: unknown) {
      // The object first: a foreign one is refused before anything is converted.
      partsOf(this as any);
      change(this as any, name, toScalarText(value));
    },
  };
  Object.defineProperty(URL.prototype, name, Object.getOwnPropertyDescriptor(accessor, name)!);
}

defineInterface(URL, 'URL');
hide(URL.prototype, Symbol.for('nodejs.util.inspect.custom'));

/** Loaded at the first use: few programs need them. */
function blobUrls(): any {
  return builtinModule('cronflow:internal/web/file/blob_url');
}

export { URLSearchParams };
