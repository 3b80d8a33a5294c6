// What `counted.test.ts` calls: code that does little but run its own lines, and a workflow.

import { cronflow } from 'cronflow';

/** Takes a text apart, character by character. */
export function words(text: string): Map<string, number> {
  const found = new Map<string, number>();
  let word = '';
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 32;
    if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90)) {
      word += text[at];
    } else if (word !== '') {
      found.set(word, (found.get(word) ?? 0) + 1);
      word = '';
    }
  }
  return found;
}

export function sorted(list: number[]): number[] {
  if (list.length < 2) return list;
  const [first, ...rest] = list;
  const low = rest.filter(one => one < first);
  const high = rest.filter(one => one >= first);
  return [...sorted(low), first, ...sorted(high)];
}

export const order = cronflow
  .define({ id: 'counted' })
  .step('count', ctx => words(ctx.payload.text).size)
  .if('many', ctx => ctx.last > 10)
    .step('many', () => 'many')
  .else()
    .step('few', () => 'few')
  .endIf()
  .sleep('3d')
  .step('end', ctx => ctx.steps.count.output);
