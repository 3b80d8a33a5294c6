// What differs between two texts, line by line.

/** Longer texts are compared only up to their common ends. */
const MAX_LINES = 2_000;
/** Lines around a change that are shown. */
const CONTEXT = 3;

/** Lines with `- ` (expected), `+ ` (received) or two spaces (both) in front. */
export function diffLines(expected: string, received: string): string {
  const before = expected.split('\n');
  const after = received.split('\n');
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const left = before.slice(start, before.length - end);
  const right = after.slice(start, after.length - end);
  const middle = left.length > MAX_LINES || right.length > MAX_LINES ? replaced(left, right) : compare(left, right);
  const same = (lines: string[]) => lines.map(line => `  ${line}`);
  return shorten([...same(before.slice(0, start)), ...middle, ...same(before.slice(before.length - end))]).join('\n');
}

function replaced(left: string[], right: string[]): string[] {
  return [...left.map(line => `- ${line}`), ...right.map(line => `+ ${line}`)];
}

/** The longest common subsequence, by table. */
function compare(left: string[], right: string[]): string[] {
  const width = right.length + 1;
  const lengths = new Uint16Array((left.length + 1) * width);
  for (let a = left.length - 1; a >= 0; a--) {
    for (let b = right.length - 1; b >= 0; b--) {
      const at = a * width + b;
      lengths[at] = left[a] === right[b] ? lengths[at + width + 1] + 1 : Math.max(lengths[at + width], lengths[at + 1]);
    }
  }
  const lines: string[] = [];
  let a = 0;
  let b = 0;
  while (a < left.length && b < right.length) {
    const at = a * width + b;
    if (left[a] === right[b]) {
      lines.push(`  ${left[a++]}`);
      b++;
    } else if (lengths[at + width] >= lengths[at + 1]) lines.push(`- ${left[a++]}`);
    else lines.push(`+ ${right[b++]}`);
  }
  return [...lines, ...replaced(left.slice(a), right.slice(b))];
}

/** Leaves out what is far from every change. */
function shorten(lines: string[]): string[] {
  const shown = new Set<number>();
  lines.forEach((line, index) => {
    if (line.startsWith('  ')) return;
    for (let at = index - CONTEXT; at <= index + CONTEXT; at++) shown.add(at);
  });
  const out: string[] = [];
  lines.forEach((line, index) => {
    if (shown.has(index)) out.push(line);
    else if (out.at(-1) !== '  ...') out.push('  ...');
  });
  return out;
}
