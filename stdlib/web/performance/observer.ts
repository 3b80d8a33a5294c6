// PerformanceObserver (https://w3c.github.io/performance-timeline/) for marks and measures. Complete for these.

import { builtinModule, timerStart } from 'cronflow:internal/ops';
import { DOMException } from 'cronflow:internal/dom_exception';
import type { PerformanceEntry } from 'cronflow:internal/web/performance/entries';
import { INTERNAL, defineInterface, onlyInternal, required, toDictionary, toFunction, toSequence, toText } from 'cronflow:internal/web/webidl';

const TYPES = Object.freeze(['mark', 'measure']);
const observers = new Set<PerformanceObserver>();
let isScheduled = false;

let offer: (observer: PerformanceObserver, entry: PerformanceEntry) => boolean;
let deliver: (observer: PerformanceObserver) => void;

export class PerformanceObserverEntryList {
  #entries: PerformanceEntry[];

  constructor() {
    onlyInternal(arguments[0]);
    this.#entries = arguments[1];
  }

  getEntries(): PerformanceEntry[] {
    return [...this.#entries];
  }

  getEntriesByType(type: unknown): PerformanceEntry[] {
    this.#entries;
    required(arguments, 1, 'PerformanceObserverEntryList.getEntriesByType');
    const wanted = toText(type);
    return this.#entries.filter(one => one.entryType === wanted);
  }

  getEntriesByName(name: unknown, type: unknown = undefined): PerformanceEntry[] {
    this.#entries;
    required(arguments, 1, 'PerformanceObserverEntryList.getEntriesByName');
    const [wanted, kind] = [toText(name), type === undefined ? undefined : toText(type)];
    return this.#entries.filter(one => one.name === wanted && (kind === undefined || one.entryType === kind));
  }
}
defineInterface(PerformanceObserverEntryList, 'PerformanceObserverEntryList');

export class PerformanceObserver {
  #callback: (...args: any[]) => any;
  #kind: 'single' | 'multiple' | undefined;
  #types = new Set<string>();
  #buffer: PerformanceEntry[] = [];
  #isFirst = true;

  static {
    offer = (observer, entry) => {
      if (!observer.#types.has(entry.entryType)) return false;
      observer.#buffer.push(entry);
      return true;
    };
    deliver = observer => {
      const entries = observer.takeRecords();
      if (entries.length === 0) return;
      entries.sort((a, b) => a.startTime - b.startTime);
      const list = new (PerformanceObserverEntryList as any)(INTERNAL, entries);
      const options = observer.#isFirst ? { droppedEntriesCount: 0 } : {};
      observer.#isFirst = false;
      observer.#callback.call(observer, list, observer, options);
    };
  }

  constructor(callback: unknown) {
    required(arguments, 1, 'PerformanceObserver');
    this.#callback = toFunction(callback, 'PerformanceObserver: the callback');
  }

  observe(options: unknown = undefined): void {
    this.#callback;
    const { buffered, entryTypes, type } = toDictionary(options, 'PerformanceObserver.observe: the options');
    if (entryTypes === undefined && type === undefined) throw new TypeError('PerformanceObserver.observe needs entryTypes or a type');
    if (entryTypes !== undefined && (type !== undefined || buffered !== undefined)) {
      throw new TypeError('PerformanceObserver.observe: entryTypes cannot be given with other options');
    }
    const kind = entryTypes === undefined ? 'single' : 'multiple';
    if (this.#kind !== undefined && this.#kind !== kind) {
      throw new DOMException('The observer observes in the other way already', 'InvalidModificationError');
    }
    this.#kind = kind;
    const wanted = entryTypes === undefined ? [toText(type)] : toSequence(entryTypes, toText, 'PerformanceObserver.observe: entryTypes');
    const known = wanted.filter(one => TYPES.includes(one));
    if (known.length === 0) return;
    this.#types = new Set(kind === 'multiple' ? known : [...this.#types, ...known]);
    observers.add(this);
    if (kind === 'single' && buffered) {
      const { recorded } = builtinModule('cronflow:internal/web/performance/performance');
      this.#buffer.push(...recorded(known[0]));
      schedule();
    }
  }

  disconnect(): void {
    this.#types = new Set();
    this.#buffer = [];
    this.#kind = undefined;
    observers.delete(this);
  }

  takeRecords(): PerformanceEntry[] {
    const entries = this.#buffer;
    this.#buffer = [];
    return entries;
  }

  static get supportedEntryTypes(): readonly string[] {
    return TYPES;
  }
}
defineInterface(PerformanceObserver, 'PerformanceObserver');

/** Tells the observers of a new entry, later. */
export function queueEntry(entry: PerformanceEntry): void {
  for (const observer of observers) if (offer(observer, entry)) schedule();
}

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  timerStart(() => {
    isScheduled = false;
    for (const observer of [...observers]) deliver(observer);
  }, 0, false);
}
