// AbortController and AbortSignal (https://dom.spec.whatwg.org/#aborting-ongoing-activities). Complete.

import { timerLight, timerStart } from 'cronflow:internal/ops';
import { DOMException } from 'cronflow:internal/dom_exception';
import { Event, platformEvent } from 'cronflow:internal/web/dom/event';
import { EventTarget, defineHandler, dispatch, introduceSignals } from 'cronflow:internal/web/dom/event_target';
import { INTERNAL, defineInterface, onlyInternal, required, toInteger, toSequence } from 'cronflow:internal/web/webidl';

interface SignalState {
  aborted: boolean;
  reason: unknown;
  /** Work that the end of the signal sets going; runs before any listener. */
  algorithms: Set<() => void>;
  /** Whether it was made by `any`. */
  isDependent: boolean;
  sources: Set<AbortSignal>;
  dependents: Set<AbortSignal>;
}

let stateOf: (signal: AbortSignal) => SignalState;
let isSignal: (value: unknown) => value is AbortSignal;

export class AbortSignal extends EventTarget {
  #state: SignalState = {
    aborted: false, reason: undefined, algorithms: new Set(), isDependent: false, sources: new Set(), dependents: new Set(),
  };
  declare onabort: ((event: Event) => unknown) | null;

  static {
    stateOf = signal => signal.#state;
    isSignal = (value): value is AbortSignal => typeof value === 'object' && value !== null && #state in value;
  }

  // No parameter is declared: the standard's constructor has none.
  constructor() {
    onlyInternal(arguments[0]);
    super();
  }

  static abort(reason: unknown = undefined): AbortSignal {
    const signal = create();
    const state = stateOf(signal);
    state.aborted = true;
    state.reason = reasonOf(reason);
    return signal;
  }

  static timeout(milliseconds: unknown): AbortSignal {
    required(arguments, 1, 'AbortSignal.timeout');
    const delay = toInteger(milliseconds, 64, false, 'enforce', 'AbortSignal.timeout: the time');
    const signal = create();
    // Nobody can stop it.
    const timer = timerStart(() => signalAbort(signal, new DOMException('The operation was aborted due to timeout', 'TimeoutError')), delay, false);
    timerLight(timer, true);
    return signal;
  }

  static any(signals: unknown): AbortSignal {
    required(arguments, 1, 'AbortSignal.any');
    const convert = (one: unknown) => {
      if (!isSignal(one)) throw new TypeError('AbortSignal.any: the list has something that is no AbortSignal');
      return one;
    };
    const all = toSequence(signals, convert, 'AbortSignal.any: the signals');
    const signal = create();
    const state = stateOf(signal);
    const aborted = all.find(one => stateOf(one).aborted);
    if (aborted !== undefined) {
      state.aborted = true;
      state.reason = stateOf(aborted).reason;
      return signal;
    }
    state.isDependent = true;
    for (const one of all) {
      // A signal that depends on others stands for those, so that all end in the order of their making.
      for (const source of stateOf(one).isDependent ? stateOf(one).sources : [one]) {
        state.sources.add(source);
        stateOf(source).dependents.add(signal);
      }
    }
    return signal;
  }

  get aborted(): boolean {
    return this.#state.aborted;
  }

  get reason(): any {
    return this.#state.reason;
  }

  throwIfAborted(): void {
    if (this.#state.aborted) throw this.#state.reason;
  }
}

defineInterface(AbortSignal, 'AbortSignal');
defineHandler(AbortSignal, 'abort');

function create(): AbortSignal {
  return new (AbortSignal as any)(INTERNAL);
}

function reasonOf(reason: unknown): unknown {
  return reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason;
}

/** Ends a signal and all that depend on it. */
export function signalAbort(signal: AbortSignal, reason?: unknown): void {
  const state = stateOf(signal);
  if (state.aborted) return;
  state.aborted = true;
  state.reason = reasonOf(reason);
  const ended = [signal];
  for (const dependent of state.dependents) {
    const its = stateOf(dependent);
    if (its.aborted) continue;
    its.aborted = true;
    its.reason = state.reason;
    ended.push(dependent);
  }
  state.dependents.clear();
  for (const one of ended) {
    const its = stateOf(one);
    for (const source of its.sources) stateOf(source).dependents.delete(one);
    const work = [...its.algorithms];
    its.algorithms.clear();
    for (const algorithm of work) algorithm();
    dispatch(one, platformEvent(Event, 'abort'));
  }
}

/** Work for the end of a signal, before its listeners hear of it. The result takes it back. */
export function onAbort(signal: AbortSignal, algorithm: () => void): () => void {
  const { aborted, algorithms } = stateOf(signal);
  if (!aborted) algorithms.add(algorithm);
  return () => void algorithms.delete(algorithm);
}

introduceSignals({ is: isSignal!, onAbort });

export class AbortController {
  #signal = create();

  get signal(): AbortSignal {
    return this.#signal;
  }

  abort(reason: unknown = undefined): void {
    signalAbort(this.#signal, reason);
  }
}
defineInterface(AbortController, 'AbortController');

export { isSignal };
