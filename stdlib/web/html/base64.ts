// atob and btoa (https://html.spec.whatwg.org/multipage/webappapis.html#atob). Complete.

import { DOMException } from 'cronflow:internal/dom_exception';
import { required, toText } from 'cronflow:internal/web/webidl';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function btoa(data: unknown): string {
  required(arguments, 1, 'btoa');
  const text = toText(data);
  const parts: string[] = [];
  for (let i = 0; i < text.length; i += 3) {
    const codes = [text.charCodeAt(i), text.charCodeAt(i + 1) || 0, text.charCodeAt(i + 2) || 0];
    if (codes[0] > 255 || codes[1] > 255 || codes[2] > 255) throw new DOMException('Invalid character', 'InvalidCharacterError');
    const bits = (codes[0] << 16) | (codes[1] << 8) | codes[2];
    const third = i + 1 < text.length ? ALPHABET[(bits >> 6) & 63] : '=';
    parts.push(ALPHABET[bits >> 18] + ALPHABET[(bits >> 12) & 63] + third + (i + 2 < text.length ? ALPHABET[bits & 63] : '='));
  }
  return parts.join('');
}

export function atob(data: unknown): string {
  required(arguments, 1, 'atob');
  let text = toText(data).replace(/[\t\n\f\r ]+/g, '');
  if (text.length % 4 === 0) text = text.endsWith('==') ? text.slice(0, -2) : text.endsWith('=') ? text.slice(0, -1) : text;
  const wrong = () => new DOMException('The string to be decoded is not correctly encoded.', 'InvalidCharacterError');
  if (text.length % 4 === 1) throw wrong();
  const parts: string[] = [];
  let bits = 0;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const value = ALPHABET.indexOf(text[i]);
    if (value < 0) throw wrong();
    bits = ((bits << 6) | value) & 0xffffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      parts.push(String.fromCharCode((bits >> count) & 255));
    }
  }
  return parts.join('');
}
