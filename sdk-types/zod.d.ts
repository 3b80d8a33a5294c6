// Declarations of the built-in `zod`, for projects that have not installed the package. One that is in
// node_modules comes first, at run time and for types. A test compares the names with what there is.

type Flat<T> = { [Key in keyof T]: T[Key] } & {};
type Shape = Record<string, ZodType<any, any>>;
type OptionalKeys<T> = { [Key in keyof T]: undefined extends T[Key] ? Key : never }[keyof T];
type Optionalized<T> = Flat<{ [Key in Exclude<keyof T, OptionalKeys<T>>]: T[Key] } & { [Key in OptionalKeys<T>]?: T[Key] }>;
type OutputOf<S extends Shape> = Optionalized<{ -readonly [Key in keyof S]: S[Key]['_output'] }>;
type InputOf<S extends Shape> = Optionalized<{ -readonly [Key in keyof S]: S[Key]['_input'] }>;
type Primitive = string | number | bigint | boolean | null | undefined;
type AnySchema = ZodType<any, any>;
type ErrorMap = (issue: any) => string | { message: string } | undefined | null;
interface Payload<T> {
  value: T;
  readonly issues: { code: string; input?: unknown; message?: string; path?: PropertyKey[]; [detail: string]: any }[];
}
type Details = { error?: string | ErrorMap; message?: string; abort?: boolean; when?: (payload: Payload<any>) => boolean };
type Message = string | Details;
type RefineMessage = string | (Details & { path?: PropertyKey[]; params?: Record<string, unknown> });
type ParseOptions = { error?: ErrorMap; reportInput?: boolean; abortEarly?: boolean };
/** Judges or changes a value; for `check()`. Schemas of formats are checks too. */
interface Check {
  readonly def: { readonly check?: string };
}

export interface ZodIssue {
  code: string;
  path: PropertyKey[];
  message: string;
  [detail: string]: any;
}

export declare class ZodError<T = any> extends Error {
  constructor(issues: ZodIssue[]);
  issues: ZodIssue[];
  readonly isEmpty: boolean;
  addIssue(issue: ZodIssue): void;
  addIssues(issues: ZodIssue[]): void;
  format(mapper?: (issue: ZodIssue) => any): any;
  flatten(): { formErrors: string[]; fieldErrors: { [Key in keyof T]?: string[] } };
  flatten<U>(mapper: (issue: ZodIssue) => U): { formErrors: U[]; fieldErrors: { [Key in keyof T]?: U[] } };
  toString(): string;
}
export { ZodError as ZodRealError };
export declare class ZodAsyncError extends Error {}
export declare class ZodEncodeError extends Error {
  constructor(of: string);
}

export type SafeParseReturn<Output> = { success: true; data: Output; error?: undefined } | { success: false; error: ZodError<Output>; data?: undefined };
export type ZodSafeParseResult<Output> = SafeParseReturn<Output>;

export interface RefinementCtx<T = any> extends Payload<T> {
  addIssue(issue: string | { code?: string; message?: string; path?: PropertyKey[]; [detail: string]: any }): void;
}

interface JsonSchemaParams {
  target?: 'draft-2020-12' | 'draft-07';
  io?: 'input' | 'output';
  unrepresentable?: 'throw' | 'any' | ((told: { zodSchema: AnySchema; path: (string | number)[]; message: string }) => 'throw' | 'any' | object | undefined);
  cycles?: 'ref' | 'throw';
  reused?: 'inline' | 'ref';
  metadata?: ZodRegistry<any>;
  override?: (told: { zodSchema: AnySchema; jsonSchema: any; path: (string | number)[] }) => void;
}
type JsonSchema = { [keyword: string]: any };

export declare class ZodRegistry<Meta = any> {
  add(schema: AnySchema, meta?: Meta): this;
  get(schema: AnySchema): Meta | undefined;
  has(schema: AnySchema): boolean;
  remove(schema: AnySchema): this;
  clear(): this;
}
export interface GlobalMeta {
  id?: string;
  title?: string;
  description?: string;
  deprecated?: boolean;
  examples?: unknown[];
  [more: string]: unknown;
}

