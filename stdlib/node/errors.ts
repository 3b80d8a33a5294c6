// The errors of the modules of Node.js: a class, a code, a message.

/** An error with a code, as Node.js makes them. */
export function nodeError(code: string, message: string, kind: ErrorConstructor = Error, options?: ErrorOptions): Error & { code: string } {
  const error = new kind(message, options);
  return Object.assign(error, { code });
}

/** What is said of a part of Node.js that is not here. */
export function notAvailable(what: string, instead?: string): Error {
  return nodeError('ERR_FEATURE_UNAVAILABLE', `${what} is not available in cronflow-rt${instead === undefined ? '' : `: ${instead}`}`);
}

/** Functions that say so when they are called. */
export function unavailable(module: string, names: string[], instead?: string): any {
  const all: Record<string, unknown> = {};
  for (const name of names) {
    // Not an arrow: names in upper case are classes, and are called with `new`.
    all[name] = function () {
      throw notAvailable(`${module}.${name}`, instead);
    };
    Object.defineProperty(all[name], 'name', { value: name });
  }
  return all;
}

export function invalidArgument(name: string, expected: string, value: unknown): Error & { code: string } {
  const shown = value === null || value === undefined ? String(value) : typeof value === 'object' || typeof value === 'function' ? `an instance of ${(value as any).constructor?.name ?? 'Object'}` : `type ${typeof value} (${String(value)})`;
  return nodeError('ERR_INVALID_ARG_TYPE', `The "${name}" argument must be ${expected}. Received ${shown}`, TypeError);
}
