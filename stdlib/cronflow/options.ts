// Checks of option objects: an option acts, or using it is an error with a hint.

import { callSite } from 'cronflow:internal/ops';
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
    const near = closest(key, known);
    refuse(`unknown option '${key}' of ${of}` + (near ? `; did you mean '${near}'?` : ''));
  }
}

/** Words that begin with as many letters alike are taken for each other. */
const ALIKE = 4;

/** The word that differs least, when it differs little; else one that begins alike. */
export function closest(word: string, among: string[]): string | undefined {
  let best = among.find(candidate => word.length >= ALIKE && candidate.slice(0, ALIKE) === word.slice(0, ALIKE));
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of among) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
