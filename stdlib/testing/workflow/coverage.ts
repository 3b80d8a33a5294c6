// Which steps, branches, retries, error paths and time limits of each workflow the tests have gone through.

import { attemptsOf } from 'cronflow:internal/testing/result';
import { type WorkflowInstance, workflows } from 'cronflow:internal/workflow';

/** A node, and what became of it in all runs. */
interface NodeFigures {
  /** Its names from the outermost node on; numbers of rounds and items are left out. */
  path: string;
  kind: string;
  title?: string;
  line?: number;
  /** How often it was begun. */
  ran: number;
  completed: number;
  /** How often its last attempt failed, whether `onError` made something of it or not. */
  failed: number;
  /** Whether another attempt may follow a failed one, and how often one did. */
  mayRetry: boolean;
  retried: number;
  /** Whether it has an `onError`, and how often that was called. */
  handlesErrors: boolean;
  handled: number;
  /** Whether its time is limited, and how often it was over. */
  mayTimeOut: boolean;
  timedOut: number;
  /** How often a condition held, and how often not. */
  yes: number;
  no: number;
}

interface Figures {
  runs: number;
  /** Whether steps are tried again that do not say anything about it. */
  retries: boolean;
  /** Of whole runs. */
  mayTimeOut: boolean;
  timedOut: number;
  nodes: Map<string, NodeFigures>;
}

/** Of a `retry` that does not say how many. */
const STANDARD_ATTEMPTS = 3;
const CONDITIONS = ['if', 'elseIf'];
const MARKERS = ['else', 'endIf'];
/** Nodes that call what may throw. */
const FALLIBLE = ['step', 'action', 'subflow'];
/** Nodes that have the workflow's `retry` when they have none of their own. */
const WITH_RETRY = ['step', 'action'];
/** Nodes whose branches have names of their own. */
const BRANCHING = ['parallel', 'race'];

/** Of this file's tests, for the report. */
const all = new Map<WorkflowInstance, Figures>();
/** Since the last `resetCoverage()`. */
const recent = new Map<WorkflowInstance, Figures>();

function figuresOf(figures: Map<WorkflowInstance, Figures>, workflow: WorkflowInstance): Figures {
  let known = figures.get(workflow);
  if (known === undefined) figures.set(workflow, (known = fresh(workflow)));
  return known;
}

function fresh(workflow: WorkflowInstance): Figures {
  const nodes = new Map<string, NodeFigures>();
  const { retry, timeout } = workflow._options;
  const retries = mayRetry(retry);
  for (const { name, kind, title, site, options, roles, spec } of (workflow as any)._flow.nodes) {
    // Steps without a retry of their own have that of the workflow.
    const own = options.retry ?? (['step', 'action'].includes(kind) ? retry : undefined);
    const known = {
      title, line: site.line, mayRetry: own !== undefined && (own.attempts ?? (typeof own === 'number' ? own : STANDARD_ATTEMPTS)) > 1, handlesErrors: roles.includes('onError'),
      mayTimeOut: (options.timeout ?? spec.timeout) !== undefined,
    };
    nodes.set(name, { ...unseen(name, kind), ...known });
  }
  return { runs: 0, retries, mayTimeOut: timeout !== undefined, timedOut: 0, nodes };
}

function mayRetry(retry: any): boolean {
  return retry !== undefined && (typeof retry === 'number' ? retry : (retry.attempts ?? STANDARD_ATTEMPTS)) > 1;
}

function unseen(path: string, kind: string): NodeFigures {
  return { path, kind, ran: 0, completed: 0, failed: 0, mayRetry: false, retried: 0, handlesErrors: false, handled: 0, mayTimeOut: false, timedOut: 0, yes: 0, no: 0 };
}

/** Takes what the runs of a session did. */
export function noteRun(workflow: WorkflowInstance, report: any): void {
  for (const run of report.runs) {
    const own = run.workflowId === workflow.getId() ? workflow : workflows.get(run.workflowId);
    if (own !== undefined) for (const figures of [all, recent]) note(figuresOf(figures, own), run);
  }
}

