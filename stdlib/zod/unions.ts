// Schemas of several schemas: one of them, exactly one, the one that a property names, both.

import { finishIssues } from 'cronflow:internal/zod/issues';
import { isObject, isPlain } from 'cronflow:internal/zod/object';
import { type Params, readParams } from 'cronflow:internal/zod/params';
import { type Later, type Payload, type RawIssue, type Run, all, fresh, isAborted, wrongType } from 'cronflow:internal/zod/payload';
import { ZodType, makers } from 'cronflow:internal/zod/type';

export class ZodUnion extends ZodType {
  get options(): ZodType[] {
    return this.def.options;
  }

  get _optin() {
    const all = this.options.map(option => option._optin);
    return all.includes('defaulted') ? 'defaulted' : all.includes('optional') ? 'optional' : undefined;
  }

  get _optout() {
    return this.options.some(option => option._optout === 'optional') ? ('optional' as const) : undefined;
  }

  get _values(): Set<unknown> | undefined {
    const all = this.options.map(option => option._values);
    return all.every(values => values !== undefined) ? new Set(all.flatMap(values => [...values!])) : undefined;
  }

  get _pattern(): string | undefined {
    const all = this.options.map(option => option._pattern);
    return all.every(pattern => pattern !== undefined) ? all.map(pattern => pattern!.replace(/^\^|\$$/g, '')).join('|') : undefined;
  }

  /** `tries` ends with the first that fits. */
  protected _tryAll(payload: Payload, run: Run, endsEarly: boolean): Later<Payload>[] | Payload {
    const reads: Later<Payload>[] = [];
    for (const option of this.options) {
      const read = option._run(fresh(payload.value), run);
      if (endsEarly && !(read instanceof Promise) && read.issues.length === 0) return read;
      reads.push(read);
    }
    return reads;
  }

  _parse(payload: Payload, run: Run): Later<Payload> {
    if (this.options.length === 1) return this.options[0]._run(payload, run);
    const reads = this._tryAll(payload, run, true);
    return Array.isArray(reads) ? all(reads, done => this._choose(payload, done, run)) : reads;
  }

  /** The first that fits, or the only one that went to its end. */
  private _choose(payload: Payload, reads: Payload[], run: Run): Payload {
    const fitting = reads.find(read => read.issues.length === 0);
    const complete = reads.filter(read => !isAborted(read));
    const chosen = fitting ?? (complete.length === 1 ? complete[0] : undefined);
    if (chosen === undefined) return this._fail(payload, { errors: reads.map(read => finishIssues(read.issues, run)) });
    payload.value = chosen.value;
    payload.issues.push(...chosen.issues);
    return payload;
  }

  protected _fail(payload: Payload, more: object): Payload {
    payload.issues.push({ code: 'invalid_union', input: payload.value, inst: this, ...more });
    return payload;
  }
}

export class ZodXor extends ZodUnion {
  _parse(payload: Payload, run: Run): Later<Payload> {
    if (this.options.length === 1) return this.options[0]._run(payload, run);
    return all(this._tryAll(payload, run, false) as Later<Payload>[], reads => {
      const matches = reads.flatMap((read, at) => (read.issues.length === 0 ? [at] : []));
      if (matches.length === 0) return this._fail(payload, { errors: reads.map(read => finishIssues(read.issues, run)) });
      if (matches.length > 1) return this._fail(payload, { errors: [], inclusive: false, matches });
      payload.value = reads[matches[0]].value;
      return payload;
    });
  }
}

export class ZodDiscriminatedUnion extends ZodUnion {
  private _table?: Map<unknown, ZodType | null>;

  /** Value of the discriminator -> the option that it names; `null` when several are named by its absence. */
  private _byValue(): Map<unknown, ZodType | null> {
    if (this._table !== undefined) return this._table;
    const table = new Map<unknown, ZodType | null>();
    for (const [index, option] of this.options.entries()) {
      const values = option._propValues?.[this.def.discriminator];
      if (values === undefined || values.size === 0) throw new Error(`Invalid discriminated union option at index "${index}"`);
      for (const value of values) {
        if (table.has(value) && value !== undefined) throw new Error(`Duplicate discriminator value "${String(value)}"`);
        table.set(value, table.has(value) ? null : option);
      }
    }
    return (this._table = table);
  }

