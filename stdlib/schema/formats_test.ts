// Formats of JSON Schema: texts that have them, and texts that look as if.

import { describe, expect, test } from 'cronflow/testing';
import { FORMATS } from './formats.ts';

const CASES: Record<string, [string[], string[]]> = {
  email: [['a@b.example'], ['a@', '@b', 'a b@c.example']],
  uuid: [['123e4567-e89b-12d3-a456-426614174000'], ['123e4567', '']],
  date: [['2024-02-29'], ['2023-02-29', '2024-13-01', '2024-1-1']],
  ipv4: [['127.0.0.1'], ['256.0.0.1', '1.2.3']],
};

describe.each(Object.keys(CASES))('%s', name => {
  const [right, wrong] = CASES[name];
  test.each(right)('%s is one', text => expect(FORMATS[name][0](text)).toBe(true));
  test.each(wrong)('%p is none', text => expect(FORMATS[name][0](text)).toBe(false));
});
