// The names that the built-in zod exports.

import { globalRegistry } from 'cronflow:internal/zod/registry';
import type { ZodType } from 'cronflow:internal/zod/type';
import 'cronflow:internal/zod/native';
import { coerceBigint, coerceNumber } from 'cronflow:internal/zod/number';
import { coerceBoolean, coerceDate } from 'cronflow:internal/zod/plain';
import { coerceString } from 'cronflow:internal/zod/string';
import { config, en } from 'cronflow:internal/zod/issues';

export { ZodError, ZodError as ZodRealError, flattenError, formatError, prettifyError, toDotPath, treeifyError } from 'cronflow:internal/zod/errors';
export { config } from 'cronflow:internal/zod/issues';
export { ZodAsyncError, ZodEncodeError } from 'cronflow:internal/zod/payload';
export { ZodRegistry, globalRegistry, registry } from 'cronflow:internal/zod/registry';
export { ZodType, ZodType as ZodSchema } from 'cronflow:internal/zod/type';
export {
  check, endsWith, gt, gte, includes, length, lowercase, lt, lte, maxLength, maxSize, mime, minLength, minSize, multipleOf, negative, nonnegative,
  nonpositive, normalize, overwrite, positive, property, refine, regex, size, slugify, startsWith, superRefine, toLowerCase, toUpperCase, trim, uppercase,
} from 'cronflow:internal/zod/checks';
export {
  ZodString, ZodStringFormat, ZodTemplateLiteral, base64, base64url, cidrv4, cidrv6, creditCard, cuid, cuid2, e164, email, emoji, guid, hash, hex,
  hostname, httpUrl, iban, ipv4, ipv6, iso, jwt, ksuid, mac, nanoid, string, stringFormat, templateLiteral, ulid, url, uuid, uuidv4, uuidv6, uuidv7, xid,
} from 'cronflow:internal/zod/string';
export {
  ZodBigInt, ZodBigIntFormat, ZodNumber, ZodNumberFormat, bigint, float32, float64, int, int32, int64, number, uint32, uint64,
} from 'cronflow:internal/zod/number';
export {
  ZodAny, ZodBoolean, ZodDate, ZodEnum, ZodLiteral, ZodNaN, ZodNever, ZodNull, ZodSymbol, ZodUndefined, ZodUnknown, ZodVoid, any, boolean, date,
  enumOf as enum, literal, nan, nativeEnum, never, nullOf as null, symbol, undefinedOf as undefined, unknown, voidOf as void,
} from 'cronflow:internal/zod/plain';
export { ZodObject, keyof, looseObject, object, strictObject } from 'cronflow:internal/zod/object';
export {
  ZodArray, ZodMap, ZodRecord, ZodSet, ZodTuple, array, looseRecord, map, partialRecord, record, set, tuple,
} from 'cronflow:internal/zod/containers';
export { ZodDiscriminatedUnion, ZodIntersection, ZodUnion, ZodXor, discriminatedUnion, intersection, union, xor } from 'cronflow:internal/zod/unions';
export {
  ZodCatch, ZodDefault, ZodExactOptional, ZodLazy, ZodNonOptional, ZodNullable, ZodOptional, ZodPrefault, ZodPromise, ZodReadonly, ZodSuccess,
  catchOf as catch, defaultOf as _default, exactOptional, lazy, nonoptional, nullable, nullish, optional, prefault, promise, readonly, success,
} from 'cronflow:internal/zod/wrappers';
export { ZodCodec, ZodPipe, ZodTransform, codec, invertCodec, pipe, preprocess, stringbool, transform } from 'cronflow:internal/zod/pipes';
export { ZodCustom, ZodFile, ZodFunction, ZodInstanceOf, custom, file, functionOf as function, instanceOf as instanceof, json } from 'cronflow:internal/zod/custom';
export { deepPartial } from 'cronflow:internal/zod/deep_partial';
export { toJSONSchema } from 'cronflow:internal/zod/json_schema';

export const coerce = { string: coerceString, number: coerceNumber, boolean: coerceBoolean, bigint: coerceBigint, date: coerceDate };
export const locales = { en };
/** What a transform returns after it has told an issue. */
export const NEVER: never = Object.freeze({ status: 'aborted' }) as never;
export const TimePrecision = { Any: null, Minute: -1, Second: 0, Millisecond: 3, Microsecond: 6 } as const;
export const ZodIssueCode = Object.fromEntries(
  ['invalid_type', 'too_big', 'too_small', 'invalid_format', 'not_multiple_of', 'unrecognized_keys', 'invalid_union', 'invalid_key', 'invalid_element', 'invalid_value', 'custom'].map(code => [code, code]),
);

/** Of zod 3. */
export const setErrorMap = (map?: (issue: any) => unknown) => void config({ customError: map });
export const getErrorMap = () => config().customError;

export const clone = (schema: ZodType, def?: any, params?: any) => schema.clone(def, params);
export const describe = (description: string) => meta({ description });
/** Metadata as a check, for `.check()` and `.with()`. */
export const meta = (data: object) => ({
  def: { check: 'meta' },
  _judge: () => undefined,
  _attach: (schema: ZodType) => void globalRegistry.add(schema, { ...globalRegistry.get(schema), ...data }),
});

type Value = unknown;
type Options = Parameters<ZodType['parse']>[1];
export const parse = (schema: ZodType, value: Value, options?: Options) => schema.parse(value, options);
export const safeParse = (schema: ZodType, value: Value, options?: Options) => schema.safeParse(value, options);
export const parseAsync = (schema: ZodType, value: Value, options?: Options) => schema.parseAsync(value, options);
export const safeParseAsync = (schema: ZodType, value: Value, options?: Options) => schema.safeParseAsync(value, options);
export const validate = (schema: ZodType, value: Value, options?: Options) => schema.validate(value, options);
export const validateAsync = (schema: ZodType, value: Value, options?: Options) => schema.validateAsync(value, options);
export const decode = (schema: ZodType, value: Value, options?: Options) => schema.decode(value, options);
export const safeDecode = (schema: ZodType, value: Value, options?: Options) => schema.safeDecode(value, options);
export const decodeAsync = (schema: ZodType, value: Value, options?: Options) => schema.decodeAsync(value, options);
export const safeDecodeAsync = (schema: ZodType, value: Value, options?: Options) => schema.safeDecodeAsync(value, options);
export const encode = (schema: ZodType, value: Value, options?: Options) => schema.encode(value, options);
export const safeEncode = (schema: ZodType, value: Value, options?: Options) => schema.safeEncode(value, options);
export const encodeAsync = (schema: ZodType, value: Value, options?: Options) => schema.encodeAsync(value, options);
export const safeEncodeAsync = (schema: ZodType, value: Value, options?: Options) => schema.safeEncodeAsync(value, options);
