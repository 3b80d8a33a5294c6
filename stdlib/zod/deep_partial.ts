// A copy of a schema in which the properties of all objects within it may be missing.

import { union } from 'cronflow:internal/zod/unions';
import { ZodObject } from 'cronflow:internal/zod/object';
import { type ZodType, withDef } from 'cronflow:internal/zod/type';
import { lazy } from 'cronflow:internal/zod/wrappers';

/** The places of a definition that hold schemas. */
const HELD = ['innerType', 'element', 'keyType', 'valueType', 'left', 'right', 'in', 'out', 'catchall', 'rest'];

export function deepPartial(schema: ZodType): ZodType {
  return partialOf(schema, new Map());
}

function partialOf(schema: ZodType, known: Map<ZodType, ZodType>): ZodType {
  const before = known.get(schema);
  if (before !== undefined) return before;
  // One that comes back to itself gets the copy that is being made.
  known.set(schema, lazy(() => made));
  const made: ZodType = copyOf(schema, inner => partialOf(inner, known));
  known.set(schema, made);
  return made;
}

function copyOf(schema: ZodType, partial: (inner: ZodType) => ZodType): ZodType {
  const { def } = schema;
  if (schema instanceof ZodObject) {
    const shape = Object.fromEntries(Object.entries(schema.shape).map(([key, one]) => [key, partial(one)]));
    return schema.clone(withDef(def, { shape })).partial();
  }
  // Every option then takes what has no discriminator.
  if (def.discriminator !== undefined) return union(def.options.map(partial));
  if (schema.type === 'lazy') return lazy(() => partial(def.found ?? def.getter()));
  const changed: any = {};
  for (const key of HELD) if (def[key]?._isSchema) changed[key] = partial(def[key]);
  for (const key of ['options', 'items']) if (Array.isArray(def[key])) changed[key] = def[key].map(partial);
  return Object.keys(changed).length > 0 ? schema.clone(withDef(def, changed)) : schema;
}
