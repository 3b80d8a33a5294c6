// A flow as it is declared: nodes in order, and the functions that they need.

import { callSite } from 'cronflow:internal/ops';
import { refuse } from 'cronflow:internal/options';
import type { Site } from 'cronflow:internal/errors';

export type AnyFunction = (...args: any[]) => unknown;
/** What a function is for; the names of the engine (runtime/js/src/isolate/calls.rs). */
export type Role = string;

/** A node as the engine takes it (runtime/core/src/definition/draft.rs). */
export interface NodeDraft {
  kind: string;
  name: string;
  title?: string;
  description?: string;
  options: Record<string, unknown>;
  roles: Role[];
  spec: Record<string, unknown>;
  site: Site;
}

/** What `getSteps()` shows of a node besides its draft. */
export interface Written {
  id: string;
  name: string;
  type: 'step' | 'action';
  options: Record<string, unknown>;
  handler?: AnyFunction;
}

export interface NewNode {
  kind: string;
  name: string;
  title?: unknown;
  description?: unknown;
  spec?: Record<string, unknown>;
  functions?: Record<Role, AnyFunction | undefined>;
  written: Written;
}

const KINDS_WITH_OPTIONS = ['step', 'action'];

export class FlowDraft {
  nodes: NodeDraft[] = [];
  written: Written[] = [];
  /** Node, role, function; functions of the workflow itself have the number -1. */
  functions: [number, Role, AnyFunction][] = [];
  /** Names of the arms of `if` blocks that are open. */
  arms: string[][] = [];
  private _names = new Set<string>();
  private _closed: string | undefined;

  add(node: NewNode): NodeDraft {
    this.mustBeOpen();
    const draft: NodeDraft = {
      kind: node.kind, name: node.name, options: {}, roles: [], spec: node.spec ?? {}, site: callSite(),
    };
    if (node.title !== undefined) draft.title = String(node.title);
    if (node.description !== undefined) draft.description = String(node.description);
    this.nodes.push(draft);
    this.written.push(node.written);
    this._names.add(node.name);
    for (const [role, fn] of Object.entries(node.functions ?? {})) if (fn !== undefined) this.give(role, fn);
    return draft;
  }

  /** A function for the last node; one that it has already is replaced. */
  give(role: Role, fn: AnyFunction): void {
    const index = this.nodes.length - 1;
    const { roles } = this.nodes[index];
    const known = roles.includes(role) && this.functions.find(entry => entry[0] === index && entry[1] === role);
    if (known) known[2] = fn;
    else {
      roles.push(role);
      this.functions.push([index, role, fn]);
    }
  }

  /** The last node, if it takes the options of a step. */
  currentStep(): NodeDraft {
    this.mustBeOpen();
    const last = this.nodes[this.nodes.length - 1];
    if (last === undefined || !KINDS_WITH_OPTIONS.includes(last.kind)) refuse('No current step. Call .step() or .action() first.');
    return last;
  }

  /** A name for a node that the author has not named. */
  freeName(base: string): string {
    let name = base;
    for (let count = 2; this._names.has(name); count++) name = `${base}_${count}`;
    return name;
  }

  mustBeOpen(): void {
    if (this._closed !== undefined) refuse(this._closed);
  }

  /** From now on nothing can be added; `reason` is what an attempt is told. */
  close(reason: string): void {
    this._closed = reason;
  }
}
