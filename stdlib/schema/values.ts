// JSON values as JSON Schema compares, counts and divides them.

/** A JSON Schema. */
export type Schema = boolean | Record<string, any>;
export type Path = (string | number)[];

/** Deeper values are refused: they hold themselves, or were made to exhaust the stack. */
export const MAX_DEPTH = 256;

/** A value or schema that asks for more than is reasonable. */
export class TooMuch extends Error {}

export function isObject(value: unknown): value is Record<string, any> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** A property that JSON would have: own, and not undefined. */
export function has(object: any, key: string): boolean {
  return Object.hasOwn(object, key) && object[key] !== undefined;
}

/** Sets a property of that very name, `__proto__` too. */
export function put(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

const patterns = new Map<string, RegExp | undefined>();

/** The regular expression, unless the text is none. */
export function patternOf(text: string): RegExp | undefined {
  if (!patterns.has(text)) patterns.set(text, compiled(text, 'u') ?? compiled(text, ''));
  return patterns.get(text);
}

function compiled(text: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(text, flags);
  } catch {
    return undefined;
  }
}

export function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    case 'number':
      return Number.isFinite(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

/** Two values are the same JSON when their texts are the same: names in order, no difference between 1 and 1.0. */
export function canonical(value: any, depth = 0): string {
  if (depth > MAX_DEPTH) throw new TooMuch('is nested too deeply');
  if (Array.isArray(value)) return `[${value.map(item => canonical(item, depth + 1)).join(',')}]`;
  if (isObject(value)) {
    const keys = Object.keys(value).filter(key => value[key] !== undefined).sort();
    return `{${keys.map(key => `${JSON.stringify(key)}:${canonical(value[key], depth + 1)}`).join(',')}}`;
  }
  if (typeof value === 'bigint') return `${value}n`;
  // What JSON does not have must not become null.
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : JSON.stringify(value) ?? String(value);
}

/** Unicode characters, not halves of surrogate pairs. */
export function lengthOf(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at++) {
    if (text.codePointAt(at)! > 0xffff) {
      length--;
      at++;
    }
  }
  return length;
}

/** By the decimal digits: 0.3 is a multiple of 0.1. */
export function isMultiple(value: number, of: number): boolean {
  const [a, b] = [digitsOf(value), digitsOf(of)];
  const scale = Math.min(a.exponent, b.exponent);
  const whole = ({ digits, exponent }: { digits: bigint; exponent: number }) => digits * 10n ** BigInt(exponent - scale);
  return whole(a) % whole(b) === 0n;
}

function digitsOf(value: number): { digits: bigint; exponent: number } {
  const [mantissa, exponent = '0'] = String(value).split('e');
  const [whole, fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

/** A copy of JSON, so that what is handed out is nobody else's. */
export function copyOf(value: any): any {
  if (Array.isArray(value)) return value.map(copyOf);
  if (!isObject(value)) return value;
  const copy = {};
  for (const [key, item] of Object.entries(value)) put(copy, key, copyOf(item));
  return copy;
}
