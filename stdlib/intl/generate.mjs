// Writes locales.jsonl: what the Intl modules know of each locale, as another implementation shows it.
// Run by hand with Node 20: `node stdlib/intl/generate.mjs > stdlib/intl/locales.jsonl`.

const LOCALES = [
  'en-US', 'en-GB', 'en-CA', 'en-AU', 'en-IN', 'de-DE', 'de-AT', 'de-CH', 'fr-FR', 'fr-CA', 'fr-CH', 'es-ES', 'es-MX', 'it-IT', 'pt-BR',
  'pt-PT', 'nl-NL', 'sv-SE', 'da-DK', 'nb-NO', 'fi-FI', 'pl-PL', 'cs-CZ', 'tr-TR', 'ru-RU', 'uk-UA', 'ja-JP', 'zh-CN', 'zh-TW', 'ko-KR',
];
const CURRENCIES = [
  'USD', 'EUR', 'GBP', 'JPY', 'CNY', 'INR', 'KRW', 'BRL', 'CAD', 'AUD', 'CHF', 'SEK', 'NOK', 'DKK', 'PLN', 'CZK', 'MXN', 'RUB', 'TRY', 'UAH',
  'HUF', 'NZD', 'ZAR', 'SGD', 'HKD', 'TWD', 'ILS', 'THB',
];
const UNITS = [
  'byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'bit', 'percent', 'millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month',
  'year', 'millimeter', 'centimeter', 'meter', 'kilometer', 'inch', 'foot', 'mile', 'gram', 'kilogram', 'ounce', 'pound', 'milliliter', 'liter',
  'celsius', 'fahrenheit', 'degree', 'kilometer-per-hour', 'mile-per-hour',
];
const RELATIVE = ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'];
const WIDTHS = ['long', 'short', 'narrow'];
/** A name of the zone, the month of its winter and of its summer. */
const ZONES = {
  eastern: ['America/New_York', 0, 6], central: ['America/Chicago', 0, 6], mountain: ['America/Denver', 0, 6],
  pacific: ['America/Los_Angeles', 0, 6], alaska: ['America/Anchorage', 0, 6], hawaii: ['Pacific/Honolulu', 0, 6],
  london: ['Europe/London', 0, 6], western: ['Europe/Lisbon', 0, 6], middle: ['Europe/Berlin', 0, 6], east: ['Europe/Athens', 0, 6],
  moscow: ['Europe/Moscow', 0, 6], india: ['Asia/Kolkata', 0, 6], china: ['Asia/Shanghai', 0, 6], japan: ['Asia/Tokyo', 0, 6],
  korea: ['Asia/Seoul', 0, 6], singapore: ['Asia/Singapore', 0, 6], sydney: ['Australia/Sydney', 6, 0], brasilia: ['America/Sao_Paulo', 0, 6],
  utc: ['UTC', 0, 6],
};

/** A day whose names differ in all widths and forms. */
const SAMPLE = new Date(Date.UTC(2021, 8, 3, 7, 8, 9));
const samples = [0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 21, 22, 25, 100, 101, 1.5, 1000000];

function byPlural(locale, make, numbers = samples) {
  const rules = new Intl.PluralRules(locale);
  const found = {};
  for (const number of numbers) found[rules.select(number)] ??= make(number);
  const { other = Object.values(found)[0], ...rest } = found;
  for (const key of Object.keys(rest)) if (rest[key] === other) delete rest[key];
  return Object.keys(rest).length === 0 ? other : { ...rest, other };
}

/** The text of the parts with the number as `{0}`. */
function around(parts) {
  if (!parts.some(part => part.type === 'integer')) return parts.map(part => part.value).join('');
  const isNumber = part => ['integer', 'group', 'decimal', 'fraction'].includes(part.type);
  const first = parts.findIndex(isNumber);
  const last = parts.findLastIndex(isNumber);
  const text = list => list.map(part => part.value).join('');
  return `${text(parts.slice(0, first))}{0}${text(parts.slice(last + 1))}`;
}

