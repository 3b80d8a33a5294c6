// workflow.advancedTest(): the test with mocks of triggers, made-up data, and coverage.

import { momentOf } from 'cronflow:internal/language';
import { checkOptions, refuse } from 'cronflow:internal/options';
import { WorkflowTest, type Session } from 'cronflow:internal/testing/builder';
import { coverageOf, resetCoverage } from 'cronflow:internal/testing/coverage';
import { DataGenerator } from 'cronflow:internal/testing/data';
import { ask, occurrence, unknown } from 'cronflow:internal/testing/kit';
import { httpOf, refusalOf, requestOf } from 'cronflow:internal/testing/requests';
import type { WorkflowInstance } from 'cronflow:internal/workflow';

const json = (value: unknown) => JSON.stringify(value === undefined ? null : value);

class AdvancedTest extends WorkflowTest {
  private _generator = new DataGenerator();
  private _data: any;

  /** Starts the run as that trigger of the workflow would. */
  mockTrigger(type: string, options: any = {}): this {
    const triggers = this._workflow.getTriggers();
    const kinds = [...new Set(triggers.map(trigger => trigger.type))];
    if (!kinds.includes(type)) throw new Error(`workflow '${this._workflow.getId()}' has no such trigger: ${unknown('trigger', type, kinds)}`);
    switch (type) {
      case 'webhook': return this._webhook(options);
      case 'event': return this._event(options);
      case 'poll': return this._poll(options);
      case 'manual': return this._manual(options);
      default: return this._timed(type, options);
    }
  }

  private _manual(options: any): this {
    checkOptions(options, ['payload'], "mockTrigger('manual')");
    const entry = this._workflow.getTriggers().findIndex(({ type }) => type === 'manual');
    const payload = json(options.payload ?? this._data);
    return this._start("mockTrigger('manual')", ({ session }) => ask({ method: 'kit.trigger', session, workflow: this._workflow.getId(), payload, entry }));
  }

  /** A time of the workflow's schedules or intervals comes: the engine starts their runs. */
  private _timed(kind: string, options: any): this {
    const what = `mockTrigger('${kind}')`;
    checkOptions(options, ['at'], what);
    if (this._data !== undefined) refuse(`generateData() makes a payload, and ${what} takes none: the schedule has its own`);
    const at = options.at === undefined ? undefined : momentOf(options.at);
    if (Number.isNaN(at)) refuse(`at of ${what} must be a date`);
    const act = async ({ session }: Session) => {
      const { time, due, now, runs } = await occurrence(this._workflow, kind, at);
      if (due < now) throw new Error(`${what}: ${new Date(time).toISOString()} is past at this point of the test; give a later time, or begin the test with it`);
      await ask({ method: 'kit.advance', millis: due - now });
      await ask({ method: 'kit.idle' });
      const there = await this._roots(session);
      return runs.filter((run: string) => there.includes(run));
    };
    this._actions.push({ what, act, isStart: true, begins: async () => (await occurrence(this._workflow, kind, at)).time });
    return this;
  }

  /** A poll is asked: the engine starts a run for each item that it does not know. */
  private _poll(options: any): this {
    const what = "mockTrigger('poll')";
    checkOptions(options, ['items', 'id'], what);
    const { items = this._data, id } = options;
    if (items !== undefined && !Array.isArray(items)) refuse(`items of ${what} must be an array, also when generateData() makes them`);
    return this._start(what, async ({ session }) => {
      const before = await this._roots(session);
      this._plan.items = items;
      try {
        // An engine that died before the answer asks again.
        let crashes: number;
        do {
          ({ crashes } = await ask({ method: 'kit.report', session }));
          const schedule = await ask({ method: 'kit.poll', session, workflow: this._workflow.getId(), id });
          await this._polled(what, session, schedule);
        } while (crashes !== (await ask({ method: 'kit.report', session })).crashes);
      } finally {
        this._plan.items = undefined;
      }
      const fresh = (await this._roots(session)).filter(run => !before.includes(run));
      return fresh.length > 0 ? fresh : { status: 'skipped' };
    });
  }

  /** Time goes on until the poll has answered. */
  private async _polled(what: string, session: number, schedule: string): Promise<void> {
    for (;;) {
      await ask({ method: 'kit.idle' });
      const { isAsking, failure } = await ask({ method: 'kit.polled', session, schedule });
      if (!isAsking && failure === null) return;
      if (!isAsking) throw new Error(`${what}: the poll has failed: ${failure.name}: ${failure.message}`);
      if (!(await ask({ method: 'kit.next' }))) throw new Error(`${what}: the function of the poll never ends`);
    }
  }

  /** A real request: it meets the checks of the server, and gets its answer. */
  private _webhook(options: any): this {
    const request = requestOf(this._workflow, options, this._data);
    return this._start("mockTrigger('webhook')", async ({ session, responses, mayCrash }) => {
      const sent = await ask({ method: 'kit.request', session, request });
      if (sent.refused !== undefined) {
        const http = httpOf(sent.refused.http);
        responses.push(Promise.resolve(http));
        return refusalOf(sent.refused, http);
      }
      const response = ask({ method: 'kit.response', session, request: sent.request }).then(came => (came === null ? undefined : httpOf(came)));
      // Somebody waits for it at the end. An engine that has died does not answer.
      response.catch(() => {});
      responses.push(mayCrash ? response.catch(() => undefined) : response);
      return sent.run;
    });
  }

  /** A real event: the engine starts what listens to it. */
  private _event(options: any): this {
    checkOptions(options, ['name', 'payload'], "mockTrigger('event')");
    const names = this._workflow.getTriggers().filter(({ type }) => type === 'event').map(({ eventName }) => String(eventName));
    const { name = names.length === 1 && !names[0].includes('*') ? names[0] : undefined } = options;
    if (typeof name !== 'string') refuse(`mockTrigger('event') needs the name of an event; workflow '${this._workflow.getId()}' listens to: ${names.join(', ')}`);
    if (!names.some(one => covers(one, name))) throw new Error(`workflow '${this._workflow.getId()}' does not listen to event '${name}'; it listens to: ${names.join(', ')}`);
    const body = { method: 'publishEvent', name, payload: json(options.payload ?? this._data) };
    return this._start("mockTrigger('event')", async ({ session }) => {
      const before = await this._roots(session);
      await ask({ method: 'kit.host', session, request: body });
      return (await this._roots(session)).filter(run => !before.includes(run));
    });
  }

  /** The seed of the generator, or a generator. */
  withDataGenerator(generator: number | DataGenerator = 1): this {
    this._generator = typeof generator === 'number' ? new DataGenerator(generator) : generator;
    return this;
  }

  /** Makes the payload, or the items of a poll. */
  generateData(make: (generator: DataGenerator) => unknown): this {
    this._data = make(this._generator);
    return this;
  }

  trigger(payload?: unknown): this {
    return super.trigger(payload === undefined ? this._data : payload);
  }

  /** What all tests of the workflow in this file have gone through. */
  getCoverage(): any {
    return coverageOf(this._workflow);
  }

  resetCoverage(): this {
    resetCoverage(this._workflow);
    return this;
  }
}

function covers(pattern: string, name: string): boolean {
  return new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')}$`).test(name);
}

export function advancedTestOf(workflow: WorkflowInstance): AdvancedTest {
  return new AdvancedTest(workflow);
}
