// workflow.test(): what a run meets, what it must do, and the run itself.

import { callSite } from 'cronflow:internal/ops';
import { checkOptions, refuse } from 'cronflow:internal/options';
import { parseDuration } from 'cronflow:internal/duration';
import { AssertionError } from 'cronflow:internal/testing/assertion';
import { noteRun } from 'cronflow:internal/testing/coverage';
import { areEqual } from 'cronflow:internal/testing/equals';
import { mockFetch } from 'cronflow:internal/testing/fetch';
import { ask, begin, checkTime, close, goTo, idsOf, open, unknown, type Plan } from 'cronflow:internal/testing/kit';
import { brief } from 'cronflow:internal/testing/pretty';
import type { Http } from 'cronflow:internal/testing/requests';
import { resultOf, story, unstartedOf, withRuns, type RunResult, type StepResult, type TestedRun, type Unstarted } from 'cronflow:internal/testing/result';
import type { WorkflowInstance } from 'cronflow:internal/workflow';

type AnyFunction = (...args: any[]) => any;

/** One thing that happens to the run, in order. */
interface Action {
  what: string;
  act: (run: Session) => Promise<unknown>;
}

/** A thing that starts runs: answers with them, with what came of it instead, or with nothing when nobody knows. */
interface Start extends Action {
  act: (run: Session) => Promise<string | string[] | Unstarted | undefined>;
  isStart: true;
  /** The moment that a test which begins with it is about. */
  begins?: () => Promise<number>;
}

interface Expectation {
  step: string;
  what: string;
  holds: (step: StepResult) => boolean;
  site: object;
}

/** An engine with its run. */
export interface Session {
  session: number;
  /** The run: the first that was started. */
  runId: string | undefined;
  /** All that the test has started. */
  started: Set<string>;
  /** What came of a trigger that has started nothing. */
  unstarted: Unstarted | undefined;
  /** What clients of webhooks get. */
  responses: Promise<Http | undefined>[];
  /** A crash is planned: an answer may get lost, what it was about is durable all the same. */
  mayCrash: boolean;
}

const callable = (value: unknown): AnyFunction => (typeof value === 'function' ? (value as AnyFunction) : () => value);
/** A group is an object of functions; anything else is what the action returns. */
function mockedActions(actions: Record<string, unknown>): Record<string, any> {
  const isGroup = (mock: any): boolean => mock !== null && typeof mock === 'object' && Object.keys(mock).length > 0 && Object.values(mock).every(one => typeof one === 'function' || isGroup(one));
  return Object.fromEntries(Object.entries(actions).map(([name, mock]) => [name, isGroup(mock) ? mockedActions(mock as any) : callable(mock)]));
}
const json = (value: unknown) => JSON.stringify(value === undefined ? null : value);

export class WorkflowTest {
  protected _workflow: WorkflowInstance;
  protected _plan: Plan;
  protected _actions: (Action | Start)[] = [];
  private _expectations: Expectation[] = [];
  private _crashSteps: string[] = [];
  private _crashEverywhere = false;

  constructor(workflow: WorkflowInstance) {
    this._workflow = workflow;
    this._plan = { workflow, steps: new Map(), services: new Map(), failures: new Map(), called: new Set() };
  }

  /** Starts the run with a payload. Without it the run starts with null. */
  trigger(payload?: unknown): this {
    this._actions.push(this._trigger(payload));
    return this;
  }

  /** A function or a value that stands for a step. */
  mockStep(name: string, mock: unknown): this {
    this._plan.steps.set(name, callable(mock));
    return this;
  }

  /** Actions that stand for those of a service. */
  mockService(id: string, actions: Record<string, unknown>): this {
    const known = idsOf(this._workflow);
    if (!known.includes(id)) throw new Error(unknown('service', id, known));
    this._plan.services.set(id, mockedActions(actions));
    return this;
  }

