// A schema: how it runs over a value, and what can be asked of every schema.

import { ZodError } from 'cronflow:internal/zod/errors';
import { type Issue, finishIssues } from 'cronflow:internal/zod/issues';
import { schemaRead } from 'cronflow:internal/ops';
import type { Params } from 'cronflow:internal/zod/params';
import { type Later, type Payload, type Run, ZodAsyncError, fresh, isAborted, then } from 'cronflow:internal/zod/payload';
import { globalRegistry } from 'cronflow:internal/zod/registry';

/** Judges or changes a value that a schema has read. Schemas of formats are checks too. */
export interface Check {
  def: { check?: string; abort?: boolean; error?: any; when?: (payload: Payload) => boolean; [key: string]: any };
  _judge: (payload: Payload, run?: Run) => unknown;
  _attach?: (schema: ZodType) => void;
}
export type Result<T = any> = { success: true; data: T; error?: undefined } | { success: false; error: ZodError; data?: undefined };
type Options = { error?: (issue: any) => unknown; reportInput?: boolean; abortEarly?: boolean };

/** The makers of other kinds, which import this file; each kind's file puts its own here. */
export const makers: Record<string, (...given: any[]) => any> = {};

const PARSERS = ['parse', 'safeParse', 'parseAsync', 'safeParseAsync', 'spa', 'encode', 'decode'];

/** A definition with other properties; what computes itself is not asked. */
export function withDef(def: object, more: object): any {
  return Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(def), ...Object.getOwnPropertyDescriptors(more) });
}

export abstract class ZodType {
  readonly def: any;
  readonly type: string;
  readonly _isSchema = true;
  /** Where a copy with other checks or metadata comes from. */
  _parent?: ZodType;
  _checks: Check[];
  /** For the native reader; made at the second read, `null` when it cannot read for the schema. */
  _plan?: object | null;
  private _reads = 0;

  constructor(def: any) {
    this.def = def;
    this.type = def.type;
    const given: Check[] = def.checks ?? [];
    this._checks = '_judge' in this ? [this as unknown as Check, ...given] : given;
    for (const check of this._checks) check._attach?.(this);
  }

  /** Reads the value; the checks come after it. */
  abstract _parse(payload: Payload, run: Run): Later<Payload>;

  /** What a missing property is to the schema: not allowed, allowed, or given a value. */
  get _optin(): 'optional' | 'defaulted' | undefined {
    return undefined;
  }

  /** Whether the schema may answer with nothing. */
  get _optout(): 'optional' | undefined {
    return undefined;
  }

  /** All values that the schema takes, if they can be listed. */
  get _values(): Set<unknown> | undefined {
    return undefined;
  }

  /** Of objects: the values by which a property tells that they are meant. */
  get _propValues(): Record<string, Set<unknown>> | undefined {
    return undefined;
  }

  /** What matches the text of the value in a template. */
  get _pattern(): string | undefined {
    return undefined;
  }

  get _zod() {
    return { def: this.def, optin: this._optin, optout: this._optout, values: this._values, parent: this._parent };
  }

  get _def() {
    return this.def;
  }

  _run(payload: Payload, run: Run): Later<Payload> {
    if (this._checks.length === 0 || run.skipChecks) return this._parse(payload, run);
    if (run.direction === 'backward') return this._runBackward(payload, run);
    return then(this._parse(payload, run), read => this._judgeAll(read, run));
  }

  private _runBackward(payload: Payload, run: Run): Later<Payload> {
    return then(this._parse(fresh(payload.value), { ...run, skipChecks: true }), probe => {
      if (!isAborted(probe)) return then(this._judgeAll(payload, run), judged => this._parse(judged, run));
      probe.aborted = true;
      return probe;
    });
  }

