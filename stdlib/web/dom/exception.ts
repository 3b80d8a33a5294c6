// DOMException (https://webidl.spec.whatwg.org/#idl-DOMException). Complete.

import { defineInterface, toDictionary, toText } from 'cronflow:internal/web/webidl';

const CODES: Record<string, number> = {
  IndexSizeError: 1, HierarchyRequestError: 3, WrongDocumentError: 4, InvalidCharacterError: 5, NoModificationAllowedError: 7,
  NotFoundError: 8, NotSupportedError: 9, InUseAttributeError: 10, InvalidStateError: 11, SyntaxError: 12,
  InvalidModificationError: 13, NamespaceError: 14, InvalidAccessError: 15, TypeMismatchError: 17, SecurityError: 18,
  NetworkError: 19, AbortError: 20, URLMismatchError: 21, QuotaExceededError: 22, TimeoutError: 23, InvalidNodeTypeError: 24,
  DataCloneError: 25,
};

/** The constants from 1 on, without their common end. */
const LEGACY = [
  'INDEX_SIZE', 'DOMSTRING_SIZE', 'HIERARCHY_REQUEST', 'WRONG_DOCUMENT', 'INVALID_CHARACTER', 'NO_DATA_ALLOWED',
  'NO_MODIFICATION_ALLOWED', 'NOT_FOUND', 'NOT_SUPPORTED', 'INUSE_ATTRIBUTE', 'INVALID_STATE', 'SYNTAX', 'INVALID_MODIFICATION',
  'NAMESPACE', 'INVALID_ACCESS', 'VALIDATION', 'TYPE_MISMATCH', 'SECURITY', 'NETWORK', 'ABORT', 'URL_MISMATCH',
  'QUOTA_EXCEEDED', 'TIMEOUT', 'INVALID_NODE_TYPE', 'DATA_CLONE',
];

class PlatformException extends Error {
  #message: string;
  #name: string;

  constructor(message: unknown = '', options: unknown = 'Error') {
    super();
    // The engine may have put its own on the object; they are accessors here.
    delete (this as any).message;
    this.#message = toText(message);
    const isObject = (typeof options === 'object' && options !== null) || typeof options === 'function';
    const given = isObject ? toDictionary(options, 'options') : { name: options };
    this.#name = given.name === undefined ? 'Error' : toText(given.name);
    if (isObject && 'cause' in given) {
      Object.defineProperty(this, 'cause', { value: given.cause, configurable: true, writable: true, enumerable: false });
    }
  }

  override get name(): string {
    return this.#name;
  }

  override get message(): string {
    return this.#message;
  }

  get code(): number {
    return CODES[this.#name] ?? 0;
  }
}

const constants = Object.fromEntries(LEGACY.map((name, index) => [`${name}_ERR`, index + 1]));

function clone(from: PlatformException): PlatformException {
  const copy = new PlatformException(from.message, from.name);
  if (typeof from.stack === 'string') Object.defineProperty(copy, 'stack', { value: from.stack, writable: true, configurable: true });
  return copy;
}
defineInterface(PlatformException, 'DOMException', { constants, clone });

export const DOMException = PlatformException;
export type DOMException = PlatformException;
