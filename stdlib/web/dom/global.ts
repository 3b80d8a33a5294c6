// The global object as an event target: `addEventListener`, `onerror`, `onunhandledrejection`, `reportError`
// (https://html.spec.whatwg.org/multipage/webappapis.html#runtime-script-errors). Loaded when one of them is first used.

import { reportUncaught, setReporter } from 'cronflow:internal/ops';
import { platformEvent } from 'cronflow:internal/web/dom/event';
import { ErrorEvent, PromiseRejectionEvent } from 'cronflow:internal/web/dom/event_kinds';
import { EventTarget, dispatch, getHandler, hasListeners, setHandler } from 'cronflow:internal/web/dom/event_target';
import { required } from 'cronflow:internal/web/webidl';

export const { addEventListener, removeEventListener, dispatchEvent } = EventTarget.prototype;

export const { reportError } = {
  reportError(error: unknown): void {
    required(arguments, 1, 'reportError');
    reportUncaught(error);
  },
};

/** `onerror` gets the parts of the event, and says `true` when it has dealt with the error. */
function invokeOnError(target: any, callback: any, event: any): void {
  if (event instanceof ErrorEvent) {
    if (callback.call(target, event.message, event.filename, event.lineno, event.colno, event.error) === true) event.preventDefault();
  } else if (callback.call(target, event) === false) (event as any).preventDefault();
}

export function getOn(type: string): any {
  return getHandler(globalThis, type);
}

export function setOn(type: string, value: unknown): void {
  setHandler(globalThis, type, value, type === 'error' ? invokeOnError : undefined);
}

/** Where an error was thrown, or else where it is reported. */
function placeOf(error: unknown): { filename: string; lineno: number; colno: number } {
  const own = error instanceof Error ? error.stack : undefined;
  for (const stack of [own, new Error().stack]) {
    for (const line of String(stack ?? '').split('\n')) {
      const found = /\(?([^\s()"]+)"?:(\d+):(\d+)\)?$/.exec(line);
      if (found === null || /^0\//.test(found[1])) continue;
      return { filename: found[1], lineno: Number(found[2]), colno: Number(found[3]) };
    }
  }
  return { filename: '', lineno: 0, colno: 0 };
}

/** What the event says; no getter of a foreign object is called for it. */
function messageOf(error: unknown): string {
  if (error instanceof Error) return `Uncaught ${error.name}: ${error.message}`;
  if (typeof error === 'object' && error !== null) return 'Uncaught exception';
  return `Uncaught ${String(error)}`;
}

let isReporting = false;

function reported(kind: 'error' | 'unhandledrejection' | 'rejectionhandled', value: unknown, promise: unknown): boolean {
  if (!hasListeners(globalThis, kind) || (kind === 'error' && isReporting)) return false;
  if (kind !== 'error') {
    const init = { promise, reason: value, cancelable: kind === 'unhandledrejection' };
    return !dispatch(globalThis, platformEvent(PromiseRejectionEvent, kind, init));
  }
  isReporting = true;
  try {
    const init = { message: messageOf(value), ...placeOf(value), error: value, cancelable: true };
    return !dispatch(globalThis, platformEvent(ErrorEvent, 'error', init));
  } finally {
    isReporting = false;
  }
}

setReporter(reported);
