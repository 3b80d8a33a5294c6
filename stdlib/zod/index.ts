// The built-in zod: the core of zod 4, for files whose project has no package of that name.

const HELP = 'the built-in zod does not have it; install the package: npm install zod';

type Path = (string | number)[];
export interface Issue {
  code: string;
  path: Path;
  message: string;
  [key: string]: unknown;
}
type Custom = string | { message?: string; error?: string | ((issue: any) => string | undefined); path?: Path } | undefined;
type Step = (value: any, context: Context) => any;

const INVALID = Symbol('invalid');

/** What one parse has found out. */
class Context {
  issues: Issue[] = [];
  path: Path = [];
  /** Issues after which nothing more is asked of the value. */
  ends = 0;

  add(issue: { code: string; message: string; path?: Path; [key: string]: unknown }, custom?: Custom, goesOn = false): typeof INVALID {
    if (!goesOn) this.ends++;
    const told = { ...issue, path: [...this.path, ...(issue.path ?? [])] };
    const given = typeof custom === 'string' ? custom : custom?.error ?? custom?.message;
    const message = typeof given === 'function' ? given(told) : given;
    this.issues.push(message === undefined ? told : { ...told, message });
    return INVALID;
  }

  at(key: string | number, schema: ZodType, value: unknown): any {
    this.path.push(key);
    const result = schema._run(value, this);
    this.path.pop();
    return result;
  }
}

export class ZodError extends Error {
  issues: Issue[];

  constructor(issues: Issue[]) {
    super(JSON.stringify(issues, null, 2));
    this.name = 'ZodError';
    this.issues = issues;
  }

  flatten(): { formErrors: string[]; fieldErrors: Record<string, string[]> } {
    return flattenError(this);
  }
}

export function flattenError(error: ZodError): { formErrors: string[]; fieldErrors: Record<string, string[]> } {
  const formErrors: string[] = [];
  const fields = new Map<string, string[]>();
  for (const { path, message } of error.issues) {
    if (path.length === 0) formErrors.push(message);
    else fields.set(String(path[0]), [...(fields.get(String(path[0])) ?? []), message]);
  }
  return { formErrors, fieldErrors: Object.fromEntries(fields) };
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value instanceof Date ? 'Date' : typeof value;
}

function wrongType(context: Context, expected: string, value: unknown, custom?: Custom): typeof INVALID {
  const received = kindOf(value);
  const unusual = typeof value === 'number' && !Number.isFinite(value) ? { received } : {};
  return context.add({ expected, code: 'invalid_type', ...unusual, message: `Invalid input: expected ${expected}, received ${received}` }, custom);
}

function sync<T>(value: T): T {
  if (value instanceof Promise) throw new Error(`an asynchronous refine or transform of a zod schema: ${HELP}`);
  return value;
}

/** A schema: how a value is read, and the checks and changes that follow. */
export class ZodType {
  /** The schema takes a property that is missing. */
  _isOptional = false;
  /** The schema has a value of its own for what is missing. */
  _hasOwn = false;
  private _read: Step;
  private _after: Step[] = [];

  constructor(read: Step) {
    this._read = read;
  }

  _run(value: unknown, context: Context): any {
    const before = context.ends;
    let result = this._read(value, context);
    for (const step of this._after) {
      if (context.ends > before) break;
      result = step(result, context);
    }
    return context.ends > before ? INVALID : result;
  }

  _then(step: Step): this {
    const copy = Object.assign(Object.create(Object.getPrototypeOf(this)), this);
    copy._after = [...this._after, step];
    return copy;
  }

  /** A check that lets the checks after it run. */
  _check(fits: (value: any) => boolean, issue: { code: string; message: string }, custom?: Custom, goesOn = true): this {
    return this._then((value, context) => {
      if (!fits(value)) context.add(issue, custom, goesOn);
      return value;
    });
  }

  safeParse(value: unknown): { success: true; data: any } | { success: false; error: ZodError } {
    const context = new Context();
    const data = this._run(value, context);
    return context.issues.length > 0 ? { success: false, error: new ZodError(context.issues) } : { success: true, data };
  }

  parse(value: unknown): any {
    const result = this.safeParse(value);
    if (!result.success) throw result.error;
    return result.data;
  }

  async safeParseAsync(value: unknown) {
    return this.safeParse(value);
  }

  async parseAsync(value: unknown) {
    return this.parse(value);
  }