export declare abstract class ZodType<Output = any, Input = Output> {
  readonly _output: Output;
  readonly _input: Input;
  readonly def: any;
  readonly type: string;
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => any;
    readonly jsonSchema: { input(options?: any): JsonSchema; output(options?: any): JsonSchema };
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
  readonly description: string | undefined;
  parse(value: unknown, options?: ParseOptions): Output;
  safeParse(value: unknown, options?: ParseOptions): SafeParseReturn<Output>;
  parseAsync(value: unknown, options?: ParseOptions): Promise<Output>;
  safeParseAsync(value: unknown, options?: ParseOptions): Promise<SafeParseReturn<Output>>;
  spa(value: unknown, options?: ParseOptions): Promise<SafeParseReturn<Output>>;
  validate(value: unknown, options?: ParseOptions): boolean;
  validateAsync(value: unknown, options?: ParseOptions): Promise<boolean>;
  decode(value: Input, options?: ParseOptions): Output;
  safeDecode(value: Input, options?: ParseOptions): SafeParseReturn<Output>;
  decodeAsync(value: Input, options?: ParseOptions): Promise<Output>;
  safeDecodeAsync(value: Input, options?: ParseOptions): Promise<SafeParseReturn<Output>>;
  encode(value: Output, options?: ParseOptions): Input;
  safeEncode(value: Output, options?: ParseOptions): SafeParseReturn<Input>;
  encodeAsync(value: Output, options?: ParseOptions): Promise<Input>;
  safeEncodeAsync(value: Output, options?: ParseOptions): Promise<SafeParseReturn<Input>>;
  clone(def?: any, params?: { parent?: boolean }): this;
  check(...checks: (Check | ((payload: Payload<Output>) => unknown))[]): this;
  with(...checks: (Check | ((payload: Payload<Output>) => unknown))[]): this;
  refine<Narrow extends Output>(check: (value: Output) => value is Narrow, message?: RefineMessage): ZodType<Narrow, Input>;
  refine(check: (value: Output) => unknown, message?: RefineMessage): this;
  superRefine(check: (value: Output, ctx: RefinementCtx<Output>) => unknown, message?: RefineMessage): this;
  overwrite(change: (value: Output) => Output): this;
  optional(): ZodOptional<this>;
  exactOptional(): ZodExactOptional<this>;
  nullable(): ZodNullable<this>;
  nullish(): ZodOptional<ZodNullable<this>>;
  nonoptional(message?: Message): ZodNonOptional<this>;
  array(): ZodArray<this>;
  or<Other extends AnySchema>(other: Other): ZodUnion<[this, Other]>;
  and<Other extends AnySchema>(other: Other): ZodIntersection<this, Other>;
  default(value: Exclude<Output, undefined> | (() => Exclude<Output, undefined>)): ZodDefault<this>;
  prefault(value: Input | (() => Input)): ZodPrefault<this>;
  catch(value: Output | ((ctx: { value: unknown; input: unknown; error: { issues: ZodIssue[] } }) => Output)): ZodCatch<this>;
  readonly(): ZodReadonly<this>;
  brand<Brand extends PropertyKey>(): ZodType<Output & BRAND<Brand>, Input>;
  transform<Next>(change: (value: Output, ctx: RefinementCtx<Output>) => Next | Promise<Next>): ZodPipe<Awaited<Next>, Input>;
  pipe<Next extends AnySchema>(next: Next): ZodPipe<Next['_output'], Input>;
  apply<Result, Given extends any[]>(change: (schema: this, ...given: Given) => Result, ...given: Given): Result;
  describe(text: string): this;
  meta(): GlobalMeta | undefined;
  meta(data: GlobalMeta): this;
  register<Meta>(registry: ZodRegistry<Meta>, meta?: Meta): this;
  isOptional(): boolean;
  isNullable(): boolean;
  toJSONSchema(params?: JsonSchemaParams): JsonSchema;
}
export { ZodType as ZodSchema };
export type ZodTypeAny = AnySchema;

declare const zodBrand: unique symbol;
export type BRAND<Brand extends PropertyKey> = { readonly [zodBrand]: Brand };

declare abstract class Wrapper<Inner extends AnySchema, Output, Input> extends ZodType<Output, Input> {
  unwrap(): Inner;
}
export declare class ZodOptional<Inner extends AnySchema> extends Wrapper<Inner, Inner['_output'] | undefined, Inner['_input'] | undefined> {}
export declare class ZodExactOptional<Inner extends AnySchema> extends Wrapper<Inner, Inner['_output'] | undefined, Inner['_input'] | undefined> {}
export declare class ZodNullable<Inner extends AnySchema> extends Wrapper<Inner, Inner['_output'] | null, Inner['_input'] | null> {}
export declare class ZodNonOptional<Inner extends AnySchema> extends Wrapper<Inner, Exclude<Inner['_output'], undefined>, Exclude<Inner['_input'], undefined>> {}
export declare class ZodDefault<Inner extends AnySchema> extends Wrapper<Inner, Exclude<Inner['_output'], undefined>, Inner['_input'] | undefined> {
  removeDefault(): Inner;
}
export declare class ZodPrefault<Inner extends AnySchema> extends Wrapper<Inner, Inner['_output'], Inner['_input'] | undefined> {}
export declare class ZodCatch<Inner extends AnySchema> extends Wrapper<Inner, Inner['_output'], unknown> {
  removeCatch(): Inner;
}
export declare class ZodReadonly<Inner extends AnySchema>
  extends Wrapper<Inner, Inner['_output'] extends object ? Readonly<Inner['_output']> : Inner['_output'], Inner['_input']> {}