function numbers(locale) {
  const parts = (value, options) => new Intl.NumberFormat(locale, options).formatToParts(value);
  const value = (list, type) => list.find(part => part.type === type)?.value;
  const big = parts(-123456789.5);
  const money = (amount, options) =>
    parts(amount, { style: 'currency', currency: 'USD', ...options }).map(part =>
      part.type === 'currency' ? '¤' : part.type === 'minusSign' ? '-' : ['integer', 'group', 'decimal', 'fraction'].includes(part.type) ? '#' : part.value).join('').replace(/#+/, '{0}');
  const percent = parts(0.5, { style: 'percent' }).map(part => (part.type === 'integer' ? '{0}' : part.value)).join('');
  return {
    decimal: value(big, 'decimal'), group: value(big, 'group'), minus: value(big, 'minusSign'), percent,
    sizes: value(big, 'group') && parts(12345678).filter(part => part.type === 'integer').map(part => part.value.length).slice(-2),
    minGroup: parts(1234).some(part => part.type === 'group') ? 1 : 2,
    currency: money(1), negative: money(-1), accounting: money(-1, { currencySign: 'accounting' }),
    letters: money(1, { currencyDisplay: 'code' }), lettersNegative: money(-1, { currencyDisplay: 'code' }),
    named: parts(1.5, { style: 'currency', currency: 'USD', currencyDisplay: 'name' }).map(part => (part.type === 'currency' ? '¤' : ['integer', 'decimal', 'fraction'].includes(part.type) ? '#' : part.value)).join('').replace(/#+/, '{0}'),
    currencyDecimal: value(parts(1.5, { style: 'currency', currency: 'CHF' }), 'decimal'),
    currencyGroup: value(parts(1234567, { style: 'currency', currency: 'CHF' }), 'group'),
    power: value(parts(0.001, { notation: 'scientific' }), 'exponentSeparator'),
    powerMinus: value(parts(0.001, { notation: 'scientific' }), 'exponentMinusSign'),
    compact: compact(locale, 'short'), compactLong: compact(locale, 'long'),
  };
}

/** For each power of ten: the digits before the point that are left, and the text. */
function compact(locale, compactDisplay) {
  const found = [];
  for (let power = 3; power <= 14; power++) {
    const one = number => new Intl.NumberFormat(locale, { notation: 'compact', compactDisplay, maximumFractionDigits: 1, useGrouping: false }).formatToParts(number);
    const parts = one(5 * 10 ** power);
    const digits = parts.find(part => part.type === 'integer')?.value.length ?? 0;
    const text = byPlural(locale, number => around(one(number * 10 ** (power - digits + 1))), [1.5, 2, 3, 4, 5, 6, 7, 8, 9, 1]);
    found.push([digits, text]);
  }
  return found;
}

function currencies(locale) {
  const found = {};
  for (const currency of CURRENCIES) {
    const show = (currencyDisplay, number = 1) =>
      new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay }).formatToParts(number).find(part => part.type === 'currency').value;
    found[currency] = [show('symbol'), show('narrowSymbol'), byPlural(locale, number => show('name', number))];
  }
  return found;
}

function units(locale) {
  const found = {};
  for (const unit of UNITS) {
    found[unit] = WIDTHS.map(unitDisplay =>
      byPlural(locale, number => around(new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay }).formatToParts(number))));
  }
  return found;
}

const utc = (locale, options) => new Intl.DateTimeFormat(locale, { timeZone: 'UTC', calendar: 'gregory', numberingSystem: 'latn', ...options });

function names(locale) {
  const pick = (options, type, dates) => dates.map(date => utc(locale, options).formatToParts(date).find(part => part.type === type)?.value);
  const months = [...Array(12).keys()].map(month => new Date(Date.UTC(2021, month, 5)));
  const days = [...Array(7).keys()].map(day => new Date(Date.UTC(2021, 7, 1 + day)));
  const found = { months: {}, alone: {}, days: {}, aloneDays: {} };
  for (const width of WIDTHS) {
    found.months[width] = pick({ day: 'numeric', month: width }, 'month', months);
    found.alone[width] = pick({ month: width }, 'month', months);
    found.days[width] = pick({ weekday: width, day: 'numeric', month: 'long' }, 'weekday', days);
    found.aloneDays[width] = pick({ weekday: width }, 'weekday', days);
  }
  found.periods = [7, 19].map(hour => utc(locale, { hour: 'numeric', hour12: true }).formatToParts(new Date(Date.UTC(2021, 1, 1, hour))).find(part => part.type === 'dayPeriod')?.value);
  found.era = pick({ era: 'short', year: 'numeric' }, 'era', [SAMPLE, new Date(-1e14)]);
  return found;
}

