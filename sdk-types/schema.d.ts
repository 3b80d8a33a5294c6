// What a schema makes of a value: Standard Schemas (zod, valibot, arktype and others), objects with
// `parse`, and JSON Schema where that is plain to see.

/** The part of the Standard Schema specification (https://standardschema.dev) that types need. */
export interface StandardSchema<Output = any> {
  readonly '~standard': { readonly version: 1; readonly vendor: string; readonly validate: (value: any) => any; readonly types?: { readonly input: any; readonly output: Output } | undefined };
}

type Flat<T> = { [Key in keyof T]: T[Key] };
type IsAny<T> = 0 extends 1 & T ? true : false;

/** The value that passes a schema; `any` when it cannot be told. */
export type Infer<Schema> =
  IsAny<Schema> extends true ? any
  : Schema extends { readonly '~standard': { readonly types?: infer Types } } ? NonNullable<Types> extends { readonly output: infer Output } ? Output : any
  : Schema extends { readonly _output: infer Output } ? Output
  : Schema extends { parse(value: any): infer Output } ? Output
  : InferJson<Schema>;

type InferJson<Schema> =
  Schema extends { readonly const: infer Value } ? Value
  : Schema extends { readonly enum: readonly (infer Value)[] } ? Value
  : Schema extends { readonly type: infer Type } ? Type extends readonly (infer One)[] ? OfType<One, Schema> : OfType<Type, Schema>
  : Schema extends { readonly properties: object } ? OfObject<Schema>
  : any;

type OfType<Type, Schema> =
  Type extends 'string' ? string
  : Type extends 'number' | 'integer' ? number
  : Type extends 'boolean' ? boolean
  : Type extends 'null' ? null
  : Type extends 'array' ? Schema extends { readonly items: infer Items } ? InferJson<Items>[] : any[]
  : Type extends 'object' ? OfObject<Schema>
  : any;

type RequiredOf<Schema> = Schema extends { readonly required: readonly (infer Name)[] } ? Name : never;

type OfObject<Schema> = Schema extends { readonly properties: infer Properties }
  ? Flat<
      { -readonly [Name in keyof Properties as Name extends RequiredOf<Schema> ? Name : never]: InferJson<Properties[Name]> } & {
        -readonly [Name in keyof Properties as Name extends RequiredOf<Schema> ? never : Name]?: InferJson<Properties[Name]>;
      }
    >
  : Record<string, any>;

/** The payload of a workflow after a trigger with this schema: triggers add up. `undefined` is no schema. */
export type PayloadWith<Payload, Schema> = Schema extends undefined ? Payload : IsAny<Payload> extends true ? Infer<Schema> : Payload | Infer<Schema>;

/** What checks of a trigger see. */
export type Checked<Payload, Schema> = Schema extends undefined ? Payload : Infer<Schema>;
