// Durations as workflow authors write them: the grammar and the errors of runtime/core/src/duration.rs.

/** The longest duration that is accepted: 100 years. */
export const MAX_MILLIS = 100 * 365 * 24 * 3_600_000;

const UNITS: Record<string, number> = {
  ms: 1,
  s: 1_000,
  sec: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const NUMBER = /^(?:[0-9]+\.?[0-9]*|\.[0-9]+)$/;
// `trim()` differs from the other side in what it calls a space.
const LEADING_SPACE = /^\p{White_Space}+/u;
const ALL_SPACE = /^\p{White_Space}+|\p{White_Space}+$/gu;

/** Milliseconds of a number (which are milliseconds already) or of text such as `500ms`, `1.5h` or `1h30m`. */
export function parseDuration(given: number | string): number {
  if (typeof given === 'string') return parseText(given);
  if (typeof given !== 'number' || !isMillis(given)) {
    throw new Error(`${String(given)} is not a number of milliseconds up to 100 years`);
  }
  return given;
}

function parseText(text: string): number {
  let rest = text.replace(ALL_SPACE, '');
  if (rest === '') throw new Error("a duration cannot be empty; write for example '500ms', '30s', '5m', '1h30m', '2d' or '1w'");
  let total = 0;
  while (rest !== '') {
    const digits = /^[0-9.]*/.exec(rest)![0];
    if (!NUMBER.test(digits)) {
      throw new Error(`'${text}' is not a duration: a number is missing; write for example '500ms', '30s' or '1h30m'`);
    }
    rest = rest.slice(digits.length).replace(LEADING_SPACE, '');
    const unit = /^\p{Alphabetic}*/u.exec(rest)![0];
    if (!Object.hasOwn(UNITS, unit)) {
      throw new Error(`'${text}' is not a duration: '${unit}' is no unit; use ms, s, m, h, d or w`);
    }
    total += Number(digits) * UNITS[unit];
    rest = rest.slice(unit.length).replace(LEADING_SPACE, '');
  }
  if (!isMillis(total)) throw new Error(`'${text}' is longer than 100 years`);
  return total;
}

function isMillis(millis: number): boolean {
  return millis >= 0 && millis <= MAX_MILLIS;
}