function note(figures: Figures, run: any): void {
  figures.runs += 1;
  if (run.status === 'timed_out') figures.timedOut += 1;
  const branching = new Set(run.steps.filter((step: any) => BRANCHING.includes(step.type)).map((step: any) => step.path));
  for (const step of run.steps) {
    if (step.type === 'hook') continue;
    const path = step.path.replace(/\[\d+\]/g, (round: string, at: number) => (branching.has(step.path.slice(0, at)) ? round : '[]'));
    let node = figures.nodes.get(path);
    // Bodies declare their steps while a run executes.
    if (node === undefined) figures.nodes.set(path, (node = { ...unseen(path, step.type), mayRetry: figures.retries && WITH_RETRY.includes(step.type) }));
    noteStep(node, step);
  }
}

function noteStep(node: NodeFigures, step: any): void {
  if (CONDITIONS.includes(step.type) && step.status === 'completed') node[step.output === true ? 'yes' : 'no'] += 1;
  // What is passed over leaves an attempt, too.
  if (step.attempts.some((attempt: any) => attempt.status !== 'skipped')) node.ran += 1;
  if (step.status === 'completed') node.completed += 1;
  const own = attemptsOf(step);
  if (own.length < step.attempts.length) node.handled += 1;
  if (own[own.length - 1]?.status === 'failed') node.failed += 1;
  if (own.slice(0, -1).some((attempt: any) => attempt.status === 'failed')) node.retried += 1;
  const isOver = own.some((attempt: any) => attempt.error?.name === 'TimeoutError') || (!FALLIBLE.includes(step.type) && step.output?.timedOut === true);
  if (node.mayTimeOut && isOver) node.timedOut += 1;
}

const share = (part: number, whole: number) => (whole === 0 ? 100 : Math.round((part / whole) * 1000) / 10);

/** The figures of one workflow since the last reset, in per cent and in detail. */
export function coverageOf(workflow: WorkflowInstance): any {
  const { runs, nodes } = figuresOf(recent, workflow);
  const conditions = [...nodes.values()].filter(node => CONDITIONS.includes(node.kind));
  const steps = [...nodes.values()].filter(node => ![...CONDITIONS, ...MARKERS].includes(node.kind));
  const missing = steps.filter(step => step.ran === 0).map(step => step.path);
  const untaken = conditions.flatMap(({ path, yes, no }) => [...(yes === 0 ? [`${path}: true`] : []), ...(no === 0 ? [`${path}: false`] : [])]);
  const arms = conditions.length * 2;
  const where = (holds: (step: NodeFigures) => boolean) => steps.filter(holds).map(step => step.path);
  return {
    workflow: workflow.getId(), runs,
    steps: { total: steps.length, covered: steps.length - missing.length, percent: share(steps.length - missing.length, steps.length), missing },
    branches: { total: arms, covered: arms - untaken.length, percent: share(arms - untaken.length, arms), missing: untaken },
    retries: where(step => step.retried > 0),
    errorPaths: where(step => step.failed > 0),
    onError: where(step => step.handled > 0),
    timeouts: where(step => step.timedOut > 0),
    detail: Object.fromEntries(steps.map(({ path, kind, ran, completed, failed, retried, handled, timedOut }) => [path, { kind, ran, completed, failed, retried, handled, timedOut }])),
    conditions: Object.fromEntries(conditions.map(({ path, yes, no }) => [path, { yes, no }])),
  };
}

export function resetCoverage(workflow: WorkflowInstance): void {
  recent.delete(workflow);
}

/** The figures of all workflows of this file's tests, those that never ran too. */
export function allFigures(): object[] {
  for (const workflow of workflows.values()) figuresOf(all, workflow);
  return [...all].map(([workflow, { nodes, ...figures }]) => {
    const { file, line } = (workflow as any)._site;
    return { id: workflow.getId(), name: workflow.getName(), file, line, ...figures, nodes: [...nodes.values()] };
  });
}
