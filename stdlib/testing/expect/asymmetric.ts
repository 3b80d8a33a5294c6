// Values that stand for many: expect.any(), expect.objectContaining() and the like.

import { areEqual, keysOf } from 'cronflow:internal/testing/equals';
import { brief } from 'cronflow:internal/testing/pretty';

type Match = (value: any, strict: boolean) => unknown;

/** Those with the same name and sample are alike. `text` is what it is called where the sample is not shown. */
export class Asymmetric {
  /** By this, serializers of Jest's know it. */
  $$typeof = Symbol.for('jest.asymmetricMatcher');
  name: string;
  sample: unknown;
  inverse: boolean;
  #match: Match;
  #text: string | (() => string);

  constructor(name: string, sample: unknown, match: Match, { inverse = false, text = name }: { inverse?: boolean; text?: string | (() => string) } = {}) {
    this.name = name;
    this.sample = sample;
    this.inverse = inverse;
    this.#match = match;
    this.#text = text;
  }

  asymmetricMatch(value: unknown, _testers?: unknown[], strict = false): boolean {
    return Boolean(this.#match(value, strict)) !== this.inverse;
  }

  toAsymmetricMatcher(): string {
    return typeof this.#text === 'string' ? this.#text : this.#text();
  }

  toString(): string {
    return this.name;
  }
}

const PRIMITIVES = new Map<any, string>([[String, 'string'], [Number, 'number'], [Boolean, 'boolean'], [BigInt, 'bigint'], [Symbol, 'symbol'], [Function, 'function'], [Object, 'object']]);

function need(isRight: boolean, method: string, what: string, given: unknown): void {
  if (!isRight) throw new TypeError(`expect.${method}() needs ${what}, and it is given ${brief(given)}`);
}

function any(type: any): Asymmetric {
  need(typeof type === 'function', 'any', 'a constructor, such as String; for any value there is expect.anything()', type);
  const match = (value: any) => typeof value === PRIMITIVES.get(type) || (type !== Object && value instanceof type);
  return new Asymmetric('Any', type, match, { text: `Any<${type.name || '<anonymous>'}>` });
}

function containing(inverse: boolean) {
  const not = inverse ? 'Not' : '';
  const make = (before: string, after: string, sample: unknown, match: Match) => new Asymmetric(before + not + after, sample, match, { inverse });
  return {
    arrayContaining(list: unknown[]) {
      need(Array.isArray(list), 'arrayContaining', 'an array', list);
      return make('Array', 'Containing', list, (value, strict) => list.length === 0 || (Array.isArray(value) && list.every(item => value.some(other => areEqual(other, item, strict)))));
    },
    arrayOf: (item: unknown) => make('', 'ArrayOf', item, (value, strict) => Array.isArray(value) && value.every(other => areEqual(other, item, strict))),
    objectContaining(object: any) {
      need(typeof object === 'object' && object !== null, 'objectContaining', 'an object', object);
      const isObject = (value: any) => typeof value === 'object' && !Array.isArray(value);
      const has = (value: any, key: PropertyKey) => value !== null && (key in value || Object.hasOwn(value, key));
      // What is no object neither contains the properties nor lacks them.
      const match: Match = (value, strict) => (isObject(value) ? keysOf(object).every(key => has(value, key) && areEqual(value[key], object[key], strict)) : inverse);
      return make('Object', 'Containing', object, match);
    },
    stringContaining(text: string) {
      need(typeof text === 'string', 'stringContaining', 'text', text);
      return make('String', 'Containing', text, value => isText(value) && value.includes(text));
    },
    stringMatching(pattern: string | RegExp) {
      need(typeof pattern === 'string' || pattern instanceof RegExp, 'stringMatching', 'a regular expression, or text of one', pattern);
      const regexp = new RegExp(pattern);
      return make('String', 'Matching', regexp, value => isText(value) && new RegExp(regexp).test(value));
    },
    closeTo(expected: number, digits = 2) {
      need(typeof expected === 'number' && typeof digits === 'number', 'closeTo', 'numbers', [expected, digits]);
      const match = (value: any) => (typeof value === 'number' || value instanceof Number ? value === expected || Math.abs(expected - Number(value)) < 10 ** -digits / 2 : inverse);
      const name = `Number${not}CloseTo`;
      return new Asymmetric(name, [expected, digits], match, { inverse, text: `${name} ${expected} (${digits} digit${digits === 1 ? '' : 's'})` });
    },
    schemaMatching(schema: any) {
      const validate = schema?.['~standard']?.validate;
      need(typeof validate === 'function', 'schemaMatching', 'a schema that follows Standard Schema, as those of zod, valibot and arktype do', schema);
      let issues: any;
      const match = (value: unknown) => {
        const result = validate(value);
        need(typeof result?.then !== 'function', 'schemaMatching', 'a schema that decides at once', schema);
        issues = result.issues;
        return issues === undefined || issues.length === 0;
      };
      // What the schema said of the value belongs into the diff.
      const name = `Schema${not}Matching`;
      return new Asymmetric(name, schema, match, { inverse, text: () => (issues?.length > 0 ? `${name} ${brief(issues.map((issue: any) => issue.message), Infinity)}` : name) });
    },
  };
}

const isText = (value: any): boolean => typeof value === 'string' || value instanceof String;

/** What hangs on `expect`. */
export const asymmetric = {
  any,
  anything: () => new Asymmetric('Anything', undefined, value => value !== null && value !== undefined),
  ...containing(false),
  not: containing(true),
};

/** A matcher in this form: `expect.toBeOneOf([1, 2])`. */
export function fromMatcher(name: string, args: unknown[], inverse: boolean, match: Match): Asymmetric {
  const title = `${inverse ? 'not.' : ''}${name}`;
  return new Asymmetric(title, args, match, { inverse, text: `${title}<${args.map(arg => brief(arg)).join(', ')}>` });
}
