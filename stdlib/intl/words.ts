// Intl.RelativeTimeFormat and Intl.ListFormat.
// https://tc39.es/ecma402/#relativetimeformat-objects, https://tc39.es/ecma402/#listformat-objects

import { choice, finish, form, type Locale, optionsOf, resolve } from 'cronflow:internal/intl/locale';
import { NumberFormat, type Part } from 'cronflow:internal/intl/number';
import { PluralRules } from 'cronflow:internal/intl/plural';

const WIDTHS = ['long', 'short', 'narrow'];

export class RelativeTimeFormat {
  #locale: Locale;
  #style: string;
  #numeric: string;
  #numbers: NumberFormat;
  #rules: PluralRules;

  constructor(locales?: any, options?: any) {
    const given = optionsOf(options);
    this.#locale = resolve(locales, given);
    this.#style = choice(given, 'style', WIDTHS, 'long');
    this.#numeric = choice(given, 'numeric', ['always', 'auto'], 'always');
    this.#numbers = new NumberFormat(locales);
    this.#rules = new PluralRules(locales);
  }

  format(value: any, unit: any): string {
    return this.formatToParts(value, unit).map((part) => part.value).join('');
  }

  formatToParts(value: any, unit: any): (Part & { unit?: string })[] {
    const number = Number(value);
    const name = String(unit).replace(/s$/, '');
    const { relative } = this.#locale.data;
    if (!Object.hasOwn(relative, name)) throw new RangeError(`Invalid unit argument for format() '${String(unit)}'`);
    if (!Number.isFinite(number)) throw new RangeError('The value must be finite');
    const [future, past, words] = relative[name][WIDTHS.indexOf(this.#style)];
    if (this.#numeric === 'auto' && Object.hasOwn(words, String(number))) return [{ type: 'literal', value: words[String(number)] }];
    const isPast = number < 0 || Object.is(number, -0);
    const [before, after] = form(isPast ? past : future, this.#rules.select(Math.abs(number))).split('{0}');
    const inner = this.#numbers.formatToParts(Math.abs(number)).map((part) => ({ ...part, unit: name }));
    const literal = (text: string) => (text === '' ? [] : [{ type: 'literal', value: text }]);
    return [...literal(before), ...inner, ...literal(after ?? '')];
  }

  resolvedOptions(): any {
    return { locale: this.#locale.tag, style: this.#style, numeric: this.#numeric, numberingSystem: 'latn' };
  }
}

finish(RelativeTimeFormat, 'Intl.RelativeTimeFormat');

export class ListFormat {
  #locale: Locale;
  #type: string;
  #style: string;

  constructor(locales?: any, options?: any) {
    const given = optionsOf(options);
    this.#locale = resolve(locales, given);
    this.#type = choice(given, 'type', ['conjunction', 'disjunction', 'unit'], 'conjunction');
    this.#style = choice(given, 'style', WIDTHS, 'long');
  }

  format(list: Iterable<string>): string {
    return this.formatToParts(list).map((part) => part.value).join('');
  }

  formatToParts(list: Iterable<string>): Part[] {
    const items = list === undefined ? [] : [...list];
    if (items.some((item) => typeof item !== 'string')) throw new TypeError('Iterable yielded a value which is not a string');
    const [pair, start, middle, end] = this.#locale.data.lists[this.#type][WIDTHS.indexOf(this.#style)];
    const between = (index: number) => {
      if (items.length === 2) return pair;
      if (index === items.length - 1) return end;
      return index === 1 ? start : middle;
    };
    return items.flatMap((value, index) =>
      index === 0 ? [{ type: 'element', value }] : [{ type: 'literal', value: between(index) }, { type: 'element', value }]);
  }

  resolvedOptions(): any {
    return { locale: this.#locale.tag, type: this.#type, style: this.#style };
  }
}

finish(ListFormat, 'Intl.ListFormat');
