// Metadata of schemas: titles, descriptions, ids of definitions, whatever the author adds.

interface Schema {
  _parent?: Schema;
}

export class ZodRegistry {
  private _metas = new WeakMap<object, any>();
  _ids = new Map<string, any>();

  add(schema: object, meta?: any): this {
    this._metas.set(schema, meta);
    if (meta?.id !== undefined) this._ids.set(meta.id, schema);
    return this;
  }

  clear(): this {
    this._metas = new WeakMap();
    this._ids = new Map();
    return this;
  }

  remove(schema: object): this {
    const meta = this._metas.get(schema);
    if (meta?.id !== undefined) this._ids.delete(meta.id);
    this._metas.delete(schema);
    return this;
  }

  /** With what the schema was made from has, except its id. */
  get(schema: object): any {
    const own = this._metas.get(schema);
    const parent = (schema as Schema)._parent;
    if (parent === undefined) return own;
    const { id: _id, ...inherited } = this.get(parent) ?? {};
    const meta = { ...inherited, ...own };
    return Object.keys(meta).length > 0 ? meta : undefined;
  }

  has(schema: object): boolean {
    return this._metas.has(schema);
  }
}

export const registry = () => new ZodRegistry();
/** That of `.meta()` and `.describe()`. */
export const globalRegistry = registry();
