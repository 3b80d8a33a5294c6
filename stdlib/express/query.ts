// Queries and forms as objects: flat as node:querystring reads them, or nested as `a[b]=1&c[]=2`.

import { parse } from 'node:querystring';

/** Deepest nesting, and the largest index that still makes an array. */
const MAX_DEPTH = 5;
const MAX_INDEX = 20;

export const readSimple = (text: string, maxPairs = 1000): Record<string, any> => parse(text, '&', '=', { maxKeys: maxPairs });

/** `extended: true`. */
export function readNested(text: string, maxPairs = 1000): Record<string, any> {
  const object: Record<string, any> = Object.create(null);
  for (const part of text.split('&').slice(0, maxPairs)) {
    if (part === '') continue;
    const [name, value = ''] = splitOnce(part, '=').map(unescape);
    put(object, pathOf(name), value);
  }
  return settled(object, true);
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function unescape(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

/** `a[b][]` as `['a', 'b', '']`; what nests too deeply stays one name. */
function pathOf(name: string): string[] {
  const first = /^[^[\]]+/.exec(name);
  if (first === null) return [name];
  const path = [first[0]];
  let rest = name.slice(first[0].length);
  for (let match; path.length <= MAX_DEPTH && (match = /^\[([^[\]]*)\]/.exec(rest)) !== null; rest = rest.slice(match[0].length)) path.push(match[1]);
  if (rest !== '') path.push(rest);
  return path;
}

/** Every level is an object until all is known. */
function put(object: Record<string, any>, [name, ...rest]: string[], value: string): void {
  const key = name === '' ? String(Object.keys(object).length) : name;
  const before = object[key];
  if (rest.length === 0) {
    object[key] = before === undefined ? value : [before, value].flat();
    return;
  }
  if (typeof before !== 'object' || Array.isArray(before)) object[key] = before === undefined ? Object.create(null) : Object.assign(Object.create(null), Object.fromEntries([before].flat().entries()));
  put(object[key], rest, value);
}

/** Objects whose names count from 0 become arrays. */
function settled(value: any, isRoot = false): any {
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  const names = Object.keys(value);
  const isList = !isRoot && names.length > 0 && names.every(name => /^\d+$/.test(name) && Number(name) <= MAX_INDEX);
  if (isList) return names.sort((a, b) => Number(a) - Number(b)).map(name => settled(value[name]));
  const made: Record<string, any> = {};
  // This name would reach the prototype of whatever the object is merged into.
  for (const name of names) if (name !== '__proto__') made[name] = settled(value[name]);
  return made;
}
