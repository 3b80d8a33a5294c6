// The language of flows: the methods that workflows, branches and loop bodies share.

import { type Duration, checkedFunction, checkedName } from 'cronflow:internal/checks';
import type { FlowDraft } from 'cronflow:internal/flow';
import { builtinModule } from 'cronflow:internal/ops';
import { checkOptions, refuse } from 'cronflow:internal/options';

export type Handler = (ctx: any) => unknown;
type StepName = string | { id: string; title?: string; description?: string };

/** Their module is loaded when a flow has one: every start would pay for it otherwise. */
const NODES = [
  'log', 'parallel', 'race', 'while', 'forEach', 'batch', 'subflow', 'sleep', 'sleepUntil', 'waitForEvent', 'humanInTheLoop', 'pause',
  'cancel',
];

export class FlowBuilder {
  /** What has been declared so far. */
  declare _flow: FlowDraft;

  /** A step: the flow waits for it and keeps what it returns. */
  step(name: StepName, fn: Handler, options?: any): this {
    return addStep(this, 'step', name, fn, options);
  }

  /** A side effect: the flow goes on without waiting, and the result is ignored. */
  action(name: StepName, fn: Handler, options?: any): this {
    return addStep(this, 'action', name, fn, options);
  }

  retry(config: any): this {
    return modify(this, 'retry', config);
  }

  /** The longest time for one attempt of the last step. */
  timeout(duration: Duration): this {
    return modify(this, 'timeout', duration);
  }

  cache(config: any): this {
    return modify(this, 'cache', config);
  }

  /** A wait before the last step. */
  delay(duration: Duration): this {
    return modify(this, 'delay', duration);
  }

  onError(fn: Handler): this {
    return modify(this, 'onError', fn);
  }

  circuitBreaker(config: any): this {
    return modify(this, 'circuitBreaker', config);
  }

  if(name: string, condition: Handler): this {
    const arm = checkedName(name, 'if');
    addArm(this, 'if', `if_${arm}`, `conditional_${arm}`, condition);
    this._flow.arms.push([arm]);
    return this;
  }

  elseIf(name: string, condition: Handler): this {
    const arm = checkedName(name, 'elseIf');
    addArm(this, 'elseIf', `elseif_${arm}`, `elseif_${arm}`, condition);
    this._flow.arms.at(-1)?.push(arm);
    return this;
  }

  else(): this {
    const name = `else_${latestArm(this)}`;
    return addArm(this, 'else', name, name);
  }

  endIf(): this {
    const name = `endif_${latestArm(this)}`;
    this._flow.add({
      kind: 'endIf', name: this._flow.freeName(name),
      written: { id: name, name, type: 'step', options: { controlFlow: true, endIf: true } },
    });
    this._flow.arms.pop();
    return this;
  }
}

for (const name of NODES) {
  const { [name]: value } = {
    [name](this: FlowBuilder, ...args: unknown[]): FlowBuilder {
      return builtinModule('cronflow:internal/nodes').NODES[name].apply(this, args);
    },
  };
  Object.defineProperty(FlowBuilder.prototype, name, { value, writable: true, configurable: true });
}

/** Milliseconds since 1970; NaN when it is no date. */
export function momentOf(date: unknown): number {
  return date instanceof Date || typeof date === 'number' || typeof date === 'string' ? new Date(date).getTime() : NaN;
}

function addStep<Flow extends FlowBuilder>(flow: Flow, kind: 'step' | 'action', given: any, fn: Handler, options: any): Flow {
  const about = typeof given === 'string' ? { id: given } : given;
  if (about === null || typeof about !== 'object' || typeof about.id !== 'string') {
    refuse(`${kind}() needs a name: a string, or {id, title?, description?}`);
  }
  const of = `${kind} '${about.id}'`;
  checkOptions(about, ['id', 'title', 'description', 'name'], `the name of ${of}`);
  if (typeof fn !== 'function') refuse(`${of} needs a function`);
  const written = { ...options, ...(kind === 'action' ? { background: true } : {}) };
  flow._flow.add({
    kind, name: about.id,
    title: about.title ?? about.name ?? options?.title,
    description: about.description ?? options?.description,
    functions: { handler: fn },
    written: { id: about.id, name: about.id, type: kind, options: written, handler: fn },
  });
  if (options !== undefined) applyOptions(flow._flow, options, of);
  return flow;
}

function modify<Flow extends FlowBuilder>(flow: Flow, option: string, value: unknown): Flow {
  const node = flow._flow.currentStep();
  if (value === undefined) refuse(`.${option}() needs a value`);
  applyOptions(flow._flow, { [option]: value }, `${node.kind} '${node.name}'`);
  flow._flow.written.at(-1)!.options[option] = value;
  return flow;
}

function addArm<Flow extends FlowBuilder>(flow: Flow, kind: 'if' | 'elseIf' | 'else', name: string, id: string, condition?: Handler): Flow {
  if (kind !== 'else') checkedFunction(condition, `the condition of ${kind} '${name}'`);
  flow._flow.add({
    kind, name: kind === 'else' ? flow._flow.freeName(name) : name,
    functions: { condition },
    written: { id, name, type: 'step', options: { conditional: true, conditionType: kind }, handler: condition },
  });
  return flow;
}

function latestArm(flow: FlowBuilder): string {
  return flow._flow.arms.at(-1)?.at(-1) ?? '';
}

function applyOptions(flow: FlowDraft, options: any, of: string): void {
  builtinModule('cronflow:internal/step_options').applyOptions(flow, options, of);
}
