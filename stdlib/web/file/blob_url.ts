// Addresses of blobs (https://w3c.github.io/FileAPI/#url): `URL.createObjectURL()`. They hold for the worker that made them.

import { apiBase } from 'cronflow:internal/web/base';
import { type Blob, isBlob } from 'cronflow:internal/web/file/blob';

const blobs = new Map<string, Blob>();

export function createObjectURL(blob: unknown): string {
  if (!isBlob(blob)) throw new TypeError('URL.createObjectURL needs a Blob');
  const base = apiBase();
  const origin = base === undefined ? 'null' : /^[^:]+:\/\/[^/]+/.exec(base)![0];
  const url = `blob:${origin}/${(globalThis as any).crypto.randomUUID()}`;
  blobs.set(url, blob);
  return url;
}

export function revokeObjectURL(url: string): void {
  blobs.delete(url);
}

/** The blob that an address means, with or without a fragment; undefined when it was revoked. */
export function blobFromUrl(url: string): Blob | undefined {
  const at = url.indexOf('#');
  return blobs.get(at < 0 ? url : url.slice(0, at));
}
