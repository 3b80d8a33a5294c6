// The methods of dates, numbers and strings that depend on a locale.
// https://tc39.es/ecma402/#locale-sensitive-functions

import { compareTexts, dateText, numberText } from 'cronflow:internal/intl';

const timeOf = Date.prototype.getTime;
const numberOf = Number.prototype.valueOf;
const bigOf = BigInt.prototype.valueOf;

export function Date_prototype_toLocaleString(this: Date, locales?: any, options?: any): string {
  return dateText(timeOf.call(this), locales, options, 'any', 'all');
}

export function Date_prototype_toLocaleDateString(this: Date, locales?: any, options?: any): string {
  return dateText(timeOf.call(this), locales, options, 'date', 'date');
}

export function Date_prototype_toLocaleTimeString(this: Date, locales?: any, options?: any): string {
  return dateText(timeOf.call(this), locales, options, 'time', 'time');
}

export function Number_prototype_toLocaleString(this: number, locales?: any, options?: any): string {
  return numberText(numberOf.call(this), locales, options);
}

export function BigInt_prototype_toLocaleString(this: bigint, locales?: any, options?: any): string {
  return numberText(bigOf.call(this), locales, options);
}

export function String_prototype_localeCompare(this: string, other: unknown, locales?: any, options?: any): number {
  if (this === null || this === undefined) throw new TypeError('String.prototype.localeCompare called on null or undefined');
  return compareTexts(String(this), String(other), locales, options);
}