export declare class ZodSuccess<Inner extends AnySchema> extends Wrapper<Inner, boolean, Inner['_input']> {}
export declare class ZodLazy<Inner extends AnySchema> extends Wrapper<Inner, Inner['_output'], Inner['_input']> {}
export declare class ZodPromise<Inner extends AnySchema> extends Wrapper<Inner, Inner['_output'], Inner['_input'] | Promise<Inner['_input']>> {}

declare abstract class AnyString<Input = string> extends ZodType<string, Input> {
  readonly format: string | null;
  readonly minLength: number | null;
  readonly maxLength: number | null;
  min(length: number, message?: Message): this;
  max(length: number, message?: Message): this;
  length(length: number, message?: Message): this;
  nonempty(message?: Message): this;
  regex(pattern: RegExp, message?: Message): this;
  includes(text: string, message?: string | (Details & { position?: number })): this;
  startsWith(text: string, message?: Message): this;
  endsWith(text: string, message?: Message): this;
  lowercase(message?: Message): this;
  uppercase(message?: Message): this;
  trim(): this;
  normalize(form?: 'NFC' | 'NFD' | 'NFKC' | 'NFKD'): this;
  toLowerCase(): this;
  toUpperCase(): this;
  slugify(): this;
}

type DatetimeOptions = string | (Details & { offset?: boolean; local?: boolean; precision?: number | null });
type TimeOptions = string | (Details & { precision?: number | null });
type UrlOptions = string | (Details & { hostname?: RegExp; protocol?: RegExp; normalize?: boolean });
type UuidOptions = string | (Details & { version?: 'v1' | 'v2' | 'v3' | 'v4' | 'v5' | 'v6' | 'v7' | 'v8' });
type PatternOptions = string | (Details & { pattern?: RegExp });
type JwtOptions = string | (Details & { alg?: string });
type NanoidOptions = string | (Details & { length?: number });

/** A text in a format; also a check of texts. */
export declare class ZodStringFormat extends AnyString {}
export declare class ZodString<Input = string> extends AnyString<Input> {
  email(options?: PatternOptions): this;
  url(options?: UrlOptions): this;
  jwt(options?: JwtOptions): this;
  emoji(message?: Message): this;
  guid(message?: Message): this;
  uuid(options?: UuidOptions): this;
  uuidv4(message?: Message): this;
  uuidv6(message?: Message): this;
  uuidv7(message?: Message): this;
  nanoid(options?: NanoidOptions): this;
  cuid(message?: Message): this;
  cuid2(message?: Message): this;
  ulid(message?: Message): this;
  base64(message?: Message): this;
  base64url(message?: Message): this;
  xid(message?: Message): this;
  ksuid(message?: Message): this;
  ipv4(message?: Message): this;
  ipv6(message?: Message): this;
  cidrv4(message?: Message): this;
  cidrv6(message?: Message): this;
  e164(message?: Message): this;
  datetime(options?: DatetimeOptions): this;
  date(message?: Message): this;
  time(options?: TimeOptions): this;
  duration(message?: Message): this;
}
export declare class ZodTemplateLiteral extends ZodType<string> {}

declare abstract class Numeric<N, Input> extends ZodType<N, Input> {
  readonly format: string | null;
  gt(limit: N, message?: Message): this;
  gte(limit: N, message?: Message): this;
  min(limit: N, message?: Message): this;
  lt(limit: N, message?: Message): this;
  lte(limit: N, message?: Message): this;
  max(limit: N, message?: Message): this;
  positive(message?: Message): this;
  nonnegative(message?: Message): this;
  negative(message?: Message): this;
  nonpositive(message?: Message): this;
  multipleOf(divisor: N, message?: Message): this;
}
export declare class ZodNumber<Input = number> extends Numeric<number, Input> {
  readonly isFinite: true;
  readonly minValue: number;
  readonly maxValue: number;
  readonly isInt: boolean;
  int(message?: Message): this;
  safe(message?: Message): this;
  step(divisor: number, message?: Message): this;
  finite(): this;
}
/** A number in a format; also a check of numbers. */
export declare class ZodNumberFormat extends ZodNumber {}
export declare class ZodBigInt<Input = bigint> extends Numeric<bigint, Input> {
  readonly minValue: bigint | null;
  readonly maxValue: bigint | null;
}
export declare class ZodBigIntFormat extends ZodBigInt {}

