// Intl.NumberFormat: decimal, percent, currency and unit in standard, compact and scientific notation.
// https://tc39.es/ecma402/#numberformat-objects

import { type Decimal, decimal, digitOptions, type Digits, magnitude, rounded, shifted } from 'cronflow:internal/intl/decimal';
import { choice, finish, form, type Locale, optionsOf, resolve } from 'cronflow:internal/intl/locale';
import { select } from 'cronflow:internal/intl/plural';

export interface Part {
  type: string;
  value: string;
}

const WIDTHS = ['long', 'short', 'narrow'];
/** Currencies that do not have two digits after the point. */
const MINOR: Record<string, number> = {
  BIF: 0, CLP: 0, DJF: 0, GNF: 0, ISK: 0, JPY: 0, KMF: 0, KRW: 0, PYG: 0, RWF: 0, UGX: 0, VND: 0, VUV: 0, XAF: 0, XOF: 0, XPF: 0,
  BHD: 3, IQD: 3, JOD: 3, KWD: 3, LYD: 3, OMR: 3, TND: 3,
};

interface Settings {
  style: string;
  currency?: string;
  currencyDisplay: string;
  currencySign: string;
  unit?: string;
  unitDisplay: string;
  notation: string;
  compactDisplay: string;
  signDisplay: string;
  useGrouping: any;
  digits: Digits;
}

function settingsOf(options: any, data: any): Settings {
  const style = choice(options, 'style', ['decimal', 'percent', 'currency', 'unit'], 'decimal');
  const currency = options.currency === undefined ? undefined : String(options.currency).toUpperCase();
  if (currency !== undefined && !/^[A-Z]{3}$/.test(currency)) throw new RangeError(`Invalid currency code : ${options.currency}`);
  if (style === 'currency' && currency === undefined) throw new TypeError('Currency code is required with currency style.');
  const currencyDisplay = choice(options, 'currencyDisplay', ['code', 'symbol', 'narrowSymbol', 'name'], 'symbol');
  const currencySign = choice(options, 'currencySign', ['standard', 'accounting'], 'standard');
  const unit = options.unit === undefined ? undefined : String(options.unit);
  if (style === 'unit' && unit === undefined) throw new TypeError('Unit is required with unit style.');
  if (unit !== undefined && !(unit in data.units)) throw new RangeError(`Invalid unit argument for Intl.NumberFormat() '${unit}'`);
  const unitDisplay = choice(options, 'unitDisplay', WIDTHS, 'short');
  const notation = choice(options, 'notation', ['standard', 'scientific', 'engineering', 'compact'], 'standard');
  const minor = style === 'currency' && notation === 'standard' ? (MINOR[currency!] ?? 2) : 0;
  const most = style === 'currency' && notation === 'standard' ? minor : style === 'percent' ? 0 : 3;
  const digits = digitOptions(options, minor, most, notation === 'compact');
  return {
    style, currency, currencyDisplay, currencySign, unit, unitDisplay, notation, digits,
    compactDisplay: choice(options, 'compactDisplay', ['short', 'long'], 'short'),
    useGrouping: grouping(options.useGrouping, notation),
    signDisplay: choice(options, 'signDisplay', ['auto', 'never', 'always', 'exceptZero', 'negative'], 'auto'),
  };
}

function grouping(value: any, notation: string): any {
  const usual = notation === 'compact' ? 'min2' : 'auto';
  if (value === undefined || value === 'true' || value === 'false') return usual;
  if (value === true) return 'always';
  if (!value) return false;
  if (!['min2', 'auto', 'always'].includes(String(value))) throw new RangeError(`Value ${value} out of range for Intl.NumberFormat options property useGrouping`);
  return String(value);
}

/** What is to be formatted: digits, or a word for what has none. */
interface Amount {
  isNegative: boolean;
  digits?: Decimal;
  word?: string;
}

function amountOf(value: any): Amount {
  const primitive = typeof value === 'object' && value !== null ? value[Symbol.toPrimitive]?.('number') ?? value.valueOf() : value;
  if (typeof primitive === 'bigint') return { isNegative: primitive < 0n, digits: decimal(primitive) };
  const text = typeof primitive === 'string' ? primitive.trim() : '';
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text)) return { isNegative: text.startsWith('-'), digits: decimal(text) };
  const number = Number(primitive);
  const isNegative = number < 0 || Object.is(number, -0);
  if (Number.isNaN(number)) return { isNegative: false, word: 'nan' };
  return Number.isFinite(number) ? { isNegative, digits: decimal(Math.abs(number)) } : { isNegative, word: 'infinity' };
}

