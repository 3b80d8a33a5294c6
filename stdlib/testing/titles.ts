// The rows of each() and for(), and the names of their tests.

import { format, inspect } from 'cronflow:internal/inspect';

/** The rows of a table: an array, or a template literal with a head. */
export function rowsOf(table: any, values: unknown[]): unknown[] {
  if (!Array.isArray(table)) throw new TypeError('each() and for() need an array of rows');
  if (!('raw' in table)) return table;
  const heads = String(table[0]).trim().split('\n')[0].split('|').map(head => head.trim()).filter(head => head !== '');
  const rows: unknown[] = [];
  for (let at = 0; at + heads.length <= values.length; at += heads.length) {
    rows.push(Object.fromEntries(heads.map((head, index) => [head, values[at + index]])));
  }
  return rows;
}

/** The arguments of each row: its items, where every row is an array. */
export function spread(rows: unknown[]): unknown[][] {
  return rows.every(Array.isArray) ? (rows as unknown[][]) : rows.map(row => [row]);
}

/** The name of one row's test: `%s` and the like, `%#`, and `$key.path`. */
export function titleOf(name: string, row: unknown, index: number): string {
  const items: any[] = Array.isArray(row) ? row : [row];
  let used = 0;
  const text = name.replace(/%([sdifjoOpc#$%])/g, (whole, letter) => {
    if (letter === '%') return '%';
    if (letter === '#') return String(index);
    if (letter === '$') return String(index + 1);
    if (used >= items.length) return whole;
    const value = items[used++];
    if (letter === 'p') return inspect(value);
    return Object.is(value, -0) && letter === 'f' ? '-0' : format(`%${letter}`, value);
  });
  const [first] = items;
  const isObject = typeof first === 'object' && first !== null && !Array.isArray(first);
  return text.replace(/\$(#|[$\p{ID_Continue}]+(?:\.[$\p{ID_Continue}]+)*)/gu, (whole, path: string) => {
    if (path === '#') return String(index);
    const parts = path.split('.');
    const from = isObject && parts[0] in first ? first : /^\d+$/.test(parts[0]) && Number(parts[0]) < items.length ? items : undefined;
    if (from === undefined) return whole;
    const value = parts.reduce((inner, key) => inner?.[key], from);
    return typeof value === 'string' ? value : inspect(value);
  });
}