export declare class ZodBoolean<Input = boolean> extends ZodType<boolean, Input> {}
export declare class ZodNull extends ZodType<null> {}
export declare class ZodUndefined extends ZodType<undefined> {}
export declare class ZodVoid extends ZodType<void> {}
export declare class ZodSymbol extends ZodType<symbol> {}
export declare class ZodNaN extends ZodType<number> {}
export declare class ZodNever extends ZodType<never> {}
export declare class ZodAny extends ZodType<any> {}
export declare class ZodUnknown extends ZodType<unknown> {}
export declare class ZodDate<Input = Date> extends ZodType<Date, Input> {
  readonly minDate: Date | null;
  readonly maxDate: Date | null;
  min(value: Date | number | string, message?: Message): this;
  max(value: Date | number | string, message?: Message): this;
}
type EnumLike = Readonly<Record<string, string | number>>;
export declare class ZodEnum<Entries extends EnumLike> extends ZodType<Entries[keyof Entries]> {
  readonly options: Entries[keyof Entries][];
  readonly enum: Entries;
  extract<const Some extends readonly (keyof Entries & string)[]>(keys: Some, message?: Message): ZodEnum<Flat<Pick<Entries, Some[number]>>>;
  exclude<const Some extends readonly (keyof Entries & string)[]>(keys: Some, message?: Message): ZodEnum<Flat<Omit<Entries, Some[number]>>>;
}
export declare class ZodLiteral<Value extends Primitive> extends ZodType<Value> {
  readonly values: Set<Value>;
  readonly value: Value;
}

type Mask<S> = { [Key in keyof S]?: true };

export declare class ZodObject<S extends Shape, Extra = {}> extends ZodType<OutputOf<S> & Extra, InputOf<S> & Extra> {
  readonly shape: S;
  keyof(): ZodEnum<{ [Key in keyof S & string]: Key }>;
  catchall<Rest extends AnySchema>(schema: Rest): ZodObject<S, { [key: string]: any }>;
  strict(): ZodObject<S>;
  strip(): ZodObject<S>;
  loose(): ZodObject<S, Record<string, unknown>>;
  passthrough(): ZodObject<S, Record<string, unknown>>;
  extend<More extends Shape>(more: More): ZodObject<Flat<Omit<S, keyof More> & More>, Extra>;
  safeExtend<More extends Shape>(more: More): ZodObject<Flat<Omit<S, keyof More> & More>, Extra>;
  merge<More extends Shape, E>(other: ZodObject<More, E>): ZodObject<Flat<Omit<S, keyof More> & More>, E>;
  pick<M extends Mask<S>>(mask: M): ZodObject<Flat<Pick<S, Extract<keyof S, keyof M>>>, Extra>;
  omit<M extends Mask<S>>(mask: M): ZodObject<Flat<Omit<S, keyof M>>, Extra>;
  partial(): ZodObject<{ [Key in keyof S]: ZodOptional<S[Key]> }, Extra>;
  partial<M extends Mask<S>>(mask: M): ZodObject<{ [Key in keyof S]: Key extends keyof M ? ZodOptional<S[Key]> : S[Key] }, Extra>;
  exactPartial(): ZodObject<{ [Key in keyof S]: ZodExactOptional<S[Key]> }, Extra>;
  exactPartial<M extends Mask<S>>(mask: M): ZodObject<{ [Key in keyof S]: Key extends keyof M ? ZodExactOptional<S[Key]> : S[Key] }, Extra>;
  required(): ZodObject<{ [Key in keyof S]: ZodNonOptional<S[Key]> }, Extra>;
  required<M extends Mask<S>>(mask: M): ZodObject<{ [Key in keyof S]: Key extends keyof M ? ZodNonOptional<S[Key]> : S[Key] }, Extra>;
}

export declare class ZodArray<Item extends AnySchema> extends ZodType<Item['_output'][], Item['_input'][]> {
  readonly element: Item;
  unwrap(): Item;
  min(length: number, message?: Message): this;
  max(length: number, message?: Message): this;
  length(length: number, message?: Message): this;
  nonempty(message?: Message): this;
}
type Items = readonly AnySchema[];
type TupleOutput<I extends Items, Rest> = [...{ -readonly [Index in keyof I]: I[Index]['_output'] }, ...(Rest extends AnySchema ? Rest['_output'][] : [])];
type TupleInput<I extends Items, Rest> = [...{ -readonly [Index in keyof I]: I[Index]['_input'] }, ...(Rest extends AnySchema ? Rest['_input'][] : [])];
export declare class ZodTuple<I extends Items, Rest extends AnySchema | null = null> extends ZodType<TupleOutput<I, Rest>, TupleInput<I, Rest>> {
  rest<Next extends AnySchema>(schema: Next): ZodTuple<I, Next>;
  partial(): ZodTuple<{ [Index in keyof I]: ZodOptional<I[Index]> }, Rest>;
}
type KeyOf<Key extends AnySchema> = Extract<Key['_output'], PropertyKey>;
export declare class ZodRecord<Key extends AnySchema, Value extends AnySchema>
  extends ZodType<Record<KeyOf<Key>, Value['_output']>, Record<Extract<Key['_input'], PropertyKey>, Value['_input']>> {
  readonly keyType: Key;
  readonly valueType: Value;
}
declare abstract class Sized<Output, Input> extends ZodType<Output, Input> {
  min(size: number, message?: Message): this;
  max(size: number, message?: Message): this;
  size(size: number, message?: Message): this;
  nonempty(message?: Message): this;
}
export declare class ZodMap<Key extends AnySchema, Value extends AnySchema>
  extends Sized<Map<Key['_output'], Value['_output']>, Map<Key['_input'], Value['_input']>> {
  readonly keyType: Key;
  readonly valueType: Value;
}
export declare class ZodSet<Value extends AnySchema> extends Sized<Set<Value['_output']>, Set<Value['_input']>> {}

