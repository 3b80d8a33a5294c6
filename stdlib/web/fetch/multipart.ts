// Forms as bodies, both ways: multipart/form-data (https://html.spec.whatwg.org/#multipart-form-data, RFC 7578) and
// application/x-www-form-urlencoded.

import { utf8Decode, utf8Encode } from 'cronflow:internal/ops';
import { URLSearchParams } from 'cronflow:internal/url';
import { blobBytes, newFile, newFormData } from 'cronflow:internal/web/fetch/files';

const CR = 13;
const LF = 10;
const DASH = 45;

/** A name within quotes: line ends and quotes are escaped as browsers do it. */
const escapeName = (name: string): string => name.replace(/\r\n|\r|\n/g, '\r\n').replace(/\r/g, '%0D').replace(/\n/g, '%0A').replace(/"/g, '%22');
const escapeFileName = (name: string): string => name.replace(/\r/g, '%0D').replace(/\n/g, '%0A').replace(/"/g, '%22');

function joined(parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function newBoundary(): string {
  const random = () => Math.floor(Math.random() * 0x100000000).toString(16).padStart(8, '0');
  return `----CronflowFormBoundary${random()}${random()}`;
}

export function encodeMultipart(form: Iterable<[string, any]>): { bytes: Uint8Array; boundary: string } {
  const boundary = newBoundary();
  const parts: Uint8Array[] = [];
  for (const [name, value] of form) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"`;
    if (typeof value === 'string') {
      parts.push(utf8Encode(`${head}\r\n\r\n${value.replace(/\r\n|\r|\n/g, '\r\n')}\r\n`));
    } else {
      const type = value.type === '' ? 'application/octet-stream' : value.type;
      parts.push(utf8Encode(`${head}; filename="${escapeFileName(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`));
      parts.push(blobBytes(value), utf8Encode('\r\n'));
    }
  }
  parts.push(utf8Encode(`--${boundary}--\r\n`));
  return { bytes: joined(parts), boundary };
}

function indexOfBytes(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(wanted[0], from); at >= 0; at = bytes.indexOf(wanted[0], at + 1)) {
    let same = 1;
    while (same < wanted.length && bytes[at + same] === wanted[same]) same += 1;
    if (same === wanted.length) return at;
  }
  return -1;
}

const wrong = (why: string) => new TypeError(`The body is not valid multipart/form-data: ${why}`);

/** The headers of a part as text, by lower-case name. */
function partHeaders(text: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) throw wrong('a part has a header without a name');
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

/** `name` and `filename` of a Content-Disposition. */
function dispositionOf(value: string | undefined): { name: string; filename?: string } {
  if (value === undefined || !/^form-data\s*(;|$)/i.test(value)) throw wrong('a part has no Content-Disposition: form-data');
  const found: Record<string, string> = {};
  for (const [, key, quoted, plain] of value.matchAll(/;\s*([a-zA-Z*]+)=(?:"((?:\\.|[^"\\])*)"|([^;\s]*))/g)) {
    const text = quoted === undefined ? plain : quoted.replace(/%0A/gi, '\n').replace(/%0D/gi, '\r').replace(/%22/g, '"').replace(/\\(["\\])/g, '$1');
    found[key.toLowerCase()] ??= text;
  }
  if (found.name === undefined) throw wrong('a part has no name');
  return { name: found.name, filename: found.filename };
}

export function parseMultipart(bytes: Uint8Array, boundary: string | undefined): any {
  if (boundary === undefined || boundary === '') throw wrong('its Content-Type has no boundary');
  const form = newFormData();
  const delimiter = utf8Encode(`--${boundary}`);
  const between = utf8Encode(`\r\n--${boundary}`);
  const emptyLine = utf8Encode('\r\n\r\n');
  // Line ends may come before the first part.
  let at = 0;
  while (bytes[at] === CR && bytes[at + 1] === LF) at += 2;
  if (indexOfBytes(bytes.subarray(at, at + delimiter.length), delimiter, 0) !== 0) throw wrong('it does not begin with its boundary');
  at += delimiter.length;
  while (!(bytes[at] === DASH && bytes[at + 1] === DASH)) {
    if (bytes[at] !== CR || bytes[at + 1] !== LF) throw wrong('a boundary is not followed by a line end');
    at += 2;
    const headersEnd = indexOfBytes(bytes, emptyLine, at);
    if (headersEnd < 0) throw wrong('a part has no body');
    const headers = partHeaders(utf8Decode(bytes.subarray(at, headersEnd), false));
    const start = headersEnd + emptyLine.length;
    // The line end before the boundary may be the one after the headers.
    const end = indexOfBytes(bytes, between, start - 2);
    if (end < 0) throw wrong('it ends within a part');
    const content = bytes.slice(start, Math.max(start, end));
    const { name, filename } = dispositionOf(headers.get('content-disposition'));
    if (filename === undefined) form.append(name, utf8Decode(content, false));
    else form.append(name, newFile(content, filename, headers.get('content-type') ?? 'text/plain'));
    at = end + between.length;
  }
  return form;
}

export function parseUrlEncoded(text: string): any {
  const form = newFormData();
  for (const [name, value] of new URLSearchParams(text) as unknown as Iterable<[string, string]>) form.append(name, value);
  return form;
}