  get '~standard'() {
    return {
      version: 1 as const,
      vendor: 'zod',
      validate: (value: unknown) => {
        const result = this.safeParse(value);
        return result.success ? { value: result.data } : { issues: result.error.issues };
      },
    };
  }

  optional() {
    return optionalOf(new ZodType((value, context) => (value === undefined && !this._hasOwn ? undefined : this._run(value, context))));
  }

  nullable() {
    const copy = new ZodType((value, context) => (value === null ? null : this._run(value, context)));
    copy._isOptional = this._isOptional;
    return copy;
  }

  nullish() {
    return this.nullable().optional();
  }

  default(given: unknown) {
    const made = () => (typeof given === 'function' ? given() : given);
    const schema = optionalOf(new ZodType((value, context) => (value === undefined ? made() : this._run(value, context))));
    schema._hasOwn = true;
    return schema;
  }

  catch(given: unknown) {
    return optionalOf(new ZodType(value => {
      const result = this.safeParse(value);
      return result.success ? result.data : typeof given === 'function' ? given({ error: result.error, input: value }) : given;
    }));
  }

  refine(fits: (value: any) => unknown, custom?: Custom): this {
    const path = typeof custom === 'object' ? custom.path : undefined;
    return this._then((value, context) => {
      if (!sync(fits(value))) context.add({ code: 'custom', path, message: 'Invalid input' }, custom, true);
      return value;
    });
  }

  superRefine(judge: (value: any, tell: { addIssue(issue: any): void }) => unknown): this {
    return this._then((value, context) => {
      const addIssue = (issue: any) => void context.add({ code: 'custom', message: 'Invalid input', ...(typeof issue === 'string' ? { message: issue } : issue) }, undefined, true);
      sync(judge(value, { addIssue }));
      return value;
    });
  }

  transform(change: (value: any) => any) {
    return this.pipe(new ZodType(value => sync(change(value))));
  }

  pipe(next: ZodType) {
    const piped = new ZodType((value, context) => {
      const before = context.issues.length;
      const result = this._run(value, context);
      if (context.issues.length === before) return next._run(result, context);
      context.ends++;
      return INVALID;
    });
    piped._isOptional = this._isOptional;
    return piped;
  }

  brand(): this {
    return this;
  }

  array() {
    return array(this);
  }

  or(other: ZodType) {
    return union([this, other]);
  }
}

/** Methods that people know from the package and that are not here: each says so. */
const MISSING = [
  'superRefine', 'check', 'overwrite', 'prefault', 'readonly', 'and', 'describe', 'meta', 'register', 'format', 'treeify', 'toJSONSchema', 'spa', 'isOptional',
  'isNullable', 'unwrap', 'nonoptional', 'length', 'startsWith', 'endsWith', 'includes', 'datetime', 'date', 'time', 'duration', 'ip', 'ipv4', 'ipv6', 'cidrv4', 'cidrv6', 'cuid',
  'cuid2', 'ulid', 'nanoid', 'base64', 'base64url', 'jwt', 'emoji', 'e164', 'normalize', 'gte', 'lt', 'lte', 'negative', 'nonpositive', 'multipleOf',
  'step', 'finite', 'safe', 'strip', 'strictObject', 'loose', 'catchall', 'required', 'deepPartial', 'keyof', 'merge', 'safeExtend', 'exclude', 'extract',
];

function nameMissing(): void {
  for (const name of MISSING) {
    if (name in ZodType.prototype) continue;
    const get = () => {
      throw new TypeError(`${name}() of a zod schema: ${HELP}`);
    };
    Object.defineProperty(ZodType.prototype, name, { get, configurable: true });
  }
}

nameMissing();

function optionalOf(schema: ZodType): ZodType {
  schema._isOptional = true;
  return schema;
}

class Sized extends ZodType {
  protected _unit = '';
  protected _origin = '';

  private _bound(fits: (size: number) => boolean, issue: any, custom?: Custom): this {
    const sizeOf = (value: any) => (typeof value === 'number' ? value : value.length);
    return this._check(value => fits(sizeOf(value)), { origin: this._origin, ...issue }, custom);
  }

  _low(limit: number, inclusive: boolean, custom?: Custom) {
    const words = `Too small: expected ${this._origin} ${this._unit ? 'to have ' : 'to be '}${inclusive ? '>=' : '>'}${limit}${this._unit}`;
    return this._bound(size => (inclusive ? size >= limit : size > limit), { code: 'too_small', minimum: limit, inclusive, message: words }, custom);
  }