export declare class ZodUnion<Options extends Items> extends ZodType<Options[number]['_output'], Options[number]['_input']> {
  readonly options: Options;
}
export declare class ZodXor<Options extends Items> extends ZodUnion<Options> {}
export declare class ZodDiscriminatedUnion<Options extends Items> extends ZodUnion<Options> {}
export declare class ZodIntersection<A extends AnySchema, B extends AnySchema> extends ZodType<A['_output'] & B['_output'], A['_input'] & B['_input']> {}
export declare class ZodTransform<Output = unknown, Input = unknown> extends ZodType<Output, Input> {}
export declare class ZodPipe<Output = unknown, Input = unknown> extends ZodType<Output, Input> {
  readonly in: AnySchema;
  readonly out: AnySchema;
}
export declare class ZodCodec<Output = unknown, Input = unknown> extends ZodPipe<Output, Input> {}
export declare class ZodCustom<Output = unknown> extends ZodType<Output> {}
export declare class ZodInstanceOf<Output = unknown> extends ZodCustom<Output> {}
export declare class ZodFile extends ZodType<File> {
  min(size: number, message?: Message): this;
  max(size: number, message?: Message): this;
  mime(types: string | string[], message?: Message): this;
}
type ArgsOf<In extends AnySchema, Side extends '_output' | '_input'> = In[Side] extends any[] ? In[Side] : any[];
export declare class ZodFunction<In extends AnySchema = ZodArray<ZodUnknown>, Out extends AnySchema = ZodUnknown> extends ZodType<(...given: ArgsOf<In, '_input'>) => Out['_output']> {
  input<const I extends Items>(items: I, rest?: AnySchema): ZodFunction<ZodTuple<I>, Out>;
  input<Next extends AnySchema>(schema: Next): ZodFunction<Next, Out>;
  output<Next extends AnySchema>(schema: Next): ZodFunction<In, Next>;
  implement(call: (...given: ArgsOf<In, '_output'>) => Out['_input']): (...given: ArgsOf<In, '_input'>) => Out['_output'];
  implementAsync(call: (...given: ArgsOf<In, '_output'>) => Promise<Out['_input']>): (...given: ArgsOf<In, '_input'>) => Promise<Out['_output']>;
}

export declare function string(message?: Message): ZodString;
export declare function number(message?: Message): ZodNumber;
export declare function bigint(message?: Message): ZodBigInt;
export declare function boolean(message?: Message): ZodBoolean;
export declare function date(message?: Message): ZodDate;
export declare function symbol(message?: Message): ZodSymbol;
export declare function nan(message?: Message): ZodNaN;
export declare function never(message?: Message): ZodNever;
export declare function any(): ZodAny;
export declare function unknown(): ZodUnknown;
declare function nullType(message?: Message): ZodNull;
declare function undefinedType(message?: Message): ZodUndefined;
declare function voidType(message?: Message): ZodVoid;
export { nullType as null, undefinedType as undefined, voidType as void };
export declare function literal<const Value extends Primitive>(value: Value | readonly Value[], message?: Message): ZodLiteral<Value>;
declare function enumType<const Values extends readonly string[]>(values: Values, message?: Message): ZodEnum<{ [Value in Values[number]]: Value }>;
declare function enumType<const Entries extends EnumLike>(entries: Entries, message?: Message): ZodEnum<Entries>;
export { enumType as enum };
export declare function nativeEnum<Entries extends EnumLike>(entries: Entries, message?: Message): ZodEnum<Entries>;

