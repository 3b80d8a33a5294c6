// Intl.PluralRules: the plural rules of CLDR for the known languages.
// https://tc39.es/ecma402/#pluralrules-objects

import { choice, finish, type Locale, optionsOf, resolve } from 'cronflow:internal/intl/locale';
import { digitOptions, type Digits, roundedText } from 'cronflow:internal/intl/decimal';

/** Value, whole part, digits of the fraction. */
type Rule = (n: number, i: number, v: number) => string;

const within = (n: number, from: number, to: number) => n >= from && n <= to;
const oneIfWhole: Rule = (_, i, v) => (i === 1 && v === 0 ? 'one' : 'other');
const millions = (i: number, v: number) => i !== 0 && i % 1_000_000 === 0 && v === 0;
const never: Rule = () => 'other';

const slavic: Rule = (_, i, v) => {
  if (v !== 0) return 'other';
  if (i % 10 === 1 && i % 100 !== 11) return 'one';
  return within(i % 10, 2, 4) && !within(i % 100, 12, 14) ? 'few' : 'many';
};

const CARDINAL: Record<string, Rule> = {
  en: oneIfWhole, de: oneIfWhole, nl: oneIfWhole, sv: oneIfWhole, fi: oneIfWhole,
  it: (_, i, v) => (i === 1 && v === 0 ? 'one' : millions(i, v) ? 'many' : 'other'),
  es: (n, i, v) => (n === 1 ? 'one' : millions(i, v) ? 'many' : 'other'),
  fr: (_, i, v) => (i === 0 || i === 1 ? 'one' : millions(i, v) ? 'many' : 'other'),
  pt: (_, i, v) => (i === 0 || i === 1 ? 'one' : millions(i, v) ? 'many' : 'other'),
  da: (n, i) => (n === 1 || (n !== i && (i === 0 || i === 1)) ? 'one' : 'other'),
  nb: (n) => (n === 1 ? 'one' : 'other'),
  tr: (n) => (n === 1 ? 'one' : 'other'),
  pl: (_, i, v) => {
    if (v !== 0) return 'other';
    if (i === 1) return 'one';
    return within(i % 10, 2, 4) && !within(i % 100, 12, 14) ? 'few' : 'many';
  },
  cs: (_, i, v) => (v !== 0 ? 'many' : i === 1 ? 'one' : within(i, 2, 4) ? 'few' : 'other'),
  ru: slavic, uk: slavic, ja: never, zh: never, ko: never,
};

const ORDINAL: Record<string, Rule> = {
  en: (n) => {
    if (n % 10 === 1 && n % 100 !== 11) return 'one';
    if (n % 10 === 2 && n % 100 !== 12) return 'two';
    return n % 10 === 3 && n % 100 !== 13 ? 'few' : 'other';
  },
  fr: (n) => (n === 1 ? 'one' : 'other'),
  it: (n) => ([8, 11, 80, 800].includes(n) ? 'many' : 'other'),
  sv: (n) => ([1, 2].includes(n % 10) && ![11, 12].includes(n % 100) ? 'one' : 'other'),
  uk: (n) => (n % 10 === 3 && n % 100 !== 13 ? 'few' : 'other'),
};

const CATEGORIES = ['few', 'many', 'one', 'two', 'other'];

/** The category of a number as it is written. */
export function select(language: string, text: string, type: 'cardinal' | 'ordinal' = 'cardinal', isEuropean = false): string {
  const [, whole, fraction = ''] = /^-?(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return 'other';
  const visible = fraction.replace(/0+$/, '');
  const rules = type === 'cardinal' ? CARDINAL : ORDINAL;
  const n = Math.abs(Number(text));
  const i = Number(whole);
  if (type === 'cardinal' && language === 'da') return (rules.da as Rule)(n, visible === '' ? n : i, fraction.length);
  if (type === 'cardinal' && language === 'pt' && isEuropean) return i === 1 && fraction === '' ? 'one' : millions(i, fraction.length) ? 'many' : 'other';
  return (rules[language] ?? never)(n, i, fraction.length);
}

export class PluralRules {
  #locale: Locale;
  #type: 'cardinal' | 'ordinal';
  #digits: Digits;

  constructor(locales?: any, options?: any) {
    const given = optionsOf(options);
    this.#locale = resolve(locales, given);
    this.#type = choice(given, 'type', ['cardinal', 'ordinal'], 'cardinal');
    this.#digits = digitOptions(given, 0, 3, false);
  }

  select(value: any): string {
    return select(this.#locale.language, roundedText(Number(value), this.#digits), this.#type, this.#locale.tag === 'pt-PT');
  }

  resolvedOptions(): any {
    const pluralCategories = new Set(['other']);
    for (const text of ['0', '1', '2', '3', '4', '5', '8', '11', '1.5', '1000000', '21', '22', '23']) {
      pluralCategories.add(select(this.#locale.language, text, this.#type, this.#locale.tag === 'pt-PT'));
    }
    return { locale: this.#locale.tag, type: this.#type, ...this.#digits.shown, pluralCategories: CATEGORIES.filter((one) => pluralCategories.has(one)) };
  }
}

finish(PluralRules, 'Intl.PluralRules');
