// Numbers as decimal digits: rounding to fractions or significant digits, in every rounding mode.
// https://tc39.es/ecma402/#sec-formatnumberstring

import { choice, numberChoice } from 'cronflow:internal/intl/locale';

/** A number without its sign. */
export interface Decimal {
  whole: string;
  fraction: string;
}

export interface Digits {
  minInteger: number;
  minFraction?: number;
  maxFraction?: number;
  minSignificant?: number;
  maxSignificant?: number;
  mode: string;
  trimZeros: boolean;
  /** Compact notation without digits given: two significant digits or whole numbers. */
  isCompact: boolean;
  /** The options as `resolvedOptions()` shows them. */
  shown: any;
}

const MODES = ['ceil', 'floor', 'expand', 'trunc', 'halfCeil', 'halfFloor', 'halfExpand', 'halfTrunc', 'halfEven'];

/** `SetNumberFormatDigitOptions`. */
export function digitOptions(options: any, minFraction: number, maxFraction: number, isCompact: boolean): Digits {
  const minInteger = numberChoice(options, 'minimumIntegerDigits', 1, 21, 1);
  const given = (name: string) => options[name] !== undefined;
  const mode = choice(options, 'roundingMode', MODES, 'halfExpand');
  const trimZeros = choice(options, 'trailingZeroDisplay', ['auto', 'stripIfInteger'], 'auto') === 'stripIfInteger';
  if (Number(options.roundingIncrement ?? 1) !== 1) throw new RangeError('roundingIncrement is not supported');
  if (choice(options, 'roundingPriority', ['auto', 'morePrecision', 'lessPrecision'], 'auto') !== 'auto') {
    throw new RangeError('roundingPriority is not supported');
  }
  const shared = { minInteger, mode, trimZeros };
  const rest = { roundingIncrement: 1, roundingMode: mode, roundingPriority: 'auto', trailingZeroDisplay: trimZeros ? 'stripIfInteger' : 'auto' };
  if (given('minimumSignificantDigits') || given('maximumSignificantDigits')) {
    const minSignificant = numberChoice(options, 'minimumSignificantDigits', 1, 21, 1);
    const maxSignificant = numberChoice(options, 'maximumSignificantDigits', minSignificant, 21, 21);
    const shown = { minimumIntegerDigits: minInteger, minimumSignificantDigits: minSignificant, maximumSignificantDigits: maxSignificant, ...rest };
    return { ...shared, minSignificant, maxSignificant, isCompact: false, shown };
  }
  if (!given('minimumFractionDigits') && !given('maximumFractionDigits') && isCompact) {
    const compact = { minimumFractionDigits: 0, maximumFractionDigits: 0, minimumSignificantDigits: 1, maximumSignificantDigits: 2 };
    return { ...shared, isCompact, shown: { minimumIntegerDigits: minInteger, ...compact, ...rest, roundingPriority: 'morePrecision' } };
  }
  const least = numberChoice(options, 'minimumFractionDigits', 0, 100);
  const most = numberChoice(options, 'maximumFractionDigits', 0, 100);
  if (least !== undefined && most !== undefined && least > most) throw new RangeError('maximumFractionDigits value is out of range.');
  const min = least ?? Math.min(minFraction, most ?? minFraction);
  const max = most ?? Math.max(maxFraction, min);
  const shown = { minimumIntegerDigits: minInteger, minimumFractionDigits: min, maximumFractionDigits: max, ...rest };
  return { ...shared, minFraction: min, maxFraction: max, isCompact: false, shown };
}

/** The shortest digits that mean the number. */
export function decimal(value: number | bigint | string): Decimal {
  const text = String(value).replace(/^[-+]/, '');
  const [, whole = '', fraction = '', exponent = '0'] = /^(\d*)\.?(\d*)(?:e([-+]?\d+))?$/i.exec(text) ?? [];
  return shifted({ whole, fraction }, Number(exponent));
}