  /** Lets a step fail: every attempt, or those that are named. */
  failStep(name: string, error: unknown = new Error('a failure of the test'), options: { attempts?: number | number[] } = {}): this {
    checkOptions(options, ['attempts'], 'failStep()');
    const { attempts } = options;
    const isCount = (value: unknown) => Number.isInteger(value) && (value as number) > 0;
    if (attempts !== undefined && ![attempts].flat().every(isCount)) refuse('attempts of failStep() is a number from 1 on, or a list of such numbers');
    const list = typeof attempts === 'number' ? Array.from({ length: attempts }, (_, index) => index + 1) : attempts;
    const failures = this._plan.failures.get(name) ?? [];
    failures.push({ error: typeof error === 'string' ? new Error(error) : error, attempts: list });
    this._plan.failures.set(name, failures);
    return this;
  }

  /** Answers requests to a URL; see `mockFetch()`. */
  mockFetch(pattern: any, response: unknown): this {
    mockFetch(pattern, response);
    return this;
  }

  /** What a step must have come to. */
  expectStep(name: string): any {
    const site = callSite();
    const add = (what: string, holds: (step: StepResult) => boolean) => {
      this._expectations.push({ step: name, what, holds, site });
      return this;
    };
    return {
      toSucceed: () => add('succeed', step => step.status === 'completed'),
      toFail: () => add('fail', step => ['failed', 'timed_out'].includes(step.status)),
      toFailWith: (text: string) => add(`fail with ${brief(text)}`, step => step.error !== undefined && `${step.error.name}: ${step.error.message}`.includes(text)),
      toReturn: (value: unknown) => add(`return ${brief(value)}`, step => step.status === 'completed' && areEqual(step.output, JSON.parse(json(plain(value)))) || areEqual(step.output, value)),
      toBeSkipped: () => add('be skipped', step => step.status === 'skipped'),
      toHaveAttempts: (count: number) => add(`have ${count} attempts`, step => step.attempts === count),
    };
  }

  /** Lets time pass, with everything that becomes due on the way. */
  advanceTime(time: number | string): this {
    const millis = parseDuration(time);
    return this._then(`advanceTime(${brief(time)})`, async () => void (await ask({ method: 'kit.advance', millis })));
  }

  emitEvent(name: string, payload?: unknown): this {
    const request = { method: 'publishEvent', name, payload: json(payload) };
    return this._then(`emitEvent('${name}')`, async ({ session }) => void (await ask({ method: 'kit.host', session, request })));
  }

  /** Answers what waits for a person; time goes on until something does. */
  approve(payload: unknown = { approved: true }): this {
    return this._decide('approve()', payload);
  }

  /** The same with a decision against it. */
  reject(payload: unknown = { approved: false }): this {
    return this._decide('reject()', payload);
  }

  /** Cancels the run. */
  cancel(reason?: string): this {
    return this._then('cancel()', async run => {
      this._needsRun('cancel()', run);
      await ask({ method: 'kit.host', session: run.session, request: { method: 'cancelRun', run: run.runId, reason } });
    });
  }

  /** The engine dies right after the step's end is recorded, and starts again; the step must end. */
  crashAfter(step: string): this {
    this._crashSteps.push(step);
    return this;
  }

  /**
   * Runs the workflow once for each commit that it makes, lets the engine die there, and requires the
   * same end, and that no completed step runs again.
   */
  crashEverywhere(): this {
    this._crashEverywhere = true;
    return this;
  }

  /** Runs it, and checks what is expected. */
  async run(): Promise<RunResult> {
    const end = begin(this._plan);
    try {
      const { result, report } = await this._once(undefined);
      this._checkNames(report);
      for (const name of report.waitedFor) throw new AssertionError(`crashAfter('${name}'): the step has not ended, so nothing crashed\nwhat happened:\n${story(result)}`);
      this._check(result);
      if (this._crashEverywhere) {
        for (let commit = 1; commit <= report.commits; commit++) await this._crashAt(commit, result, report.commits);
      }
      return result;
    } finally {
      end();
    }
  }

  protected _then(what: string, act: Action['act']): this {
    this._actions.push({ what, act });
    return this;
  }

  protected _start(what: string, act: Start['act']): this {
    this._actions.push({ what, act, isStart: true });
    return this;
  }

