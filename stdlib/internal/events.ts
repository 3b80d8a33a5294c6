// Event, EventTarget, AbortSignal and AbortController (https://dom.spec.whatwg.org/), without a tree of nodes.

import { queueMicrotask, timerStart } from 'cronflow:internal/ops';
import { DOMException } from 'cronflow:internal/dom_exception';

type Listener = { type: string; callback: any; once: boolean; removed: boolean };

export class Event {
  readonly type: string;
  readonly bubbles: boolean;
  readonly cancelable: boolean;
  readonly timeStamp: number = Date.now();
  target: any = null;
  currentTarget: any = null;
  defaultPrevented = false;
  /** `stopImmediatePropagation` was called. */
  _stopped = false;

  constructor(type: unknown, init: { bubbles?: boolean; cancelable?: boolean } = {}) {
    if (arguments.length === 0) throw new TypeError('Event needs a type');
    this.type = String(type);
    this.bubbles = Boolean(init?.bubbles);
    this.cancelable = Boolean(init?.cancelable);
  }

  preventDefault(): void {
    if (this.cancelable) this.defaultPrevented = true;
  }

  stopPropagation(): void {}

  stopImmediatePropagation(): void {
    this._stopped = true;
  }
}

export class EventTarget {
  private _listeners: Listener[] = [];

  addEventListener(type: unknown, callback: any, options?: any): void {
    if (callback === null || callback === undefined) return;
    if (typeof callback !== 'function' && typeof callback !== 'object') throw new TypeError('an event listener must be a function or an object');
    const { once = false, signal = undefined } = typeof options === 'object' && options !== null ? options : {};
    if (signal?.aborted) return;
    const name = String(type);
    if (this._listeners.some(known => known.type === name && known.callback === callback)) return;
    this._listeners.push({ type: name, callback, once: Boolean(once), removed: false });
    signal?.addEventListener('abort', () => this.removeEventListener(name, callback), { once: true });
  }

  removeEventListener(type: unknown, callback: any): void {
    const name = String(type);
    const at = this._listeners.findIndex(known => known.type === name && known.callback === callback);
    if (at >= 0) this._listeners.splice(at, 1)[0].removed = true;
  }

  /** Calls the listeners at once; one that throws does not keep the others from running. */
  dispatchEvent(event: Event): boolean {
    if (!(event instanceof Event)) throw new TypeError('dispatchEvent() needs an Event');
    event.target = this;
    event.currentTarget = this;
    const own = (this as any)[`on${event.type}`];
    const listeners = this._listeners.filter(known => known.type === event.type);
    if (typeof own === 'function') listeners.unshift({ type: event.type, callback: own, once: false, removed: false });
    for (const listener of listeners) {
      if (event._stopped) break;
      if (listener.removed) continue;
      if (listener.once) this.removeEventListener(listener.type, listener.callback);
      try {
        if (typeof listener.callback === 'function') listener.callback.call(this, event);
        else listener.callback.handleEvent(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
    event.currentTarget = null;
    return !event.defaultPrevented;
  }
}

let mayConstruct = false;

export class AbortSignal extends EventTarget {
  aborted = false;
  reason: any = undefined;
  onabort: ((event: Event) => unknown) | null = null;

  constructor() {
    super();
    if (!mayConstruct) throw new TypeError('Illegal constructor');
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  _abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason;
    this.dispatchEvent(new Event('abort'));
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = create();
    signal._abort(reason);
    return signal;
  }

  static timeout(delay: number): AbortSignal {
    if (!(Number(delay) >= 0)) throw new TypeError('AbortSignal.timeout() needs a number of milliseconds');
    const signal = create();
    timerStart(() => signal._abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), Number(delay), false);
    return signal;
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const all = [...signals];
    const signal = create();
    const aborted = all.find(one => one.aborted);
    if (aborted !== undefined) signal._abort(aborted.reason);
    else for (const one of all) one.addEventListener('abort', () => signal._abort(one.reason), { once: true, signal });
    return signal;
  }
}

function create(): AbortSignal {
  mayConstruct = true;
  try {
    return new AbortSignal();
  } finally {
    mayConstruct = false;
  }
}

export class AbortController {
  readonly signal: AbortSignal = create();

  abort(reason?: unknown): void {
    this.signal._abort(reason);
  }
}
