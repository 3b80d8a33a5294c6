// node:querystring.

/** Text with `%` escapes; what is no escape stays. */
export function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  }
}

export function escape(text: unknown): string {
  return encodeURIComponent(String(text));
}

function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  return typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : '';
}

export function stringify(values: any, separator = '&', equals = '=', options: { encodeURIComponent?: (text: string) => string } = {}): string {
  if (values === null || typeof values !== 'object') return '';
  const encode = options.encodeURIComponent ?? api.escape;
  const pairs = Object.entries(values).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).map(one => `${encode(key)}${equals}${encode(plain(one))}`));
  return pairs.join(separator);
}

export function parse(text: string, separator = '&', equals = '=', options: { decodeURIComponent?: (text: string) => string; maxKeys?: number } = {}): any {
  const found = Object.create(null);
  if (typeof text !== 'string' || text === '') return found;
  const decode = options.decodeURIComponent ?? api.unescape;
  const most = options.maxKeys ?? 1000;
  const pairs = text.split(separator);
  for (const pair of most > 0 ? pairs.slice(0, most) : pairs) {
    if (pair === '') continue;
    const at = pair.indexOf(equals);
    const [key, value] = (at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + equals.length)]).map(part => decode(part.replaceAll('+', ' ')));
    if (!(key! in found)) found[key!] = value;
    else if (Array.isArray(found[key!])) found[key!].push(value);
    else found[key!] = [found[key!], value];
  }
  return found;
}

export { parse as decode, stringify as encode };
const api = { parse, stringify, escape, unescape, decode: parse, encode: stringify };
export default api;
