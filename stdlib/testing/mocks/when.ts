// What a mock function does for certain arguments: `vi.when(mock).calledWith()` and `mock.whenCalledWith()`.

import { areEqual } from 'cronflow:internal/testing/equals';
import { type Fn, type Route, addMethod, dataOf, fn, isMockFunction } from 'cronflow:internal/testing/mock';
import { brief } from 'cronflow:internal/testing/pretty';

/** One thing to do for certain arguments. */
interface Behaviour {
  args: unknown[];
  act: Fn;
  /** As it was written, for messages. */
  written: string;
  times: number;
  done: number;
}

interface WhenOptions {
  onUnmatched?: 'throw' | 'passthrough' | Fn;
}

/** The last that was said counts first; what it is to do so many times falls back to what was said before. */
export class When {
  #mock: any;
  #args: unknown[] | undefined;
  #behaviours: Behaviour[] = [];
  #route: Route;

  constructor(mock: any, { onUnmatched = 'passthrough' }: WhenOptions = {}) {
    if (!isMockFunction(mock)) throw new TypeError(`vi.when() needs a mock function, not ${brief(mock)}; make one with vi.fn() or vi.spyOn()`);
    if (typeof onUnmatched !== 'function' && !['throw', 'passthrough'].includes(onUnmatched)) throw new TypeError(`vi.when(): onUnmatched is 'throw', 'passthrough' or a function, not ${brief(onUnmatched)}`);
    this.#mock = mock;
    this.#route = { find: args => this.#find(args) ?? unmatched(onUnmatched, args), reset: () => void (this.#behaviours = []) };
    dataOf(mock).routes.push(this.#route);
  }

  #find(args: unknown[]): Fn | undefined {
    const one = this.#behaviours.findLast(({ args: wanted, times, done }) => done < times && fits(wanted, args));
    if (one !== undefined) one.done++;
    return one?.act;
  }

  #add(written: string, act: Fn, times = Infinity): this {
    if (this.#args === undefined) throw new Error(`vi.when(): say for which arguments, with calledWith(), before ${written}`);
    if (!(times > 0)) throw new RangeError(`vi.when(): times is a number from 1 on, not ${brief(times)}`);
    this.#behaviours.push({ args: this.#args, act, written, times, done: 0 });
    return this;
  }

  calledWith(...args: unknown[]): this {
    this.#args = args;
    return this;
  }

  thenReturn(value: unknown, options?: { times?: number }): this {
    return this.#add(`thenReturn(${brief(value)})`, () => value, options?.times);
  }

  thenReturnOnce(value: unknown): this {
    return this.thenReturn(value, { times: 1 });
  }

  thenThrow(error: unknown, options?: { times?: number }): this {
    return this.#add(`thenThrow(${brief(error)})`, () => { throw error; }, options?.times);
  }

  thenThrowOnce(error: unknown): this {
    return this.thenThrow(error, { times: 1 });
  }

  thenResolve(value: unknown, options?: { times?: number }): this {
    return this.#add(`thenResolve(${brief(value)})`, () => Promise.resolve(value), options?.times);
  }

  thenResolveOnce(value: unknown): this {
    return this.thenResolve(value, { times: 1 });
  }

  thenReject(error: unknown, options?: { times?: number }): this {
    return this.#add(`thenReject(${brief(error)})`, () => Promise.reject(error), options?.times);
  }

  thenRejectOnce(error: unknown): this {
    return this.thenReject(error, { times: 1 });
  }

  /** Lines about what has not been done as often as it is to be; `undefined` when nothing was said. */
  get _left(): string[] | undefined {
    if (this.#behaviours.length === 0) return undefined;
    return this.#behaviours.filter(({ times, done }) => done < (times === Infinity ? 1 : times)).map(({ args, written, times, done }) => {
      const often = times === Infinity ? 'never called' : `${times - done} of ${times} left`;
      return `calledWith(${args.map(arg => brief(arg)).join(', ')}).${written}: ${often}`;
    });
  }

  [Symbol.dispose](): void {
    const data = dataOf(this.#mock);
    data.routes = data.routes.filter(route => route !== this.#route);
  }
}

function unmatched(onUnmatched: WhenOptions['onUnmatched'], args: unknown[]): Fn | undefined {
  if (onUnmatched === 'passthrough') return undefined;
  if (typeof onUnmatched === 'function') return onUnmatched;
  return () => { throw new Error(`vi.when(): nothing was said for the arguments ${brief(args)}`); };
}

/** Arguments that are left out are undefined. */
const fits = (wanted: unknown[], args: unknown[]) => areEqual(trimmed(args), trimmed(wanted));

function trimmed(args: unknown[]): unknown[] {
  return args.slice(0, args.findLastIndex(arg => arg !== undefined) + 1);
}

/** Mocks for certain arguments: first what is to be done once, in order, then what was said last. */
class Branches implements Route {
  #branches: { wanted: unknown[]; mock: any }[] = [];

  add(wanted: unknown[]): any {
    const mock = fn();
    this.#branches.push({ wanted, mock });
    return mock;
  }

  find(args: unknown[]): Fn | undefined {
    const fitting = this.#branches.filter(({ wanted }) => fits(wanted, args)).map(({ mock }) => mock);
    return fitting.find(mock => dataOf(mock).once.length > 0) ?? fitting.findLast(mock => dataOf(mock).implementation !== undefined);
  }

  reset(): void {
    for (const { mock } of this.#branches) mock.mockReset();
  }
}

addMethod('whenCalledWith', function (this: any, ...wanted: unknown[]): any {
  const { routes } = dataOf(this);
  let branches = routes.find(route => route instanceof Branches) as Branches | undefined;
  if (branches === undefined) routes.push((branches = new Branches()));
  return branches.add(wanted);
});
