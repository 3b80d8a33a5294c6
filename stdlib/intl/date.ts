// Intl.DateTimeFormat: styles and components in any time zone, by the Gregorian calendar.
// https://tc39.es/ecma402/#datetimeformat-objects

import { choice, finish, type Locale, numberChoice, optionsOf, resolve } from 'cronflow:internal/intl/locale';
import type { Part } from 'cronflow:internal/intl/number';
import { type Clock, clock, localZone, zoneNamed, zoneText } from 'cronflow:internal/intl/zone';

const TEXTS = ['narrow', 'short', 'long'];
const NUMERIC = ['2-digit', 'numeric'];
const ZONE_NAMES = ['short', 'long', 'shortOffset', 'longOffset'];
const STYLES = ['full', 'long', 'medium', 'short'];
/** The components in the order in which they are read and shown. */
const COMPONENTS: [string, readonly string[]][] = [
  ['weekday', TEXTS], ['era', TEXTS], ['year', NUMERIC], ['month', [...NUMERIC, ...TEXTS]], ['day', NUMERIC], ['hour', NUMERIC], ['minute', NUMERIC], ['second', NUMERIC],
];
const DATE_PARTS = ['weekday', 'year', 'month', 'day'];
const TIME_PARTS = ['hour', 'minute', 'second', 'fractionalSecondDigits'];
const TYPES: Record<string, string> = {
  y: 'year', M: 'month', L: 'month', d: 'day', E: 'weekday', c: 'weekday', H: 'hour', m: 'minute', s: 'second', a: 'dayPeriod', z: 'timeZoneName',
  G: 'era', S: 'fractionalSecond',
};
const WIDTH_OF: Record<number, string> = { 3: 'short', 4: 'long', 5: 'narrow' };
const MAX_TIME = 8.64e15;

export class DateTimeFormat {
  #locale: Locale;
  #timeZone: string;
  #options: any = {};
  #hourCycle: string;
  #pattern: string;
  #bound?: (date?: any) => string;

  constructor(locales?: any, options?: any, required = 'any', defaults = 'date') {
    const given = optionsOf(options);
    this.#locale = resolve(locales, given);
    this.#timeZone = given.timeZone === undefined ? localZone() : zoneNamed(String(given.timeZone));
    for (const name of ['calendar', 'numberingSystem']) {
      if (given[name] !== undefined && !/^[a-z\d]{3,8}(-[a-z\d]{3,8})*$/i.test(String(given[name]))) throw new RangeError(`Invalid ${name} : ${given[name]}`);
    }
    for (const [name, values] of COMPONENTS) this.#options[name] = choice(given, name, values);
    this.#options.fractionalSecondDigits = numberChoice(given, 'fractionalSecondDigits', 1, 3);
    this.#options.timeZoneName = choice(given, 'timeZoneName', ZONE_NAMES);
    if (given.dayPeriod !== undefined) throw new RangeError('dayPeriod is not supported');
    choice(given, 'formatMatcher', ['basic', 'best fit']);
    this.#options.dateStyle = choice(given, 'dateStyle', STYLES);
    this.#options.timeStyle = choice(given, 'timeStyle', STYLES);
    this.#checkStyles(required);
    this.#addDefaults(required, defaults);
    this.#hourCycle = this.#cycle(given);
    this.#pattern = this.#choosePattern();
  }