  private _trigger(payload: unknown): Start {
    const act = async ({ session, runId }: Session) => {
      if (runId !== undefined) throw new Error('trigger(): the run has been started already');
      return ask({ method: 'kit.trigger', session, workflow: this._workflow.getId(), payload: json(payload) });
    };
    return { what: 'trigger()', act, isStart: true };
  }

  private _needsRun(what: string, { unstarted }: Session): void {
    if (unstarted !== undefined) throw new AssertionError(`${what}: there is no run\nwhat happened:\n${story(unstartedOf(unstarted, this._declared()))}`);
  }

  private _decide(what: string, payload: unknown): this {
    return this._then(what, async run => {
      this._needsRun(what, run);
      const { session, runId } = run;
      for (;;) {
        const waiting = await ask({ method: 'kit.host', session, request: { method: 'paused' } });
        const own = waiting.find((one: any) => one.runId === runId) ?? waiting[0];
        if (own !== undefined) return void (await ask({ method: 'kit.host', session, request: { method: 'resume', token: own.token, payload: json(payload) } }));
        const view = await ask({ method: 'kit.host', session, request: { method: 'inspect', run: runId } });
        const isOver = !['pending', 'running', 'waiting'].includes(view.status);
        if (isOver || !(await ask({ method: 'kit.next' }))) throw new AssertionError(`${what}: nothing waits for a person\nwhat happened:\n${story(resultOf(view, this._declared()))}`);
        await ask({ method: 'kit.idle' });
      }
    });
  }

  private async _once(crashCommit: number | undefined): Promise<{ result: RunResult; report: any }> {
    const [first] = this._actions;
    const begins = first !== undefined && 'begins' in first ? first.begins : undefined;
    if (begins === undefined) return this._goThrough(crashCommit);
    const time = await begins();
    checkTime(this._plan, true);
    const comeBack = goTo(this._plan, time - 1);
    try {
      return await this._goThrough(crashCommit);
    } finally {
      comeBack();
    }
  }

  private async _goThrough(crashCommit: number | undefined): Promise<{ result: RunResult; report: any }> {
    this._plan.called.clear();
    const session = await open(this._plan);
    try {
      const mayCrash = crashCommit !== undefined || this._crashSteps.length > 0;
      const run: Session = { session, runId: undefined, started: new Set(), unstarted: undefined, responses: [], mayCrash };
      if (crashCommit !== undefined) await ask({ method: 'kit.crash', session, commit: crashCommit });
      for (const step of this._crashSteps) await ask({ method: 'kit.crash', session, step });
      const starts = this._actions.some(action => 'isStart' in action);
      if (!starts) await this._act(run, this._trigger(null));
      for (const action of this._actions) await this._act(run, action);
      const runs: TestedRun[] = [];
      for (const id of run.started) runs.push(resultOf(await ask({ method: 'kit.settled', session, run: id }), this._declared()));
      const result = withRuns(runs[0] ?? unstartedOf(run.unstarted!, this._declared()), runs, await Promise.all(run.responses));
      const report = await ask({ method: 'kit.report', session });
      noteRun(this._workflow, report);
      return { result, report };
    } finally {
      await close(session);
    }
  }

  private async _act(run: Session, action: Action | Start): Promise<void> {
    await ask({ method: 'kit.idle' });
    let came: unknown;
    try {
      came = await action.act(run);
    } catch (error) {
      // The engine died before it could answer; what was asked for is durable.
      if (!run.mayCrash || error instanceof AssertionError) throw error;
      await ask({ method: 'kit.idle' });
    }
    if ('isStart' in action) await this._noteStart(run, action.what, came as Awaited<ReturnType<Start['act']>>);
  }

  private async _noteStart(run: Session, what: string, came: string | string[] | Unstarted | undefined): Promise<void> {
    const isUnstarted = typeof came === 'object' && !Array.isArray(came);
    if (isUnstarted) run.unstarted = came;
    else for (const id of came === undefined ? await this._roots(run.session) : [came].flat()) run.started.add(id);
    [run.runId] = run.started;
    if (run.runId !== undefined) run.unstarted = undefined;
    else if (run.unstarted === undefined) throw new Error(`${what} has started no run of workflow '${this._workflow.getId()}'`);
  }

