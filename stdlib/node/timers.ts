// node:timers, and the globals setImmediate and clearImmediate. Timers are objects, as in Node.js.

import * as plain from 'cronflow:internal/timers';
import { builtinModule, timerLight } from 'cronflow:internal/ops';
import { promisify } from 'node:util';

/** What setTimeout gives; as a number, the id that the web platform would give. */
export class Timeout {
  private _id: number;
  private _start: () => number;
  private _isOver = false;
  private _isLight = false;

  constructor(start: (done: () => void) => number) {
    this._start = () => start(() => (this._isOver = true));
    this._id = this._start();
  }

  ref(): this {
    return this._lighten(false);
  }

  /** A test may leave it behind. */
  unref(): this {
    return this._lighten(true);
  }

  hasRef(): boolean {
    return !this._isLight;
  }

  private _lighten(yes: boolean): this {
    this._isLight = yes;
    timerLight(this._id, yes);
    return this;
  }

  refresh(): this {
    plain.clearTimeout(this._id);
    this._isOver = false;
    this._id = this._start();
    return this._lighten(this._isLight);
  }

  close(): this {
    plain.clearTimeout(this._id);
    return this;
  }

  [Symbol.toPrimitive](): number {
    return this._id;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function check(fn: unknown): void {
  if (typeof fn !== 'function') throw new TypeError('The "callback" argument must be of type function');
}

export function setTimeout(fn: any, delay?: any, ...args: unknown[]): Timeout {
  check(fn);
  return new Timeout(done => plain.setTimeout(() => {
    done();
    fn(...args);
  }, delay));
}

export function setInterval(fn: any, delay?: any, ...args: unknown[]): Timeout {
  check(fn);
  return new Timeout(() => plain.setInterval(() => fn(...args), Math.max(Number(delay) || 1, 1)));
}

export function setImmediate(fn: any, ...args: unknown[]): Timeout {
  check(fn);
  return new Timeout(() => plain.setTimeout(() => fn(...args), 0));
}

export function clearTimeout(timer?: any): void {
  if (timer !== undefined && timer !== null) plain.clearTimeout(timer);
}

export { clearTimeout as clearImmediate, clearTimeout as clearInterval };
export const promises = builtinModule('node:timers/promises');
Object.defineProperty(setTimeout, promisify.custom, { value: promises.setTimeout });
Object.defineProperty(setImmediate, promisify.custom, { value: promises.setImmediate });
export default { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval: clearTimeout, clearImmediate: clearTimeout, promises };
