// Declarations of the built-in `zod`, for projects that have not installed the package. One that is in
// node_modules comes first, at run time and for types.

type Flat<T> = { [Key in keyof T]: T[Key] } & {};
type Shape = Record<string, ZodType<any, any>>;
type OptionalKeys<T> = { [Key in keyof T]: undefined extends T[Key] ? Key : never }[keyof T];
type Optionalized<T> = Flat<{ [Key in Exclude<keyof T, OptionalKeys<T>>]: T[Key] } & { [Key in OptionalKeys<T>]?: T[Key] }>;
type OutputOf<S extends Shape> = Optionalized<{ -readonly [Key in keyof S]: S[Key]['_output'] }>;
type InputOf<S extends Shape> = Optionalized<{ -readonly [Key in keyof S]: S[Key]['_input'] }>;
type Message = string | { message?: string; error?: string };
type Primitive = string | number | bigint | boolean | null | undefined;

export interface ZodIssue {
  code: string;
  path: (string | number)[];
  message: string;
  [detail: string]: any;
}

export declare class ZodError<T = any> extends Error {
  constructor(issues: ZodIssue[]);
  issues: ZodIssue[];
  readonly errors: ZodIssue[];
  format(): any;
  flatten(): { formErrors: string[]; fieldErrors: { [Key in keyof T]?: string[] } };
}

export type SafeParseReturn<Output> = { success: true; data: Output; error?: undefined } | { success: false; error: ZodError<Output>; data?: undefined };

export interface RefinementCtx {
  addIssue(issue: string | { code?: string; message?: string; path?: (string | number)[]; [detail: string]: any }): void;
  readonly path: (string | number)[];
}

export declare class ZodType<Output = any, Input = Output> {
  readonly _output: Output;
  readonly _input: Input;
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => any;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
  readonly description: string | undefined;
  parse(value: unknown): Output;
  safeParse(value: unknown): SafeParseReturn<Output>;
  parseAsync(value: unknown): Promise<Output>;
  safeParseAsync(value: unknown): Promise<SafeParseReturn<Output>>;
  optional(): ZodOptional<this>;
  nullable(): ZodNullable<this>;
  nullish(): ZodOptional<ZodNullable<this>>;
  array(): ZodArray<this>;
  or<Other extends ZodType<any, any>>(other: Other): ZodType<Output | Other['_output'], Input | Other['_input']>;
  and<Other extends ZodType<any, any>>(other: Other): ZodType<Output & Other['_output'], Input & Other['_input']>;
  default(value: Output | (() => Output)): ZodType<Exclude<Output, undefined>, Input | undefined>;
  catch(value: Output | (() => Output)): ZodType<Output, unknown>;
  describe(text: string): this;
  brand<Brand extends PropertyKey>(): ZodType<Output & { readonly [zodBrand]: Brand }, Input>;
  readonly(): ZodType<Output extends object ? Readonly<Output> : Output, Input>;
  refine<Narrow extends Output>(check: (value: Output) => value is Narrow, message?: Message): ZodType<Narrow, Input>;
  refine(check: (value: Output) => unknown, message?: Message | { path?: (string | number)[] } | ((value: Output) => Message)): this;
  superRefine(check: (value: Output, ctx: RefinementCtx) => unknown): this;
  transform<Next>(change: (value: Output, ctx: RefinementCtx) => Next | Promise<Next>): ZodType<Next, Input>;
  pipe<Next extends ZodType<any, any>>(next: Next): ZodType<Next['_output'], Input>;
  isOptional(): boolean;
  isNullable(): boolean;
}

declare const zodBrand: unique symbol;
export type BRAND<Brand extends PropertyKey> = { readonly [zodBrand]: Brand };

export declare class ZodOptional<Inner extends ZodType<any, any>> extends ZodType<Inner['_output'] | undefined, Inner['_input'] | undefined> {
  unwrap(): Inner;
}
export declare class ZodNullable<Inner extends ZodType<any, any>> extends ZodType<Inner['_output'] | null, Inner['_input'] | null> {
  unwrap(): Inner;
}

