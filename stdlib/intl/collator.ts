// Intl.Collator: letters before accents before case, numbers by their value on request. It does not
// know the orders of single languages, such as the Swedish place of "ä".
// https://tc39.es/ecma402/#collator-objects

import { choice, finish, type Locale, optionsOf, resolve } from 'cronflow:internal/intl/locale';

const MARKS = /\p{M}+/gu;
/** Signs before digits before letters. */
/** The signs of ASCII in their order. */
const SIGNS = '_-,;:!?.\'"()[]{}@*/\\&#%`^+<=>|~$';
const CLASSES = [/^\s/u, /^[\p{P}`^]/u, /^\p{S}/u, /^\p{N}/u];

interface Unit {
  rank: number;
  base: string;
  accents: string;
  text: string;
}

export class Collator {
  #locale: Locale;
  #usage: string;
  #sensitivity: string;
  #isNumeric: boolean;
  #caseFirst: string;
  #ignoresSigns: boolean;
  #bound?: (left: any, right: any) => number;

  constructor(locales?: any, options?: any) {
    const given = optionsOf(options);
    this.#locale = resolve(locales, given);
    this.#usage = choice(given, 'usage', ['sort', 'search'], 'sort');
    this.#sensitivity = choice(given, 'sensitivity', ['base', 'accent', 'case', 'variant'], 'variant');
    const { kn, kf } = this.#locale.keywords;
    this.#isNumeric = given.numeric === undefined ? kn === '' || kn === 'true' : Boolean(given.numeric);
    this.#caseFirst = choice(given, 'caseFirst', ['upper', 'lower', 'false'], ['upper', 'lower'].includes(kf) ? kf : 'false');
    this.#ignoresSigns = Boolean(given.ignorePunctuation);
  }

  get compare(): (left: any, right: any) => number {
    return (this.#bound ??= (left: any, right: any) => this.#compare(String(left), String(right)));
  }

  resolvedOptions(): any {
    return {
      locale: this.#locale.tag, usage: this.#usage, sensitivity: this.#sensitivity, ignorePunctuation: this.#ignoresSigns, collation: 'default',
      numeric: this.#isNumeric, caseFirst: this.#caseFirst,
    };
  }

  #compare(left: string, right: string): number {
    if (left === right) return 0;
    const [first, second] = [this.#units(left), this.#units(right)];
    const difference = compareBy(first, second, (a, b) => this.#primary(a, b));
    if (difference !== 0) return difference;
    const { accents, letters } = { accents: ['accent', 'variant'].includes(this.#sensitivity), letters: ['case', 'variant'].includes(this.#sensitivity) };
    const byAccent = accents ? compareBy(first, second, (a, b) => order(a.accents, b.accents)) : 0;
    return byAccent !== 0 || !letters ? byAccent : compareBy(first, second, (a, b) => this.#byCase(a.text, b.text));
  }

  #units(text: string): Unit[] {
    const pieces = text.normalize('NFD').match(this.#isNumeric ? /\p{Nd}+|\P{M}\p{M}*|\p{M}+/gu : /\P{M}\p{M}*|\p{M}+/gu) ?? [];
    const units = pieces.map((piece) => {
      const base = piece.replace(MARKS, '');
      const found = CLASSES.findIndex((one) => one.test(base));
      return { rank: found < 0 ? CLASSES.length : found, base: base.toLowerCase(), accents: piece.slice(base.length), text: base };
    });
    return this.#ignoresSigns ? units.filter((unit) => unit.rank > 1) : units;
  }

  #primary(left: Unit, right: Unit): number {
    if (left.rank !== right.rank) return left.rank - right.rank;
    if (this.#isNumeric && left.rank === 3) {
      const [a, b] = [left.base.replace(/^0+(?=\d)/, ''), right.base.replace(/^0+(?=\d)/, '')];
      return a.length - b.length || order(a, b);
    }
    const [a, b] = [SIGNS.indexOf(left.base), SIGNS.indexOf(right.base)];
    return a >= 0 && b >= 0 ? a - b : order(left.base, right.base);
  }

  #byCase(left: string, right: string): number {
    if (left === right) return 0;
    const lowerFirst = left === left.toLowerCase() ? -1 : 1;
    return this.#caseFirst === 'upper' ? -lowerFirst : lowerFirst;
  }
}

function order(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareBy(left: Unit[], right: Unit[], compare: (a: Unit, b: Unit) => number): number {
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const difference = compare(left[at], right[at]);
    if (difference !== 0) return difference < 0 ? -1 : 1;
  }
  return Math.sign(left.length - right.length);
}

finish(Collator, 'Intl.Collator');
