// JSON Schema of a schema: what is met again becomes a reference, and metadata is written along.

import { type Json, KINDS, type Writer } from 'cronflow:internal/zod/json_schema_kinds';
import { globalRegistry } from 'cronflow:internal/zod/registry';
import { ZodType, makers } from 'cronflow:internal/zod/type';

interface Params {
  target?: string;
  io?: 'input' | 'output';
  unrepresentable?: 'throw' | 'any' | ((told: { zodSchema: ZodType; path: Path; message: string }) => unknown);
  cycles?: 'ref' | 'throw';
  reused?: 'inline' | 'ref';
  metadata?: { get(schema: ZodType): any };
  override?: (told: { zodSchema: ZodType; jsonSchema: Json; path: Path }) => void;
}
type Path = (string | number)[];

const TARGETS: Record<string, string> = {
  'draft-2020-12': 'https://json-schema.org/draft/2020-12/schema',
  'draft-07': 'http://json-schema.org/draft-07/schema#',
};

/** What is known of a schema that is part of the one that is converted. */
interface Met {
  count: number;
  path: Path;
  isCycle: boolean;
  /** The name of its definition. */
  name?: string;
  body?: Json;
}

/** The kinds that are what their inner schemas are, by where those stand in the definition. */
const INNER: Record<string, string[]> = {
  array: ['element'], set: ['valueType'], intersection: ['left', 'right'], record: ['keyType', 'valueType'], map: ['keyType', 'valueType'],
  pipe: ['in', 'out'], promise: ['innerType'], optional: ['innerType'], nonoptional: ['innerType'], nullable: ['innerType'],
  readonly: ['innerType'], default: ['innerType'], prefault: ['innerType'], catch: ['innerType'],
};

/** Whether inputs and outputs differ. */
function changesValues(schema: ZodType, seen = new Set<ZodType>()): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  const { type, def } = schema;
  if (type === 'transform' || def.reverseTransform !== undefined) return true;
  const members: ZodType[] = (INNER[type] ?? []).map(key => def[key]);
  if (type === 'lazy') members.push((schema as any)._inner);
  if (type === 'object') members.push(...(Object.values(def.shape) as ZodType[]));
  if (type === 'union') members.push(...def.options);
  if (type === 'tuple') members.push(...def.items, ...(def.rest ? [def.rest] : []));
  return members.some(member => changesValues(member, seen));
}

class Conversion {
  private _params: Params;
  private _io: 'input' | 'output';
  private _isDraft7: boolean;
  private _metas: { get(schema: ZodType): any };
  private _met = new Map<ZodType, Met>();
  private _root: ZodType;

  constructor(root: ZodType, params: Params) {
    this._root = root;
    this._params = params;
    this._io = params.io ?? 'output';
    this._isDraft7 = params.target === 'draft-07';
    this._metas = params.metadata ?? globalRegistry;
  }

  convert(): Json {
    this._meet(this._root, [], []);
    this._nameDefinitions();
    const root = this._met.get(this._root)!;
    const result: Json = { $schema: TARGETS[this._params.target ?? 'draft-2020-12'], ...(root.name === undefined ? this._body(this._root) : this._ref(root.name)) };
    const defs = [...this._met].filter(([, met]) => met.name !== undefined).map(([schema, { name }]) => [name, this._body(schema)]);
    if (defs.length > 0) result[this._isDraft7 ? 'definitions' : '$defs'] = Object.fromEntries(defs);
    return JSON.parse(JSON.stringify(result));
  }

  /** The first pass finds out what is met again, and where a schema comes back to itself. */
  private _meet(schema: ZodType, path: Path, open: ZodType[]): void {
    const before = this._met.get(schema);
    if (before !== undefined) {
      before.count++;
      before.isCycle ||= open.includes(schema);
      if (before.isCycle) before.path = path;
      return;
    }
    this._met.set(schema, { count: 1, path, isCycle: false });
    const inside = [...open, schema];
    this._write(schema, path, {
      go: (member, ...more) => (this._meet(member, [...path, ...more], inside), {}),
      inherit: inner => this._meet(inner, path, inside),
    });
    if (schema._parent !== undefined) this._meet(schema._parent, path, inside);
  }

  private _write(schema: ZodType, path: Path, by: Pick<Writer, 'go' | 'inherit'>): Json {
    const refuse = (message: string) => {
      const { unrepresentable = 'throw' } = this._params;
      const wanted: any = typeof unrepresentable === 'function' ? unrepresentable({ zodSchema: schema, path, message }) : unrepresentable;
      if (wanted === undefined || wanted === 'throw') throw new Error(message);
      return wanted === 'any' ? undefined : wanted;
    };
    return KINDS[schema.type](schema, schema.def, { io: this._io, isDraft7: this._isDraft7, refuse, ...by });
  }

