// Which steps, branches, retries and error paths of each workflow the tests have gone through.

import { attemptsOf } from 'cronflow:internal/testing/result';
import type { WorkflowInstance } from 'cronflow:internal/workflow';

interface Covered {
  runs: number;
  /** By name: how often it ran, how it ended, whether it was tried again. */
  steps: Map<string, { kind: string; completed: number; failed: number; retried: number }>;
  /** By the name of the condition: how often it held, and how often not. */
  branches: Map<string, { yes: number; no: number }>;
}

const all = new Map<string, { workflow: WorkflowInstance; covered: Covered }>();

const BRANCHES = ['if', 'elseIf'];

function entryOf(workflow: WorkflowInstance): Covered {
  let entry = all.get(workflow.getId());
  if (entry === undefined || entry.workflow !== workflow) {
    entry = { workflow, covered: { runs: 0, steps: new Map(), branches: new Map() } };
    const nodes = (workflow as any)._flow.nodes as { name: string; kind: string }[];
    for (const { name, kind } of nodes) {
      if (BRANCHES.includes(kind)) entry.covered.branches.set(name, { yes: 0, no: 0 });
      else if (!['else', 'endIf'].includes(kind)) entry.covered.steps.set(name, { kind, completed: 0, failed: 0, retried: 0 });
    }
    all.set(workflow.getId(), entry);
  }
  return entry.covered;
}

/** Takes what the runs of a session did. */
export function noteRun(workflow: WorkflowInstance, report: any): void {
  const covered = entryOf(workflow);
  for (const run of report.runs) {
    if (run.workflowId !== workflow.getId()) continue;
    covered.runs += 1;
    for (const step of run.steps) {
      if (BRANCHES.includes(step.type)) {
        const branch = covered.branches.get(step.name) ?? { yes: 0, no: 0 };
        branch[step.output === true ? 'yes' : 'no'] += 1;
        covered.branches.set(step.name, branch);
        continue;
      }
      const known = covered.steps.get(step.name) ?? { kind: step.type, completed: 0, failed: 0, retried: 0 };
      if (step.status === 'completed') known.completed += 1;
      else if (step.attempts.length > 0) known.failed += 1;
      if (attemptsOf(step).length > 1) known.retried += 1;
      covered.steps.set(step.name, known);
    }
  }
}

const share = (part: number, whole: number) => (whole === 0 ? 100 : Math.round((part / whole) * 1000) / 10);

/** The figures of one workflow, in per cent and in detail. */
export function coverageOf(workflow: WorkflowInstance): any {
  const { runs, steps, branches } = entryOf(workflow);
  const ran = [...steps.values()].filter(step => step.completed + step.failed > 0).length;
  const arms = [...branches.values()].flatMap(({ yes, no }) => [yes, no]);
  const taken = arms.filter(count => count > 0).length;
  return {
    workflow: workflow.getId(), runs,
    steps: { total: steps.size, covered: ran, percent: share(ran, steps.size), missing: [...steps].filter(([, step]) => step.completed + step.failed === 0).map(([name]) => name) },
    branches: {
      total: arms.length, covered: taken, percent: share(taken, arms.length),
      missing: [...branches].flatMap(([name, { yes, no }]) => [...(yes === 0 ? [`${name}: true`] : []), ...(no === 0 ? [`${name}: false`] : [])]),
    },
    retries: [...steps].filter(([, step]) => step.retried > 0).map(([name]) => name),
    errorPaths: [...steps].filter(([, step]) => step.failed > 0).map(([name]) => name),
    detail: Object.fromEntries(steps),
    conditions: Object.fromEntries(branches),
  };
}

export function resetCoverage(workflow: WorkflowInstance): void {
  all.delete(workflow.getId());
}