  _high(limit: number, inclusive: boolean, custom?: Custom) {
    const words = `Too big: expected ${this._origin} ${this._unit ? 'to have ' : 'to be '}${inclusive ? '<=' : '<'}${limit}${this._unit}`;
    return this._bound(size => (inclusive ? size <= limit : size < limit), { code: 'too_big', maximum: limit, inclusive, message: words }, custom);
  }

  min(limit: number, custom?: Custom) {
    return this._low(limit, true, custom);
  }

  max(limit: number, custom?: Custom) {
    return this._high(limit, true, custom);
  }
}

const EMAIL = /^(?!\.)(?!.*\.\.)[A-Za-z0-9_'+\-.]*[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$|^0{8}-(0{4}-){3}0{12}$|^f{8}-(f{4}-){3}f{12}$/i;

export class ZodString extends Sized {
  protected _unit = ' characters';
  protected _origin = 'string';

  private _format(format: string, words: string, fits: (text: string) => boolean, custom?: Custom, more: object = { origin: 'string' }) {
    return this._check(fits, { code: 'invalid_format', format, message: words, ...more } as any, custom);
  }

  nonempty(custom?: Custom) {
    return this.min(1, custom);
  }

  startsWith(prefix: string, custom?: Custom) {
    const fits = (text: string) => text.startsWith(prefix);
    return this._format('starts_with', `Invalid string: must start with "${prefix}"`, fits, custom, { origin: 'string', prefix });
  }

  endsWith(suffix: string, custom?: Custom) {
    const fits = (text: string) => text.endsWith(suffix);
    return this._format('ends_with', `Invalid string: must end with "${suffix}"`, fits, custom, { origin: 'string', suffix });
  }

  includes(includes: string, custom?: Custom) {
    const fits = (text: string) => text.includes(includes);
    return this._format('includes', `Invalid string: must include "${includes}"`, fits, custom, { origin: 'string', includes });
  }

  email(custom?: Custom) {
    return this._format('email', 'Invalid email address', text => EMAIL.test(text), custom);
  }

  uuid(custom?: Custom) {
    return this._format('uuid', 'Invalid UUID', text => UUID.test(text), custom);
  }

  url(custom?: Custom) {
    return this._format('url', 'Invalid URL', text => (globalThis as any).URL.canParse(text), custom, {});
  }

  regex(pattern: RegExp, custom?: Custom) {
    const fits = (text: string) => text.search(pattern) >= 0;
    return this._format('regex', `Invalid string: must match pattern ${pattern}`, fits, custom, { origin: 'string', pattern: String(pattern) });
  }

  trim() {
    return this._then(text => text.trim());
  }

  toLowerCase() {
    return this._then(text => text.toLowerCase());
  }

  toUpperCase() {
    return this._then(text => text.toUpperCase());
  }
}

export class ZodNumber extends Sized {
  protected _origin = 'number';

  gt(limit: number, custom?: Custom) {
    return this._low(limit, false, custom);
  }

  gte(limit: number, custom?: Custom) {
    return this._low(limit, true, custom);
  }

  lt(limit: number, custom?: Custom) {
    return this._high(limit, false, custom);
  }

  lte(limit: number, custom?: Custom) {
    return this._high(limit, true, custom);
  }

  negative(custom?: Custom) {
    return this._high(0, false, custom);
  }

  nonpositive(custom?: Custom) {
    return this._high(0, true, custom);
  }

  int(custom?: Custom) {
    return this._check(Number.isSafeInteger, { expected: 'int', format: 'safeint', code: 'invalid_type', message: 'Invalid input: expected int, received number' } as any, custom, false);
  }

  positive(custom?: Custom) {
    return this._low(0, false, custom);
  }

  nonnegative(custom?: Custom) {
    return this._low(0, true, custom);
  }
}

export class ZodArray extends Sized {
  protected _unit = ' items';
  protected _origin = 'array';
}

type Shape = Record<string, ZodType>;

export class ZodObject extends ZodType {
  shape: Shape;
  private _more: 'strip' | 'strict' | 'passthrough';

  constructor(shape: Shape, more: 'strip' | 'strict' | 'passthrough' = 'strip', custom?: Custom) {
    super((value, context) => {
      if (value === null || typeof value !== 'object' || Array.isArray(value)) return wrongType(context, 'object', value, custom);
      const result: Record<string, unknown> = {};
      const put = (key: string, item: unknown) => Object.defineProperty(result, key, { value: item, writable: true, enumerable: true, configurable: true });
      for (const [key, schema] of Object.entries(shape)) {
        const item = context.at(key, schema, value[key]);
        if (item === undefined && !(key in value) && !schema._isOptional) {
          if (context.issues.every(issue => issue.path.length !== context.path.length + 1 || issue.path.at(-1) !== key)) {
            context.add({ code: 'invalid_type', expected: 'nonoptional', path: [key], message: 'Invalid input: expected nonoptional, received undefined' });
          }
        } else if (item !== undefined || key in value) put(key, item);
      }
      const keys = more === 'strip' ? [] : Object.keys(value).filter(key => !Object.hasOwn(shape, key));
      if (more === 'passthrough') for (const key of keys) put(key, value[key]);
      else if (keys.length > 0) {
        const named = keys.map(key => `"${key}"`).join(', ');
        context.add({ code: 'unrecognized_keys', keys, message: `Unrecognized key${keys.length > 1 ? 's' : ''}: ${named}` }, custom);
      }
      return result;
    });
    this.shape = shape;
    this._more = more;
  }

  strict() {
    return new ZodObject(this.shape, 'strict');
  }

  passthrough() {
    return new ZodObject(this.shape, 'passthrough');
  }

  strip() {
    return new ZodObject(this.shape, 'strip');
  }

  loose() {
    return this.passthrough();
  }

  extend(more: Shape) {
    return new ZodObject({ ...this.shape, ...more }, this._more);
  }

  partial() {
    return new ZodObject(Object.fromEntries(Object.entries(this.shape).map(([key, schema]) => [key, schema.optional()])), this._more);
  }

  pick(keys: Record<string, true>) {
    return new ZodObject(Object.fromEntries(Object.entries(this.shape).filter(([key]) => keys[key])), this._more);
  }

  omit(keys: Record<string, true>) {
    return new ZodObject(Object.fromEntries(Object.entries(this.shape).filter(([key]) => !keys[key])), this._more);
  }
}

const same = (value: any): any => value;

/** `change` is what `z.coerce` does first. */
const typed = (expected: string, custom?: Custom, change = same): Step => (given, context) => {
  const value = change(given);
  return kindOf(value) === expected ? value : wrongType(context, expected, value, custom);
};

const day = (custom?: Custom, change = same) =>
  new ZodType((given, context) => {
    const value = change(given);
    if (!(value instanceof Date)) return wrongType(context, 'date', value, custom);
    if (!Number.isNaN(value.getTime())) return value;
    return context.add({ expected: 'date', code: 'invalid_type', received: 'Invalid Date', message: 'Invalid input: expected date, received Date' }, custom);
  });

function array(item: ZodType, custom?: Custom): ZodArray {
  return new ZodArray((value, context) => {
    if (!Array.isArray(value)) return wrongType(context, 'array', value, custom);
    return value.map((one, index) => context.at(index, item, one));
  });
}

function union(options: ZodType[], custom?: Custom): ZodType {
  const schema = new ZodType((value, context) => {
    const errors: Issue[][] = [];
    for (const option of options) {
      const result = option.safeParse(value);
      if (result.success) return result.data;
      errors.push(result.error.issues);
    }
    return context.add({ code: 'invalid_union', errors, message: 'Invalid input' }, custom);
  });
  schema._isOptional = options.some(option => option._isOptional);
  return schema;
}

function oneOf(values: unknown[], custom?: Custom): ZodType {
  const words = values.map(value => (typeof value === 'string' ? `"${value}"` : String(value)));
  const message = words.length === 1 ? `Invalid input: expected ${words[0]}` : `Invalid option: expected one of ${words.join('|')}`;
  const schema = new ZodType((value, context) => (values.includes(value) ? value : context.add({ code: 'invalid_value', values, message }, custom)));
  return Object.assign(schema, { _values: values });
}

function record(key: ZodType, item: ZodType, custom?: Custom): ZodType {
  return new ZodType((value, context) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return wrongType(context, 'record', value, custom);
    const entries: [string, unknown][] = [];
    for (const [name, one] of Object.entries(value)) {
      const judged = key.safeParse(name);
      if (judged.success) entries.push([judged.data, context.at(name, item, one)]);
      else context.add({ code: 'invalid_key', origin: 'record', issues: judged.error.issues, path: [name], message: 'Invalid key in record' }, custom);
    }
    return Object.fromEntries(entries);
  });
}

