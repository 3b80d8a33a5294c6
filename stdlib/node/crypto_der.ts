// The little of ASN.1 DER and PEM that keys need (X.690; RFC 7468). What is inside of a key is read natively.

import { Buffer } from 'node:buffer';
import { nodeError } from 'cronflow:internal/node/errors';

/** One element: its tag, its content, and both with the header. */
export interface Element {
  tag: number;
  content: any;
  whole: any;
}

export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const OBJECT = 0x06;
export const SEQUENCE = 0x30;

function malformed(): Error {
  return nodeError('ERR_OSSL_UNSUPPORTED', 'the key is not in a format that can be read');
}

/** The elements that follow one another in these bytes. */
export function elements(bytes: any): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at];
    let length = bytes[at + 1];
    let start = at + 2;
    if (length === undefined || length === 0x80 || length > 0x84) throw malformed();
    if (length > 0x80) {
      const count = length & 0x7f;
      if (start + count > bytes.length) throw malformed();
      length = bytes.readUIntBE(start, count);
      start += count;
    }
    if (start + length > bytes.length) throw malformed();
    found.push({ tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(at, start + length) });
    at = start + length;
  }
  return found;
}

/** The elements within the one sequence that these bytes are. */
export function sequence(bytes: any): Element[] {
  const [outer, ...more] = elements(bytes);
  if (outer?.tag !== SEQUENCE || more.length > 0) throw malformed();
  return elements(outer.content);
}

export function element(tag: number, ...parts: any[]): any {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

/** A number that is not negative. */
export function integer(bytes: any): any {
  let first = 0;
  while (first < bytes.length - 1 && bytes[first] === 0) first++;
  const digits = bytes.subarray(first);
  return element(INTEGER, digits[0] >= 0x80 ? Buffer.concat([Buffer.alloc(1), digits]) : digits);
}

/** Label and bytes of the first document that `wanted` accepts; undefined when this is not PEM at all. */
export function fromPem(text: string, wanted: (label: string) => boolean): { label: string; der: any } | undefined {
  const blocks = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g;
  let isPem = false;
  for (const [, label, body] of text.matchAll(blocks)) {
    isPem = true;
    if (!wanted(label!)) continue;
    if (/^(Proc-Type|DEK-Info):/m.test(body!)) throw encrypted();
    return { label: label!, der: Buffer.from(body!.replace(/\s+/g, ''), 'base64') };
  }
  if (isPem) throw malformed();
  return undefined;
}

export function encrypted(): Error {
  return nodeError('ERR_FEATURE_UNAVAILABLE', 'encrypted private keys are not available in cronflow-rt: keep the key as a secret, without a passphrase');
}

export function toPem(label: string, der: any): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