/** A text with `{0}` as parts around other parts; `other` names what is neither number nor space. */
function insert(text: string, inner: Part[], other: string): Part[] {
  const [before, after = ''] = text.split('{0}');
  const side = (value: string): Part[] =>
    value.split(/([\s\u00a0\u202f]+)/).filter((one) => one !== '').map((one) => ({ type: /^\s+$/.test(one) ? 'literal' : other, value: one }));
  return [...side(before), ...inner, ...side(after)];
}

export class NumberFormat {
  #locale: Locale;
  #settings: Settings;
  #bound?: (value: any) => string;

  constructor(locales?: any, options?: any) {
    const given = optionsOf(options);
    this.#locale = resolve(locales, given);
    this.#settings = settingsOf(given, this.#locale.data);
  }

  get format(): (value: any) => string {
    return (this.#bound ??= (value: any) => this.#text(value));
  }

  formatToParts(value?: any): Part[] {
    return this.#parts(value);
  }

  formatRange(start: any, end: any): string {
    const [from, to] = [this.#range(start), this.#range(end)];
    return from === to ? `~${from}` : `${from}\u2013${to}`.replace(/^(.*\s.*)\u2013/, '$1 \u2013 ');
  }

  resolvedOptions(): any {
    const { digits, style, currency, currencyDisplay, currencySign, unit, unitDisplay, notation, compactDisplay, signDisplay, useGrouping } = this.#settings;
    const ofStyle = style === 'currency' ? { currency, currencyDisplay, currencySign } : style === 'unit' ? { unit, unitDisplay } : {};
    const ofNotation = notation === 'compact' ? { notation, compactDisplay } : { notation };
    const { roundingIncrement, roundingMode, roundingPriority, trailingZeroDisplay, ...counts } = digits.shown;
    const rounding = { roundingIncrement, roundingMode, roundingPriority, trailingZeroDisplay };
    return { locale: this.#locale.tag, numberingSystem: 'latn', style, ...ofStyle, ...counts, useGrouping, ...ofNotation, signDisplay, ...rounding };
  }

  #range(value: any): string {
    if (Number.isNaN(Number(value))) throw new RangeError('Invalid range');
    return this.#text(value);
  }

  #text(value: any): string {
    return this.#parts(value).map((part) => part.value).join('');
  }

  #parts(value: any): Part[] {
    const { style, notation, digits } = this.#settings;
    const amount = amountOf(value);
    if (amount.digits === undefined) return this.#signed([{ type: amount.word!, value: amount.word === 'nan' ? 'NaN' : '∞' }], amount, 'other', false);
    const exact = style === 'percent' ? shifted(amount.digits, 2) : amount.digits;
    if (notation === 'compact') return this.#compact(exact, amount);
    if (notation !== 'standard') return this.#scientific(exact, amount);
    const shown = rounded(exact, digits, amount.isNegative);
    return this.#signed(this.#digits(shown), amount, this.#category(shown), isZero(shown));
  }

  #category({ whole, fraction }: Decimal): string {
    return select(this.#locale.language, fraction === '' ? whole : `${whole}.${fraction}`, 'cardinal', this.#locale.tag === 'pt-PT');
  }

