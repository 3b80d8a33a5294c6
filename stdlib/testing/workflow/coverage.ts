// Which steps, branches, retries, error paths and time limits of each workflow the tests have gone through.

import { attemptsOf } from 'cronflow:internal/testing/result';
import type { NodeDraft } from 'cronflow:internal/flow';
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
  /** What it runs: the rounds of a loop, or branches. */
  bodies: BodyFigures[];
}

interface BodyFigures {
  path: string;
  /** How often it was begun. */
  entered: number;
  /** How often it declared its steps, or ended by itself: without that its steps are not known. */
  known: number;
  /** How often it was the first of a race. */
  first: number;
}

interface Figures {
  runs: number;
  /** Of steps that do not say anything about it. */
  retry: unknown;
  /** Of whole runs. */
  mayTimeOut: boolean;
  timedOut: number;
  nodes: Map<string, NodeFigures>;
}

/** Of a `retry` that does not say how many. */
const STANDARD_ATTEMPTS = 3;
const CONDITIONS = ['if', 'elseIf'];
/** What `steps` does not count: bodies are parts of their loops and branches. */
const NO_STEPS = [...CONDITIONS, 'else', 'endIf', 'body'];
/** Nodes that call what may throw. */
const FALLIBLE = ['step', 'action', 'subflow'];
/** Nodes that have the workflow's `retry` when they have none of their own. */
const WITH_RETRY = ['step', 'action'];
const LOOPS = ['forEach', 'batch', 'while'];
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
  const { retry, timeout } = workflow._options;
  const figures: Figures = { runs: 0, retry, mayTimeOut: timeout !== undefined, timedOut: 0, nodes: new Map() };
  for (const draft of (workflow as any)._flow.nodes as NodeDraft[]) declare(figures, draft.name, draft);
  return figures;
}

/** Notes a node with its options, as the workflow or a body declares it. */
function declare({ nodes, retry }: Figures, path: string, { kind, title, site, options, roles, spec }: NodeDraft): void {
  if (nodes.has(path)) return;
  // Steps without a retry of their own have that of the workflow.
  const own: any = options.retry ?? (WITH_RETRY.includes(kind) ? retry : undefined);
  nodes.set(path, {
    path, kind, title, line: site.line, ran: 0, completed: 0, failed: 0, retried: 0, handled: 0, timedOut: 0, yes: 0, no: 0,
    mayRetry: own !== undefined && (own.attempts ?? (typeof own === 'number' ? own : STANDARD_ATTEMPTS)) > 1,
    handlesErrors: roles.includes('onError'),
    mayTimeOut: (options.timeout ?? spec.timeout) !== undefined,
    bodies: bodiesOf(kind, spec).map(name => ({ path: `${path}[${name}]`, entered: 0, known: 0, first: 0 })),
  });
}

/** The names of the bodies that a node runs; rounds and items are not told apart. */
function bodiesOf(kind: string, { branches, keys }: any): string[] {
  if (LOOPS.includes(kind)) return [''];
  if (!BRANCHING.includes(kind)) return [];
  return keys ?? Array.from({ length: branches }, (_, number) => String(number));
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
  const { shapes, bodies } = run.coverage;
  for (const { shape, declared } of bodies) for (const draft of declared) declare(figures, `${shape}/${draft.name}`, draft);
  for (const { shape, node, entered, known, first } of bodies) {
    const owner = figures.nodes.get(node);
    const body = owner?.bodies.find(({ path }) => path === shape);
    if (owner === undefined || body === undefined) continue;
    body.entered += entered;
    if (owner.kind === 'while') owner.yes += entered;
    body.known += known;
    body.first += first;
  }
  for (const step of run.steps) {
    const node = step.type === 'hook' ? undefined : figures.nodes.get(shapes[step.path]);
    if (node !== undefined) noteStep(node, step);
  }
}

function noteStep(node: NodeFigures, step: any): void {
  if (CONDITIONS.includes(step.type) && step.status === 'completed') node[step.output === true ? 'yes' : 'no'] += 1;
  if (step.type === 'while' && step.output?.completed === true) node.no += 1;
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

/** The ways on from a node, and how often each was taken. */
function waysOf({ path, kind, yes, no, bodies }: NodeFigures): [string, number][] {
  if (kind === 'while' || CONDITIONS.includes(kind)) return [[`${path}: true`, yes], [`${path}: false`, no]];
  return bodies.map(body => (kind === 'race' ? [`${body.path}: first`, body.first] : [body.path, body.entered]));
}

const share = (part: number, whole: number) => (whole === 0 ? 100 : Math.round((part / whole) * 1000) / 10);

/** The figures of one workflow since the last reset, in per cent and in detail. */
export function coverageOf(workflow: WorkflowInstance): any {
  const figures = figuresOf(recent, workflow);
  const nodes = [...figures.nodes.values()];
  const conditions = nodes.filter(node => CONDITIONS.includes(node.kind));
  const steps = nodes.filter(node => !NO_STEPS.includes(node.kind));
  const missing = steps.filter(step => step.ran === 0).map(step => step.path);
  const ways = nodes.flatMap(waysOf);
  const untaken = ways.filter(([, count]) => count === 0).map(([way]) => way);
  const where = (holds: (step: NodeFigures) => boolean) => steps.filter(holds).map(step => step.path);
  return {
    workflow: workflow.getId(), runs: figures.runs,
    steps: { total: steps.length, covered: steps.length - missing.length, percent: share(steps.length - missing.length, steps.length), missing },
    branches: { total: ways.length, covered: ways.length - untaken.length, percent: share(ways.length - untaken.length, ways.length), missing: untaken },
    retries: where(step => step.retried > 0),
    errorPaths: where(step => step.failed > 0),
    onError: where(step => step.handled > 0),
    timeouts: where(step => step.timedOut > 0),
    unknown: nodes.flatMap(({ bodies }) => bodies.filter(({ known }) => known === 0).map(({ path }) => path)),
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
  return [...all].map(([workflow, { nodes, retry: _, ...figures }]) => {
    const { file, line } = (workflow as any)._site;
    return { id: workflow.getId(), name: workflow.getName(), file, line, ...figures, nodes: [...nodes.values()] };
  });
}
