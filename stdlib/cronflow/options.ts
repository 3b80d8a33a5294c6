// Checks of option objects: an option acts, or using it is an error with a hint.

import { builtinModule, callSite } from 'cronflow:internal/ops';
import { DefinitionError } from 'cronflow:internal/errors';

/** Throws for the place in the author's file that called the built-in function. */
export function refuse(message: string): never {
  throw new DefinitionError(message, callSite());
}

/** Refuses keys that are not among the options that act. */
export function checkOptions(options: unknown, known: string[], of: string): void {
  if (options === undefined) return;
  if (options === null || typeof options !== 'object' || Array.isArray(options)) {
    refuse(`the options of ${of} must be an object`);
  }
  for (const key of Object.keys(options as object)) {
    if ((options as any)[key] === undefined || known.includes(key)) continue;
    const near = builtinModule('cronflow:internal/closest').closest(key, known);
    refuse(`unknown option '${key}' of ${of}` + (near ? `; did you mean '${near}'?` : ''));
  }
}
