// DOMException (https://webidl.spec.whatwg.org/#idl-DOMException).

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

export class DOMException extends Error {
  constructor(message = '', options: string | { name?: string; cause?: unknown } = 'Error') {
    super(message);
    const name = typeof options === 'string' ? options : (options.name ?? 'Error');
    Object.defineProperty(this, 'name', { value: name, configurable: true, enumerable: false });
    if (typeof options === 'object' && 'cause' in options) {
      Object.defineProperty(this, 'cause', { value: options.cause, configurable: true, writable: true, enumerable: false });
    }
  }

  get code(): number {
    return CODES[this.name] ?? 0;
  }
}

for (const [index, name] of LEGACY.entries()) {
  const constant = { value: index + 1, enumerable: true };
  Object.defineProperty(DOMException, `${name}_ERR`, constant);
  Object.defineProperty(DOMException.prototype, `${name}_ERR`, constant);
}
