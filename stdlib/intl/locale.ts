// Locales: checking tags, and finding what is known of one.
// https://tc39.es/ecma402/#sec-language-tags

import { intlLocale } from 'cronflow:internal/ops';

export const DEFAULT = 'en-US';

/** Language -> the locale that speaks for it. */
const HOMES: Record<string, string> = {
  en: 'en-US', de: 'de-DE', fr: 'fr-FR', es: 'es-ES', it: 'it-IT', pt: 'pt-BR', nl: 'nl-NL', sv: 'sv-SE', da: 'da-DK', nb: 'nb-NO', no: 'nb-NO',
  nn: 'nb-NO', fi: 'fi-FI', pl: 'pl-PL', cs: 'cs-CZ', tr: 'tr-TR', ru: 'ru-RU', uk: 'uk-UA', ja: 'ja-JP', zh: 'zh-CN', ko: 'ko-KR',
};
const TRADITIONAL = ['TW', 'HK', 'MO'];
const TAG = /^[a-z]{2,3}(-[a-z]{4})?(-(?:[a-z]{2}|\d{3}))?(-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*(-[a-wy-z\d](?:-[a-z\d]{2,8})+)*(-x(?:-[a-z\d]{1,8})+)?$/i;

/** What is known of a locale (locales.jsonl). */
const KNOWN = new Map<string, any>();

function known(tag: string): any {
  if (!KNOWN.has(tag)) KNOWN.set(tag, intlLocale(tag));
  return KNOWN.get(tag);
}

function canonical(tag: unknown): string {
  if (typeof tag !== 'string' && (typeof tag !== 'object' || tag === null)) throw new TypeError('Language ID should be string or object.');
  const text = String(tag);
  if (!TAG.test(text)) throw new RangeError(`Incorrect locale information provided: '${text}'`);
  let isExtension = false;
  return text.split('-').map((part, index) => {
    if (index === 0) return part.toLowerCase();
    isExtension ||= part.length === 1;
    if (isExtension) return part.toLowerCase();
    if (part.length === 2) return part.toUpperCase();
    return part.length === 4 && !/^\d/.test(part) ? part[0].toUpperCase() + part.slice(1).toLowerCase() : part.toLowerCase();
  }).join('-');
}

/** `CanonicalizeLocaleList`. */
export function canonicalList(locales: any): string[] {
  if (locales === undefined) return [];
  if (locales === null) throw new TypeError('Cannot convert undefined or null to object');
  const list = typeof locales === 'string' ? [locales] : Array.from(Object(locales));
  return [...new Set(list.map(canonical))];
}

/** The part before extensions, and the known locale for it. */
function match(tag: string): [base: string, known: string] | undefined {
  const base = tag.replace(/-[a-z\d]-.*$/, '');
  const [language, ...rest] = base.split('-');
  const region = rest.find((part) => /^(?:[A-Z]{2}|\d{3})$/.test(part));
  if (!(language in HOMES)) return undefined;
  if (language === 'zh' && (rest.includes('Hant') || (region !== undefined && TRADITIONAL.includes(region)))) return [base, 'zh-TW'];
  const exact = region === undefined ? undefined : `${language}-${region}`;
  if (exact !== undefined && known(exact) !== undefined) return [base, exact];
  // A region that is not known is not claimed, but English of the world writes like Britain.
  if (language === 'es' && region !== undefined && region !== 'ES') return ['es', 'es-MX'];
  return [language, HOMES[language]];
}

export interface Locale {
  /** As `resolvedOptions()` shows it. */
  tag: string;
  language: string;
  data: any;
  /** Unicode extensions: `hc`, `co` and the like. */
  keywords: Record<string, string>;
}

/** The first of the wanted locales that is known; otherwise English. */
export function resolve(locales: any, options?: any): Locale {
  if (options?.localeMatcher !== undefined) choice(options, 'localeMatcher', ['lookup', 'best fit']);
  for (const tag of canonicalList(locales)) {
    const found = match(tag);
    if (found !== undefined) return { tag: found[0], language: found[1].split('-')[0], data: known(found[1]), keywords: keywordsOf(tag) };
  }
  return { tag: DEFAULT, language: 'en', data: known(DEFAULT), keywords: {} };
}

function keywordsOf(tag: string): Record<string, string> {
  const found: Record<string, string> = {};
  const extension = /-u((?:-[a-z\d]{2,8})+)/.exec(tag);
  let key = '';
  for (const part of extension === null ? [] : extension[1].slice(1).split('-')) {
    if (part.length === 2) found[(key = part)] = '';
    else if (key !== '') found[key] += (found[key] === '' ? '' : '-') + part;
  }
  return found;
}

export function supportedLocalesOf(locales: any, options?: any): string[] {
  if (options?.localeMatcher !== undefined) choice(options, 'localeMatcher', ['lookup', 'best fit']);
  return canonicalList(locales).filter((tag) => match(tag) !== undefined);
}

/** `GetOption` of a text with known values. */
export function choice<T>(options: any, name: string, values: readonly any[], missing?: T): any {
  const value = options?.[name];
  if (value === undefined) return missing;
  const text = values.includes(true) && typeof value === 'boolean' ? value : String(value);
  if (!values.includes(text)) throw new RangeError(`Value ${text} out of range for Intl options property ${name}`);
  return text;
}

/** `GetNumberOption`. */
export function numberChoice(options: any, name: string, min: number, max: number, missing?: number): any {
  const value = options?.[name];
  if (value === undefined) return missing;
  const number = Number(value);
  if (!Number.isFinite(number) || number < min || number > max) throw new RangeError(`${name} value is out of range.`);
  return Math.floor(number);
}

/** Options as an object; `null` is refused. */
export function optionsOf(options: any): any {
  if (options === undefined) return Object.create(null);
  if (options === null) throw new TypeError('Cannot convert undefined or null to object');
  return Object(options);
}

/** The plural's text, or the only text there is. */
export function form(texts: any, category: string): string {
  return typeof texts === 'string' ? texts : (texts[category] ?? texts.other);
}

/** A method of the prototype without `enumerable`, and the tag that `Object.prototype.toString` shows. */
export function finish(constructor: any, name: string): void {
  Object.defineProperty(constructor.prototype, Symbol.toStringTag, { value: name, configurable: true });
  const list = (locales: any, options?: any) => supportedLocalesOf(locales, options);
  Object.defineProperty(constructor, 'supportedLocalesOf', { value: list, writable: true, configurable: true });
}
