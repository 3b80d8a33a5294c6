// workflow.advancedTest(): the test with mocks of triggers, made-up data, and coverage.

import { WorkflowTest } from 'cronflow:internal/testing/builder';
import { coverageOf, resetCoverage } from 'cronflow:internal/testing/coverage';
import { DataGenerator } from 'cronflow:internal/testing/data';
import { ask, unknown } from 'cronflow:internal/testing/kit';
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
    const fits = (trigger: any) => trigger.type === type && (options.path === undefined || trigger.path === options.path) && (options.name === undefined || type !== 'event' || covers(trigger.eventName, options.name));
    const entry = triggers.findIndex(fits);
    if (entry < 0) throw new Error(`workflow '${this._workflow.getId()}' has no ${type} trigger for ${json(options.path ?? options.name)}`);
    if (type === 'event') return this._event(triggers[entry], options);
    const payload = options.body ?? options.payload ?? this._data ?? null;
    const trigger = type === 'webhook' ? request(triggers[entry], options) : { type, ...options };
    return this._start(`mockTrigger('${type}')`, session => ask({ method: 'kit.trigger', session, workflow: this._workflow.getId(), payload: json(payload), trigger: json(trigger), entry }));
  }

  /** A real event: the engine starts what listens to it. */
  private _event(trigger: any, options: any): this {
    const name = options.name ?? trigger.eventName;
    const body = { method: 'publishEvent', name, payload: json(options.payload ?? options.body ?? this._data) };
    return this._then("mockTrigger('event')", async ({ session }) => void (await ask({ method: 'kit.host', session, request: body })));
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

/** The trigger as a request makes it. */
function request(trigger: any, { path, method, headers = {}, query = {} }: any): object {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
  return { type: 'webhook', path: path ?? trigger.path, method: method ?? trigger.methods?.[0] ?? 'POST', headers: lower, query };
}

function covers(pattern: string, name: string): boolean {
  return new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')}$`).test(name);
}

export function advancedTestOf(workflow: WorkflowInstance): AdvancedTest {
  return new AdvancedTest(workflow);
}