export declare class ZodString<Input = string> extends ZodType<string, Input> {
  min(length: number, message?: Message): this;
  max(length: number, message?: Message): this;
  length(length: number, message?: Message): this;
  nonempty(message?: Message): this;
  email(message?: Message): this;
  url(message?: Message): this;
  uuid(message?: Message): this;
  cuid(message?: Message): this;
  cuid2(message?: Message): this;
  ulid(message?: Message): this;
  nanoid(message?: Message): this;
  ip(options?: Message | { version?: 'v4' | 'v6'; message?: string }): this;
  datetime(options?: Message | { offset?: boolean; local?: boolean; precision?: number; message?: string }): this;
  date(message?: Message): this;
  time(options?: Message | { precision?: number; message?: string }): this;
  duration(message?: Message): this;
  base64(message?: Message): this;
  regex(pattern: RegExp, message?: Message): this;
  includes(text: string, message?: Message): this;
  startsWith(text: string, message?: Message): this;
  endsWith(text: string, message?: Message): this;
  trim(): this;
  toLowerCase(): this;
  toUpperCase(): this;
}

export declare class ZodNumber<Input = number> extends ZodType<number, Input> {
  min(value: number, message?: Message): this;
  max(value: number, message?: Message): this;
  gt(value: number, message?: Message): this;
  gte(value: number, message?: Message): this;
  lt(value: number, message?: Message): this;
  lte(value: number, message?: Message): this;
  int(message?: Message): this;
  positive(message?: Message): this;
  negative(message?: Message): this;
  nonnegative(message?: Message): this;
  nonpositive(message?: Message): this;
  multipleOf(value: number, message?: Message): this;
  step(value: number, message?: Message): this;
  finite(message?: Message): this;
  safe(message?: Message): this;
}

export declare class ZodBigInt<Input = bigint> extends ZodType<bigint, Input> {
  min(value: bigint, message?: Message): this;
  max(value: bigint, message?: Message): this;
  positive(message?: Message): this;
  negative(message?: Message): this;
  nonnegative(message?: Message): this;
}

export declare class ZodDate<Input = Date> extends ZodType<Date, Input> {
  min(value: Date, message?: Message): this;
  max(value: Date, message?: Message): this;
}

export declare class ZodArray<Item extends ZodType<any, any>> extends ZodType<Item['_output'][], Item['_input'][]> {
  readonly element: Item;
  min(length: number, message?: Message): this;
  max(length: number, message?: Message): this;
  length(length: number, message?: Message): this;
  nonempty(message?: Message): this;
}

export declare class ZodEnum<Values extends readonly string[]> extends ZodType<Values[number]> {
  readonly options: Values;
  readonly enum: { [Value in Values[number]]: Value };
  extract<const Some extends readonly Values[number][]>(values: Some): ZodEnum<Some>;
  exclude<const Some extends readonly Values[number][]>(values: Some): ZodEnum<Exclude<Values[number], Some[number]>[]>;
}

type Mask<S> = { [Key in keyof S]?: true };

export declare class ZodObject<S extends Shape> extends ZodType<OutputOf<S>, InputOf<S>> {
  readonly shape: S;
  strict(message?: Message): this;
  strip(): this;
  passthrough(): ZodObject<S> & ZodType<OutputOf<S> & Record<string, unknown>, InputOf<S> & Record<string, unknown>>;
  catchall(schema: ZodType<any, any>): this;
  extend<More extends Shape>(more: More): ZodObject<Flat<Omit<S, keyof More> & More>>;
  merge<More extends Shape>(other: ZodObject<More>): ZodObject<Flat<Omit<S, keyof More> & More>>;
  pick<M extends Mask<S>>(mask: M): ZodObject<Flat<Pick<S, Extract<keyof S, keyof M>>>>;
  omit<M extends Mask<S>>(mask: M): ZodObject<Flat<Omit<S, keyof M>>>;
  partial(): ZodObject<{ [Key in keyof S]: ZodOptional<S[Key]> }>;
  partial<M extends Mask<S>>(mask: M): ZodObject<{ [Key in keyof S]: Key extends keyof M ? ZodOptional<S[Key]> : S[Key] }>;
  deepPartial(): ZodType<any>;
  required(): ZodObject<{ [Key in keyof S]: S[Key] extends ZodOptional<infer Inner> ? Inner : S[Key] }>;
  keyof(): ZodEnum<Extract<keyof S, string>[]>;
}

