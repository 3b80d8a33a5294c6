// What services keep to themselves: the values of `auth` and `config`.

/** A text that has so many characters in common with a value tells a part of it. */
const TELLING = 4;
/** Shorter values are words that may stand in any text. */
const SECRET = 6;

/** All texts and numbers in a value. */
export function leavesOf(value: unknown, found = new Set<string>(), seen = new Set<unknown>()): Set<string> {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') found.add(String(value));
  if (value === null || typeof value !== 'object' || seen.has(value)) return found;
  seen.add(value);
  for (const item of value instanceof Map ? value.values() : value instanceof Set ? value : Object.values(value)) leavesOf(item, found, seen);
  return found;
}

/** Whether a text has a piece of one of the values in it. */
export function tells(text: string, values: Set<string>): boolean {
  const lower = text.toLowerCase();
  for (const value of values) {
    const whole = value.toLowerCase();
    const size = Math.min(TELLING, whole.length);
    for (let at = 0; size > 0 && at + size <= whole.length; at++) if (lower.includes(whole.slice(at, at + size))) return true;
  }
  return false;
}

/** The text without the values that are long enough to be secrets. */
export function without(text: string, values: Set<string>): string {
  const secrets = [...values].filter(value => value.length >= SECRET).sort((a, b) => b.length - a.length);
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, () => '[hidden]'), text);
}
