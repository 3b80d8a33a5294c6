// Snapshots: values that are compared with what they were the last time, in a file or in the source.

import { builtinModule, callSite } from 'cronflow:internal/ops';
import { matchesObject } from 'cronflow:internal/testing/equals';
import { pretty } from 'cronflow:internal/testing/pretty';
import { currentTest } from 'cronflow:internal/testing/current';
import type { Matcher } from 'cronflow:internal/testing/values';

interface Inline {
  line: number;
  column: number;
  file: string;
  text: string;
}

/** The snapshots of the test file that runs. */
const store = {
  known: new Map<string, string>(),
  seen: new Set<string>(),
  counts: new Map<string, number>(),
  inline: [] as Inline[],
  update: false,
  ci: false,
  written: 0,
  changed: false,
};

const HEAD = '// Snapshots of cronflow-rt test; --update writes them anew.';

/** Begins with the text of the snapshot file, if there is one. */
export function openSnapshots(text: string | undefined, update: boolean, ci: boolean): void {
  store.known = parse(text ?? '');
  Object.assign(store, { seen: new Set(), counts: new Map(), inline: [], update, ci, written: 0, changed: false });
}

/** What has become of them: the file's new text when it changed, and texts for the source. */
export function closeSnapshots(isWhole: boolean): { text?: string | null; inline: Inline[]; written: number; obsolete: string[] } {
  const obsolete = isWhole ? [...store.known.keys()].filter(key => !store.seen.has(key)) : [];
  if (store.update && obsolete.length > 0) {
    for (const key of obsolete) store.known.delete(key);
    store.changed = true;
  }
  const text = store.changed ? (store.known.size === 0 ? null : serialize()) : undefined;
  return { text, inline: store.inline, written: store.written, obsolete: store.update ? [] : obsolete };
}

function serialize(): string {
  const entries = [...store.known].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${HEAD}\n${entries.map(([key, text]) => `\nexports[\`${escape(key)}\`] = \`${escape(text.includes('\n') ? `\n${text}\n` : text)}\`;\n`).join('')}`;
}

function escape(text: string): string {
  return text.replace(/[\\`]|\$\{/g, part => `\\${part}`);
}

function parse(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const unescape = (part: string) => part.replace(/\\([\\`]|\$\{)/g, '$1');
  for (const [, key, body] of text.matchAll(/^exports\[`((?:[^\\`]|\\[\s\S])*)`\] = `((?:[^\\`]|\\[\s\S])*)`;$/gm)) {
    const value = unescape(body);
    found.set(unescape(key), value.startsWith('\n') && value.endsWith('\n') ? value.slice(1, -1) : value);
  }
  return found;
}

function textOf(value: any, shape: any): string {
  if (shape === undefined || shape === null || typeof shape !== 'object') return pretty(value);
  if (!matchesObject(value, shape)) throw new TypeError(`the value does not match the shape of its snapshot: ${pretty(shape)}`);
  return pretty(merged(value, shape));
}

/** The value with what the shape says in place of what changes every time. */
function merged(value: any, shape: any): any {
  if (shape === null || typeof shape !== 'object' || typeof shape.asymmetricMatch === 'function') return shape;
  if (Array.isArray(value)) return value.map((item, index) => (index in shape ? merged(item, shape[index]) : item));
  const copy = { ...value };
  for (const key of Object.keys(shape)) copy[key] = merged(value[key], shape[key]);
  return copy;
}

function compare(isNot: boolean, before: string | undefined, text: string, what: string, keep: () => void) {
  if (before === text) return { pass: true, message: () => `expected the value not to match ${what}` };
  const isNew = before === undefined;
  if (!isNot && (store.update || (isNew && !store.ci))) {
    keep();
    store.written += 1;
    return { pass: true, message: () => '' };
  }
  const message = () => (isNew ? `${what} does not exist, and none is written in CI; run with --update` : `the value differs from ${what}; run with --update if it is right`);
  return { pass: false, expected: before ?? '', actual: text, diff: !isNew, message };
}

function matchFile(isNot: boolean, text: string, hint: string | undefined) {
  const name = currentTest()?.fullName ?? '';
  const base = hint === undefined ? name : `${name}: ${hint}`;
  const count = (store.counts.get(base) ?? 0) + 1;
  store.counts.set(base, count);
  const key = `${base} ${count}`;
  store.seen.add(key);
  return compare(isNot, store.known.get(key), text, `the snapshot '${key}'`, () => {
    store.known.set(key, text);
    store.changed = true;
  });
}

/** The text of a template literal without the indentation that editors give it. */
function dedent(text: string): string {
  const lines = text.split('\n');
  if (lines.length < 2 || lines[0].trim() !== '' || lines.at(-1)!.trim() !== '') return text;
  const body = lines.slice(1, -1);
  const indent = Math.min(...body.filter(line => line.trim() !== '').map(line => line.length - line.trimStart().length));
  return body.map(line => line.slice(Number.isFinite(indent) ? indent : 0)).join('\n');
}

function matchInline(isNot: boolean, text: string, written: unknown) {
  const before = typeof written === 'string' ? dedent(written) : undefined;
  const { file, line, column } = callSite();
  return compare(isNot, before, text, 'the inline snapshot', () => store.inline.push({ file, line, column, text }));
}

/** A file of its own, beside the test. */
const toMatchFileSnapshot: Matcher = function (actual, file) {
  if (typeof file !== 'string') throw new TypeError('toMatchFileSnapshot() needs the path of a file');
  const { dirname, resolve } = builtinModule('node:path');
  const { existsSync, mkdirSync, readFileSync, writeFileSync } = builtinModule('node:fs');
  const path = resolve(dirname(callSite().file), file);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  const text = typeof actual === 'string' ? actual : pretty(actual);
  return compare(this.isNot, before, text, `the file '${file}'`, () => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  });
};

function messageOf(actual: any, promise: string): string {
  if (promise === 'rejects') return String(actual?.message ?? actual);
  try {
    actual();
  } catch (error: any) {
    return String(error?.message ?? error);
  }
  throw new TypeError('expected the function to throw, and it threw nothing');
}

const toMatchSnapshot: Matcher = function (actual, ...args) {
  const shape = typeof args[0] === 'object' ? args[0] : undefined;
  const hint = args.find(arg => typeof arg === 'string');
  return matchFile(this.isNot, textOf(actual, shape), hint);
};

const toMatchInlineSnapshot: Matcher = function (actual, ...args) {
  const shape = typeof args[0] === 'object' ? args[0] : undefined;
  return matchInline(this.isNot, textOf(actual, shape), args.find(arg => typeof arg === 'string'));
};

const toThrowErrorMatchingSnapshot: Matcher = function (actual, hint) {
  return matchFile(this.isNot, pretty(messageOf(actual, this.promise)), hint);
};

const toThrowErrorMatchingInlineSnapshot: Matcher = function (actual, written) {
  return matchInline(this.isNot, pretty(messageOf(actual, this.promise)), written);
};

export const snapshotMatchers: Record<string, Matcher> = {
  toMatchSnapshot, toMatchInlineSnapshot, toMatchFileSnapshot, toThrowErrorMatchingSnapshot, toThrowErrorMatchingInlineSnapshot,
};

