// Values that stand for many: expect.any(), expect.objectContaining() and the like.

import { equals } from 'cronflow:internal/testing/equals';
import { brief } from 'cronflow:internal/testing/pretty';

export class Asymmetric {
  private _name: string;
  private _match: (value: any) => boolean;
  private _text: string;
  private _inverse: boolean;

  constructor(name: string, text: string, match: (value: any) => boolean, inverse = false) {
    this._name = name;
    this._match = match;
    this._text = text;
    this._inverse = inverse;
  }

  asymmetricMatch(value: unknown): boolean {
    return this._match(value) !== this._inverse;
  }

  toAsymmetricMatcher(): string {
    return `${this._inverse ? `Not${this._name}` : this._name}${this._text}`;
  }

  toString(): string {
    return this.toAsymmetricMatcher();
  }
}

const PRIMITIVES = new Map<any, string>([[String, 'string'], [Number, 'number'], [Boolean, 'boolean'], [BigInt, 'bigint'], [Symbol, 'symbol'], [Function, 'function']]);

function any(type: any): Asymmetric {
  if (typeof type !== 'function') throw new TypeError('expect.any() needs a constructor, such as String');
  const match = (value: any) => {
    const primitive = PRIMITIVES.get(type);
    if (primitive !== undefined && typeof value === primitive) return true;
    if (type === Object) return typeof value === 'object';
    return value instanceof type;
  };
  return new Asymmetric('Any', `<${type.name}>`, match);
}

function closeTo(inverse: boolean) {
  return (expected: number, digits = 2) => {
    const match = (value: any) => typeof value === 'number' && (Object.is(value, expected) || Math.abs(expected - value) < 10 ** -digits / 2);
    return new Asymmetric('NumberCloseTo', ` ${expected} (${digits} digits)`, match, inverse);
  };
}

function containing(inverse: boolean) {
  return {
    arrayContaining: (list: unknown[]) => new Asymmetric('ArrayContaining', ` ${brief(list)}`, value => Array.isArray(value) && list.every(item => value.some(other => equals(other, item))), inverse),
    arrayOf: (item: unknown) => new Asymmetric('ArrayOf', ` ${brief(item)}`, value => Array.isArray(value) && value.every(other => equals(other, item)), inverse),
    objectContaining: (object: object) => {
      const match = (value: any) => value !== null && typeof value === 'object' && Reflect.ownKeys(object).every(key => key in value && equals(value[key], (object as any)[key]));
      return new Asymmetric('ObjectContaining', ` ${brief(object)}`, match, inverse);
    },
    stringContaining: (text: string) => new Asymmetric('StringContaining', ` ${brief(text)}`, value => typeof value === 'string' && value.includes(text), inverse),
    stringMatching: (pattern: string | RegExp) => new Asymmetric('StringMatching', ` ${pattern}`, value => typeof value === 'string' && new RegExp(pattern).test(value), inverse),
    closeTo: closeTo(inverse),
    schemaMatching: (schema: any) => new Asymmetric('SchemaMatching', '', value => fits(schema, value), inverse),
  };
}

/** By a schema that follows Standard Schema: zod, valibot, arktype and others do. */
function fits(schema: any, value: unknown): boolean {
  const validate = schema?.['~standard']?.validate;
  if (typeof validate !== 'function') throw new TypeError('expect.schemaMatching() needs a schema that follows Standard Schema');
  const result = validate(value);
  if (typeof result?.then === 'function') throw new TypeError('expect.schemaMatching() needs a schema that decides at once');
  return result.issues === undefined;
}

/** What hangs on `expect`. */
export const asymmetric = {
  any,
  anything: () => new Asymmetric('Anything', '', value => value !== null && value !== undefined),
  ...containing(false),
  toSatisfy: (check: (value: any) => boolean) => new Asymmetric('Satisfying', ` [Function ${check.name || 'anonymous'}]`, value => Boolean(check(value))),
  not: containing(true),
};