/** The member of a union that the value of one property names. */
function discriminatedUnion(discriminator: string, options: ZodObject[], custom?: Custom): ZodType {
  return new ZodType((value, context) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return wrongType(context, 'object', value, custom);
    const option = options.find(one => one.shape[discriminator]?.safeParse(value[discriminator]).success);
    if (option !== undefined) return option._run(value, context);
    const values = options.flatMap(one => (one.shape[discriminator] as any)?._values ?? []);
    const more = { note: 'No matching discriminator', discriminator, ...(values.length > 0 ? { options: values } : {}) };
    const expected = values.map(one => `'${String(one)}'`).join(' | ');
    const message = values.length > 0 ? `Invalid discriminator value. Expected ${expected}` : 'Invalid input';
    return context.add({ code: 'invalid_union', errors: [], ...more, path: [discriminator], message }, custom);
  });
}

function tuple(items: ZodType[], custom?: Custom): ZodType {
  return new ZodType((value, context) => {
    if (!Array.isArray(value)) return wrongType(context, 'tuple', value, custom);
    const [size, needed] = [items.length, items.findLastIndex(item => !item._isOptional) + 1];
    const limit = { inclusive: true, origin: 'array' };
    if (value.length < needed) return context.add({ code: 'too_small', minimum: size, ...limit, message: `Too small: expected array to have >=${size} items` }, custom);
    if (value.length > size) return context.add({ code: 'too_big', maximum: size, ...limit, message: `Too big: expected array to have <=${size} items` }, custom);
    return value.map((one, index) => context.at(index, items[index], one));
  });
}

