// console (https://console.spec.whatwg.org/). Complete; values are shown as Node shows them.

import { now, print } from 'cronflow:internal/ops';
import { format, inspect } from 'cronflow:internal/inspect';
import { toText } from 'cronflow:internal/web/webidl';

type Level = 'debug' | 'info' | 'warn' | 'error';

let indent = '';
const counts = new Map<string, number>();
const timers = new Map<string, number>();

function write(level: Level, text: string): void {
  print(level, indent === '' ? text : indent + text.replaceAll('\n', `\n${indent}`));
}

function elapsed(label: string): string | undefined {
  const began = timers.get(label);
  if (began === undefined) {
    write('warn', `Timer '${label}' does not exist`);
    return undefined;
  }
  const ms = now() - began;
  return ms >= 1000 ? `${(ms / 1000).toFixed(3)}s` : `${ms.toFixed(3)}ms`;
}

function table(data: any, only?: string[]): void {
  if (data === null || typeof data !== 'object') return write('info', format(data));
  const isMap = data instanceof Map;
  const entries: [string, any][] = isMap || data instanceof Set ? [...data.values()].map((item, at) => [String(at), item]) : Object.entries(data);
  const columns = new Set<string>(only);
  let values = false;
  const plain = (row: any) => isMap || row === null || typeof row !== 'object';
  for (const [, row] of entries) {
    if (plain(row)) values = true;
    else if (only === undefined) for (const key of Object.keys(row)) columns.add(key);
  }
  const shown = (item: any) => inspect(item, { depth: item !== null && typeof item === 'object' && Object.keys(item).length > 2 ? -1 : 0 });
  const names = isMap ? [...data.keys()].map(shown) : [];
  const index = isMap || data instanceof Set ? '(iteration index)' : '(index)';
  const head = [index, ...(isMap ? ['Key'] : []), ...columns, ...(values ? ['Values'] : [])];
  const rows = entries.map(([key, row], at) => {
    const cells = [...columns].map(column => (!plain(row) && Object.hasOwn(row, column) ? shown(row[column]) : ''));
    return [key, ...(isMap ? [names[at]] : []), ...cells, ...(values ? [plain(row) ? shown(row) : ''] : [])];
  });
  const widths = head.map((title, index) => Math.max(title.length, ...rows.map(row => row[index].length)) + 2);
  const line = (left: string, middle: string, right: string) => left + widths.map(width => '─'.repeat(width)).join(middle) + right;
  const draw = (row: string[]) => '│' + row.map((text, index) => ` ${text}`.padEnd(widths[index])).join('│') + '│';
  write('info', [line('┌', '┬', '┐'), draw(head), line('├', '┼', '┤'), ...rows.map(draw), line('└', '┴', '┘')].join('\n'));
}

/** What `console` has. The object itself is made by the prelude, which loads this at the first call. */
export const members = {
  // There is no screen to clear.
  clear() {},
  log: (...args: unknown[]) => write('info', format(...args)),
  info: (...args: unknown[]) => write('info', format(...args)),
  debug: (...args: unknown[]) => write('debug', format(...args)),
  warn: (...args: unknown[]) => write('warn', format(...args)),
  error: (...args: unknown[]) => write('error', format(...args)),
  trace(...args: unknown[]) {
    const stack = new Error().stack ?? '';
    write('error', `Trace: ${format(...args)}\n${stack.slice(stack.indexOf('\n') + 1)}`);
  },
  dir: (value: unknown, options?: { depth?: number }) => write('info', inspect(value, options)),
  dirxml: (...args: unknown[]) => write('info', format(...args)),
  table,
  group(...args: unknown[]) {
    if (args.length > 0) write('info', format(...args));
    indent += '  ';
  },
  groupCollapsed(...args: unknown[]) {
    members.group(...args);
  },
  groupEnd() {
    indent = indent.slice(2);
  },
  time(given: unknown = 'default') {
    const label = toText(given);
    if (timers.has(label)) write('warn', `Timer '${label}' already exists`);
    else timers.set(label, now());
  },
  timeLog(given: unknown = 'default', ...args: unknown[]) {
    const label = toText(given);
    const time = elapsed(label);
    if (time !== undefined) write('info', format(`${label}: ${time}`, ...args));
  },
  timeEnd(given: unknown = 'default') {
    const label = toText(given);
    const time = elapsed(label);
    if (time !== undefined) write('info', `${label}: ${time}`);
    timers.delete(label);
  },
  count(given: unknown = 'default') {
    const label = toText(given);
    counts.set(label, (counts.get(label) ?? 0) + 1);
    write('info', `${label}: ${counts.get(label)}`);
  },
  countReset(given: unknown = 'default') {
    const label = toText(given);
    if (!counts.delete(label)) write('warn', `Count for '${label}' does not exist`);
  },
  assert(condition?: unknown, ...args: unknown[]) {
    if (condition) return;
    write('error', args.length === 0 ? 'Assertion failed' : `Assertion failed: ${format(...args)}`);
  },
};
