// setTimeout and its relatives (https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#timers). Code as text is
// refused: the callback must be a function.

import { timerStart, timerStop } from 'cronflow:internal/ops';

function start(name: string, fn: any, delay: any, args: unknown[], repeat: boolean): number {
  if (typeof fn !== 'function') throw new TypeError(`${name}: the callback must be a function`);
  return timerStart(args.length === 0 ? fn : () => fn(...args), Number(delay ?? 0), repeat);
}

export function setTimeout(fn: any, delay?: any, ...args: unknown[]): number {
  return start('setTimeout', fn, delay, args, false);
}

export function setInterval(fn: any, delay?: any, ...args: unknown[]): number {
  return start('setInterval', fn, delay, args, true);
}

export function clearTimeout(id?: any): void {
  timerStop(Number(id ?? 0));
}

export { clearTimeout as clearInterval };
