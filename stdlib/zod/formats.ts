// The formats of texts: what an address, an identifier or a time looks like, and what its shape cannot tell.

import { isDate, isIpv6 } from 'cronflow:internal/schema/formats';

export interface Format {
  /** The shape, also for JSON Schema and templates. */
  pattern?: RegExp;
  /** The whole test; without it the shape decides, and issues tell it. */
  fits?: (text: string, def: any) => boolean;
}
type Def = Record<string, any>;

const HEX = '[0-9a-fA-F]';
const OCTET = '(?:25[0-5]|(?:2[0-4]|1\\d|[1-9])?\\d)';
const IPV4 = `(?:${OCTET}\\.){3}${OCTET}`;
const IPV6_SHAPE = `[0-9a-fA-F:.]{2,45}`;
const whole = (source: string) => new RegExp(`^(?:${source})$`);

function uuidShape(version?: string): RegExp {
  const digit = version === undefined ? '[1-8]' : /^v([1-8])$/.exec(version)?.[1];
  if (digit === undefined) throw new Error(`Invalid UUID version: "${version}"`);
  const named = `${HEX}{8}-${HEX}{4}-${digit}${HEX}{3}-[89abAB]${HEX}{3}-${HEX}{12}`;
  const [nil, max] = ['0', 'f'].map(one => [8, 4, 4, 4, 12].map(count => one.repeat(count)).join('-'));
  return whole(version === undefined ? `${named}|${nil}|${max}` : named);
}

