// EventTarget (https://dom.spec.whatwg.org/#interface-eventtarget) and event handler attributes
// (https://html.spec.whatwg.org/#event-handlers). Complete, without a tree of nodes.

import { reportUncaught } from 'cronflow:internal/ops';
import { DOMException } from 'cronflow:internal/dom_exception';
import { AT_TARGET, type Event, type EventState, isEvent, stateOf } from 'cronflow:internal/web/dom/event';
import { defineInterface, required, toText } from 'cronflow:internal/web/webidl';

interface Listener {
  type: string;
  callback: any;
  capture: boolean;
  once: boolean;
  passive: boolean;
  removed: boolean;
}

/** An abort signal, as far as listeners need it (abort.ts). */
interface Signal {
  aborted: boolean;
}
let signals: { is(value: unknown): value is Signal; onAbort(signal: any, work: () => void): void };

/** abort.ts introduces itself; it is built on this file. */
export function introduceSignals(known: typeof signals): void {
  signals = known;
}

/** The global object is a target too, without being made by the class. */
const globalListeners: Listener[] = [];
let listenersOf: (target: any) => Listener[];

export class EventTarget {
  #listeners: Listener[] = [];

  static {
    listenersOf = target => (target === globalThis ? globalListeners : target.#listeners);
  }

  addEventListener(type: unknown, callback: any, options: any = undefined): void {
    const target = targetOf(this);
    required(arguments, 2, 'EventTarget.addEventListener');
    const name = toText(type);
    checkCallback(callback, 'EventTarget.addEventListener');
    const isObject = (typeof options === 'object' && options !== null) || typeof options === 'function';
    const capture = Boolean(isObject ? options.capture : options);
    const once = Boolean(isObject && options.once);
    const passive = Boolean(isObject && options.passive);
    const signal = isObject ? options.signal : undefined;
    if (signal !== undefined && !(signals !== undefined && signals.is(signal))) {
      throw new TypeError('EventTarget.addEventListener: the signal is not an AbortSignal');
    }
    if (signal?.aborted || callback === null || callback === undefined) return;
    const listeners = listenersOf(target);
    if (find(listeners, name, callback, capture) >= 0) return;
    const listener = { type: name, callback, capture, once, passive, removed: false };
    listeners.push(listener);
    if (signal !== undefined) signals.onAbort(signal, () => remove(listeners, listener));
  }

  removeEventListener(type: unknown, callback: any, options: any = undefined): void {
    const target = targetOf(this);
    required(arguments, 2, 'EventTarget.removeEventListener');
    const name = toText(type);
    checkCallback(callback, 'EventTarget.removeEventListener');
    const isObject = (typeof options === 'object' && options !== null) || typeof options === 'function';
    const listeners = listenersOf(target);
    const at = find(listeners, name, callback, Boolean(isObject ? options.capture : options));
    if (at >= 0) remove(listeners, listeners[at]);
  }

  /** Calls the listeners at once; one that throws does not keep the others from running. */
  dispatchEvent(event: Event): boolean {
    const target = targetOf(this);
    required(arguments, 1, 'EventTarget.dispatchEvent');
    if (!isEvent(event)) throw new TypeError('EventTarget.dispatchEvent needs an Event');
    const state = stateOf(event);
    if (state.dispatching) throw new DOMException('The event is already being dispatched', 'InvalidStateError');
    if (!state.initialized) throw new DOMException('The event is not initialized', 'InvalidStateError');
    state.trusted = false;
    return dispatch(target, event);
  }
}

defineInterface(EventTarget, 'EventTarget');

/** Functions on the global object are called without an object. */
function targetOf(self: any): any {
  const target = self ?? globalThis;
  listenersOf(target);
  return target;
}

function checkCallback(callback: unknown, what: string): void {
  if (callback === null || callback === undefined || typeof callback === 'object' || typeof callback === 'function') return;
  throw new TypeError(`${what}: the listener must be a function or an object`);
}

function find(listeners: Listener[], type: string, callback: unknown, capture: boolean): number {
  return listeners.findIndex(known => known.callback === callback && known.type === type && known.capture === capture);
}

function remove(listeners: Listener[], listener: Listener): void {
  listener.removed = true;
  const at = listeners.indexOf(listener);
  if (at >= 0) listeners.splice(at, 1);
}

/** Sends an event as it is: one of the platform stays trusted. */
export function dispatch(target: any, event: Event): boolean {
  const state = stateOf(event);
  state.dispatching = true;
  state.target = target;
  state.currentTarget = target;
  state.phase = AT_TARGET;
  const listeners = listenersOf(target);
  if (listeners.length > 0) {
    const mine = listeners.filter(known => known.type === state.type);
    // Listeners that capture hear of it first, also at the target.
    for (const listener of [...mine.filter(one => one.capture), ...mine.filter(one => !one.capture)]) {
      if (state.stoppedAtOnce) break;
      if (!listener.removed) call(target, listeners, listener, event, state);
    }
  }
  state.phase = 0;
  state.currentTarget = null;
  state.dispatching = false;
  state.stopped = false;
  state.stoppedAtOnce = false;
  return !state.canceled;
}

function call(target: any, listeners: Listener[], listener: Listener, event: Event, state: EventState): void {
  if (listener.once) remove(listeners, listener);
  state.inPassive = listener.passive;
  const { callback } = listener;
  try {
    if (typeof callback === 'function') callback.call(target, event);
    else {
      const { handleEvent } = callback;
      if (typeof handleEvent !== 'function') throw new TypeError("the listener's handleEvent is not a function");
      handleEvent.call(callback, event);
    }
  } catch (error) {
    reportUncaught(error);
  }
  state.inPassive = false;
}

// Event handler attributes: `onabort` and its relatives.

interface Handler {
  callback: any;
  listener: Listener;
}
const handlers = new WeakMap<object, Map<string, Handler>>();

/** Whether a target has anybody who listens to events of a type. */
export function hasListeners(target: any, type: string): boolean {
  return listenersOf(target).some(known => known.type === type);
}

export function getHandler(target: any, type: string): any {
  listenersOf(target);
  return handlers.get(target)?.get(type)?.callback ?? null;
}

export function setHandler(target: any, type: string, value: unknown, invoke = invokeHandler): void {
  const listeners = listenersOf(target);
  const callback = typeof value === 'function' || (typeof value === 'object' && value !== null) ? value : null;
  let own = handlers.get(target);
  if (own === undefined) handlers.set(target, (own = new Map()));
  const known = own.get(type);
  if (callback === null) {
    if (known !== undefined) remove(listeners, known.listener);
    own.delete(type);
  } else if (known !== undefined) known.callback = callback;
  else {
    const handler: any = { callback };
    const run = (event: any) => {
      if (typeof handler.callback === 'function') invoke(target, handler.callback, event);
    };
    handler.listener = { type, callback: run, capture: false, once: false, passive: false, removed: false };
    listeners.push(handler.listener);
    own.set(type, handler);
  }
}

function invokeHandler(target: any, callback: any, event: any): void {
  if (callback.call(target, event) === false) event.preventDefault();
}

/** Adds an attribute such as `onabort` to an interface. `changed` hears of what was set. */
export function defineHandler(constructor: abstract new (...args: any[]) => any, type: string, changed?: (target: any) => void): void {
  const accessor = {
    get [`on${type}`](): any {
      return getHandler(this, type);
    },
    set [`on${type}`](value: unknown) {
      setHandler(this, type, value);
      changed?.(this);
    },
  };
  Object.defineProperty(constructor.prototype, `on${type}`, Object.getOwnPropertyDescriptor(accessor, `on${type}`)!);
}
