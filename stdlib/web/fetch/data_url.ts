// data: URLs (https://fetch.spec.whatwg.org/#data-url-processor).

import { utf8Encode } from 'cronflow:internal/ops';
import { atob } from 'cronflow:internal/encoding';
import { parseMimeType, serializeMimeType } from 'cronflow:internal/web/fetch/mime';

function percentDecode(text: string): Uint8Array {
  const raw = utf8Encode(text);
  const bytes = new Uint8Array(raw.length);
  let length = 0;
  for (let at = 0; at < raw.length; at += 1) {
    const pair = raw[at] === 37 ? text.slice(at + 1, at + 3) : '';
    if (/^[0-9a-fA-F]{2}$/.test(pair)) {
      bytes[length] = parseInt(pair, 16);
      at += 2;
    } else bytes[length] = raw[at];
    length += 1;
  }
  return bytes.slice(0, length);
}

/** The content of a data: URL; `null` when it is not a valid one. */
export function readDataUrl(href: string): { type: string; bytes: Uint8Array } | null {
  // A parsed URL has only ASCII, so that its characters are its bytes.
  const input = href.split('#')[0].slice('data:'.length);
  const comma = input.indexOf(',');
  if (comma < 0) return null;
  let type = input.slice(0, comma).replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, '');
  let bytes = percentDecode(input.slice(comma + 1));
  const base64 = /; *base64$/i;
  if (base64.test(type)) {
    try {
      const text = atob(Array.from(bytes, byte => String.fromCharCode(byte)).join(''));
      bytes = Uint8Array.from(text, char => char.charCodeAt(0));
    } catch {
      return null;
    }
    type = type.replace(base64, '');
  }
  if (type.startsWith(';')) type = `text/plain${type}`;
  const mime = parseMimeType(type);
  return { type: mime === null ? 'text/plain;charset=US-ASCII' : serializeMimeType(mime), bytes };
}