  /** All checks begin at once; those that take time are waited for in their order. */
  private _judgeAll(payload: Payload, run: Run): Later<Payload> {
    let aborted = isAborted(payload);
    let waits: Promise<void> | undefined;
    for (const check of this._checks) {
      if (!mayJudge(check, payload, aborted)) continue;
      const start = payload.issues.length;
      const judged = check._judge(payload, run);
      const note = () => {
        for (let at = start; at < payload.issues.length; at++) payload.issues[at].schema ??= this;
        aborted ||= isAborted(payload, start);
      };
      if (judged instanceof Promise && !run.async) throw new ZodAsyncError();
      if (waits !== undefined || judged instanceof Promise) waits = Promise.resolve(waits).then(() => judged).then(note);
      else note();
    }
    return waits === undefined ? payload : waits.then(() => payload);
  }

  _result(payload: Payload, run: Run): Result {
    if (payload.issues.length === 0) return { success: true, data: payload.value };
    return { success: false, error: new ZodError(finishIssues(payload.issues, run)) };
  }

  /** `back` is the way from outputs to inputs. */
  _answer(value: unknown, options: Options | undefined, isAsync: boolean, back = false): Later<Result> {
    const run: Run = { ...options, async: isAsync, ...(back ? { direction: 'backward' } : {}) };
    return then(this._run(fresh(value), run), payload => this._result(payload, run));
  }

  _now(value: unknown, options?: Options, back?: boolean): Result {
    const result = this._answer(value, options, false, back);
    if (result instanceof Promise) throw new ZodAsyncError();
    return result;
  }

  /** What the native reader makes of the value; the schema itself when it leaves the answer to the code here. */
  private _readNatively(value: unknown): unknown {
    if (this._plan === undefined && ++this._reads > 1) this._plan = makers.plan(this);
    if (!this._plan) return this;
    const read = schemaRead(this._plan, value);
    return read === this._plan ? this : read;
  }

  safeParse(value: unknown, options?: Options): Result {
    const read = options === undefined ? this._readNatively(value) : this;
    return read === this ? this._now(value, options) : { success: true, data: read };
  }

  parse(value: unknown, options?: Options): any {
    const read = options === undefined ? this._readNatively(value) : this;
    return read === this ? unwrap(this._now(value, options)) : read;
  }

  async safeParseAsync(value: unknown, options?: Options): Promise<Result> {
    return this._answer(value, options, true);
  }

  async parseAsync(value: unknown, options?: Options): Promise<any> {
    return unwrap(await this._answer(value, options, true));
  }

  /** Whether the value fits. */
  validate(value: unknown, options?: Options): boolean {
    return this._now(value, { ...options, abortEarly: true }).success;
  }

  async validateAsync(value: unknown, options?: Options): Promise<boolean> {
    return (await this._answer(value, { ...options, abortEarly: true }, true)).success;
  }

  spa(value: unknown, options?: Options): Promise<Result> {
    return this.safeParseAsync(value, options);
  }

  decode(value: unknown, options?: Options): any {
    return this.parse(value, options);
  }

  safeDecode(value: unknown, options?: Options): Result {
    return this.safeParse(value, options);
  }

  decodeAsync(value: unknown, options?: Options): Promise<any> {
    return this.parseAsync(value, options);
  }

  safeDecodeAsync(value: unknown, options?: Options): Promise<Result> {
    return this.safeParseAsync(value, options);
  }

  encode(value: unknown, options?: Options): any {
    return unwrap(this._now(value, options, true));
  }

  safeEncode(value: unknown, options?: Options): Result {
    return this._now(value, options, true);
  }

  async encodeAsync(value: unknown, options?: Options): Promise<any> {
    return unwrap(await this._answer(value, options, true, true));
  }

  async safeEncodeAsync(value: unknown, options?: Options): Promise<Result> {
    return this._answer(value, options, true, true);
  }

  get '~standard'() {
    const told = (result: Result): { value: any } | { issues: Issue[] } => (result.success ? { value: result.data } : { issues: result.error.issues });
    const validate = (value: unknown): Later<{ value: any } | { issues: Issue[] }> => {
      try {
        return told(this.safeParse(value));
      } catch (error) {
        if (!(error instanceof ZodAsyncError)) throw error;
        return this.safeParseAsync(value).then(told);
      }
    };
    const schemaFor = (io: string) => (options?: any) => makers.toJSONSchema(this, { ...options?.libraryOptions, target: options?.target, io });
    return { version: 1 as const, vendor: 'zod', validate, jsonSchema: { input: schemaFor('input'), output: schemaFor('output') } };
  }