  get _propValues() {
    const found: Record<string, Set<unknown>> = {};
    for (const option of this.options) {
      for (const [key, values] of Object.entries(option._propValues ?? {})) found[key] = new Set([...(found[key] ?? []), ...values]);
    }
    return found;
  }

  _parse(payload: Payload, run: Run): Later<Payload> {
    const { discriminator, unionFallback } = this.def;
    if (!isObject(payload.value)) return wrongType(payload, 'object', this);
    const value = payload.value[discriminator];
    const table = this._byValue();
    const option = table.get(value);
    const isBack = run.direction === 'backward';
    if (option && (value !== undefined || !isBack)) return option._run(payload, run);
    if (unionFallback || isBack) return super._parse(payload, run);
    const options = [...table.keys()].filter(one => table.get(one) !== null);
    return this._fail(payload, { errors: [], note: 'No matching discriminator', discriminator, options, path: [discriminator] });
  }
}

type Merged = { value: any } | { at: PropertyKey[] };

/** One value that is both, or the path to where they differ. */
function merged(a: any, b: any): Merged {
  if (a === b || (a instanceof Date && b instanceof Date && +a === +b)) return { value: a };
  const isList = Array.isArray(a) && Array.isArray(b);
  if (isList ? a.length !== b.length : !isPlain(a) || !isPlain(b)) return { at: [] };
  const result: any = isList ? [] : { ...a, ...b };
  for (const key of Object.keys(a)) {
    if (!isList && !Object.hasOwn(b, key)) continue;
    const both = merged(a[key], b[key]);
    if ('at' in both) return { at: [isList ? Number(key) : key, ...both.at] };
    result[key] = both.value;
  }
  return { value: result };
}

export class ZodIntersection extends ZodType {
  _parse(payload: Payload, run: Run): Later<Payload> {
    const sides = [this.def.left, this.def.right].map((side: ZodType) => side._run(fresh(payload.value), run));
    return all(sides, ([left, right]) => {
      this._takeIssues(payload, [left, right]);
      const both = merged(left.value, right.value);
      if ('value' in both) payload.value = both.value;
      else if (!isAborted(payload)) throw new Error(`Unmergable intersection. Error path: ${JSON.stringify(both.at)}`);
      return payload;
    });
  }

  /** A key is unknown only when neither side knows it. */
  private _takeIssues(payload: Payload, sides: Payload[]): void {
    const rejected = sides.map(() => new Map<string, RawIssue>());
    for (const [at, side] of sides.entries()) {
      for (const issue of side.issues) {
        const isTop = (issue.path?.length ?? 0) === 0;
        if (issue.code === 'unrecognized_keys' && isTop) for (const key of issue.keys) rejected[at].set(key, issue);
        else if (issue.code === 'invalid_key' && issue.origin === 'record' && issue.path?.length === 1) rejected[at].set(String(issue.path[0]), issue);
        else payload.issues.push(issue);
      }
    }
    const keys = [...rejected[0].keys()].filter(key => rejected[1].has(key));
    const unknown = [...rejected[0].values(), ...rejected[1].values()].find(issue => issue.code === 'unrecognized_keys');
    const listed = keys.filter(key => unknown?.keys.includes(key));
    if (unknown !== undefined && listed.length > 0) payload.issues.push({ ...unknown, keys: listed });
    for (const key of keys) if (!listed.includes(key)) payload.issues.push(rejected[0].get(key)!);
  }
}

export const union = (options: readonly ZodType[], params?: Params) => new ZodUnion({ type: 'union', options, ...readParams(params) });
export const xor = (options: readonly ZodType[], params?: Params) => new ZodXor({ type: 'union', options, inclusive: false, ...readParams(params) });
export const intersection = (left: ZodType, right: ZodType) => new ZodIntersection({ type: 'intersection', left, right });
export const discriminatedUnion = (discriminator: string, options: readonly ZodType[], params?: Params) =>
  new ZodDiscriminatedUnion({ type: 'union', options, discriminator, inclusive: false, ...readParams(params) });

Object.assign(makers, { union, intersection });