export declare function email(options?: PatternOptions): ZodStringFormat;
export declare function url(options?: UrlOptions): ZodStringFormat;
export declare function httpUrl(message?: Message): ZodStringFormat;
export declare function jwt(options?: JwtOptions): ZodStringFormat;
export declare function emoji(message?: Message): ZodStringFormat;
export declare function guid(message?: Message): ZodStringFormat;
export declare function uuid(options?: UuidOptions): ZodStringFormat;
export declare function uuidv4(message?: Message): ZodStringFormat;
export declare function uuidv6(message?: Message): ZodStringFormat;
export declare function uuidv7(message?: Message): ZodStringFormat;
export declare function nanoid(options?: NanoidOptions): ZodStringFormat;
export declare function cuid(message?: Message): ZodStringFormat;
export declare function cuid2(message?: Message): ZodStringFormat;
export declare function ulid(message?: Message): ZodStringFormat;
export declare function base64(message?: Message): ZodStringFormat;
export declare function base64url(message?: Message): ZodStringFormat;
export declare function xid(message?: Message): ZodStringFormat;
export declare function ksuid(message?: Message): ZodStringFormat;
export declare function ipv4(message?: Message): ZodStringFormat;
export declare function ipv6(message?: Message): ZodStringFormat;
export declare function mac(options?: string | (Details & { delimiter?: string })): ZodStringFormat;
export declare function cidrv4(message?: Message): ZodStringFormat;
export declare function cidrv6(message?: Message): ZodStringFormat;
export declare function e164(message?: Message): ZodStringFormat;
export declare function hostname(message?: Message): ZodStringFormat;
export declare function hex(message?: Message): ZodStringFormat;
export declare function creditCard(message?: Message): ZodStringFormat;
export declare function iban(message?: Message): ZodStringFormat;
export declare const iso: {
  date(message?: Message): ZodStringFormat;
  time(options?: TimeOptions): ZodStringFormat;
  datetime(options?: DatetimeOptions): ZodStringFormat;
  duration(message?: Message): ZodStringFormat;
};
export declare function hash(algorithm: 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512', options?: Details & { enc?: 'hex' | 'base64' | 'base64url' }): ZodStringFormat;
export declare function stringFormat(format: string, test: RegExp | ((text: string) => unknown), message?: Message): ZodStringFormat;
type TemplatePart = Primitive | ZodType<string | number | bigint | boolean | null | undefined, any>;
export declare function templateLiteral(parts: readonly TemplatePart[], message?: Message): ZodTemplateLiteral;
export declare function int(message?: Message): ZodNumberFormat;
export declare function int32(message?: Message): ZodNumberFormat;
export declare function uint32(message?: Message): ZodNumberFormat;
export declare function float32(message?: Message): ZodNumberFormat;
export declare function float64(message?: Message): ZodNumberFormat;
export declare function int64(message?: Message): ZodBigIntFormat;
export declare function uint64(message?: Message): ZodBigIntFormat;

export declare function object<S extends Shape = {}>(shape?: S, message?: Message): ZodObject<S>;
export declare function strictObject<S extends Shape = {}>(shape?: S, message?: Message): ZodObject<S>;
export declare function looseObject<S extends Shape = {}>(shape?: S, message?: Message): ZodObject<S, Record<string, unknown>>;
export declare function keyof<S extends Shape>(schema: ZodObject<S, any>): ZodEnum<{ [Key in keyof S & string]: Key }>;
export declare function array<Item extends AnySchema>(item: Item, message?: Message): ZodArray<Item>;
export declare function tuple<const I extends Items>(items: I, message?: Message): ZodTuple<I>;
export declare function tuple<const I extends Items, Rest extends AnySchema>(items: I, rest: Rest, message?: Message): ZodTuple<I, Rest>;
export declare function record<Key extends AnySchema, Value extends AnySchema>(key: Key, value: Value, message?: Message): ZodRecord<Key, Value>;
export declare function record<Value extends AnySchema>(value: Value, message?: Message): ZodRecord<ZodString, Value>;
export declare function partialRecord<Key extends AnySchema, Value extends AnySchema>(
  key: Key,
  value: Value,
  message?: Message,
): ZodType<Partial<Record<KeyOf<Key>, Value['_output']>>, Partial<Record<KeyOf<Key>, Value['_input']>>>;
export declare function looseRecord<Key extends AnySchema, Value extends AnySchema>(key: Key, value: Value, message?: Message): ZodRecord<Key, Value>;
export declare function map<Key extends AnySchema, Value extends AnySchema>(key: Key, value: Value, message?: Message): ZodMap<Key, Value>;
export declare function set<Value extends AnySchema>(value: Value, message?: Message): ZodSet<Value>;
export declare function union<const Options extends Items>(options: Options, message?: Message): ZodUnion<Options>;
export declare function xor<const Options extends Items>(options: Options, message?: Message): ZodXor<Options>;
export declare function discriminatedUnion<const Options extends Items>(
  key: string,
  options: Options,
  message?: string | (Details & { unionFallback?: boolean }),
): ZodDiscriminatedUnion<Options>;
export declare function intersection<A extends AnySchema, B extends AnySchema>(a: A, b: B): ZodIntersection<A, B>;
export declare function optional<Inner extends AnySchema>(inner: Inner): ZodOptional<Inner>;
export declare function exactOptional<Inner extends AnySchema>(inner: Inner): ZodExactOptional<Inner>;
export declare function nullable<Inner extends AnySchema>(inner: Inner): ZodNullable<Inner>;
export declare function nullish<Inner extends AnySchema>(inner: Inner): ZodOptional<ZodNullable<Inner>>;
export declare function nonoptional<Inner extends AnySchema>(inner: Inner, message?: Message): ZodNonOptional<Inner>;
export declare function _default<Inner extends AnySchema>(inner: Inner, value: Inner['_output'] | (() => Inner['_output'])): ZodDefault<Inner>;
export declare function prefault<Inner extends AnySchema>(inner: Inner, value: Inner['_input'] | (() => Inner['_input'])): ZodPrefault<Inner>;
declare function catchType<Inner extends AnySchema>(inner: Inner, value: Inner['_output'] | ((ctx: any) => Inner['_output'])): ZodCatch<Inner>;
export { catchType as catch };
export declare function readonly<Inner extends AnySchema>(inner: Inner): ZodReadonly<Inner>;
export declare function success<Inner extends AnySchema>(inner: Inner): ZodSuccess<Inner>;
export declare function lazy<Inner extends AnySchema>(make: () => Inner): ZodLazy<Inner>;
export declare function promise<Inner extends AnySchema>(inner: Inner): ZodPromise<Inner>;
export declare function transform<Output, Input = any>(change: (value: Input, ctx: RefinementCtx<Input>) => Output | Promise<Output>): ZodTransform<Awaited<Output>, Input>;
export declare function pipe<A extends AnySchema, B extends AnySchema>(first: A, next: B): ZodPipe<B['_output'], A['_input']>;
export declare function preprocess<Inner extends AnySchema>(change: (value: unknown, ctx: RefinementCtx<unknown>) => unknown, inner: Inner): ZodPipe<Inner['_output'], unknown>;
export declare function codec<A extends AnySchema, B extends AnySchema>(
  first: A,
  next: B,
  params: {
    decode(value: A['_output'], ctx: Payload<A['_output']>): B['_input'] | Promise<B['_input']>;
    encode(value: B['_input'], ctx: Payload<B['_input']>): A['_output'] | Promise<A['_output']>;
  },
): ZodCodec<B['_output'], A['_input']>;
export declare function invertCodec<Output, Input>(codec: ZodCodec<Output, Input>): ZodCodec<Input, Output>;
export declare function stringbool(options?: string | (Details & { truthy?: string[]; falsy?: string[]; case?: 'sensitive' | 'insensitive' })): ZodCodec<boolean, string>;
export declare function custom<Output>(check?: (value: any) => unknown, message?: RefineMessage): ZodCustom<Output>;
declare function instanceOf<Made>(made: abstract new (...given: any[]) => Made, message?: RefineMessage): ZodInstanceOf<Made>;
declare function functionType<const I extends Items, Out extends AnySchema = ZodUnknown>(params: { input: I; output?: Out }): ZodFunction<ZodTuple<I>, Out>;
declare function functionType<In extends AnySchema = ZodArray<ZodUnknown>, Out extends AnySchema = ZodUnknown>(params?: { input?: In; output?: Out }): ZodFunction<In, Out>;
export { instanceOf as instanceof, functionType as function };
export declare function file(message?: Message): ZodFile;
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export declare function json(message?: Message): ZodType<Json>;
export declare function deepPartial<Inner extends AnySchema>(schema: Inner): ZodType<any>;

export declare const coerce: {
  string(message?: Message): ZodString<unknown>;
  number(message?: Message): ZodNumber<unknown>;
  boolean(message?: Message): ZodBoolean<unknown>;
  bigint(message?: Message): ZodBigInt<unknown>;
  date(message?: Message): ZodDate<unknown>;
};

type N = number | bigint | Date;
export declare function lt(limit: N, message?: Message): Check;
export declare function lte(limit: N, message?: Message): Check;
export declare function gt(limit: N, message?: Message): Check;
export declare function gte(limit: N, message?: Message): Check;
export declare function positive(message?: Message): Check;
export declare function negative(message?: Message): Check;
export declare function nonpositive(message?: Message): Check;
export declare function nonnegative(message?: Message): Check;
export declare function multipleOf(divisor: number | bigint, message?: Message): Check;
export declare function minLength(length: number, message?: Message): Check;
export declare function maxLength(length: number, message?: Message): Check;
export declare function length(length: number, message?: Message): Check;
export declare function minSize(size: number, message?: Message): Check;
export declare function maxSize(size: number, message?: Message): Check;
export declare function size(size: number, message?: Message): Check;
export declare function regex(pattern: RegExp, message?: Message): Check;
export declare function includes(text: string, message?: string | (Details & { position?: number })): Check;
export declare function startsWith(text: string, message?: Message): Check;
export declare function endsWith(text: string, message?: Message): Check;
export declare function lowercase(message?: Message): Check;
export declare function uppercase(message?: Message): Check;
export declare function trim(): Check;
export declare function normalize(form?: 'NFC' | 'NFD' | 'NFKC' | 'NFKD'): Check;
export declare function toLowerCase(): Check;
export declare function toUpperCase(): Check;
export declare function slugify(): Check;
export declare function overwrite<T>(change: (value: T) => T): Check;
export declare function mime(types: string | string[], message?: Message): Check;
export declare function property(key: string, schema: AnySchema, message?: Message): Check;
export declare function refine<T = any>(check: (value: T) => unknown, message?: RefineMessage): Check;
export declare function superRefine<T = any>(check: (value: T, ctx: RefinementCtx<T>) => unknown, message?: RefineMessage): Check;
export declare function check<T = any>(judge: (payload: Payload<T>) => unknown, message?: Message): Check;
export declare function describe(text: string): Check;
export declare function meta(data: GlobalMeta): Check;

export declare function parse<S extends AnySchema>(schema: S, value: unknown, options?: ParseOptions): S['_output'];
export declare function safeParse<S extends AnySchema>(schema: S, value: unknown, options?: ParseOptions): SafeParseReturn<S['_output']>;
export declare function parseAsync<S extends AnySchema>(schema: S, value: unknown, options?: ParseOptions): Promise<S['_output']>;
export declare function safeParseAsync<S extends AnySchema>(schema: S, value: unknown, options?: ParseOptions): Promise<SafeParseReturn<S['_output']>>;
export declare function validate<S extends AnySchema>(schema: S, value: unknown, options?: ParseOptions): boolean;
export declare function validateAsync<S extends AnySchema>(schema: S, value: unknown, options?: ParseOptions): Promise<boolean>;
export declare function decode<S extends AnySchema>(schema: S, value: S['_input'], options?: ParseOptions): S['_output'];
export declare function safeDecode<S extends AnySchema>(schema: S, value: S['_input'], options?: ParseOptions): SafeParseReturn<S['_output']>;
export declare function decodeAsync<S extends AnySchema>(schema: S, value: S['_input'], options?: ParseOptions): Promise<S['_output']>;
export declare function safeDecodeAsync<S extends AnySchema>(schema: S, value: S['_input'], options?: ParseOptions): Promise<SafeParseReturn<S['_output']>>;
export declare function encode<S extends AnySchema>(schema: S, value: S['_output'], options?: ParseOptions): S['_input'];
export declare function safeEncode<S extends AnySchema>(schema: S, value: S['_output'], options?: ParseOptions): SafeParseReturn<S['_input']>;
export declare function encodeAsync<S extends AnySchema>(schema: S, value: S['_output'], options?: ParseOptions): Promise<S['_input']>;
export declare function safeEncodeAsync<S extends AnySchema>(schema: S, value: S['_output'], options?: ParseOptions): Promise<SafeParseReturn<S['_input']>>;
export declare function clone<S extends AnySchema>(schema: S, def?: any, params?: { parent?: boolean }): S;
export declare function toJSONSchema(schema: AnySchema, params?: JsonSchemaParams): JsonSchema;
export declare function flattenError<T>(error: ZodError<T>): { formErrors: string[]; fieldErrors: { [Key in keyof T]?: string[] } };
export declare function flattenError<T, U>(error: ZodError<T>, mapper: (issue: ZodIssue) => U): { formErrors: U[]; fieldErrors: { [Key in keyof T]?: U[] } };
export declare function formatError(error: ZodError, mapper?: (issue: ZodIssue) => any): any;
export declare function treeifyError(error: ZodError, mapper?: (issue: ZodIssue) => any): any;
export declare function prettifyError(error: ZodError): string;
export declare function toDotPath(path: PropertyKey[]): string;
export declare function config(settings?: { customError?: ErrorMap; localeError?: ErrorMap }): { customError?: ErrorMap; localeError?: ErrorMap };
export declare function setErrorMap(map?: ErrorMap): void;
export declare function getErrorMap(): ErrorMap | undefined;
export declare function registry<Meta = any>(): ZodRegistry<Meta>;
export declare const globalRegistry: ZodRegistry<GlobalMeta>;
export declare const locales: { en(): { localeError: ErrorMap } };
export declare const NEVER: never;
export declare const TimePrecision: { readonly Any: null; readonly Minute: -1; readonly Second: 0; readonly Millisecond: 3; readonly Microsecond: 6 };
export declare const ZodIssueCode: { readonly [code: string]: string };

export type infer<Schema extends AnySchema> = Schema['_output'];
export type output<Schema extends AnySchema> = Schema['_output'];
export type input<Schema extends AnySchema> = Schema['_input'];

export * as z from './zod';
export * as default from './zod';