  /** The runs of the workflow that no other run has started. */
  protected async _roots(session: number): Promise<string[]> {
    const { runs } = await ask({ method: 'kit.report', session });
    return runs.filter((one: any) => one.parent === null && one.workflowId === this._workflow.getId()).map((one: any) => one.id);
  }

  private async _crashAt(commit: number, before: RunResult, commits: number): Promise<void> {
    const { result, report } = await this._once(commit);
    const where = `with a crash after commit ${commit} of ${commits}`;
    const fail = (text: string) => {
      throw new AssertionError(`${where} ${text}\nwithout a crash:\n${story(before)}\nwith it:\n${story(result)}`);
    };
    if (report.twice.length > 0) fail(`the step '${report.twice[0]}' was committed twice`);
    if (result.status !== before.status) fail(`the run is ${result.status} instead of ${before.status}`);
    // Keys and addresses carry the run's own id, which is another each time.
    const isSame = (now: unknown, then: unknown) => areEqual(anonymous(now, result.runId), anonymous(then, before.runId));
    if (!isSame(result.output, before.output)) fail(`the output is ${brief(result.output)} instead of ${brief(before.output)}`);
    if (!isSame(result.error?.message, before.error?.message)) fail('the error is another');
    for (const step of before.steps) {
      const other = result.steps.find(one => one.path === step.path);
      if (other?.status !== step.status || !isSame(other.output, step.output)) fail(`the step '${step.path}' came to something else`);
    }
  }

  /** The nodes of the workflow itself that are steps. */
  protected _declared(): { name: string; kind: string }[] {
    const nodes = (this._workflow as any)._flow.nodes as { name: string; kind: string }[];
    return nodes.filter(({ kind }) => !['else', 'endIf'].includes(kind)).map(({ name, kind }) => ({ name, kind }));
  }

  /** Every name that was given must be that of a step. */
  private _checkNames(report: any): void {
    const ran = report.runs.flatMap((run: any) => run.steps.map((step: any) => step.name));
    const known = [...new Set<string>([...this._declared().map(({ name }) => name), ...ran, ...this._plan.called])];
    const given = [...this._plan.steps.keys(), ...this._plan.failures.keys(), ...this._crashSteps, ...this._expectations.map(({ step }) => step)];
    for (const name of given) if (!known.includes(name)) throw new Error(unknown('step', name, known));
  }

  private _check(result: RunResult): void {
    const unmet = this._expectations.filter(({ step, holds }) => !result.steps.some(one => (one.name === step || one.path === step) && holds(one)));
    if (unmet.length === 0) return;
    const lines = unmet.map(({ step, what }) => {
      const found = result.steps.find(one => one.name === step || one.path === step);
      return `the step '${step}' was expected to ${what}, and ${found === undefined ? 'it did not run' : `${wordsFor(found)} in ${found.attempts} attempt${found.attempts === 1 ? '' : 's'}`}`;
    });
    const error = new AssertionError(`${lines.join('\n')}\nwhat happened:\n${story(result)}`);
    Object.defineProperty(error, 'site', { value: unmet[0].site });
    throw error;
  }
}

/** Asymmetric matchers stay what they are. */
function plain(value: any): any {
  return typeof value?.asymmetricMatch === 'function' ? null : value;
}

function wordsFor(step: StepResult): string {
  if (step.status === 'completed') return `it returned ${brief(step.output)}`;
  if (step.error !== undefined) return `it ${step.status === 'failed' ? 'failed' : `is ${step.status}`}: ${step.error.name}: ${step.error.message}`;
  return step.status === 'skipped' ? 'it was skipped' : `it is ${step.status}`;
}

export function testOf(workflow: WorkflowInstance): WorkflowTest {
  return new WorkflowTest(workflow);
}

/** A JSON value without the run's id, and without tokens, which begin with it. */
function anonymous(value: unknown, runId: string): unknown {
  if (value === undefined || runId === '') return value;
  const token = new RegExp(`${runId.replaceAll('-', '')}[\\w.-]*`, 'g');
  return JSON.parse(JSON.stringify(value).replaceAll(runId, '<run>').replace(token, '<token>'));
}
