// Event (https://dom.spec.whatwg.org/#interface-event). Complete, without a tree of nodes: the path is the target.

import { now } from 'cronflow:internal/ops';
import { defineInterface, required, toDictionary, toText } from 'cronflow:internal/web/webidl';

/** What dispatching reads and writes of an event. */
export interface EventState {
  type: string;
  target: any;
  currentTarget: any;
  phase: number;
  bubbles: boolean;
  cancelable: boolean;
  composed: boolean;
  stopped: boolean;
  stoppedAtOnce: boolean;
  canceled: boolean;
  inPassive: boolean;
  dispatching: boolean;
  initialized: boolean;
  trusted: boolean;
  readonly timeStamp: number;
}

const NONE = 0;
export const AT_TARGET = 2;

/** The event that is being made comes from the platform. */
let isFromPlatform = false;

export let stateOf: (event: Event) => EventState;
export let isEvent: (value: unknown) => value is Event;

// One getter for all: the standard wants it on every object, and the same.
const TRUSTED = {
  get isTrusted(): boolean {
    return stateOf(this as any).trusted;
  },
};
const trusted = { ...Object.getOwnPropertyDescriptor(TRUSTED, 'isTrusted'), configurable: false, enumerable: true };

export class Event {
  #state: EventState;

  static {
    stateOf = event => event.#state;
    isEvent = (value): value is Event => typeof value === 'object' && value !== null && #state in value;
  }

  constructor(type: unknown, init: unknown = undefined) {
    required(arguments, 1, 'Event');
    const name = toText(type);
    const given = toDictionary(init, 'the init of the event');
    this.#state = {
      type: name,
      target: null,
      currentTarget: null,
      phase: NONE,
      bubbles: Boolean(given.bubbles),
      cancelable: Boolean(given.cancelable),
      composed: Boolean(given.composed),
      stopped: false,
      stoppedAtOnce: false,
      canceled: false,
      inPassive: false,
      dispatching: false,
      initialized: true,
      trusted: isFromPlatform,
      timeStamp: now(),
    };
    isFromPlatform = false;
    Object.defineProperty(this, 'isTrusted', trusted);
  }

  get type(): string {
    return this.#state.type;
  }

  get target(): any {
    return this.#state.target;
  }

  get srcElement(): any {
    return this.#state.target;
  }

  get currentTarget(): any {
    return this.#state.currentTarget;
  }

  composedPath(): any[] {
    const { currentTarget } = this.#state;
    return currentTarget === null ? [] : [currentTarget];
  }

  get eventPhase(): number {
    return this.#state.phase;
  }

  stopPropagation(): void {
    this.#state.stopped = true;
  }

  get cancelBubble(): boolean {
    return this.#state.stopped;
  }

  set cancelBubble(value: unknown) {
    if (value) this.#state.stopped = true;
    else this.#state;
  }

  stopImmediatePropagation(): void {
    this.#state.stopped = true;
    this.#state.stoppedAtOnce = true;
  }

  get bubbles(): boolean {
    return this.#state.bubbles;
  }

  get cancelable(): boolean {
    return this.#state.cancelable;
  }

  get returnValue(): boolean {
    return !this.#state.canceled;
  }

  set returnValue(value: unknown) {
    if (!value) cancel(this.#state);
    else this.#state;
  }

  preventDefault(): void {
    cancel(this.#state);
  }

  get defaultPrevented(): boolean {
    return this.#state.canceled;
  }

  get composed(): boolean {
    return this.#state.composed;
  }

  get timeStamp(): number {
    return this.#state.timeStamp;
  }

  initEvent(type: unknown, bubbles: unknown = false, cancelable: unknown = false): void {
    required(arguments, 1, 'Event.initEvent');
    initialize(this, toText(type), bubbles, cancelable);
  }
}

defineInterface(Event, 'Event', { constants: { NONE, CAPTURING_PHASE: 1, AT_TARGET, BUBBLING_PHASE: 3 } });

function cancel(state: EventState): void {
  if (state.cancelable && !state.inPassive) state.canceled = true;
}

/** Makes an event as if for the first time; `false` while it is being dispatched, when nothing may change. */
export function initialize(event: Event, type: string, bubbles: unknown, cancelable: unknown): boolean {
  const state = stateOf(event);
  if (state.dispatching) return false;
  state.initialized = true;
  state.stopped = false;
  state.stoppedAtOnce = false;
  state.canceled = false;
  state.trusted = false;
  state.target = null;
  state.type = type;
  state.bubbles = Boolean(bubbles);
  state.cancelable = Boolean(cancelable);
  return true;
}

/** An event that the platform itself sends. */
export function platformEvent<T extends Event>(kind: new (type: string, init?: any) => T, type: string, init?: object): T {
  isFromPlatform = true;
  try {
    return new kind(type, init);
  } finally {
    isFromPlatform = false;
  }
}