  get format(): (date?: any) => string {
    return (this.#bound ??= (date?: any) => this.#text(date));
  }

  formatToParts(date?: any): Part[] {
    return this.#parts(timeOf(date));
  }

  formatRange(start: any, end: any): string {
    return plain(this.formatRangeToParts(start, end));
  }

  /** Both dates in full, or one when they look the same. */
  formatRangeToParts(start: any, end: any): (Part & { source: string })[] {
    if (start === undefined || end === undefined) throw new TypeError('startDate or endDate cannot be undefined');
    const [from, to] = [this.#parts(timeOf(start)), this.#parts(timeOf(end))];
    const from_ = (parts: Part[], source: string) => parts.map((part) => ({ ...part, source }));
    if (JSON.stringify(from) === JSON.stringify(to)) return from_(from, 'shared');
    const dash = this.#locale.language === 'ja' || this.#locale.language === 'zh' || this.#locale.language === 'ko' ? '～' : '\u2009\u2013\u2009';
    return [...from_(from, 'startRange'), { type: 'literal', value: dash, source: 'shared' }, ...from_(to, 'endRange')];
  }

  resolvedOptions(): any {
    const { fractionalSecondDigits, timeZoneName, dateStyle, timeStyle } = this.#options;
    const shown: any = { locale: this.#locale.tag, calendar: 'gregory', numberingSystem: 'latn', timeZone: this.#timeZone };
    const hasHour = /\{H+\}/.test(this.#pattern);
    if (hasHour) Object.assign(shown, { hourCycle: this.#hourCycle, hour12: this.#isHalfDay() });
    if (dateStyle === undefined && timeStyle === undefined) {
      const fields = new Map([...this.#pattern.matchAll(/\{(\w+)\}/g)].map(([, code]) => [TYPES[code[0]], code]));
      for (const [name] of COMPONENTS) {
        const code = fields.get(name);
        if (code !== undefined) shown[name] = this.#shownWidth(name, code);
      }
      if (fractionalSecondDigits !== undefined) shown.fractionalSecondDigits = fractionalSecondDigits;
      if (timeZoneName !== undefined) shown.timeZoneName = timeZoneName;
    }
    if (dateStyle !== undefined) shown.dateStyle = dateStyle;
    if (timeStyle !== undefined) shown.timeStyle = timeStyle;
    return shown;
  }

  #shownWidth(name: string, code: string): string {
    if (name === 'month' && code.length > 2) return WIDTH_OF[code.length];
    if (name === 'weekday' || name === 'era') return WIDTH_OF[code.length] ?? 'short';
    return code.length === 2 ? '2-digit' : 'numeric';
  }

  #checkStyles(required: string): void {
    const { dateStyle, timeStyle } = this.#options;
    if (dateStyle === undefined && timeStyle === undefined) return;
    const other = [...COMPONENTS.map(([name]) => name), 'fractionalSecondDigits', 'timeZoneName'].find((name) => this.#options[name] !== undefined);
    if (other !== undefined) throw new TypeError(`Can't set option ${other} when ${dateStyle !== undefined ? 'dateStyle' : 'timeStyle'} is used`);
    if (required === 'date' && timeStyle !== undefined) throw new TypeError('Invalid option : timeStyle');
    if (required === 'time' && dateStyle !== undefined) throw new TypeError('Invalid option : dateStyle');
  }

  #addDefaults(required: string, defaults: string): void {
    const { dateStyle, timeStyle } = this.#options;
    const wanted = [...(required !== 'time' ? DATE_PARTS : []), ...(required !== 'date' ? TIME_PARTS : [])];
    if (dateStyle !== undefined || timeStyle !== undefined || wanted.some((name) => this.#options[name] !== undefined)) return;
    const missing = [...(defaults !== 'time' ? ['year', 'month', 'day'] : []), ...(defaults !== 'date' ? ['hour', 'minute', 'second'] : [])];
    for (const name of missing) this.#options[name] = 'numeric';
  }

  #cycle(given: any): string {
    const usual = this.#locale.data.dates.hourCycle;
    const half = usual === 'h11' || (usual === 'h23' && this.#locale.language === 'ja') ? 'h11' : 'h12';
    if (given.hour12 !== undefined) return given.hour12 ? half : 'h23';
    const wanted = choice(given, 'hourCycle', ['h11', 'h12', 'h23', 'h24']);
    const keyword = this.#locale.keywords.hc;
    return wanted ?? (['h11', 'h12', 'h23', 'h24'].includes(keyword) ? keyword : usual);
  }

  #isHalfDay(): boolean {
    return this.#hourCycle === 'h11' || this.#hourCycle === 'h12';
  }

  #choosePattern(): string {
    const { dates } = this.#locale.data;
    const { dateStyle, timeStyle } = this.#options;
    const half = this.#isHalfDay() ? 1 : 0;
    if (dateStyle !== undefined || timeStyle !== undefined) {
      const date = dateStyle && dates.dateStyles[dateStyle];
      const time = timeStyle && dates.timeStyles[timeStyle][half];
      if (timeStyle === 'full') this.#options.timeZoneName = 'long';
      if (timeStyle === 'long') this.#options.timeZoneName = 'short';
      return date && time ? `${date}${dates.glue[dateStyle]}${time}` : (date ?? time);
    }
    const date = this.#datePattern(dates);
    const time = this.#timePattern(dates, half);
    if (date !== '' && time !== '') return `${date}${dates.glued[this.#glue()]}${time}`;
    return this.#withZone(date + time, time === '' ? (dates.glued.n === ' ' ? ' {z}' : ', {z}') : '');
  }

  #glue(): string {
    const { weekday, month, day, year } = this.#options;
    if (month === undefined && day === undefined && year === undefined) return 'e';
    if (month === 'long') return weekday === undefined ? 'l' : 'w';
    return month === 'short' || month === 'narrow' ? 's' : 'n';
  }

  #withZone(pattern: string, zone: string): string {
    return this.#options.timeZoneName !== undefined && zone !== '' ? (pattern === '' ? '{z}' : pattern + zone) : pattern;
  }

  #datePattern(dates: any): string {
    const { weekday, year, month, day, era } = this.#options;
    const text = (value: string | undefined) => (value === undefined ? '' : value === 'long' ? 'l' : 's');
    const isNumber = NUMERIC.includes(month);
    const key = `${text(weekday)}-${year ? 'y' : ''}${isNumber ? 'n' : text(month)}${day ? 'd' : ''}`;
    let pattern: string = dates.components[key] ?? '';
    if (weekday === 'narrow') pattern = pattern.replace(/\{(E|c)+\}/, '{$1$1$1$1$1}');
    if (month === 'narrow') pattern = pattern.replace(/\{(M|L){3}\}/, '{$1$1$1$1$1}');
    if (month === '2-digit') pattern = pattern.replace(/\{[ML]\}/, '{MM}');
    if (day === '2-digit') pattern = pattern.replace('{d}', '{dd}');
    if (year === '2-digit') pattern = pattern.replace('{y}', '{yy}');
    return era === undefined ? pattern : pattern === '' ? '{G}' : `${pattern} {G}`;
  }

  #timePattern(dates: any, half: number): string {
    const { hour, minute, second, fractionalSecondDigits, timeZoneName } = this.#options;
    const key = hour ? (second || fractionalSecondDigits ? 'Hms' : minute ? 'Hm' : 'H') : `${minute ? 'm' : ''}${second || fractionalSecondDigits ? 's' : ''}`;
    if (key === '') return '';
    const hasFraction = key === 'Hms' && fractionalSecondDigits !== undefined;
    const [whole, ofHalf] = dates.times[hasFraction ? 'HmsS' : hour === '2-digit' && key.length > 1 ? `H${key}` : key];
    let pattern: string = (half === 1 && ofHalf) || whole;
    if (hour === '2-digit') pattern = pattern.replace('{H}', '{HH}');
    if (key.length === 1 && (minute === '2-digit' || second === '2-digit')) pattern = pattern.replace(/\{([ms])\}/, '{$1}');
    if (fractionalSecondDigits !== undefined && !hasFraction) pattern = pattern.replace(/\{s+\}/, `$&${dates.fraction}{S}`);
    return timeZoneName === undefined ? pattern : dates.zoned.replace('{0}', pattern);
  }

  #text(date: any): string {
    return plain(this.#parts(timeOf(date)));
  }

  #parts(time: number): Part[] {
    const now = clock(time, this.#timeZone);
    const pieces = this.#pattern.split(/\{(\w+)\}/);
    const parts: Part[] = [];
    for (const [index, piece] of pieces.entries()) {
      if (index % 2 === 1) parts.push({ type: TYPES[piece[0]], value: this.#field(piece, now, time) });
      else if (piece !== '') parts.push({ type: 'literal', value: piece });
    }
    return parts;
  }

  #field(code: string, now: Clock, time: number): string {
    const { names } = this.#locale.data;
    const padded = (value: number) => (code.length === 2 ? String(value % 100).padStart(2, '0') : String(value));
    switch (code[0]) {
      case 'y': return padded(now.year > 0 ? now.year : 1 - now.year);
      case 'M': case 'L': {
        if (code.length < 3) return padded(now.month);
        return names[code[0] === 'M' ? 'months' : 'alone'][WIDTH_OF[code.length]][now.month - 1];
      }
      case 'd': return padded(now.day);
      case 'E': case 'c': return names[code[0] === 'E' ? 'days' : 'aloneDays'][WIDTH_OF[code.length]][now.weekday];
      case 'H': return padded(this.#hour(now.hour));
      case 'm': return padded(now.minute);
      case 's': return padded(now.second);
      case 'S': return String(now.millisecond).padStart(3, '0').slice(0, this.#options.fractionalSecondDigits);
      case 'a': return names.periods[now.hour < 12 ? 0 : 1];
      case 'G': return names.era[now.year > 0 ? 0 : 1];
      default: return zoneText(this.#options.timeZoneName ?? 'short', time, this.#timeZone, this.#locale.data);
    }
  }

  #hour(hour: number): number {
    if (this.#hourCycle === 'h11') return hour % 12;
    if (this.#hourCycle === 'h12') return hour % 12 || 12;
    return this.#hourCycle === 'h24' ? hour || 24 : hour;
  }
}

/** Narrow spaces surprise programs that take texts apart; parts have them. */
function plain(parts: Part[]): string {
  return parts.map((part) => part.value).join('').replaceAll('\u202f', ' ');
}

function timeOf(date: any): number {
  const time = date === undefined ? Date.now() : Number(date);
  if (!Number.isFinite(time) || Math.abs(time) > MAX_TIME) throw new RangeError('Invalid time value');
  return Math.trunc(time);
}

finish(DateTimeFormat, 'Intl.DateTimeFormat');
Object.defineProperty(DateTimeFormat, 'length', { value: 0 });