  #digits({ whole, fraction }: Decimal): Part[] {
    const { numbers } = this.#locale.data;
    const isMoney = this.#settings.style === 'currency';
    const parts = this.#groups(whole, isMoney ? (numbers.currencyGroup ?? numbers.group) : numbers.group);
    if (fraction !== '') {
      const point = isMoney && this.#settings.currency === 'CHF' ? numbers.currencyDecimal : numbers.decimal;
      parts.push({ type: 'decimal', value: point }, { type: 'fraction', value: fraction });
    }
    return parts;
  }

  #groups(whole: string, separator: string): Part[] {
    const { useGrouping } = this.#settings;
    const { minGroup, sizes } = this.#locale.data.numbers;
    const least = useGrouping === 'always' ? 1 : useGrouping === 'min2' ? 2 : minGroup;
    if (useGrouping === false || whole.length < sizes[1] + least) return [{ type: 'integer', value: whole }];
    const groups = [whole.slice(-sizes[1])];
    for (let end = whole.length - sizes[1]; end > 0; end -= sizes[0]) groups.unshift(whole.slice(Math.max(0, end - sizes[0]), end));
    return groups.flatMap((value, index) => (index === 0 ? [{ type: 'integer', value }] : [{ type: 'group', value: separator }, { type: 'integer', value }]));
  }

  #compact(exact: Decimal, amount: Amount): Part[] {
    const { digits, compactDisplay } = this.#settings;
    const table = compactDisplay === 'long' ? this.#locale.data.numbers.compactLong : this.#locale.data.numbers.compact;
    const scale = (power: number): [Decimal, any] => {
      const entry = power < 3 ? undefined : table[Math.min(power, 14) - 3];
      const down = entry === undefined || form(entry[1], 'other') === '{0}' ? 0 : Math.min(power, 14) - entry[0] + 1;
      return [rounded(shifted(exact, -down), digits, amount.isNegative), down === 0 ? '{0}' : entry[1]];
    };
    const power = magnitude(exact);
    let [shown, text] = scale(power);
    // Rounding may have reached the next power: 999,999 is a million.
    const [next, nextText] = scale(power + 1);
    if (shown.whole.length > (table[Math.min(power, 14) - 3]?.[0] ?? power + 1) && power < 14 && shown.whole.length > 1) [shown, text] = [next, nextText];
    const category = this.#category(shown);
    return this.#signed(insert(form(text, category), this.#digits(shown), 'compact'), amount, category, isZero(shown));
  }

  #scientific(exact: Decimal, amount: Amount): Part[] {
    const { digits, notation } = this.#settings;
    const step = notation === 'engineering' ? 3 : 1;
    let power = Math.floor(magnitude(exact) / step) * step;
    let shown = rounded(shifted(exact, -power), digits, amount.isNegative);
    if (shown.whole.length > step) {
      power += step;
      shown = rounded(shifted(exact, -power), digits, amount.isNegative);
    }
    const parts = [...this.#digits(shown), { type: 'exponentSeparator', value: this.#locale.data.numbers.power }];
    if (power < 0) parts.push({ type: 'exponentMinusSign', value: this.#locale.data.numbers.powerMinus });
    parts.push({ type: 'exponentInteger', value: String(Math.abs(power)) });
    return this.#signed(parts, amount, this.#category(shown), isZero(shown));
  }

  /** Adds the sign and what the style asks for. */
  #signed(inner: Part[], amount: Amount, category: string, isZero: boolean): Part[] {
    const { signDisplay, style, currencySign } = this.#settings;
    const isNegative = amount.isNegative && signDisplay !== 'never' && !(isZero && ['exceptZero', 'negative'].includes(signDisplay));
    const isPositive = !amount.isNegative && (signDisplay === 'always' || (signDisplay === 'exceptZero' && !isZero && amount.word !== 'nan'));
    const sign: Part | undefined = isNegative
      ? { type: 'minusSign', value: this.#locale.data.numbers.minus }
      : isPositive ? { type: 'plusSign', value: '+' } : undefined;
    if (style === 'currency') return this.#money(inner, sign, category, currencySign === 'accounting' && isNegative);
    const signed = sign === undefined ? inner : [sign, ...inner];
    if (style === 'percent') return percent(this.#locale.data.numbers.percent, signed);
    if (style === 'unit') {
      const texts = this.#locale.data.units[this.#settings.unit!][WIDTHS.indexOf(this.#settings.unitDisplay)];
      return insert(form(texts, category), signed, this.#settings.unit === 'percent' ? 'percentSign' : 'unit');
    }
    return signed;
  }

  #money(inner: Part[], sign: Part | undefined, category: string, inBrackets: boolean): Part[] {
    const { currency, currencyDisplay } = this.#settings;
    const { numbers, currencies } = this.#locale.data;
    const [symbol, narrow, named] = currencies[currency!] ?? [currency, currency, currency];
    if (currencyDisplay === 'name') {
      const signed = sign === undefined ? inner : [sign, ...inner];
      return placed(numbers.named, form(named, category), signed, undefined);
    }
    const shown = currencyDisplay === 'code' ? currency! : currencyDisplay === 'narrowSymbol' ? narrow : symbol;
    const isWord = /[a-z]$/i.test(shown);
    if (inBrackets) return placed(isWord ? numbers.accounting.replace('¤{0}', '¤\u00a0{0}') : numbers.accounting, shown, inner, sign);
    const text = sign === undefined ? (isWord ? numbers.letters : numbers.currency) : isWord ? numbers.lettersNegative : numbers.negative;
    return placed(text, shown, inner, sign);
  }
}

function isZero({ whole, fraction }: Decimal): boolean {
  return /^0*$/.test(whole + fraction);
}

function percent(text: string, inner: Part[]): Part[] {
  return insert(text, inner, 'percentSign');
}

/** A currency pattern: `¤` is the currency, `{0}` the number, `-` the sign. */
function placed(text: string, currency: string, inner: Part[], sign: Part | undefined): Part[] {
  const pieces = text.split(/(\{0\}|¤|-)/).filter((one) => one !== '');
  return pieces.flatMap((piece) => {
    if (piece === '{0}') return inner;
    if (piece === '¤') return [{ type: 'currency', value: currency }];
    if (piece === '-') return sign === undefined ? [] : [sign];
    return [{ type: 'literal', value: piece }];
  });
}

finish(NumberFormat, 'Intl.NumberFormat');
