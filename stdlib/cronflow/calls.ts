// Calls of the engine into functions of the author: what each kind is given, and what it must return.

import { callTask, ctxPrototype, declareBody, openScope, taskLocals } from 'cronflow:internal/ops';
import { abort } from 'cronflow:internal/context';
import { revive } from 'cronflow:internal/errors';
import { FlowDraft, type AnyFunction } from 'cronflow:internal/flow';
import { FlowBuilder, momentOf } from 'cronflow:internal/language';
import { definitionOf, standardDecisions } from 'cronflow:internal/workflow';

export { abort };

/** What a branch or loop body is given: it shows the run like `ctx`, and declares steps like a workflow. */
class Body extends FlowBuilder {}

const { cancel, ...getters } = Object.getOwnPropertyDescriptors(ctxPrototype());
Object.defineProperties(Body.prototype, getters);
export const bodyPrototype = Body.prototype;

/** Calls a function that is not the handler of a step. */
export function callRole(role: string, fn: AnyFunction, ctx: any, argument: any): unknown {
  switch (role) {
    case 'condition':
      return then(fn(ctx), Boolean);
    case 'filter':
      return then(fn(argument, ctx), Boolean);
    case 'gate':
    case 'respond':
    case 'fetch':
      return fn(ctx, argument);
    case 'items':
      return then(fn(ctx), listOf);
    case 'until':
      return then(fn(ctx), momentAsNumber);
    case 'onPause':
    case 'onTimeout':
      show(ctx, 'token', argument.token);
      return fn(ctx, argument.token);
    case 'retryDecision':
      return fn(revive(argument.error), argument.attempt, argument.delay, argument.asks);
    case 'onError':
      show(ctx, 'error', revive(argument.error));
      return fn(ctx);
    case 'onSuccess':
    case 'onFailure':
      show(ctx, 'error', revive(argument.error));
      return fn(ctx, argument.step ?? undefined);
    default:
      return fn(ctx);
  }
}

/** Calls the function of a body. When it declares steps, they are what counts, else its value. */
export function callBody(fn: AnyFunction, flow: any, given: unknown): unknown {
  const draft = open(flow);
  return then(fn(flow, given), value => {
    draft.close('the body of a branch or loop has ended; declare its steps before it returns');
    if (draft.nodes.length === 0) return value === flow ? null : value;
    declareBody(flow, JSON.stringify(draft.nodes), functionsOf(draft, flow));
    return null;
  });
}

/** Declares the bodies around a task again, and then calls its own function. */
export async function rebuild(ctx: any): Promise<unknown> {
  for (let index = 0; ; index++) {
    const scope = openScope(ctx, index);
    if (scope === undefined) return callTask(ctx);
    if (scope === null) continue;
    const [fn, flow, given, before] = scope;
    const draft = open(flow);
    await fn(flow, given);
    draft.close('the body of a branch or loop has ended');
    mustMatch(JSON.parse(before), draft);
    declareBody(flow, before, functionsOf(draft, flow));
  }
}

function open(flow: any): FlowDraft {
  const draft = new FlowDraft();
  Object.defineProperty(flow, '_flow', { value: draft });
  return draft;
}

function functionsOf(draft: FlowDraft, flow: any): FlowDraft['functions'] {
  return [...draft.functions, ...standardDecisions(draft, definitionOf(taskLocals(flow)).decide)];
}

/** The functions of a body belong to the steps that it declared the first time. */
function mustMatch(before: { kind: string; name: string; roles: string[] }[], now: FlowDraft): void {
  const shape = (nodes: typeof before) => JSON.stringify(nodes.map(({ kind, name, roles }) => [kind, name, [...roles].sort()]));
  if (shape(before) === shape(now.nodes)) return;
  const names = (nodes: { name: string }[]) => nodes.map(node => node.name).join(', ') || 'none';
  const error = new Error(
    `a branch or loop body declared other steps than the first time (${names(before)}; now ${names(now.nodes)}); ` +
      'what it declares must not depend on time, chance or the outside: read those in a step',
  );
  error.name = 'DeterminismError';
  throw error;
}

/** `convert` of a value, or of what a promise brings. */
function then(value: any, convert: (value: any) => unknown): unknown {
  return typeof value?.then === 'function' ? value.then(convert) : convert(value);
}

function show(ctx: any, name: string, value: unknown): void {
  Object.defineProperty(ctx, name, { value, enumerable: true, configurable: true });
}

function listOf(items: any): unknown[] {
  if (Array.isArray(items)) return items;
  if (typeof items === 'object' && typeof items?.[Symbol.iterator] === 'function') return [...items];
  throw new TypeError('the items of a loop must be an array or another iterable object');
}

function momentAsNumber(date: unknown): number {
  const moment = momentOf(date);
  if (Number.isNaN(moment)) throw new TypeError(`sleepUntil() needs a date, not ${String(date)}`);
  return moment;
}
