// The formats of JSON Schema that are checked: what text is a date, an address, an identifier.

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:z|([+-])(\d{2}):(\d{2}))$/i;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
const LOCAL_PART = /^(?:[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*|"(?:[ !#-[\]-~]|\\[ -~])*")$/;
const OCTET = /^(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Scheme, authority, and what follows. */
const URI = /^[a-z][a-z0-9+.-]*:(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is;
const AUTHORITY = /^(?:([^@[\]]*)@)?(\[[^\]]*\]|[^:@[\]]*)(?::\d*)?$/;
const URI_TEXT = /^(?:[\w\-.~!$&'()*+,;=:@/?]|%[0-9a-f]{2})*$/i;
const HOST_TEXT = /^(?:[\w\-.~!$&'()*+,;=]|%[0-9a-f]{2})*$/i;
const FUTURE_IP = /^v[0-9a-f]+\.[\w\-.~!$&'()*+,;=:]+$/i;

export function isDate(text: string): boolean {
  const found = DATE.exec(text);
  if (found === null) return false;
  const [year, month, day] = found.slice(1).map(Number);
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  return days !== undefined && day >= 1 && day <= days;
}

/** With an offset, as RFC 3339 has it. A leap second is at the end of a day of UTC. */
function isTime(text: string): boolean {
  const found = TIME.exec(text);
  if (found === null) return false;
  const [hour, minute, second] = found.slice(1, 4).map(Number);
  const [offsetHour, offsetMinute] = [Number(found[5] ?? 0), Number(found[6] ?? 0)];
  if (hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59) return false;
  if (second < 60) return true;
  const offset = (offsetHour * 60 + offsetMinute) * (found[4] === '-' ? -1 : 1);
  return (hour * 60 + minute - offset + 2880) % 1440 === 1439;
}

function isDateTime(text: string): boolean {
  return /^.{10}t/i.test(text) && isDate(text.slice(0, 10)) && isTime(text.slice(11));
}

function isHostname(text: string): boolean {
  return text.length <= 253 && text.split('.').every(label => LABEL.test(label));
}

export function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every(part => OCTET.test(part));
}

export function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  let groups = 0;
  for (const [at, half] of halves.entries()) {
    const parts = half === '' ? [] : half.split(':');
    for (const [index, part] of parts.entries()) {
      const isLast = at === halves.length - 1 && index === parts.length - 1;
      if (isLast && part.includes('.') && isIpv4(part)) groups += 2;
      else if (/^[0-9a-f]{1,4}$/i.test(part)) groups += 1;
      else return false;
    }
  }
  return halves.length === 2 ? groups <= 7 : groups === 8;
}

function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || !LOCAL_PART.test(local)) return false;
  if (!domain.startsWith('[') || !domain.endsWith(']')) return isHostname(domain);
  const literal = domain.slice(1, -1);
  return isIpv4(literal) || (/^ipv6:/i.test(literal) && isIpv6(literal.slice(5)));
}

function isUri(text: string): boolean {
  const found = URI.exec(text);
  if (found === null) return false;
  const [authority, ...rest] = found.slice(1);
  return (authority === undefined || isAuthority(authority)) && rest.every(part => part === undefined || URI_TEXT.test(part));
}

function isAuthority(text: string): boolean {
  const found = AUTHORITY.exec(text);
  if (found === null) return false;
  const [user = '', host] = found.slice(1);
  if (!URI_TEXT.test(user) || /[/?@]/.test(user)) return false;
  if (!host.startsWith('[')) return HOST_TEXT.test(host);
  const literal = host.slice(1, -1);
  return isIpv6(literal) || FUTURE_IP.test(literal);
}

/** The test and the words for a message. */
export const FORMATS: Record<string, [(text: string) => boolean, string]> = {
  'date-time': [isDateTime, "a date and time such as '2024-05-31T09:30:00Z'"],
  date: [isDate, "a date such as '2024-05-31'"],
  time: [isTime, "a time such as '09:30:00Z'"],
  email: [isEmail, 'an email address'],
  hostname: [isHostname, 'a host name'],
  ipv4: [isIpv4, 'an IPv4 address'],
  ipv6: [isIpv6, 'an IPv6 address'],
  uri: [isUri, 'a URI with its scheme'],
  uuid: [text => UUID.test(text), 'a UUID'],
};
