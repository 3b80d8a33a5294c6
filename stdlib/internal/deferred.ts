// Namespaces of modules that are loaded when somebody first looks into them (runtime/compiler/src/deferred.rs).

import { callerModule, esModule, requireLink } from 'cronflow:internal/ops';

/** The namespace of what the calling module links as `written`. */
export function deferred(written: string): object {
  const [archive, from] = callerModule()!;
  let loaded: object | undefined;
  const load = (): object => {
    if (loaded !== undefined) return loaded;
    const [home, specifier] = requireLink(archive, from, written)!;
    return (loaded = esModule(home, specifier, from) as object);
  };
  return new Proxy(Object.create(null), {
    get: (_, key) => Reflect.get(load(), key),
    has: (_, key) => Reflect.has(load(), key),
    ownKeys: () => Reflect.ownKeys(load()),
    getOwnPropertyDescriptor(_, key) {
      const property = Reflect.getOwnPropertyDescriptor(load(), key);
      // What is not on the target must not be called fixed.
      return property && { ...property, configurable: true };
    },
    set: () => false,
    defineProperty: () => false,
    deleteProperty: (_, key) => !Reflect.has(load(), key),
    setPrototypeOf: (_, prototype) => prototype === null,
    preventExtensions: () => false,
  });
}
