// CryptoKey: the brand, and the slots that only this folder reads.
// https://w3c.github.io/webcrypto/#cryptokey-interface

import { defineInterface } from 'cronflow:internal/web/webidl';

export type KeyType = 'public' | 'private' | 'secret';

/** The slots of a key. `data` are the bytes that the native operations take. */
export interface Slots {
  type: KeyType;
  extractable: boolean;
  algorithm: any;
  usages: string[];
  data: Uint8Array;
  /** What scripts see: copies, so that nobody changes what counts. */
  shownAlgorithm?: any;
  shownUsages?: string[];
}

export const USAGES = ['encrypt', 'decrypt', 'sign', 'verify', 'deriveKey', 'deriveBits', 'wrapKey', 'unwrapKey'];

const TOKEN = Symbol('a key that this module makes');

export let slotsOf: (value: unknown) => Slots | undefined;

export class CryptoKey {
  #slots: Slots;

  constructor(...given: any[]) {
    if (given[0] !== TOKEN) throw new TypeError('Illegal constructor');
    this.#slots = given[1];
  }

  get type(): KeyType {
    return this.#slots.type;
  }

  get extractable(): boolean {
    return this.#slots.extractable;
  }

  get algorithm(): object {
    return (this.#slots.shownAlgorithm ??= copied(this.#slots.algorithm));
  }

  get usages(): string[] {
    return (this.#slots.shownUsages ??= [...this.#slots.usages]);
  }

  static {
    slotsOf = (value: any) => (typeof value === 'object' && value !== null && #slots in value ? value.#slots : undefined);
  }
}

defineInterface(CryptoKey, 'CryptoKey', { clone: copyKey });

export function makeKey(type: KeyType, algorithm: any, extractable: boolean, usages: string[], data: Uint8Array): CryptoKey {
  return new CryptoKey(TOKEN, { type, algorithm, extractable, usages: USAGES.filter((usage) => usages.includes(usage)), data });
}

/** The same key, for a clone of the object. */
function copyKey(key: CryptoKey): CryptoKey {
  const { type, algorithm, extractable, usages, data } = slotsOf(key)!;
  return makeKey(type, algorithm, extractable, usages, data);
}

function copied(algorithm: any): any {
  const copy: any = {};
  for (const name of Object.keys(algorithm)) {
    const value = algorithm[name];
    copy[name] = value instanceof Uint8Array ? value.slice() : typeof value === 'object' ? copied(value) : value;
  }
  return copy;
}