export const EMAIL = /^(?!\.)(?!.*\.\.)[A-Za-z0-9_'+\-.]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}$/;
export const UUID = uuidShape();

const HOUR_MINUTE = '(?:[01]\\d|2[0-3]):[0-5]\\d';

/** `precision`: digits after the seconds; -1 is a time without seconds. */
function timeShape({ precision }: Def, needsSeconds: boolean): string {
  if (precision === -1) return HOUR_MINUTE;
  if (precision === 0) return `${HOUR_MINUTE}:[0-5]\\d`;
  if (typeof precision === 'number') return `${HOUR_MINUTE}:[0-5]\\d\\.\\d{${precision}}`;
  const seconds = ':[0-5]\\d(?:\\.\\d+)?';
  return HOUR_MINUTE + (needsSeconds ? seconds : `(?:${seconds})?`);
}

function datetimeShape(def: Def): RegExp {
  const zone = def.offset ? `(?:Z|[+-]${HOUR_MINUTE})` : 'Z';
  const local = def.local ? `|${timeShape(def, false)}` : '';
  return whole(`\\d{4}-\\d{2}-\\d{2}T(?:${timeShape(def, true)}${zone}${local})`);
}

function isCidr6(text: string): boolean {
  const [address, bits, more] = text.split('/');
  return more === undefined && /^(?:\d|[1-9]\d|1[01]\d|12[0-8])$/.test(bits ?? '') && isIpv6(address);
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[0-9a-zA-Z+/]*={0,2}$/.test(text);
}

/** Three parts, of which the first is a header that names its algorithm. */
function isJwt(text: string, { alg }: Def): boolean {
  const parts = text.split('.');
  if (parts.length !== 3 || parts[0] === '') return false;
  try {
    const header = JSON.parse((globalThis as any).atob(parts[0]));
    const isToken = !('typ' in header) || header.typ === 'JWT';
    return isToken && Boolean(header.alg) && (!alg || header.alg === alg);
  } catch {
    return false;
  }
}

/** The check digit of cards. */
function isCard(text: string): boolean {
  if (!/^\d(?:[ -]?\d){11,18}$/.test(text)) return false;
  const digits = [...text.replace(/[ -]/g, '')].reverse().map(Number);
  const sum = digits.reduce((total, digit, at) => total + (at % 2 === 0 ? digit : digit < 5 ? digit * 2 : digit * 2 - 9), 0);
  return sum % 10 === 0;
}

/** The check digits of accounts: the country moves to the end, letters are two digits, modulo 97. */
function isIban(text: string): boolean {
  if (!/^[A-Z]{2}(?!00|01|99)\d{2}[A-Z0-9]{11,30}$/.test(text)) return false;
  const digits = (text.slice(4) + text.slice(0, 4)).replace(/[A-Z]/g, letter => String(letter.charCodeAt(0) - 55));
  return [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1;
}

const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const HASH_BYTES: Record<string, number> = { md5: 16, sha1: 20, sha256: 32, sha384: 48, sha512: 64 };

/** The text of a digest: `sha256_hex`, `md5_base64`, `sha1_base64url`. */
export function hashShape(algorithm: string, encoding: string): RegExp | undefined {
  const bytes = HASH_BYTES[algorithm];
  const digits = Math.ceil((bytes * 4) / 3);
  if (bytes === undefined) return undefined;
  if (encoding === 'hex') return whole(`${HEX}{${bytes * 2}}`);
  if (encoding === 'base64url') return whole(`[A-Za-z0-9_-]{${digits}}`);
  return encoding === 'base64' ? whole(`[A-Za-z0-9+/]{${digits}}${'='.repeat((3 - (bytes % 3)) % 3)}`) : undefined;
}

export const HOSTNAME = new RegExp(`^(?=.{1,253}\\.?$)${LABEL}(?:\\.${LABEL})*\\.?$`);
/** A host name with a top-level domain. */
export const DOMAIN = new RegExp(`^(?=.{1,253}$)(?:${LABEL}\\.)+[a-zA-Z]{2,63}$`);
export const HEX_TEXT = new RegExp(`^${HEX}*$`);

const fixed = (source: string): ((def: Def) => Format) => {
  const format = { pattern: whole(source) };
  return () => format;
};

/** By what the author has asked of the format. */
export const FORMATS: Record<string, (def: Def) => Format> = {
  email: () => ({ pattern: EMAIL }),
  guid: fixed(`${HEX}{8}(?:-${HEX}{4}){3}-${HEX}{12}`),
  uuid: ({ version }) => ({ pattern: uuidShape(version) }),
  emoji: () => ({ pattern: /^(?=[^]*[\p{Extended_Pictographic}\p{Regional_Indicator}\u20E3])[\p{Extended_Pictographic}\p{Emoji_Component}]+$/u }),
  nanoid: ({ length = 21 }) => {
    if (!Number.isInteger(length) || length < 1) throw new Error(`Invalid nanoid length: ${length}`);
    return { pattern: whole(`[\\w-]{${length}}`) };
  },
  cuid: fixed('[cC][0-9a-z]{6,}'),
  cuid2: fixed('[0-9a-z]+'),
  ulid: fixed('[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}'),
  xid: fixed('[0-9a-vA-V]{20}'),
  ksuid: fixed('[A-Za-z0-9]{27}'),
  ipv4: fixed(IPV4),
  ipv6: () => ({ pattern: whole(IPV6_SHAPE), fits: isIpv6 }),
  mac: ({ delimiter = ':' }) => {
    const between = delimiter.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return { pattern: whole(['0-9A-F', '0-9a-f'].map(digits => `(?:[${digits}]{2}${between}){5}[${digits}]{2}`).join('|')) };
  },
  cidrv4: fixed(`${IPV4}/(?:[12]?\\d|3[0-2])`),
  cidrv6: () => ({ pattern: whole(`${IPV6_SHAPE}/\\d{1,3}`), fits: isCidr6 }),
  base64: () => ({ pattern: /^(?:[0-9a-zA-Z+/]{4})*(?:[0-9a-zA-Z+/]{2}==|[0-9a-zA-Z+/]{3}=)?$/, fits: isBase64 }),
  base64url: () => ({ pattern: /^(?:[\w-]{4})*(?:[\w-]{2,3})?$/, fits: text => /^[\w-]*$/.test(text) && text.length % 4 !== 1 }),
  e164: fixed('\\+[1-9]\\d{6,14}'),
  jwt: () => ({ fits: isJwt }),
  credit_card: () => ({ pattern: /^\d(?:[ -]?\d){11,18}$/, fits: isCard }),
  iban: () => ({ pattern: /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/, fits: isIban }),
  datetime: def => ({ pattern: datetimeShape(def) }),
  date: fixed('\\d{4}-\\d{2}-\\d{2}'),
  time: def => ({ pattern: whole(timeShape(def, false)) }),
  duration: fixed('P(?!$)(?:\\d+W|(?:\\d+Y)?(?:\\d+M)?(?:\\d+D)?(?:T(?!$)(?:\\d+H)?(?:\\d+M)?(?:\\d+(?:[.,]\\d+)?S)?)?)'),
};

/** What a shape of a date does not say: that the day is there. */
export const hasRealDate = (format: string, text: string): boolean => (format !== 'date' && format !== 'datetime') || isDate(text.slice(0, 10));
