// What `ctx` has besides plain values: state, services, secrets, signal and cancel.

import { builtinModule, ctxPrototype, print, taskLocals } from 'cronflow:internal/ops';
import type { AbortController, AbortSignal } from 'cronflow:internal/events';
import { CancelledError, TimeoutError } from 'cronflow:internal/errors';
import { stateOf } from 'cronflow:internal/state';
import { definitionOf } from 'cronflow:internal/workflow';

/** What is kept of a task while it executes. */
export interface Locals {
  workflow: string;
  version: string;
  controller?: AbortController;
  state?: unknown;
  services?: unknown;
}

const prototype = ctxPrototype();

function getter(name: string, get: (locals: Locals) => unknown): void {
  Object.defineProperty(prototype, name, {
    get() {
      return get(taskLocals(this));
    },
    enumerable: true,
    configurable: true,
  });
}

export function signalOf(locals: Locals): AbortSignal {
  return (locals.controller ??= new (builtinModule('cronflow:internal/events').AbortController)()).signal;
}

getter('state', locals => (locals.state ??= stateOf(locals.workflow)));
getter('services', locals => (locals.services ??= builtinModule('cronflow:internal/services').bindServices(definitionOf(locals).services, { log: print, signal: () => signalOf(locals) })));
getter('secrets', locals => definitionOf(locals).secrets);
getter('signal', signalOf);

Object.defineProperty(prototype, 'cancel', {
  value(reason?: string): never {
    throw new CancelledError(reason === undefined ? 'the workflow cancelled its run' : String(reason));
  },
  writable: true,
  configurable: true,
});

/** Fires the signal of a task that is stopped; `false` when nobody has asked for it. */
export function abort(locals: Locals, timedOut: boolean): boolean {
  if (locals.controller === undefined) return false;
  locals.controller.abort(timedOut ? new TimeoutError('the step took longer than its timeout') : new CancelledError('the run was cancelled'));
  return true;
}
