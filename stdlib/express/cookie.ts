// The header Set-Cookie (https://www.rfc-editor.org/rfc/rfc6265#section-4.1).

import { createHmac } from 'node:crypto';

const OPTIONS = ['domain', 'encode', 'expires', 'httpOnly', 'maxAge', 'partitioned', 'path', 'priority', 'sameSite', 'secure', 'signed'];
const SAME_SITE: Record<string, string> = { true: 'Strict', strict: 'Strict', lax: 'Lax', none: 'None' };
const PRIORITY: Record<string, string> = { low: 'Low', medium: 'Medium', high: 'High' };

export function cookieOf(name: string, given: any, options: any, secret: string | undefined): string {
  for (const option of Object.keys(options)) if (!OPTIONS.includes(option)) throw new TypeError(`res.cookie() has no option '${option}'`);
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) throw new TypeError(`'${name}' is not a valid name of a cookie`);
  let value = typeof given === 'object' ? `j:${JSON.stringify(given)}` : String(given);
  if (options.signed) {
    if (!secret) throw new Error('cookieParser("secret") required for signed cookies');
    value = `s:${value}.${createHmac('sha256', secret).update(value).digest('base64').replace(/=+$/, '')}`;
  }
  // What is null is not given.
  const { path = '/', domain, expires, maxAge, sameSite, priority } = Object.fromEntries(Object.entries<any>(options).filter(([, one]) => one !== null));
  const encoded = (options.encode ?? encodeURIComponent)(value);
  if (!/^("?)[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*\1$/.test(encoded)) throw new TypeError(`the value of the cookie '${name}' is not valid once it is encoded`);
  const parts = [`${name}=${encoded}`];
  if (maxAge !== undefined && maxAge !== null) {
    if (!Number.isFinite(Number(maxAge))) throw new TypeError('maxAge of a cookie must be a number of milliseconds');
    parts.push(`Max-Age=${Math.floor(Number(maxAge) / 1000)}`);
  }
  if (domain !== undefined) parts.push(`Domain=${attribute(domain, 'domain')}`);
  parts.push(`Path=${attribute(path, 'path')}`);
  const until = maxAge !== undefined && maxAge !== null ? new Date(Date.now() + Number(maxAge)) : expires;
  if (until !== undefined) parts.push(`Expires=${until.toUTCString()}`);
  if (options.httpOnly) parts.push('HttpOnly');
  if (options.secure) parts.push('Secure');
  if (options.partitioned) parts.push('Partitioned');
  if (priority !== undefined) parts.push(`Priority=${oneOf(PRIORITY, priority, 'priority')}`);
  if (sameSite !== undefined && sameSite !== false) parts.push(`SameSite=${oneOf(SAME_SITE, sameSite, 'sameSite')}`);
  return parts.join('; ');
}

function attribute(value: unknown, name: string): string {
  if (typeof value !== 'string' || /[^\x20-\x3a\x3c-\x7e]/.test(value)) throw new TypeError(`the ${name} of a cookie is not valid`);
  return value;
}

function oneOf(known: Record<string, string>, value: unknown, name: string): string {
  const found = known[String(value).toLowerCase()];
  if (found === undefined) throw new TypeError(`the ${name} of a cookie must be one of ${Object.keys(known).join(', ')}`);
  return found;
}
