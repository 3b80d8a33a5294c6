// The error of an assertion that does not hold, and how its text is made.

import { diffLines } from 'cronflow:internal/testing/diff';
import { brief, pretty } from 'cronflow:internal/testing/pretty';

export class AssertionError extends Error {
  expected: unknown;
  actual: unknown;
  /** Lines that begin with `- `, `+ ` or two spaces. */
  diff: string | undefined;
  matcher: string | undefined;

  constructor(message: string, parts: { expected?: unknown; actual?: unknown; diff?: string; matcher?: string } = {}) {
    super(message);
    this.name = 'AssertionError';
    this.expected = parts.expected;
    this.actual = parts.actual;
    this.diff = parts.diff;
    this.matcher = parts.matcher;
  }
}

/** What a matcher says of a value. */
export interface Verdict {
  pass: boolean;
  message: () => string;
  expected?: unknown;
  actual?: unknown;
  /** What assertions that follow in the chain are about, when it is another value. */
  subject?: unknown;
  /** What they are told. */
  flags?: Record<string, unknown>;
  /** Whether a diff of `expected` and `actual` tells more than the message. */
  diff?: boolean;
}

/** The diff of two values, when it says more than the two of them. */
export function diffOf(expected: unknown, actual: unknown): string | undefined {
  const [before, after] = [textOf(expected), textOf(actual)];
  if (before === after || !(before.includes('\n') || after.includes('\n'))) return undefined;
  return diffLines(before, after);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : pretty(value);
}

/** "Expected x to be y". */
export function sentence(actual: unknown, isNot: boolean, relation: string, expected?: unknown[]): () => string {
  return () => {
    const words = expected === undefined || expected.length === 0 ? '' : ` ${expected.map(one => brief(one)).join(', ')}`;
    return `expected ${brief(actual)} ${isNot ? 'not ' : ''}${relation}${words}`;
  };
}
