// Uint8Array to and from base64 and hex.
// https://tc39.es/proposal-arraybuffer-base64/spec/

import { base64Decode, base64Encode, hexDecode, hexEncode } from 'cronflow:internal/ops';

type Read = { read: number; written: number };

function bytes(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError('a Uint8Array is needed here');
  return value;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('a string is needed here');
  return value;
}

function optionsOf(options: any): any {
  if (options === undefined) return {};
  if (typeof options !== 'object' || options === null) throw new TypeError('the options must be an object');
  return options;
}

function choice(options: any, name: string, values: string[]): string {
  const value = options[name] ?? (options[name] === undefined ? values[0] : options[name]);
  if (!values.includes(value)) throw new TypeError(`${name} must be one of ${values.join(', ')}`);
  return value;
}

function base64Options(options: any): [isUrl: boolean, lastChunk: string] {
  const given = optionsOf(options);
  const alphabet = choice(given, 'alphabet', ['base64', 'base64url']);
  return [alphabet === 'base64url', choice(given, 'lastChunkHandling', ['loose', 'strict', 'stop-before-partial'])];
}

const wrong = (what: string) => new SyntaxError(`the text is not ${what}`);

export function Uint8Array_fromBase64(source: unknown, options?: any): Uint8Array {
  const [, decoded, isWrong] = base64Decode(text(source), ...base64Options(options));
  if (isWrong) throw wrong('base64');
  return new Uint8Array(decoded);
}

export function Uint8Array_fromHex(source: unknown): Uint8Array {
  const [, decoded, isWrong] = hexDecode(text(source));
  if (isWrong) throw wrong('hex');
  return new Uint8Array(decoded);
}

export function Uint8Array_prototype_toBase64(this: unknown, options?: any): string {
  const source = bytes(this);
  const given = optionsOf(options);
  return base64Encode(source, choice(given, 'alphabet', ['base64', 'base64url']) === 'base64url', Boolean(given.omitPadding));
}

export function Uint8Array_prototype_toHex(this: unknown): string {
  return hexEncode(bytes(this));
}

export function Uint8Array_prototype_setFromBase64(this: unknown, source: unknown, options?: any): Read {
  const target = bytes(this);
  return write(target, base64Decode(text(source), ...base64Options(options), target.length), 'base64');
}

export function Uint8Array_prototype_setFromHex(this: unknown, source: unknown): Read {
  const target = bytes(this);
  return write(target, hexDecode(text(source), target.length), 'hex');
}

/** What was right is written also when the rest is wrong. */
function write(target: Uint8Array, [read, decoded, isWrong]: [number, ArrayBuffer, boolean], what: string): Read {
  target.set(new Uint8Array(decoded));
  if (isWrong) throw wrong(what);
  return { read, written: decoded.byteLength };
}
