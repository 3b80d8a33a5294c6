// Snapshots: values that are compared with what they were the last time, in a file or in the source.

import type { Verdict } from 'cronflow:internal/testing/assertion';
import { builtinModule, callSite } from 'cronflow:internal/ops';
import { matchesObject } from 'cronflow:internal/testing/equals';
import { brief, snapshotText } from 'cronflow:internal/testing/pretty';
import { currentTest } from 'cronflow:internal/testing/current';
import type { Matcher, MatcherContext } from 'cronflow:internal/testing/values';

interface Inline {
  line: number;
  column: number;
  file: string;
  text: string;
}

/** How names of snapshots are put together, which the first line of their file tells. */
interface Style {
  head: string;
  /** Between the names of suites and tests. */
  join: string;
  /** Before a hint. */
  hint: string;
  /** Whether of errors that were thrown only the message is kept. */
  messages: boolean;
}

const OWN: Style = { head: '// Snapshots of cronflow-rt test; --update writes them anew.', join: ' > ', hint: ': ', messages: false };
const STYLES: [RegExp, Omit<Style, 'head'>][] = [
  [/^\/\/ Vitest /, { join: ' > ', hint: ' > ', messages: false }],
  [/^\/\/ (Jest|Bun) /, { join: ' ', hint: ': ', messages: true }],
];

/** The snapshots of the test file that runs. */
const store = {
  style: OWN,
  known: new Map<string, string>(),
  seen: new Set<string>(),
  counts: new Map<string, number>(),
  inline: [] as Inline[],
  update: false,
  ci: false,
  written: 0,
  changed: false,
};

/** Begins with the text of the snapshot file, if there is one. */
export function openSnapshots(text: string | undefined, update: boolean, ci: boolean): void {
  store.known = parse(text ?? '');
  // Files of other runners stay theirs.
  const head = /^.*/.exec(text ?? '')![0];
  const style = STYLES.find(([pattern]) => pattern.test(head))?.[1];
  store.style = style === undefined ? OWN : { head, ...style };
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
  const entries = [...store.known].sort(([a], [b]) => naturalOrder(a, b));
  return `${store.style.head}\n${entries.map(([key, text]) => `\nexports[\`${escape(key)}\`] = \`${escape(text.includes('\n') ? `\n${text}\n` : text)}\`;\n`).join('')}`;
}

/** The order that Jest and Vitest give their files: signs, digits, letters; and `x 2` comes before `x 10`. */
const RANKS = [/[^-\dA-Za-z\u0080-\uffff]/, /-/, /\d/, /[A-Z]/, /[a-z]/, /./];

function naturalOrder(a: string, b: string): number {
  const [left, right] = [a, b].map(text => text.match(/\d+|[^\d]/g) ?? []);
  const rank = (part: string) => RANKS.findIndex(pattern => pattern.test(part));
  for (let at = 0; at < left.length && at < right.length; at++) {
    const [x, y] = [left[at], right[at]];
    if (x !== y) return rank(x) - rank(y) || (rank(x) === 2 ? Number(x) - Number(y) : 0) || (x < y ? -1 : 1);
  }
  return left.length - right.length;
}

function escape(text: string): string {
  return text.replace(/[\\`]|\$\{/g, part => `\\${part}`);
}

