// performance: the clock (https://w3c.github.io/hr-time/) and user timing (https://w3c.github.io/user-timing/). Complete, without
// the marks of navigation, which a workflow does not have.

import { now } from 'cronflow:internal/ops';
import { DOMException } from 'cronflow:internal/dom_exception';
import { EventTarget } from 'cronflow:internal/events';
import { structuredClone } from 'cronflow:internal/structured_clone';
import { PerformanceEntry, PerformanceMark, PerformanceMeasure, entry } from 'cronflow:internal/web/performance/entries';
import { queueEntry } from 'cronflow:internal/web/performance/observer';
import { INTERNAL, defineInterface, onlyInternal, required, toDictionary, toDouble, toText } from 'cronflow:internal/web/webidl';

/** Entries that are kept until they are cleared. */
const MAX_ENTRIES = 10_000;

const timeline: PerformanceEntry[] = [];

function record<T extends PerformanceEntry>(made: T): T {
  // Who never clears must not fill the memory of a worker that lives for weeks: the oldest go.
  if (timeline.length >= MAX_ENTRIES) timeline.splice(0, MAX_ENTRIES / 10);
  let at = timeline.length;
  while (at > 0 && timeline[at - 1].startTime > made.startTime) at--;
  timeline.splice(at, 0, made);
  queueEntry(made);
  return made;
}

function clear(type: string, name: unknown): void {
  const only = name === undefined ? undefined : toText(name);
  for (let at = timeline.length - 1; at >= 0; at--) {
    if (timeline[at].entryType === type && (only === undefined || timeline[at].name === only)) timeline.splice(at, 1);
  }
}

export class Performance extends EventTarget {
  #timeOrigin = Date.now() - now();

  constructor() {
    onlyInternal(arguments[0]);
    super();
  }

  now(): number {
    this.#timeOrigin;
    return now();
  }

  get timeOrigin(): number {
    return this.#timeOrigin;
  }

  toJSON(): object {
    return { timeOrigin: this.#timeOrigin };
  }

  mark(markName: unknown, markOptions: unknown = undefined): PerformanceMark {
    this.#timeOrigin;
    required(arguments, 1, 'Performance.mark');
    return record(new PerformanceMark(markName, markOptions));
  }

  clearMarks(markName: unknown = undefined): void {
    this.#timeOrigin;
    clear('mark', markName);
  }

  measure(measureName: unknown, startOrMeasureOptions: any = undefined, endMark: unknown = undefined): PerformanceMeasure {
    this.#timeOrigin;
    required(arguments, 1, 'Performance.measure');
    const name = toText(measureName);
    const isObject = typeof startOrMeasureOptions === 'object' && startOrMeasureOptions !== null;
    const given = isObject ? toDictionary(startOrMeasureOptions, 'Performance.measure: the options') : { start: startOrMeasureOptions ?? undefined };
    const { detail, start, duration, end } = given;
    if (isObject && [detail, start, duration, end].some(one => one !== undefined)) {
      if (endMark !== undefined) throw new TypeError('Performance.measure: an end mark makes no sense beside options');
      if (start === undefined && end === undefined) throw new TypeError('Performance.measure: the options need a start or an end');
      if (start !== undefined && duration !== undefined && end !== undefined) {
        throw new TypeError('Performance.measure: of start, duration and end only two can be given');
      }
    }
    const length = duration === undefined ? undefined : toDouble(duration, 'Performance.measure: the duration');
    const [from, to] = [start === undefined ? undefined : timeOf(start), end === undefined ? undefined : timeOf(end)];
    const stop = endMark !== undefined ? timeOf(endMark) : (to ?? (from !== undefined && length !== undefined ? from + length : now()));
    const begin = from ?? (to !== undefined && length !== undefined ? to - length : 0);
    const kept = detail === undefined || detail === null ? null : structuredClone(detail);
    return record(entry(PerformanceMeasure, name, 'measure', begin, stop - begin, kept));
  }

  clearMeasures(measureName: unknown = undefined): void {
    this.#timeOrigin;
    clear('measure', measureName);
  }

  getEntries(): PerformanceEntry[] {
    this.#timeOrigin;
    return [...timeline];
  }

  getEntriesByType(type: unknown): PerformanceEntry[] {
    this.#timeOrigin;
    required(arguments, 1, 'Performance.getEntriesByType');
    const wanted = toText(type);
    return timeline.filter(one => one.entryType === wanted);
  }

  getEntriesByName(name: unknown, type: unknown = undefined): PerformanceEntry[] {
    this.#timeOrigin;
    required(arguments, 1, 'Performance.getEntriesByName');
    const [wanted, kind] = [toText(name), type === undefined ? undefined : toText(type)];
    return timeline.filter(one => one.name === wanted && (kind === undefined || one.entryType === kind));
  }
}
defineInterface(Performance, 'Performance');

/** A time, or the latest mark of a name. */
function timeOf(mark: unknown): number {
  if (typeof mark === 'number') {
    if (mark < 0) throw new TypeError('Performance.measure: a time before the start of the clock');
    return toDouble(mark, 'Performance.measure: the time');
  }
  const name = toText(mark);
  const found = timeline.findLast(one => one.entryType === 'mark' && one.name === name);
  if (found === undefined) throw new DOMException(`The mark '${name}' does not exist`, 'SyntaxError');
  return found.startTime;
}

export const performance: Performance = new (Performance as any)(INTERNAL);

/** What is on the timeline already, for observers that ask for it. */
export function recorded(type: string): PerformanceEntry[] {
  return timeline.filter(one => one.entryType === type);
}

export { PerformanceEntry, PerformanceMark, PerformanceMeasure };
export { PerformanceObserver, PerformanceObserverEntryList } from 'cronflow:internal/web/performance/observer';
