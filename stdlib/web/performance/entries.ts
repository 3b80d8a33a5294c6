// PerformanceEntry, PerformanceMark and PerformanceMeasure (https://w3c.github.io/user-timing/). Complete.

import { now } from 'cronflow:internal/ops';
import { structuredClone } from 'cronflow:internal/structured_clone';
import { INTERNAL, defineInterface, onlyInternal, required, toDictionary, toDouble, toText } from 'cronflow:internal/web/webidl';

export class PerformanceEntry {
  #name: string;
  #entryType: string;
  #startTime: number;
  #duration: number;

  constructor() {
    const [token, name, entryType, startTime, duration] = arguments as unknown as [unknown, string, string, number, number];
    onlyInternal(token);
    this.#name = name;
    this.#entryType = entryType;
    this.#startTime = startTime;
    this.#duration = duration;
  }

  get name(): string {
    return this.#name;
  }

  get entryType(): string {
    return this.#entryType;
  }

  get startTime(): number {
    return this.#startTime;
  }

  get duration(): number {
    return this.#duration;
  }

  toJSON(): any {
    return { name: this.#name, entryType: this.#entryType, startTime: this.#startTime, duration: this.#duration };
  }
}
defineInterface(PerformanceEntry, 'PerformanceEntry');

const Base: any = PerformanceEntry;

export class PerformanceMark extends (Base as typeof PerformanceEntry) {
  #detail: unknown;

  constructor(markName: unknown, markOptions: unknown = undefined) {
    required(arguments, 1, 'PerformanceMark');
    const name = toText(markName);
    const { detail, startTime } = toDictionary(markOptions, 'PerformanceMark: the options');
    const time = startTime === undefined ? now() : toDouble(startTime, 'PerformanceMark: the start time');
    if (time < 0) throw new TypeError('PerformanceMark: the start time is before the start of the clock');
    super(...([INTERNAL, name, 'mark', time, 0] as unknown as []));
    this.#detail = detail === undefined || detail === null ? null : structuredClone(detail);
  }

  get detail(): any {
    return this.#detail;
  }

  override toJSON(): any {
    return { ...super.toJSON(), detail: this.#detail };
  }
}
defineInterface(PerformanceMark, 'PerformanceMark');

export class PerformanceMeasure extends (Base as typeof PerformanceEntry) {
  #detail: unknown;

  constructor() {
    super(...(arguments as unknown as []));
    this.#detail = arguments[5];
  }

  get detail(): any {
    return this.#detail;
  }

  override toJSON(): any {
    return { ...super.toJSON(), detail: this.#detail };
  }
}
defineInterface(PerformanceMeasure, 'PerformanceMeasure');

/** Makes an entry from inside. */
export function entry<T extends PerformanceEntry>(
  kind: new () => T,
  name: string,
  type: string,
  startTime: number,
  duration: number,
  detail: unknown,
): T {
  return new (kind as any)(INTERNAL, name, type, startTime, duration, detail);
}
