// Time zones: what the clocks of one show, and which one is meant. The engine knows the rules.

import { localTimeZone } from 'cronflow:internal/ops';

export interface Clock {
  year: number;
  month: number;
  day: number;
  /** 0 is Sunday. */
  weekday: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
  /** Minutes east of Greenwich. */
  offset: number;
}

const Temporal = (globalThis as any).Temporal;

/** What the clocks of the zone show. */
export function clock(time: number, timeZone: string): Clock {
  const at = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(timeZone);
  return {
    year: at.year, month: at.month, day: at.day, weekday: at.dayOfWeek % 7, hour: at.hour, minute: at.minute, second: at.second,
    millisecond: at.millisecond, offset: at.offsetNanoseconds / 60e9,
  };
}

/** The zone's name in the usual case of letters; throws when there is none. */
export function zoneNamed(name: string): string {
  if (/^(?:utc|gmt|etc\/(?:utc|gmt))$/i.test(name)) return 'UTC';
  const offset = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(name);
  if (offset !== null && Number(offset[2]) < 24 && Number(offset[3] ?? 0) < 60) return `${offset[1]}${offset[2]}:${offset[3] ?? '00'}`;
  try {
    if (!/^[a-z]/i.test(name)) throw new RangeError();
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
  } catch {
    throw new RangeError(`Invalid time zone specified: ${name}`);
  }
}

/** The zone of this machine. */
export function localZone(): string {
  try {
    return zoneNamed(localTimeZone());
  } catch {
    return 'UTC';
  }
}

/** The names that a zone shares with others (locales.jsonl). */
const SHARED: Record<string, string[]> = {
  eastern: ['America/New_York', 'America/Detroit', 'America/Toronto'],
  central: ['America/Chicago', 'America/Winnipeg'],
  mountain: ['America/Denver', 'America/Edmonton'],
  pacific: ['America/Los_Angeles', 'America/Vancouver'],
  alaska: ['America/Anchorage'],
  hawaii: ['Pacific/Honolulu'],
  london: ['Europe/London'],
  western: ['Europe/Lisbon', 'Atlantic/Canary'],
  middle: [
    'Europe/Berlin', 'Europe/Paris', 'Europe/Madrid', 'Europe/Rome', 'Europe/Amsterdam', 'Europe/Brussels', 'Europe/Vienna', 'Europe/Zurich',
    'Europe/Stockholm', 'Europe/Oslo', 'Europe/Copenhagen', 'Europe/Warsaw', 'Europe/Prague', 'Europe/Budapest', 'Europe/Belgrade',
    'Europe/Zagreb', 'Europe/Ljubljana', 'Europe/Bratislava', 'Europe/Luxembourg',
  ],
  east: ['Europe/Athens', 'Europe/Helsinki', 'Europe/Kiev', 'Europe/Kyiv', 'Europe/Bucharest', 'Europe/Sofia', 'Europe/Vilnius', 'Europe/Riga', 'Europe/Tallinn'],
  moscow: ['Europe/Moscow'],
  india: ['Asia/Kolkata', 'Asia/Calcutta'],
  china: ['Asia/Shanghai'],
  japan: ['Asia/Tokyo'],
  korea: ['Asia/Seoul'],
  singapore: ['Asia/Singapore'],
  sydney: ['Australia/Sydney', 'Australia/Melbourne', 'Australia/Hobart'],
  brasilia: ['America/Sao_Paulo'],
  utc: ['UTC'],
};

function sharedName(timeZone: string): string | undefined {
  return Object.keys(SHARED).find((name) => SHARED[name].includes(timeZone));
}

/** What `timeZoneName` shows. */
export function zoneText(style: string, time: number, timeZone: string, data: any): string {
  const { offset } = clock(time, timeZone);
  const isShort = style === 'short' || style === 'shortOffset';
  const shared = style === 'short' || style === 'long' ? sharedName(timeZone) : undefined;
  if (shared !== undefined) {
    const summer = isSummer(time, timeZone, offset) ? 1 : 0;
    const name = data.zones.names[shared][summer + (isShort ? 2 : 0)];
    if (name !== '') return name;
  }
  return offsetText(offset, isShort, data.zones.offset);
}

/** A model such as `GMT+05:45` with another offset. */
function offsetText(offset: number, isShort: boolean, model: string): string {
  const prefix = /^[^+\u2212-]*/.exec(model)![0];
  if (offset === 0) return prefix;
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.floor(Math.abs(offset) % 60)];
  const sign = offset > 0 ? '+' : model.includes('\u2212') ? '\u2212' : '-';
  const two = (value: number) => String(value).padStart(2, '0');
  if (!isShort) return `${prefix}${sign}${two(hours)}${model.includes('.') ? '.' : ':'}${two(minutes)}`;
  return `${prefix}${sign}${hours}${minutes === 0 ? '' : `:${two(minutes)}`}`;
}

function isSummer(time: number, timeZone: string, offset: number): boolean {
  const year = new Date(time).getUTCFullYear();
  const offsets = [0, 6].map((month) => clock(Date.UTC(year, month, 15), timeZone).offset);
  return offset > Math.min(...offsets) && timeZone !== 'Europe/Moscow';
}
