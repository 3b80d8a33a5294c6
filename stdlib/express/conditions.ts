// Conditions of a request: whether the client has the answer already, or means a file that has changed since
// (https://www.rfc-editor.org/rfc/rfc9110#section-13).

/** Entity tags of a header. A comma may be part of one. */
const tagsOf = (header: string): string[] => header.match(/(?:W\/)?"[^"]*"/g) ?? [];

const isStrong = (tag: string): boolean => !tag.startsWith('W/');
const opaque = (tag: string): string => (isStrong(tag) ? tag : tag.slice(2));

/** One of the three forms of a date in HTTP; NaN for what is none, and such a condition is not one. */
function dateOf(text: unknown): number {
  return /^[A-Z][a-z]{2,8},? .+ \d\d:\d\d:\d\d( GMT| \d{4})$|^[A-Z][a-z]{2} [A-Z][a-z]{2} .+ \d\d:\d\d:\d\d \d{4}$/.test(String(text)) ? Date.parse(String(text)) : NaN;
}

/** Conditions are for answers that would be sent without them, to requests that only read. */
function counts(req: any, res: any): boolean {
  const { statusCode } = res;
  return (req.method === 'GET' || req.method === 'HEAD') && ((statusCode >= 200 && statusCode < 300) || statusCode === 304);
}

/** Whether the client has what would be sent: 304. */
export function isFresh(req: any, res: any): boolean {
  const { 'if-none-match': noneMatch, 'if-modified-since': since, 'cache-control': control } = req.headers;
  if ((noneMatch === undefined && since === undefined) || !counts(req, res)) return false;
  if (control !== undefined && /(^|,)\s*no-cache\s*(,|$)/.test(control)) return false;
  if (noneMatch !== undefined) {
    const own = res.getHeader('etag');
    return noneMatch.trim() === '*' || (own !== undefined && tagsOf(noneMatch).some(tag => opaque(tag) === opaque(String(own))));
  }
  return dateOf(res.getHeader('last-modified')) <= dateOf(since);
}

/** Whether the client wants what is not there any more: 412. Weak tags never match here, and dates only without tags. */
export function isOutdated(req: any, res: any): boolean {
  const { 'if-match': match, 'if-unmodified-since': since } = req.headers;
  if ((match === undefined && since === undefined) || !counts(req, res)) return false;
  if (match !== undefined) {
    const own = String(res.getHeader('etag') ?? '');
    return match.trim() !== '*' && !(own !== '' && isStrong(own) && tagsOf(match).includes(own));
  }
  return dateOf(res.getHeader('last-modified')) > dateOf(since);
}

/** Whether a part would belong to what the client has the rest of. */
export function isSame(condition: string | undefined, res: any): boolean {
  if (condition === undefined) return true;
  if (condition.includes('"')) return condition === res.getHeader('etag') && isStrong(condition);
  return dateOf(res.getHeader('last-modified')) === dateOf(condition);
}
