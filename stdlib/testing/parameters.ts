// What a test function calls its parameters: by their names it asks for fixtures and for a callback.

/** Between the parentheses of a function, or its only parameter without any. */
function parametersOf(fn: Function): string {
  const text = Function.prototype.toString.call(fn);
  const bare = /^(?:async\s+)?([\w$]+)\s*=>/.exec(text);
  if (bare !== null) return bare[1];
  const from = text.indexOf('(') + 1;
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if ('([{'.includes(text[at])) depth += 1;
    else if (')]}'.includes(text[at]) && --depth === 0) return text.slice(from, at);
  }
  return '';
}

/** The parameters apart: at the commas that are in no brackets. */
function split(list: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < list.length; at++) {
    if ('([{'.includes(list[at])) depth += 1;
    else if (')]}'.includes(list[at])) depth -= 1;
    else if (list[at] === ',' && depth === 0) {
      parts.push(list.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, list.slice(from)].map(part => part.trim()).filter(part => part !== '');
}

/** How a parameter of a function is written. */
export function parameterOf(fn: Function, index: number): string | undefined {
  return split(parametersOf(fn))[index];
}

/** The names that a parameter takes out of an object: `{ page, user: { id } = {} }` takes `page` and `user`. */
export function takenBy(fn: Function, index: number): string[] {
  const pattern = parameterOf(fn, index) ?? '';
  if (!pattern.startsWith('{')) return [];
  const inner = pattern.slice(1, pattern.lastIndexOf('}'));
  return split(inner).map(part => /^(?:\.\.\.)?([\w$]+)/.exec(part)?.[1] ?? '').filter(name => name !== '');
}

/** Names of callbacks by which Jest's tests say that they are done. */
const CALLBACKS = ['done', 'callback', 'cb', 'next'];

/** Whether the function has a callback for its last parameter, behind so many others at least. */
export function takesCallback(fn: Function, others: number): boolean {
  return fn.length > others && CALLBACKS.includes(split(parametersOf(fn))[fn.length - 1] ?? '');
}
