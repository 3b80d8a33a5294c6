// What a failed parse is told as: the error, and the shapes that it can be read in.

import type { Issue } from 'cronflow:internal/zod/issues';

type Told = { issues: Issue[] };
type Mapper = (issue: Issue) => any;
const messageOf: Mapper = issue => issue.message;

const asText = (issues: Issue[]): string => JSON.stringify(issues, (_, value) => (typeof value === 'bigint' ? String(value) : value), 2);

function hidden(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, configurable: true, enumerable: false });
}

export class ZodError extends Error {
  declare issues: Issue[];

  constructor(issues: Issue[]) {
    super(asText(issues));
    hidden(this, 'name', 'ZodError');
    hidden(this, 'issues', issues);
  }

  get isEmpty(): boolean {
    return this.issues.length === 0;
  }

  addIssue(issue: Issue): void {
    this.addIssues([issue]);
  }

  addIssues(issues: Issue[]): void {
    this.issues.push(...issues);
    hidden(this, 'message', asText(this.issues));
  }

  format(mapper?: Mapper) {
    return formatError(this, mapper);
  }

  flatten(mapper?: Mapper) {
    return flattenError(this, mapper);
  }

  toString(): string {
    return this.message;
  }
}

/** The own member of that name, made when it is not there; `__proto__` is a name like any other. */
function memberOf(target: any, key: PropertyKey, make: () => any): any {
  if (!Object.hasOwn(target, key)) Object.defineProperty(target, key, { value: make(), writable: true, enumerable: true, configurable: true });
  return target[key];
}

export function flattenError(error: Told, mapper: Mapper = messageOf): { formErrors: any[]; fieldErrors: Record<string, any[]> } {
  const formErrors: any[] = [];
  const fieldErrors: Record<string, any[]> = {};
  for (const issue of error.issues) {
    if (issue.path.length === 0) formErrors.push(mapper(issue));
    else memberOf(fieldErrors, issue.path[0], () => []).push(mapper(issue));
  }
  return { formErrors, fieldErrors };
}

/** The issues with those of union members, keys and elements in place of the issue that holds them. */
function* innermost(issues: Issue[], path: PropertyKey[] = []): Generator<{ issue: Issue; path: PropertyKey[] }> {
  for (const issue of issues) {
    const at = [...path, ...issue.path];
    if (issue.code === 'invalid_union' && issue.errors.length > 0) for (const option of issue.errors) yield* innermost(option, at);
    else if (issue.code === 'invalid_key' || issue.code === 'invalid_element') yield* innermost(issue.issues, at);
    else yield { issue, path: at };
  }
}

export function formatError(error: Told, mapper: Mapper = messageOf): any {
  const made = { _errors: [] as any[] };
  for (const { issue, path } of innermost(error.issues)) {
    let here = made;
    for (const key of path) if (key !== '_errors') here = memberOf(here, key, () => ({ _errors: [] }));
    here._errors.push(mapper(issue));
  }
  return made;
}

export function treeifyError(error: Told, mapper: Mapper = messageOf): any {
  const tree: any = { errors: [] };
  for (const { issue, path } of innermost(error.issues)) {
    let here = tree;
    for (const key of path) {
      if (typeof key === 'string') here = memberOf((here.properties ??= {}), key, () => ({ errors: [] }));
      else here = (here.items ??= [])[key as number] ??= { errors: [] };
    }
    here.errors.push(mapper(issue));
  }
  return tree;
}

/** `a.b[0]["c d"]` */
export function toDotPath(path: PropertyKey[]): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (typeof key === 'symbol' || /[^\w$]/.test(key)) text += `[${JSON.stringify(String(key))}]`;
    else text += text === '' ? key : `.${key}`;
  }
  return text;
}

export function prettifyError(error: Told): string {
  const sorted = [...error.issues].sort((a, b) => a.path.length - b.path.length);
  return sorted.flatMap(({ message, path }) => [`✖ ${message}`, ...(path.length > 0 ? [`  → at ${toDotPath(path)}`] : [])]).join('\n');
}