  clone(def?: any, params?: { parent?: boolean }): this {
    const copy = new (this.constructor as any)(def ?? this.def);
    if (def === undefined || params?.parent) copy._parent = this;
    return copy;
  }

  check(...checks: (Check | ((payload: Payload) => unknown))[]): this {
    const made = checks.map(check => (typeof check === 'function' ? { def: { check: 'custom' }, _judge: check } : check));
    return this.clone(withDef(this.def, { checks: [...(this.def.checks ?? []), ...made] }), { parent: true });
  }

  with(...checks: (Check | ((payload: Payload) => unknown))[]): this {
    return this.check(...checks);
  }

  refine(fits: (value: any) => unknown, params?: Params): this {
    return this.check(makers.refine(fits, params));
  }

  superRefine(judge: (value: any, payload: any) => unknown, params?: Params): this {
    return this.check(makers.superRefine(judge, params));
  }

  overwrite(change: (value: any) => any): this {
    return this.check(makers.overwrite(change));
  }

  optional() {
    return makers.optional(this);
  }

  exactOptional() {
    return makers.exactOptional(this);
  }

  nullable() {
    return makers.nullable(this);
  }

  nullish() {
    return makers.optional(makers.nullable(this));
  }

  nonoptional(params?: Params) {
    return makers.nonoptional(this, params);
  }

  array() {
    return makers.array(this);
  }

  or(other: ZodType) {
    return makers.union([this, other]);
  }

  and(other: ZodType) {
    return makers.intersection(this, other);
  }

  transform(change: (value: any, payload: any) => any) {
    return makers.pipe(this, makers.transform(change));
  }

  pipe(next: ZodType) {
    return makers.pipe(this, next);
  }

  default(given: unknown) {
    return makers.default(this, given);
  }

  prefault(given: unknown) {
    return makers.prefault(this, given);
  }

  catch(given: unknown) {
    return makers.catch(this, given);
  }

  readonly() {
    return makers.readonly(this);
  }

  brand(): this {
    return this;
  }

  apply<R>(change: (schema: this, ...given: any[]) => R, ...given: any[]): R {
    return change(this, ...given);
  }

  describe(description: string): this {
    return this.meta({ description });
  }

  /** The metadata, or a copy of the schema with metadata. */
  meta(...given: any[]): any {
    if (given.length === 0) return globalRegistry.get(this);
    const copy = this.clone();
    globalRegistry.add(copy, given[0]);
    return copy;
  }

  register(registry: { add(schema: ZodType, meta?: any): unknown }, meta?: any): this {
    registry.add(this, meta);
    return this;
  }

  get description(): string | undefined {
    return globalRegistry.get(this)?.description;
  }

  isOptional(): boolean {
    return this.safeParse(undefined).success;
  }

  isNullable(): boolean {
    return this.safeParse(null).success;
  }

  toJSONSchema(params?: any): any {
    return makers.toJSONSchema(this, params);
  }
}

function mayJudge({ def }: Check, payload: Payload, aborted: boolean): boolean {
  if (def.when === undefined) return !aborted;
  const isOver = payload.aborted || payload.issues.some(issue => issue.continue === false);
  return !isOver && def.when(payload);
}

function unwrap(result: Result): any {
  if (!result.success) throw result.error;
  return result.data;
}

/** What parses may be taken off its schema: `list.map(schema.parse)`. */
function bindOnRead(prototype: any): void {
  for (const name of PARSERS) {
    const method = prototype[name];
    const own = (target: object, value: unknown) => Object.defineProperty(target, name, { value, writable: true, configurable: true });
    Object.defineProperty(prototype, name, {
      configurable: true,
      get() {
        const bound = method.bind(this);
        own(this, bound);
        return bound;
      },
      set(value) {
        own(this, value);
      },
    });
  }
}

bindOnRead(ZodType.prototype);
