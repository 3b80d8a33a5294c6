// What bodies need of Blob, File and FormData, which are loaded when a body first needs them.

import { builtinModule } from 'cronflow:internal/ops';

const blobs = (): any => builtinModule('cronflow:internal/web/file/blob');
const forms = (): any => builtinModule('cronflow:internal/web/file/form_data');
const tagOf = (value: unknown): string => Object.prototype.toString.call(value);

export function isBlob(value: unknown): boolean {
  const tag = tagOf(value);
  return (tag === '[object Blob]' || tag === '[object File]') && blobs().isBlob(value);
}

export function isFormData(value: unknown): boolean {
  return tagOf(value) === '[object FormData]' && value instanceof forms().FormData;
}

/** A blob over bytes that are its own from now on. */
export function newBlob(bytes: Uint8Array, type: string): any {
  return blobs().blobOver(bytes, type);
}

export function newFile(bytes: Uint8Array, name: string, type: string): any {
  return blobs().fileOver(newBlob(bytes, type), name);
}

export function newFormData(): any {
  return new (forms().FormData)();
}

/** The bytes of a blob, not to be written to. */
export function blobBytes(blob: unknown): Uint8Array {
  return blobs().blobBytes(blob);
}

/** The blob behind a blob: URL; `undefined` when there is none. */
export function blobFromUrl(url: string): any {
  return (builtinModule('cronflow:internal/web/file/blob_url') as any).blobFromUrl(url);
}