/** Times a power of ten. */
export function shifted({ whole, fraction }: Decimal, power: number): Decimal {
  const digits = whole + fraction;
  const point = whole.length + power;
  const left = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '';
  const right = point >= 0 ? digits.slice(point) : '0'.repeat(-point) + digits;
  return { whole: left.replace(/^0+/, '') || '0', fraction: right };
}

/** The power of ten of the first digit; 0 for zero. */
export function magnitude({ whole, fraction }: Decimal): number {
  if (whole !== '0') return whole.length - 1;
  const first = fraction.search(/[1-9]/);
  return first < 0 ? 0 : -first - 1;
}

/** So many digits of the fraction; a negative count rounds whole digits. */
function roundAt({ whole, fraction }: Decimal, places: number, mode: string, isNegative: boolean): Decimal {
  const digits = whole + fraction;
  const cut = whole.length + places;
  if (cut >= digits.length) return { whole, fraction };
  const kept = cut > 0 ? digits.slice(0, cut) : '';
  const rest = cut >= 0 ? digits.slice(cut) : '0'.repeat(-cut) + digits;
  const up = roundsUp(kept, rest, mode, isNegative);
  const result = up ? String(BigInt(`0${kept}`) + 1n) : kept;
  const padded = result.padStart(Math.max(kept.length, places > 0 ? places + 1 : 1), '0');
  if (places >= 0) return { whole: (padded.slice(0, padded.length - places) || '0').replace(/^0+(?=\d)/, ''), fraction: places === 0 ? '' : padded.slice(-places) };
  return { whole: padded.replace(/^0+(?=\d)/, '') === '0' ? '0' : padded.replace(/^0+(?=\d)/, '') + '0'.repeat(-places), fraction: '' };
}

function roundsUp(kept: string, rest: string, mode: string, isNegative: boolean): boolean {
  if (/^0*$/.test(rest)) return false;
  if (mode === 'ceil') return !isNegative;
  if (mode === 'floor') return isNegative;
  if (mode === 'expand') return true;
  if (mode === 'trunc') return false;
  const half = rest[0] === '5' && /^0*$/.test(rest.slice(1)) ? 0 : rest[0] >= '5' ? 1 : -1;
  if (half !== 0) return half > 0;
  if (mode === 'halfCeil') return !isNegative;
  if (mode === 'halfFloor') return isNegative;
  if (mode === 'halfTrunc') return false;
  return mode === 'halfEven' ? Number(kept.at(-1) ?? 0) % 2 === 1 : true;
}

/** Rounded and padded as the options say. */
export function rounded(number: Decimal, digits: Digits, isNegative = false): Decimal {
  let { whole, fraction } = number;
  if (digits.maxSignificant !== undefined) {
    ({ whole, fraction } = roundAt(number, digits.maxSignificant - 1 - magnitude(number), digits.mode, isNegative));
    const shown = magnitude({ whole, fraction }) + 1;
    const wanted = digits.minSignificant! - shown;
    fraction = fraction.replace(/0+$/, '').padEnd(Math.max(0, wanted), '0');
  } else if (digits.isCompact) {
    const places = Math.max(0, 1 - magnitude(number));
    ({ whole, fraction } = roundAt(number, places, digits.mode, isNegative));
    fraction = fraction.replace(/0+$/, '');
  } else {
    ({ whole, fraction } = roundAt(number, digits.maxFraction!, digits.mode, isNegative));
    fraction = fraction.replace(/0+$/, '').padEnd(digits.minFraction!, '0');
  }
  if (digits.trimZeros && /^0*$/.test(fraction)) fraction = '';
  return { whole: whole.padStart(digits.minInteger, '0'), fraction };
}

/** As text with a point. */
export function roundedText(value: number, digits: Digits): string {
  if (!Number.isFinite(value)) return String(value);
  const { whole, fraction } = rounded(decimal(Math.abs(value)), digits, value < 0);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}