const known = {
  ZodError, ZodType, ZodString, ZodNumber, ZodArray, ZodObject, flattenError, array, union, record,
  string: (custom?: Custom) => new ZodString(typed('string', custom)),
  number: (custom?: Custom) => new ZodNumber((value, context) => (Number.isFinite(value) ? value : wrongType(context, 'number', value, custom))),
  boolean: (custom?: Custom) => new ZodType(typed('boolean', custom)),
  null: (custom?: Custom) => new ZodType(typed('null', custom)),
  any: () => new ZodType(value => value),
  unknown: () => new ZodType(value => value),
  object: (shape: Shape, custom?: Custom) => new ZodObject(shape, 'strip', custom),
  strictObject: (shape: Shape, custom?: Custom) => new ZodObject(shape, 'strict', custom),
  looseObject: (shape: Shape, custom?: Custom) => new ZodObject(shape, 'passthrough', custom),
  literal: (value: unknown, custom?: Custom) => oneOf([value].flat(), custom),
  enum: (values: string[] | Record<string, string>, custom?: Custom) => oneOf(Object.values(values), custom),
  email: (custom?: Custom) => new ZodString(typed('string')).email(custom),
  date: (custom?: Custom) => day(custom),
  undefined: (custom?: Custom) => optionalOf(new ZodType(typed('undefined', custom))),
  never: (custom?: Custom) => new ZodType((value, context) => wrongType(context, 'never', value, custom)),
  lazy: (make: () => ZodType) => new ZodType((value, context) => make()._run(value, context)),
  preprocess: (change: (value: any) => any, schema: ZodType) => new ZodType((value, context) => schema._run(sync(change(value)), context)),
  coerce: {
    string: (custom?: Custom) => new ZodString(typed('string', custom, String)),
    number: (custom?: Custom) => new ZodNumber(typed('number', custom, Number)),
    boolean: (custom?: Custom) => new ZodType(typed('boolean', custom, Boolean)),
    date: (custom?: Custom) => day(custom, value => new Date(value)),
  },
  discriminatedUnion, tuple,
};

/** Asking for what is not there is an error that names it. */
export const z: typeof known = new Proxy(known, {
  get(target, name) {
    if (typeof name === 'symbol' || name in target || name === 'then') return Reflect.get(target, name);
    throw new TypeError(`z.${name}: ${HELP}`);
  },
});
export default z;

// For `import * as z`.
const { string, number, boolean, any, unknown, object, strictObject, looseObject, literal, email, date, never, lazy, preprocess, coerce, null: nothing, undefined: missing, enum: enumOf } = known;
export { string, number, boolean, any, unknown, object, strictObject, looseObject, literal, email, date, never, lazy, preprocess, coerce, discriminatedUnion, tuple, nothing as null, missing as undefined, enumOf as enum, array, union, record };