function parse(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const unescape = (part: string) => part.replace(/\\([\\`]|\$\{)/g, '$1');
  for (const [, key, body] of text.replace(/\r\n?/g, '\n').matchAll(/^exports\[`((?:[^\\`]|\\[\s\S])*)`\] = `((?:[^\\`]|\\[\s\S])*)`;$/gm)) {
    const value = unescape(body);
    found.set(unescape(key), value.startsWith('\n') && value.endsWith('\n') ? value.slice(1, -1) : value);
  }
  return found;
}

/** What is wrong with a value whose shape is given. */
function misshapen(value: any, shape: any): Verdict | undefined {
  if (shape === undefined || matchesObject(value, shape)) return undefined;
  return { pass: false, expected: shape, actual: value, diff: true, message: () => `the value ${brief(value)} does not match the shape of its snapshot` };
}

/** The value with what the shape says in place of what changes every time. */
function merged(value: any, shape: any): any {
  if (shape === null || typeof shape !== 'object' || typeof shape.asymmetricMatch === 'function') return shape;
  if (Array.isArray(value)) return value.map((item, index) => (index in shape ? merged(item, shape[index]) : item));
  const copy = { ...value };
  for (const key of Object.keys(shape)) copy[key] = merged(value[key], shape[key]);
  return copy;
}

function compare(before: string | undefined, text: string, what: string, keep: () => void): Verdict {
  if (before === text) return { pass: true, message: () => '' };
  const isNew = before === undefined;
  if (store.update || (isNew && !store.ci)) {
    keep();
    store.written += 1;
    return { pass: true, message: () => '' };
  }
  const message = () => (isNew ? `${what} does not exist, and none is written in CI; run with --update` : `the value differs from ${what}; run with --update if it is right`);
  return { pass: false, expected: before ?? '', actual: text, diff: !isNew, message };
}

/** `other` is how another runner would write the same. */
function matchFile({ text, other = text }: { text: string; other?: string }, hint: string | undefined): Verdict {
  const { join, hint: between, messages } = store.style;
  const test = currentTest();
  const names = test?.names ?? [];
  const base = `${names.join(join)}${hint === undefined ? '' : `${between}${hint}`}`;
  const count = (store.counts.get(base) ?? 0) + 1;
  store.counts.set(base, count);
  test?.snapshots.push(base);
  const key = `${base} ${count}`;
  store.seen.add(key);
  const known = store.known.get(key);
  const [first, second] = messages ? [other, text] : [text, other];
  return compare(known, known === second ? second : first, `the snapshot '${key}'`, () => {
    store.known.set(key, first);
    store.changed = true;
  });
}

/** A test that is tried again counts its snapshots from the beginning, and writes into the source what the last try says. */
export function forgetSnapshots(names: string[], inline: unknown[]): void {
  for (const name of names) store.counts.set(name, store.counts.get(name)! - 1);
  store.inline = store.inline.filter(one => !inline.includes(one));
}

/** The text of a template literal without the indentation that editors give it, which that of its first line is. */
function dedent(text: string): string {
  const lines = text.split('\n');
  if (lines.length < 2 || lines[0].trim() !== '' || lines.at(-1)!.trim() !== '') return text;
  const body = lines.slice(1, -1);
  const indent = /^[^\S\n]*/.exec(body.find(line => line.trim() !== '') ?? '')![0];
  const isEven = body.every(line => line === '' || line.startsWith(indent));
  return (isEven ? body.map(line => line.slice(indent.length)) : body).join('\n');
}

function matchInline({ text, other = text }: { text: string; other?: string }, written: string | undefined, context: MatcherContext): Verdict {
  const { file, line, column } = siteOf(context);
  const known = written === undefined || written === '' ? undefined : dedent(written.replace(/\r\n?/g, '\n'));
  // Vitest takes no notice of white space around it.
  const isSame = known !== undefined && [text, other].some(one => one.trim() === known.trim());
  const earlier = store.inline.find(one => one.file === file && one.line === line && one.column === column);
  if (earlier !== undefined && earlier.text !== text) throw new TypeError('an inline snapshot is called several times, and each time with another value; give each value a call of its own, or use toMatchSnapshot()');
  return compare(isSame ? text : known, text, 'the inline snapshot', () => {
    const one = { file, line, column, text };
    store.inline.push(one);
    currentTest()?.inline.push(one);
  });
}

/** Where the assertion stands, also when it has waited for a promise. */
const siteOf = (context: MatcherContext): { file: string; line: number; column: number } => context.site ?? callSite();

/** A file of its own, beside the test. */
const toMatchFileSnapshot: Matcher = function (actual, file, ...rest) {
  check(this, 'toMatchFileSnapshot', rest, 1);
  if (typeof file !== 'string') throw new TypeError('toMatchFileSnapshot() needs the path of a file');
  const { dirname, resolve } = builtinModule('node:path');
  const { existsSync, mkdirSync, readFileSync, writeFileSync } = builtinModule('node:fs');
  const path = resolve(dirname(siteOf(this).file), file);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  const text = typeof actual === 'string' ? actual : snapshotText(actual);
  return compare(before, text, `the file '${file}'`, () => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  });
};

/** Of what was thrown, Vitest keeps the error and Jest the message. */
function thrownBy(actual: any, promise: string, name: string): { text: string; other: string } {
  const both = (error: any) => ({ text: snapshotText(error), other: snapshotText(error?.message) });
  if (promise === 'rejects') return both(actual);
  if (typeof actual !== 'function') throw new TypeError(`expect() needs a function for ${name}(), not ${brief(actual)}`);
  try {
    actual();
  } catch (error) {
    return both(error);
  }
  throw new TypeError('expected the function to throw, and it threw nothing');
}

/** Sorts the arguments out: shape, text. */
function check(context: MatcherContext, name: string, args: unknown[], most: number): { shape?: object; text?: string } {
  if (context.isNot) throw new TypeError(`${name}() cannot be used with .not: a snapshot says what a value is`);
  const [shape, text] = typeof args[0] === 'object' && args[0] !== null ? args : [undefined, ...args];
  const isRight = args.length <= most && (shape === undefined || most > 1) && (text === undefined || typeof text === 'string');
  if (!isRight) throw new TypeError(`${name}() takes ${most > 1 ? 'an object of asymmetric matchers and text, or one of them' : 'text'}, and it is given ${args.map(arg => brief(arg)).join(', ')}`);
  return { shape: shape as object | undefined, text: text as string | undefined };
}

const shaped = (keep: (texts: { text: string }, text: string | undefined, context: MatcherContext) => Verdict, name: string): Matcher => function (actual, ...args) {
  const { shape, text } = check(this, name, args, 2);
  return misshapen(actual, shape) ?? keep({ text: snapshotText(shape === undefined ? actual : merged(actual, shape)) }, text, this);
};

const thrown = (keep: (texts: { text: string; other: string }, text: string | undefined, context: MatcherContext) => Verdict, name: string): Matcher => function (actual, ...args) {
  return keep(thrownBy(actual, this.promise, name), check(this, name, args, 1).text, this);
};

const toMatchSnapshot = shaped(matchFile, 'toMatchSnapshot');

export const snapshotMatchers: Record<string, Matcher> = {
  toMatchSnapshot,
  matchSnapshot: toMatchSnapshot,
  toMatchInlineSnapshot: shaped(matchInline, 'toMatchInlineSnapshot'),
  toMatchFileSnapshot,
  toThrowErrorMatchingSnapshot: thrown(matchFile, 'toThrowErrorMatchingSnapshot'),
  toThrowErrorMatchingInlineSnapshot: thrown(matchInline, 'toThrowErrorMatchingInlineSnapshot'),
};
