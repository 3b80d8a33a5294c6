// workflow.advancedTest(): the test with mocks of triggers, made-up data, and coverage.

import { WorkflowTest } from 'cronflow:internal/testing/builder';
import { coverageOf, resetCoverage } from 'cronflow:internal/testing/coverage';
import { DataGenerator } from 'cronflow:internal/testing/data';
import { ask, unknown } from 'cronflow:internal/testing/kit';
import { httpOf, refusalOf, requestOf } from 'cronflow:internal/testing/requests';
import type { WorkflowInstance } from 'cronflow:internal/workflow';

const json = (value: unknown) => JSON.stringify(value === undefined ? null : value);

class AdvancedTest extends WorkflowTest {
  private _generator = new DataGenerator();
  private _data: any;

  /** Starts the run as that trigger would: `webhook` with `{path, method, headers, query, body}`, `event` with `{name, payload}`. */
  mockTrigger(type: string, options: any = {}): this {
    const triggers = this._workflow.getTriggers();
    const kinds = [...new Set(triggers.map(trigger => trigger.type))];
    if (!kinds.includes(type)) throw new Error(`workflow '${this._workflow.getId()}' has no such trigger: ${unknown('trigger', type, kinds)}`);
    if (type === 'webhook') return this._webhook(options);
    const fits = (trigger: any) => trigger.type === type && (options.path === undefined || trigger.path === options.path) && (options.name === undefined || type !== 'event' || covers(trigger.eventName, options.name));
    const entry = triggers.findIndex(fits);
    if (entry < 0) throw new Error(`workflow '${this._workflow.getId()}' has no ${type} trigger for ${json(options.path ?? options.name)}`);
    if (type === 'event') return this._event(triggers[entry], options);
    const payload = options.payload ?? this._data ?? null;
    return this._start(`mockTrigger('${type}')`, ({ session }) => ask({ method: 'kit.trigger', session, workflow: this._workflow.getId(), payload: json(payload), trigger: json({ type, ...options }), entry }));
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
      const response = ask({ method: 'kit.response', session, request: sent.request }).then(httpOf);
      // Somebody waits for it at the end. An engine that has died does not answer.
      response.catch(() => {});
      responses.push(mayCrash ? response.catch(() => undefined) : response);
      return sent.run;
    });
  }

  /** A real event: the engine starts what listens to it. */
  private _event(trigger: any, options: any): this {
    const name = options.name ?? trigger.eventName;
    const body = { method: 'publishEvent', name, payload: json(options.payload ?? options.body ?? this._data) };
    return this._start("mockTrigger('event')", async ({ session }) => {
      await ask({ method: 'kit.host', session, request: body });
      return undefined;
    });
  }

  /** The seed of the generator, or a generator. */
  withDataGenerator(generator: number | DataGenerator = 1): this {
    this._generator = typeof generator === 'number' ? new DataGenerator(generator) : generator;
    return this;
  }

  /** Makes the payload. */
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
