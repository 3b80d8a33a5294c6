// Paths of routes: patterns as Express 5 has them, and those of Express 4 that mean the same.

export interface Match {
  /** The part of the path that matched. */
  path: string;
  params: Record<string, any>;
}

export type Matcher = (path: string) => Match | undefined;

interface Options {
  /** Whether the pattern must cover the whole path. */
  end: boolean;
  strict?: boolean;
  sensitive?: boolean;
}

/** A parameter: its name, and whether it stands for several segments. */
interface Key {
  name: string;
  isWild: boolean;
}

/** The path of a URL without its origin. */
export function pathOf(url: string): string {
  const query = url.indexOf('?');
  const path = query === -1 ? url : url.slice(0, query);
  const hash = path.indexOf('#');
  return hash === -1 ? path : path.slice(0, hash);
}

const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*/u;

/** What decides whether a path belongs to a pattern: text, a RegExp, or an array of them. */
export function matcherOf(pattern: unknown, options: Options): Matcher {
  if (Array.isArray(pattern)) {
    const all = pattern.map(one => matcherOf(one, options));
    return path => {
      for (const match of all) {
        const found = match(path);
        if (found !== undefined) return found;
      }
      return undefined;
    };
  }
  if (pattern instanceof RegExp) return path => matchOf(pattern.exec(path), undefined);
  if (typeof pattern !== 'string') throw new TypeError(`a path must be text, a RegExp or an array of them, not ${typeof pattern}`);
  // Everything is below the root.
  if (!options.end && (pattern === '/' || pattern === '')) return () => ({ path: '', params: {} });
  const keys: Key[] = [];
  const source = new Parser(pattern, keys).parse();
  const trailing = options.strict ? '' : '(?:\\/$)?';
  const expression = new RegExp(`^(?:${source})${trailing}${options.end ? '$' : '(?=\\/|$)'}`, options.sensitive ? '' : 'i');
  return path => matchOf(expression.exec(path), keys);
}

function matchOf(found: RegExpExecArray | null, keys: Key[] | undefined): Match | undefined {
  if (found === null) return undefined;
  const params: Record<string, any> = Object.create(null);
  if (keys === undefined) {
    for (let index = 1; index < found.length; index++) if (found[index] !== undefined) params[index - 1] = decode(found[index]);
    for (const [name, value] of Object.entries(found.groups ?? {})) if (value !== undefined) params[name] = decode(value);
  } else {
    for (let index = 0; index < keys.length; index++) {
      const value = found[index + 1];
      if (value !== undefined) params[keys[index].name] = keys[index].isWild ? value.split('/').map(decode) : decode(value);
    }
  }
  return { path: found[0], params };
}

function decode(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    throw Object.assign(new URIError(`Failed to decode param '${value}'`), { status: 400, statusCode: 400, expose: true });
  }
}

const escape = (text: string): string => text.replace(/[.+*?^${}()[\]|/\\]/g, '\\$&');

/** From a pattern to the source of a RegExp. */
class Parser {
  private at = 0;
  private unnamed = 0;
  /** Text since the last parameter of this segment; `undefined` before the first one. */
  private between: string | undefined;

  constructor(private readonly text: string, private readonly keys: Key[]) {}

  parse(): string {
    const source = this.sequence(false);
    if (this.at < this.text.length) throw this.unexpected();
    return source;
  }

  private sequence(isInGroup: boolean): string {
    let source = '';
    while (this.at < this.text.length) {
      const character = this.text[this.at];
      if (character === '}' && isInGroup) break;
      if (character === '{') {
        this.at++;
        source += `(?:${this.sequence(true)})?`;
        if (this.text[this.at++] !== '}') throw new TypeError(`a group of the path '${this.text}' has no end`);
      } else if (character === ':') source = this.parameter(source);
      else if (character === '*') source += this.wildcard();
      else if (character === '\\') {
        source += this.literal(this.text[this.at + 1] ?? '\\');
        this.at += 2;
      } else if ('()[]+?!}'.includes(character)) throw this.unexpected();
      else {
        source += this.literal(character);
        this.at++;
      }
    }
    return source;
  }

  private literal(character: string): string {
    if (character === '/') this.between = undefined;
    else if (this.between !== undefined) this.between += character;
    return escape(character);
  }

  private unexpected(): TypeError {
    return new TypeError(`'${this.text[this.at]}' at ${this.at + 1} of the path '${this.text}' means nothing: put a backslash before it, or use a RegExp`);
  }

  private name(): string | undefined {
    const quoted = /^"([^"]+)"/.exec(this.text.slice(this.at));
    const name = quoted ?? NAME.exec(this.text.slice(this.at));
    if (name === null) return undefined;
    this.at += name[0].length;
    return name[1] ?? name[0];
  }

  /** `:name`, `:name(\\d+)`, `:name?`. */
  private parameter(before: string): string {
    this.at++;
    const name = this.name();
    if (name === undefined) throw new TypeError(`the path '${this.text}' has a ':' without a name at ${this.at}`);
    this.keys.push({ name, isWild: false });
    const own = this.text[this.at] === '(' ? this.expression() : this.segment(name);
    this.between = '';
    if (this.text[this.at] !== '?') return `${before}(${own})`;
    this.at++;
    const slash = before.endsWith('\\/');
    return slash ? `${before.slice(0, -2)}(?:\\/(${own}))?` : `${before}(${own})?`;
  }

  /** A parameter does not contain the text before it: otherwise there were very many ways to share a path out. */
  private segment(name: string): string {
    if (this.between === undefined) return '[^\\/]+?';
    if (this.between === '') throw new TypeError(`the path '${this.text}' needs text before the parameter '${name}'`);
    return `(?:(?!${escape(this.between)})[^\\/])+?`;
  }

  private expression(): string {
    const start = ++this.at;
    for (let depth = 1; depth > 0; this.at++) {
      if (this.at >= this.text.length) throw new TypeError(`the expression at ${start} of the path '${this.text}' has no end`);
      if (this.text[this.at] === '\\') this.at++;
      else if (this.text[this.at] === '(') depth++;
      else if (this.text[this.at] === ')') depth--;
    }
    return this.text.slice(start, this.at - 1).replace(/\((?!\?)/g, '(?:');
  }

  /** `*name`, and `*` alone as Express 4 has it. */
  private wildcard(): string {
    this.at++;
    const name = this.name();
    this.keys.push(name === undefined ? { name: String(this.unnamed++), isWild: false } : { name, isWild: true });
    return name === undefined ? '(.*)' : '(.+)';
  }
}