  private _nameDefinitions(): void {
    let count = 0;
    const names = new Map<string, ZodType>();
    for (const [schema, met] of this._met) {
      const id = this._metas.get(schema)?.id;
      if (met.isCycle && this._params.cycles === 'throw') {
        throw new Error(`Cycle detected: #/${met.path.join('/')}/<root>\n\nSet the \`cycles\` parameter to \`"ref"\` to resolve cyclical schemas with defs.`);
      }
      if (id !== undefined && names.has(id)) {
        throw new Error(`Duplicate schema id "${id}" detected during JSON Schema conversion. Two different schemas cannot share the same id when converted together.`);
      }
      if (id !== undefined) names.set(id, schema);
      const isReused = met.count > 1 && this._params.reused === 'ref';
      if (id !== undefined) met.name = id;
      else if (schema !== this._root && (met.isCycle || isReused)) met.name = `__schema${count++}`;
    }
  }

  private _ref(name: string): Json {
    const part = name.replace(/~/g, '~0').replace(/\//g, '~1');
    return { $ref: `#/${this._isDraft7 ? 'definitions' : '$defs'}/${part}` };
  }

  /** The JSON Schema in the place where it is used. */
  private _use(schema: ZodType): Json {
    const { name, isCycle } = this._met.get(schema)!;
    if (name !== undefined) return this._ref(name);
    return schema === this._root && isCycle ? { $ref: '#' } : this._body(schema);
  }

  private _body(schema: ZodType): Json {
    const met = this._met.get(schema)!;
    if (met.body !== undefined) return met.body;
    const body: Json = (met.body = {});
    let inner: ZodType | undefined;
    const own = this._write(schema, met.path, { go: member => this._use(member), inherit: one => void (inner = one) });
    if (schema.type === 'prefault' && this._io === 'input' && this._metas.get(schema)?.default !== undefined) delete own.default;
    Object.assign(own, this._metas.get(schema));
    if (this._io === 'input' && schema.type !== 'prefault' && changesValues(schema)) {
      delete own.examples;
      delete own.default;
    }
    if (own.id !== undefined && own.id === met.name) delete own.id;
    Object.assign(body, inner === undefined ? {} : this._inherited(inner), own);
    if (schema._parent !== undefined) this._referToParent(body, schema._parent);
    compact(body);
    this._params.override?.({ zodSchema: schema, jsonSchema: body, path: met.path });
    return body;
  }

  private _inherited(inner: ZodType): Json {
    const used = this._use(inner);
    // Beside a reference draft 7 reads nothing.
    return this._isDraft7 && used.$ref !== undefined ? { allOf: [used] } : used;
  }

  /** A copy of what has a definition says only what is different. */
  private _referToParent(body: Json, parent: ZodType): void {
    const used = this._use(parent);
    if (used.$ref === undefined) return;
    const known = this._met.get(parent)!.body ?? this._body(parent);
    for (const key of Object.keys(body)) {
      if (key !== '$ref' && key !== 'allOf' && key in known && JSON.stringify(body[key]) === JSON.stringify(known[key])) delete body[key];
    }
    if (this._isDraft7) body.allOf = [...(body.allOf ?? []), used];
    else Object.assign(body, used);
  }
}

/** A choice between bare types is a list of types. */
function compact(json: Json): void {
  const options = json.anyOf;
  if (!Array.isArray(options) || options.length === 0 || json.type !== undefined) return;
  if (!options.every(option => Object.keys(option).length === 1 && option.type !== undefined)) return;
  const types = [...new Set(options.flatMap(option => option.type))];
  delete json.anyOf;
  json.type = types.length === 1 ? types[0] : types;
}

export function toJSONSchema(schema: ZodType, params: Params = {}): Json {
  if (!(schema instanceof ZodType)) throw new TypeError('z.toJSONSchema of the built-in zod takes a schema; for registries install the package: npm install zod');
  const target = params.target === 'draft-7' ? 'draft-07' : params.target ?? 'draft-2020-12';
  if (!Object.hasOwn(TARGETS, target)) throw new Error(`target '${target}' of z.toJSONSchema is not built in, only ${Object.keys(TARGETS).join(' and ')}; install the package: npm install zod`);
  return new Conversion(schema, { ...params, target }).convert();
}

Object.assign(makers, { toJSONSchema });
