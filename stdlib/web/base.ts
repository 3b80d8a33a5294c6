// The address that relative addresses are relative to. A workflow has none; the runner of conformance tests sets one.

let base: string | undefined;

/** What `fetch('/path')` and `new Request('/path')` start from; undefined where they are refused. */
export function apiBase(): string | undefined {
  return base;
}

export function setApiBase(address: string | undefined): void {
  base = address;
}
