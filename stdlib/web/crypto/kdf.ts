// Keys that others are derived from: PBKDF2 and HKDF.

import { cryptoHkdf, cryptoPbkdf2 } from 'cronflow:internal/ops';
import { fail, native, onlyUsages } from 'cronflow:internal/web/crypto/convert';
import { type CryptoKey, makeKey, type Slots } from 'cronflow:internal/web/crypto/key';

export const kdf = {
  importKey(format: string, data: any, algorithm: any, extractable: boolean, usages: string[]): CryptoKey {
    const { name } = algorithm;
    if (format !== 'raw') fail('NotSupportedError', `a key for ${name} cannot be imported as ${format}`);
    onlyUsages(usages, ['deriveKey', 'deriveBits']);
    if (extractable) fail('SyntaxError', `a key for ${name} cannot be extractable`);
    return makeKey('secret', { name }, false, usages, data);
  },

  keyLength: () => null,

  async deriveBits(algorithm: any, key: Slots, length: number | null): Promise<ArrayBuffer> {
    const { name, hash, salt, info, iterations } = algorithm;
    // The suite of 2023 refuses zero; the standard of today would give nothing.
    if (!length || length % 8 !== 0) return fail('OperationError', `${name} derives whole bytes: length must be a multiple of 8, from 8 on`);
    if (name === 'HKDF') return native(() => cryptoHkdf(hash.name, key.data, salt, info, length / 8));
    if (iterations === 0) fail('OperationError', 'iterations must not be 0');
    return native(() => cryptoPbkdf2(hash.name, key.data, salt, iterations, length / 8));
  },
};