/** The parts as a pattern: fields in braces, in the letters of CLDR. */
function pattern(locale, options, known) {
  let hasDay = false;
  const field = ({ type, value }) => {
    switch (type) {
      case 'year': return value.length === 2 ? '{yy}' : '{y}';
      case 'month': {
        if (/^\d+$/.test(value)) return value.length === 2 ? '{MM}' : '{M}';
        for (const [index, width] of WIDTHS.entries()) {
          const letters = [4, 3, 5][index];
          const forms = [['M', known.months[width][8]], ['L', known.alone[width][8]]];
          for (const [letter, name] of hasDay ? forms : forms.reverse()) if (name === value) return `{${letter.repeat(letters)}}`;
        }
        return value;
      }
      case 'day': return value.length === 2 ? '{dd}' : '{d}';
      case 'weekday': {
        for (const [index, width] of WIDTHS.entries()) {
          const letters = [4, 3, 5][index];
          if (known.days[width][5] === value) return `{${'E'.repeat(letters)}}`;
          if (known.aloneDays[width][5] === value) return `{${'c'.repeat(letters)}}`;
        }
        return value;
      }
      case 'hour': return value.length === 2 ? '{HH}' : '{H}';
      case 'minute': return value.length === 2 ? '{mm}' : '{m}';
      case 'second': return value.length === 2 ? '{ss}' : '{s}';
      case 'dayPeriod': return '{a}';
      case 'timeZoneName': return '{z}';
      case 'era': return '{G}';
      case 'fractionalSecond': return '{S}';
      default: return value;
    }
  };
  const parts = utc(locale, options).formatToParts(SAMPLE);
  hasDay = parts.some(part => part.type === 'day');
  return parts.map(field).join('');
}

function dates(locale, known) {
  const show = options => pattern(locale, options, known);
  const components = {};
  const W = { '': undefined, s: 'short', l: 'long' };
  const M = { '': undefined, n: 'numeric', s: 'short', l: 'long' };
  for (const w of Object.keys(W)) for (const y of ['', 'y']) for (const m of Object.keys(M)) for (const d of ['', 'd']) {
    const options = { weekday: W[w], year: y ? 'numeric' : undefined, month: M[m], day: d ? 'numeric' : undefined };
    if (w || y || m || d) components[`${w}-${y}${m}${d}`] = show(options);
  }
  const times = {};
  for (const [key, options] of Object.entries({ H: { hour: 'numeric' }, Hm: { hour: 'numeric', minute: 'numeric' }, Hms: { hour: 'numeric', minute: 'numeric', second: 'numeric' } })) {
    times[key] = [show({ ...options, hour12: false }), show({ ...options, hour12: true })];
  }
  for (const [key, options] of Object.entries({ HHm: { minute: 'numeric' }, HHms: { minute: 'numeric', second: 'numeric' } })) {
    times[key] = [show({ hour: '2-digit', ...options, hour12: false }), show({ hour: '2-digit', ...options, hour12: true })];
  }
  times.HmsS = ['h23', 'h12'].map(hourCycle => show({ hour: 'numeric', minute: 'numeric', second: 'numeric', fractionalSecondDigits: 3, hourCycle }));
  times.m = [show({ minute: 'numeric' })];
  times.s = [show({ second: 'numeric' })];
  times.ms = [show({ minute: 'numeric', second: 'numeric' })];
  const styles = ['full', 'long', 'medium', 'short'];
  const dateStyles = Object.fromEntries(styles.map(dateStyle => [dateStyle, show({ dateStyle })]));
  const timeStyles = Object.fromEntries(styles.map(timeStyle => [timeStyle, [show({ timeStyle, hour12: false }), show({ timeStyle, hour12: true })]]));
  const glue = (date, time, both) => (both.startsWith(date) && both.endsWith(time) ? both.slice(date.length, both.length - time.length) : ', ');
  const glued = options => {
    const time = { hour: 'numeric', minute: 'numeric', hour12: false };
    return glue(show(options), show(time), show({ ...options, ...time }));
  };
  return {
    components, times, dateStyles, timeStyles,
    glue: Object.fromEntries(styles.map(dateStyle => [dateStyle, glue(dateStyles[dateStyle], timeStyles.short[0], show({ dateStyle, timeStyle: 'short', hour12: false }))])),
    glued: {
      n: glued({ year: 'numeric', month: 'numeric', day: 'numeric' }), s: glued({ year: 'numeric', month: 'short', day: 'numeric' }),
      l: glued({ year: 'numeric', month: 'long', day: 'numeric' }), w: glued({ weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }), e: glued({ weekday: 'short' }),
    },
    zoned: show({ hour: 'numeric', minute: 'numeric', hour12: false, timeZoneName: 'short' }).replace(show({ hour: 'numeric', minute: 'numeric', hour12: false }), '{0}'),
    fraction: show({ second: 'numeric', fractionalSecondDigits: 3 }).replace(/^\{s+\}/, '').replace('{S}', ''),
    hourCycle: new Intl.DateTimeFormat(locale, { hour: 'numeric' }).resolvedOptions().hourCycle,
  };
}