type TupleOutput<Items extends readonly ZodType<any, any>[]> = { -readonly [Index in keyof Items]: Items[Index]['_output'] };
type TupleInput<Items extends readonly ZodType<any, any>[]> = { -readonly [Index in keyof Items]: Items[Index]['_input'] };

export declare function string(message?: any): ZodString;
export declare function number(message?: any): ZodNumber;
export declare function boolean(message?: any): ZodType<boolean>;
export declare function bigint(message?: any): ZodBigInt;
export declare function date(message?: any): ZodDate;
export declare function any(): ZodType<any>;
export declare function unknown(): ZodType<unknown>;
export declare function never(): ZodType<never>;
declare function nullType(): ZodType<null>;
declare function undefinedType(): ZodType<undefined>;
declare function voidType(): ZodType<void>;
export { nullType as null, undefinedType as undefined, voidType as void };
export declare function literal<const Value extends Primitive>(value: Value, message?: any): ZodType<Value>;
export declare function object<S extends Shape>(shape: S, message?: any): ZodObject<S>;
export declare function strictObject<S extends Shape>(shape: S, message?: any): ZodObject<S>;
export declare function array<Item extends ZodType<any, any>>(item: Item, message?: any): ZodArray<Item>;
export declare function tuple<const Items extends readonly ZodType<any, any>[]>(items: Items, message?: any): ZodType<TupleOutput<Items>, TupleInput<Items>>;
export declare function record<Value extends ZodType<any, any>>(value: Value): ZodType<Record<string, Value['_output']>, Record<string, Value['_input']>>;
export declare function record<Key extends ZodType<any, any>, Value extends ZodType<any, any>>(
  key: Key,
  value: Value,
): ZodType<Record<Extract<Key['_output'], PropertyKey>, Value['_output']>, Record<Extract<Key['_input'], PropertyKey>, Value['_input']>>;
export declare function map<Key extends ZodType<any, any>, Value extends ZodType<any, any>>(key: Key, value: Value): ZodType<Map<Key['_output'], Value['_output']>>;
export declare function set<Value extends ZodType<any, any>>(value: Value): ZodType<Set<Value['_output']>>;
export declare function union<const Options extends readonly ZodType<any, any>[]>(options: Options): ZodType<Options[number]['_output'], Options[number]['_input']>;
export declare function discriminatedUnion<const Options extends readonly ZodType<any, any>[]>(
  key: string,
  options: Options,
): ZodType<Options[number]['_output'], Options[number]['_input']>;
export declare function intersection<A extends ZodType<any, any>, B extends ZodType<any, any>>(
  a: A,
  b: B,
): ZodType<A['_output'] & B['_output'], A['_input'] & B['_input']>;
declare function enumType<const Values extends readonly string[]>(values: Values, message?: any): ZodEnum<Values>;
export { enumType as enum };
export declare function nativeEnum<Enum extends Record<string, string | number>>(values: Enum): ZodType<Enum[keyof Enum]>;
export declare function lazy<Inner extends ZodType<any, any>>(make: () => Inner): ZodType<Inner['_output'], Inner['_input']>;
export declare function optional<Inner extends ZodType<any, any>>(inner: Inner): ZodOptional<Inner>;
export declare function nullable<Inner extends ZodType<any, any>>(inner: Inner): ZodNullable<Inner>;
export declare function preprocess<Inner extends ZodType<any, any>>(change: (value: unknown) => unknown, inner: Inner): ZodType<Inner['_output'], unknown>;
export declare function custom<Output>(check?: (value: any) => unknown, message?: Message): ZodType<Output>;

export declare const coerce: {
  string(message?: any): ZodString<unknown>;
  number(message?: any): ZodNumber<unknown>;
  boolean(message?: any): ZodType<boolean, unknown>;
  bigint(message?: any): ZodBigInt<unknown>;
  date(message?: any): ZodDate<unknown>;
};

export type infer<Schema extends ZodType<any, any>> = Schema['_output'];
export type output<Schema extends ZodType<any, any>> = Schema['_output'];
export type input<Schema extends ZodType<any, any>> = Schema['_input'];
export type ZodTypeAny = ZodType<any, any>;
export type ZodSchema<Output = any> = ZodType<Output, any>;

export * as z from './zod';
export * as default from './zod';
