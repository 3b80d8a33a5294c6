// MIME types (https://mimesniff.spec.whatwg.org/#parsing-a-mime-type) and how headers give one.

export interface MimeType {
  /** Type and subtype in lower case. */
  essence: string;
  parameters: Map<string, string>;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const QUOTED = /^[\t\x20-\x7e\x80-\xff]*$/;
const trim = (text: string) => text.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');

/** "Collect an HTTP quoted string" from its first quote on: its value and where it ends. */
function quotedString(input: string, start: number): [value: string, end: number] {
  let value = '';
  let at = start + 1;
  while (at < input.length && input[at] !== '"') {
    if (input[at] === '\\' && at + 1 < input.length) at += 1;
    value += input[at];
    at += 1;
  }
  return [value, at + 1];
}

function indexOrEnd(input: string, char: string, from: number): number {
  const at = input.indexOf(char, from);
  return at < 0 ? input.length : at;
}

export function parseMimeType(text: string): MimeType | null {
  const input = trim(text);
  const end = indexOrEnd(input, ';', 0);
  const [type, subtype, ...more] = input.slice(0, end).split('/');
  const cleanSubtype = (subtype ?? '').replace(/[\t\n\r ]+$/, '');
  if (more.length > 0 || !TOKEN.test(type) || !TOKEN.test(cleanSubtype)) return null;
  const parameters = new Map<string, string>();
  let at = end;
  while (at < input.length) {
    at += 1;
    const stop = Math.min(indexOrEnd(input, ';', at), indexOrEnd(input, '=', at));
    const name = input.slice(at, stop).replace(/^[\t\n\r ]+/, '').toLowerCase();
    at = stop;
    if (input[at] !== '=') continue;
    at += 1;
    let value;
    if (input[at] === '"') {
      [value, at] = quotedString(input, at);
      at = indexOrEnd(input, ';', at);
    } else {
      const next = indexOrEnd(input, ';', at);
      value = input.slice(at, next).replace(/[\t\n\r ]+$/, '');
      at = next;
      if (value === '') continue;
    }
    if (TOKEN.test(name) && QUOTED.test(value) && !parameters.has(name)) parameters.set(name, value);
  }
  return { essence: `${type}/${cleanSubtype}`.toLowerCase(), parameters };
}

export function serializeMimeType({ essence, parameters }: MimeType): string {
  let text = essence;
  for (const [name, value] of parameters) {
    text += `;${name}=${TOKEN.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`}`;
  }
  return text;
}

/** "Get, decode, and split" a header's value at the commas outside of quotes. */
export function splitHeaderValue(text: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (let at = 0; at < text.length; ) {
    if (text[at] === '"') {
      const [, end] = quotedString(text, at);
      part += text.slice(at, end);
      at = end;
    } else {
      if (text[at] === ',') {
        parts.push(trim(part));
        part = '';
      } else part += text[at];
      at += 1;
    }
  }
  parts.push(trim(part));
  return parts;
}

/** "Extract a MIME type" from the value of Content-Type (https://fetch.spec.whatwg.org/#concept-header-extract-mime-type). */
export function extractMimeType(contentType: string | null): MimeType | null {
  if (contentType === null) return null;
  let charset: string | undefined;
  let essence: string | undefined;
  let found: MimeType | null = null;
  for (const value of splitHeaderValue(contentType)) {
    const mime = parseMimeType(value);
    if (mime === null || mime.essence === '*/*') continue;
    found = mime;
    if (mime.essence !== essence) {
      charset = mime.parameters.get('charset');
      essence = mime.essence;
    } else if (!mime.parameters.has('charset') && charset !== undefined) mime.parameters.set('charset', charset);
  }
  return found;
}
