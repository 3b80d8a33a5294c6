// node:punycode: names of hosts, by way of URL; the codec itself for both directions.

const BASE = 36;

function adapt(delta: number, points: number, isFirst: boolean): number {
  let value = Math.floor(isFirst ? delta / 700 : delta / 2);
  value += Math.floor(value / points);
  let k = 0;
  for (; value > 455; k += BASE) value = Math.floor(value / 35);
  return k + Math.floor((36 * value) / (value + 38));
}

const threshold = (k: number, bias: number) => (k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias);
const digit = (value: number) => String.fromCharCode(value < 26 ? value + 97 : value + 22);

export function encode(text: string): string {
  const points = Array.from(text, char => char.codePointAt(0)!);
  const basic = points.filter(point => point < 128);
  const parts = [String.fromCharCode(...basic), basic.length > 0 ? '-' : ''];
  let [n, delta, bias, done] = [128, 0, 72, basic.length];
  while (done < points.length) {
    const next = Math.min(...points.filter(point => point >= n));
    delta += (next - n) * (done + 1);
    n = next;
    for (const point of points) {
      if (point < n) delta++;
      if (point !== n) continue;
      let q = delta;
      for (let k = BASE; ; k += BASE) {
        const t = threshold(k, bias);
        if (q < t) break;
        parts.push(digit(t + ((q - t) % (BASE - t))));
        q = Math.floor((q - t) / (BASE - t));
      }
      parts.push(digit(q));
      bias = adapt(delta, done + 1, done === basic.length);
      delta = 0;
      done++;
    }
    delta++;
    n++;
  }
  return parts.join('');
}

export function decode(text: string): string {
  const mark = text.lastIndexOf('-');
  const points = Array.from(text.slice(0, Math.max(mark, 0)), char => char.charCodeAt(0));
  let [n, i, bias] = [128, 0, 72];
  for (let at = mark > 0 ? mark + 1 : 0; at < text.length;) {
    const before = i;
    for (let weight = 1, k = BASE; ; k += BASE) {
      const value = parseInt(text[at++] ?? '', BASE);
      if (Number.isNaN(value)) throw new RangeError('Invalid input');
      const figure = value < 10 ? value + 26 : value - 10;
      i += figure * weight;
      const t = threshold(k, bias);
      if (figure < t) break;
      weight *= BASE - t;
    }
    bias = adapt(i - before, points.length + 1, before === 0);
    n += Math.floor(i / (points.length + 1));
    i %= points.length + 1;
    points.splice(i++, 0, n);
  }
  return String.fromCodePoint(...points);
}

const labels = (domain: string, change: (label: string) => string) => domain.split('.').map(change).join('.');
export const toASCII = (domain: string) => labels(domain, label => (/[^\0-\x7f]/.test(label) ? `xn--${encode(label)}` : label));
export const toUnicode = (domain: string) => labels(domain, label => (label.startsWith('xn--') ? decode(label.slice(4).toLowerCase()) : label));
export const ucs2 = { decode: (text: string) => Array.from(text, char => char.codePointAt(0)!), encode: (points: number[]) => String.fromCodePoint(...points) };
export const version = '2.1.0';
export default { decode, encode, toASCII, toUnicode, ucs2, version };
