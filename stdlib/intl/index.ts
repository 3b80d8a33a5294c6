// Intl: the formats for English and the common locales, and the methods of other objects that use them.
// https://tc39.es/ecma402/

import { Collator } from 'cronflow:internal/intl/collator';
import { DateTimeFormat } from 'cronflow:internal/intl/date';
import { canonicalList } from 'cronflow:internal/intl/locale';
import { NumberFormat } from 'cronflow:internal/intl/number';
import { PluralRules } from 'cronflow:internal/intl/plural';
import { ListFormat, RelativeTimeFormat } from 'cronflow:internal/intl/words';

export const Intl: any = {};

/** Constructors that may be called without `new`. */
function callable(constructor: any): any {
  const made = function (this: unknown, locales?: any, options?: any) {
    return Reflect.construct(constructor, [locales, options], new.target ?? made);
  };
  Object.defineProperties(made, { ...Object.getOwnPropertyDescriptors(constructor), prototype: { value: constructor.prototype, writable: false } });
  Object.defineProperty(constructor.prototype, 'constructor', { value: made, writable: true, configurable: true });
  return made;
}

const members: Record<string, unknown> = {
  Collator: callable(Collator), DateTimeFormat: callable(DateTimeFormat), ListFormat, NumberFormat: callable(NumberFormat), PluralRules,
  RelativeTimeFormat,
  getCanonicalLocales: (locales?: any) => canonicalList(locales),
};
for (const [name, value] of Object.entries(members)) Object.defineProperty(Intl, name, { value, writable: true, configurable: true });
Object.defineProperty(Intl, Symbol.toStringTag, { value: 'Intl', configurable: true });

/** `Date.prototype.toLocaleString` and its relatives. */
export function dateText(time: number, locales: any, options: any, required: string, defaults: string): string {
  return Number.isNaN(time) ? 'Invalid Date' : new DateTimeFormat(locales, options, required, defaults).format(time);
}

export function numberText(value: number | bigint, locales: any, options: any): string {
  return new NumberFormat(locales, options).format(value);
}

export function compareTexts(left: string, right: string, locales: any, options: any): number {
  return new Collator(locales, options).compare(left, right);
}
