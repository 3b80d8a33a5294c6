// What may be a schema (Standard Schema, objects that parse, JSON Schema), and values judged by one.

import { refuse } from 'cronflow:internal/options';
import { type CheckedSchema, checkJsonSchema } from 'cronflow:internal/schema/check';
import { type Issue, judge } from 'cronflow:internal/schema/json';
import { type Path, isObject } from 'cronflow:internal/schema/values';

export type { Issue };
/** The parsed value, or what is wrong. */
export type Judgement = { value: any } | { issues: Issue[] };

const SHOWN = 3;
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

export class ValidationError extends Error {
  issues: Issue[];

  constructor(what: string, issues: Issue[]) {
    super(listed(what, issues));
    this.name = 'ValidationError';
    this.issues = issues;
  }
}

/** `config.port: must be a number; config.list[0].id: is required; and 2 more`. */
export function listed(what: string, issues: Issue[]): string {
  const texts = issues.slice(0, SHOWN).map(({ path, message }) => `${what}${pathText(path)}: ${message}`);
  if (issues.length > SHOWN) texts.push(`and ${issues.length - SHOWN} more`);
  return texts.join('; ');
}

function pathText(path: Path): string {
  return path
    .map(part => (typeof part === 'number' ? `[${part}]` : IDENTIFIER.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`))
    .join('');
}

const checkedSchemas = new WeakMap<object, CheckedSchema>();

/** Refuses what is not a schema. `what` names the value that it is for. */
export function checkSchema(schema: unknown, what: string): void {
  const of = `the schema of ${what}`;
  if (typeof schema === 'boolean' || isParser(schema)) return;
  if (!isPlain(schema)) {
    refuse(`${of} must be a schema: a Standard Schema, an object with safeParse() or parse(), or a JSON Schema`);
  }
  checkedSchemas.set(schema, checkJsonSchema(schema, of));
}

/** The parsed value, now or as a promise when the schema is asynchronous; a ValidationError when it does not fit. */
export function validateWith(schema: unknown, value: unknown, what: string): Promise<any> | any {
  const unwrap = (judgement: Judgement): any => {
    if ('issues' in judgement) throw new ValidationError(what, judgement.issues);
    return judgement.value;
  };
  const judgement = judgeWith(schema, value, what);
  return isPromise(judgement) ? judgement.then(unwrap) : unwrap(judgement);
}

/** Like `validateWith`, but tells what is wrong instead of throwing. */
export function judgeWith(schema: any, value: unknown, what: string): Judgement | Promise<Judgement> {
  if (typeof schema === 'boolean') return judgeJson({ root: schema, refs: new Map() }, value);
  if (!isParser(schema)) {
    if (!checkedSchemas.has(schema)) checkSchema(schema, what);
    return judgeJson(checkedSchemas.get(schema)!, value);
  }
  if (typeof schema['~standard']?.validate === 'function') return whenDone(schema['~standard'].validate(value), ofStandard);
  if (typeof schema.safeParse === 'function') return safeParsed(schema, value);
  return parsed(schema, value);
}

/** Whether the messages about this schema's issues are ours, which never tell a part of the value. */
export function isJsonSchema(schema: unknown): boolean {
  return !isParser(schema);
}

export function isPromise(value: any): value is Promise<any> {
  return value !== null && (typeof value === 'object' || typeof value === 'function') && typeof value.then === 'function';
}

function whenDone(result: any, read: (result: any) => Judgement): Judgement | Promise<Judgement> {
  return isPromise(result) ? Promise.resolve(result).then(read) : read(result);
}

function isParser(schema: any): boolean {
  if (schema === null || (typeof schema !== 'object' && typeof schema !== 'function')) return false;
  // Date.parse() and the like are no schemas.
  const methods = [schema['~standard']?.validate, schema.safeParse, typeof schema === 'object' ? schema.parse : undefined];
  return methods.some(method => typeof method === 'function');
}

function isPlain(value: unknown): value is Record<string, any> {
  if (!isObject(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function judgeJson(checked: CheckedSchema, given: unknown): Judgement {
  const { value, issues } = judge(checked, given);
  return issues.length > 0 ? { issues } : { value };
}

function ofStandard(result: any): Judgement {
  return result.issues ? { issues: issuesOf(result.issues) } : { value: result.value };
}

function safeParsed(schema: any, value: unknown): Judgement | Promise<Judgement> {
  const read = (result: any): Judgement => (result.success ? { value: result.data } : { issues: issuesOfError(result.error) });
  try {
    return whenDone(schema.safeParse(value), read);
  } catch (error) {
    // Such a schema is asynchronous, or fails in the same way again.
    if (typeof schema.safeParseAsync !== 'function') throw error;
    return whenDone(schema.safeParseAsync(value), read);
  }
}

function parsed(schema: any, value: unknown): Judgement | Promise<Judgement> {
  const failed = (error: unknown): Judgement => ({ issues: issuesOfError(error) });
  try {
    const result = schema.parse(value);
    return isPromise(result) ? Promise.resolve(result).then(done => ({ value: done }), failed) : { value: result };
  } catch (error) {
    return failed(error);
  }
}

function issuesOfError(error: any): Issue[] {
  const list = error?.issues ?? error?.errors;
  if (Array.isArray(list) && list.length > 0) return issuesOf(list);
  return [{ path: [], message: String(error?.message ?? error) }];
}

function issuesOf(list: Iterable<any>): Issue[] {
  const issues = [...list].map(issue => ({ path: pathOf(issue?.path), message: String(issue?.message ?? issue) }));
  return issues.length > 0 ? issues : [{ path: [], message: 'is not valid' }];
}

/** The parts of a path are keys, or objects with a key. */
function pathOf(path: unknown): Path {
  const parts = Array.isArray(path) ? path.map(part => (isObject(part) ? part.key : part)) : [];
  return parts.map(part => (typeof part === 'number' ? part : String(part)));
}
