// What a client accepts (https://www.rfc-editor.org/rfc/rfc9110#section-12.5), and types by their short names.

const TYPES: Record<string, string> = Object.assign(Object.create(null), {
  avif: 'image/avif', bin: 'application/octet-stream', css: 'text/css', csv: 'text/csv', form: 'application/x-www-form-urlencoded', gif: 'image/gif',
  htm: 'text/html', html: 'text/html', ico: 'image/x-icon', jpeg: 'image/jpeg', jpg: 'image/jpeg', js: 'text/javascript', json: 'application/json',
  jsonld: 'application/ld+json', map: 'application/json', md: 'text/markdown', mjs: 'text/javascript', mp3: 'audio/mpeg', mp4: 'video/mp4', pdf: 'application/pdf',
  png: 'image/png', rss: 'application/rss+xml', svg: 'image/svg+xml', text: 'text/plain', tsv: 'text/tab-separated-values', ttf: 'font/ttf', txt: 'text/plain',
  urlencoded: 'application/x-www-form-urlencoded', wasm: 'application/wasm', wav: 'audio/wav', webm: 'video/webm', webp: 'image/webp', woff: 'font/woff',
  woff2: 'font/woff2', xhtml: 'application/xhtml+xml', xml: 'application/xml', yaml: 'text/yaml', yml: 'text/yaml', zip: 'application/zip',
  multipart: 'multipart/*',
});

/** The type of a short name or an extension; what has a slash is a type already. */
export function typeOf(name: string): string | undefined {
  if (name.includes('/')) return name;
  return TYPES[name.slice(name.lastIndexOf('.') + 1).toLowerCase()];
}

/** Answers of a function, kept: an app has few types, and the rules about them are expressions. */
function remembered(find: (text: string) => string): (text: string) => string {
  const MOST = 200;
  const known = new Map<string, string>();
  return text => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const found = find(text);
    if (known.size < MOST) known.set(text, found);
    return found;
  };
}

/** With the charset that text has. */
export const withCharset = remembered(type => {
  const isText = /^text\/|^application\/(json|javascript|xml|[\w.-]+\+(json|xml))/i.test(type);
  return isText && !/;\s*charset=/i.test(type) ? `${type}; charset=utf-8` : type;
});

/** The same for what is sent as text: it is UTF-8, whatever was said. */
export const asUtf8 = remembered(type => (/;\s*charset=/i.test(type) ? type.replace(/;\s*charset=[^;]*/i, '; charset=utf-8') : `${type}; charset=utf-8`));

interface Range {
  value: string;
  quality: number;
  order: number;
}

function rangesOf(header: string): Range[] {
  const ranges = header.split(',').map((text, order) => {
    const [value, ...params] = text.trim().split(';').map(part => part.trim());
    const quality = params.map(param => /^q=([\d.]+)$/i.exec(param)?.[1]).find(q => q !== undefined);
    return { value: value.toLowerCase(), quality: quality === undefined ? 1 : Number(quality), order };
  });
  return ranges.filter(range => range.value !== '');
}

/** How exactly a range names a value; -1: not at all. */
type Fit = (range: string, value: string) => number;

const fitType: Fit = (range, value) => {
  const [type, subtype] = range.split('/');
  const [ownType, ownSubtype] = value.split(';')[0].trim().toLowerCase().split('/');
  if (range === '*/*' || range === '*') return 0;
  if (type !== ownType) return -1;
  return subtype === '*' ? 1 : subtype === ownSubtype ? 2 : -1;
};

const fitName: Fit = (range, value) => (range === '*' ? 0 : range === value.toLowerCase() ? 2 : -1);
const fitLanguage: Fit = (range, value) => {
  const exact = fitName(range, value);
  return exact !== -1 ? exact : value.toLowerCase().startsWith(`${range}-`) || range.startsWith(`${value.toLowerCase()}-`) ? 1 : -1;
};

/** Those of the offers that are accepted, the best first. */
function accepted(header: string, offers: string[], fit: Fit): string[] {
  const ranges = rangesOf(header);
  const rated = offers.map((offer, place) => {
    let best: { fit: number; quality: number; order: number } = { fit: -1, quality: 0, order: 0 };
    for (const range of ranges) {
      const how = fit(range.value, offer);
      if (how > best.fit) best = { fit: how, quality: range.quality, order: range.order };
    }
    return { offer, place, ...best };
  });
  const fine = rated.filter(one => one.fit !== -1 && one.quality > 0);
  fine.sort((a, b) => b.quality - a.quality || b.fit - a.fit || a.order - b.order || a.place - b.place);
  return fine.map(one => one.offer);
}

const byQuality = (header: string): string[] => rangesOf(header).filter(range => range.quality > 0).sort((a, b) => b.quality - a.quality || a.order - b.order).map(range => range.value);

/** `req.accepts()`: the first of the types that the client likes best, as it was written. */
export function acceptsType(header: string | undefined, offers: string[]): any {
  if (offers.length === 0) return header === undefined ? ['*/*'] : byQuality(header);
  if (header === undefined) return offers[0];
  const types = offers.map(offer => typeOf(offer) ?? offer);
  const best = accepted(header, types, fitType)[0];
  return best === undefined ? false : offers[types.indexOf(best)];
}

/** `req.acceptsEncodings()` and `req.acceptsCharsets()`. */
export function acceptsName(header: string | undefined, offers: string[], implied?: string): any {
  const given = header === undefined || implied === undefined || new RegExp(`(^|[,\\s])(${implied}|\\*)\\s*(;|,|$)`).test(header) ? header : `${header}, ${implied};q=0.001`;
  if (offers.length === 0) return given === undefined ? [implied ?? '*'] : byQuality(given);
  if (given === undefined) return implied === undefined || offers.includes(implied) ? (implied ?? offers[0]) : false;
  return accepted(given, offers, fitName)[0] ?? false;
}

export function acceptsLanguage(header: string | undefined, offers: string[]): any {
  if (offers.length === 0) return header === undefined ? ['*'] : byQuality(header);
  if (header === undefined) return offers[0];
  return accepted(header, offers, fitLanguage)[0] ?? false;
}

/** `req.is()`: which of the patterns a content type has. */
export function isType(given: string | undefined, patterns: string[]): string | false {
  const type = given?.split(';')[0].trim().toLowerCase();
  if (type === undefined || !type.includes('/')) return false;
  if (patterns.length === 0) return type;
  for (const pattern of patterns) {
    const wanted = pattern.startsWith('+') ? `*/*${pattern}` : (typeOf(pattern) ?? pattern);
    const [first, second] = wanted.toLowerCase().split('/');
    const [own, sub] = type.split('/');
    const isSub = second === '*' || second === sub || (second?.startsWith('*+') && sub.endsWith(second.slice(1)));
    if ((first === '*' || first === own) && isSub) return pattern.startsWith('+') || pattern.includes('*') ? type : pattern;
  }
  return false;
}