function zones(locale) {
  const found = {};
  for (const [name, [timeZone, winter, summer]] of Object.entries(ZONES)) {
    const show = (timeZoneName, month) => {
      const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName }).formatToParts(new Date(Date.UTC(2021, month, 15, 12)));
      return parts.find(part => part.type === 'timeZoneName').value;
    };
    const short = month => show('short', month).replace(/^(GMT|UTC)[+-−].*/, '');
    found[name] = [show('long', winter), show('long', summer), short(winter), short(summer)];
  }
  const gmt = new Intl.DateTimeFormat(locale, { timeZone: 'Asia/Kathmandu', timeZoneName: 'longOffset' }).formatToParts(SAMPLE);
  return { names: found, offset: gmt.find(part => part.type === 'timeZoneName').value };
}

function relative(locale) {
  const found = {};
  for (const unit of RELATIVE) {
    found[unit] = WIDTHS.map(style => {
      const format = new Intl.RelativeTimeFormat(locale, { style, numeric: 'always' });
      const automatic = new Intl.RelativeTimeFormat(locale, { style, numeric: 'auto' });
      const around_ = sign => byPlural(locale, number => {
        const parts = format.formatToParts(sign * number, unit);
        const first = parts.findIndex(part => part.type !== 'literal');
        const last = parts.findLastIndex(part => part.type !== 'literal');
        const text = list => list.map(part => part.value).join('');
        return `${text(parts.slice(0, first))}{0}${text(parts.slice(last + 1))}`;
      });
      const words = {};
      for (const number of [-2, -1, 0, 1, 2]) {
        const parts = automatic.formatToParts(number, unit);
        if (parts.length === 1 && parts[0].type === 'literal') words[number] = parts[0].value;
      }
      return [around_(1), around_(-1), words];
    });
  }
  return found;
}

function lists(locale) {
  const found = {};
  for (const type of ['conjunction', 'disjunction', 'unit']) {
    found[type] = WIDTHS.map(style => {
      const between = items => new Intl.ListFormat(locale, { type, style }).formatToParts(items).filter(part => part.type === 'literal').map(part => part.value);
      const [start, middle, end] = between(['A', 'B', 'C', 'D']);
      return [between(['A', 'B'])[0] ?? '', start ?? '', middle ?? '', end ?? ''];
    });
  }
  return found;
}

for (const locale of LOCALES) {
  const known = names(locale);
  const data = {
    numbers: numbers(locale), currencies: currencies(locale), units: units(locale), names: known, dates: dates(locale, known), zones: zones(locale),
    relative: relative(locale), lists: lists(locale),
  };
  process.stdout.write(`${locale}\t${JSON.stringify(data)}\n`);
}
