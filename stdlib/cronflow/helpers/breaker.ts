// Circuit breakers: a service that keeps failing is left alone for a while.

import { now } from 'cronflow:internal/ops';
import { type Duration, type Work, asError, checkFunctions, isCount, isListOf, millis, need, tell } from 'cronflow:internal/helpers/tools';
import { checkOptions } from 'cronflow:internal/options';

export type CircuitState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

export interface CircuitBreakerOptions {
  failureThreshold?: number;
  recoveryTimeout?: Duration;
  /** Parts of error messages. When given, only failures whose message contains one of them can open the circuit. */
  expectedErrors?: string[];
  /** How many calls may try the service at once while the circuit is half open. */
  halfOpenMax?: number;
  onStateChange?: (state: CircuitState, previous: CircuitState) => unknown;
  onFailure?: (error: Error, failures: number) => unknown;
  onSuccess?: (successes: number) => unknown;
}

export interface CircuitBreakerStats {
  totalRequests: number;
  successfulRequests: number;
  failedRequests: number;
  currentFailureCount: number;
  currentSuccessCount: number;
  lastFailureTime?: Date;
  lastSuccessTime?: Date;
  state: CircuitState;
  stateChangeTime: Date;
}

const BREAKER_LIMITS = ['failureThreshold', 'recoveryTimeout', 'expectedErrors', 'halfOpenMax'] as const;
const BREAKER_OPTIONS = ['name', ...BREAKER_LIMITS, 'onStateChange', 'onFailure', 'onSuccess'];
const MANAGER_OPTIONS = ['defaultFailureThreshold', 'defaultRecoveryTimeout', 'enableLogging'];

export function checkBreaker(options: any, of: string): void {
  checkOptions(options, BREAKER_OPTIONS, of);
  const { name, failureThreshold, expectedErrors, halfOpenMax } = options;
  need(name === undefined || typeof name === 'string', `name of ${of} must be a string`);
  need(failureThreshold === undefined || isCount(failureThreshold), `failureThreshold of ${of} must be a whole number from 1`);
  need(halfOpenMax === undefined || isCount(halfOpenMax), `halfOpenMax of ${of} must be a whole number from 1`);
  need(isListOf('string', expectedErrors), `expectedErrors of ${of} must be an array of strings`);
  checkFunctions(options, ['onStateChange', 'onFailure', 'onSuccess'], of);
}

export class CircuitBreaker {
  readonly name: string;
  private _options: CircuitBreakerOptions;
  private _recovery: number;
  private _state: CircuitState = 'CLOSED';
  /** Counts changes of state: the end of a call that began before the last one says nothing about now. */
  private _era = 0;
  private _changedAt = now();
  private _changed = new Date();
  private _trials = 0;
  private _lastTrial = 0;
  private _totals = { successes: 0, failures: 0 };
  /** In a row. */
  private _successes = 0;
  private _failures = 0;
  private _lastFailure: Date | undefined;
  private _lastSuccess: Date | undefined;

  constructor(name: string | (CircuitBreakerOptions & { name?: string }), options: CircuitBreakerOptions = {}) {
    const given: any = typeof name === 'string' ? options : name ?? {};
    this.name = typeof name === 'string' ? name : given.name ?? 'default';
    const of = `circuit breaker '${this.name}'`;
    checkBreaker(given, of);
    this._options = { ...given };
    this._options.failureThreshold ??= 5;
    this._options.recoveryTimeout ??= '30s';
    this._options.halfOpenMax ??= 1;
    this._recovery = millis(this._options.recoveryTimeout, `recoveryTimeout of ${of}`);
  }

  /** Calls `work`, unless the circuit is open. */
  async execute<T>(work: Work<T>): Promise<T> {
    need(typeof work === 'function', `execute() of circuit breaker '${this.name}' needs a function`);
    const era = this._admit();
    let result: T;
    try {
      result = await work();
    } catch (thrown) {
      this._failed(asError(thrown), era);
      throw thrown;
    }
    this._succeeded(era);
    return result;
  }

  /** The state now. The recovery time is looked at when somebody asks, so that no timer outlives the step that called. */
  getState(): CircuitState {
    if (this._state === 'OPEN' && now() - this._changedAt >= this._recovery) this._enter('HALF_OPEN');
    return this._state;
  }

  getStats(): CircuitBreakerStats {
    const { successes, failures } = this._totals;
    return {
      totalRequests: successes + failures,
      successfulRequests: successes,
      failedRequests: failures,
      currentFailureCount: this._failures,
      currentSuccessCount: this._successes,
      lastFailureTime: this._lastFailure,
      lastSuccessTime: this._lastSuccess,
      state: this.getState(),
      stateChangeTime: this._changed,
    };
  }

  isOpen(): boolean {
    return this.getState() === 'OPEN';
  }

  isHalfOpen(): boolean {
    return this.getState() === 'HALF_OPEN';
  }

  isClosed(): boolean {
    return this.getState() === 'CLOSED';
  }

  /** As if new. Not a change that `onStateChange` hears of: the caller knows. */
  reset(): void {
    this._move('CLOSED');
    this._totals = { successes: 0, failures: 0 };
    this._successes = this._failures = 0;
    this._lastFailure = this._lastSuccess = undefined;
  }

  /** The calls under way no longer change the state. */
  destroy(): void {
    this._era++;
  }

  /** The limits as they are in force. */
  _limits(): CircuitBreakerOptions {
    return Object.fromEntries(BREAKER_LIMITS.map(key => [key, this._options[key]]));
  }

  private _admit(): number {
    const state = this.getState();
    if (state === 'CLOSED') return this._era;
    // A trial whose step was stopped never reports; it must not keep the circuit shut for good.
    if (now() - this._lastTrial >= this._recovery) this._trials = 0;
    if (state === 'OPEN' || this._trials >= this._options.halfOpenMax!) {
      throw new Error(`Circuit breaker '${this.name}' is OPEN`);
    }
    this._trials++;
    this._lastTrial = now();
    return this._era;
  }

  private _succeeded(era: number): void {
    this._totals.successes++;
    this._lastSuccess = new Date();
    if (era === this._era) {
      this._successes++;
      this._failures = 0;
      if (this._state === 'HALF_OPEN') this._enter('CLOSED');
    }
    void tell(this._options.onSuccess, 'onSuccess', this._successes);
  }

  private _failed(error: Error, era: number): void {
    this._totals.failures++;
    this._lastFailure = new Date();
    if (era === this._era) {
      const isTrial = this._state === 'HALF_OPEN';
      // While half open any failure tells that the service is not back.
      if (isTrial || this._canOpen(error)) {
        this._successes = 0;
        this._failures++;
        if (isTrial || this._failures >= this._options.failureThreshold!) this._enter('OPEN');
      }
    }
    void tell(this._options.onFailure, 'onFailure', error, this._failures);
  }

  private _canOpen(error: Error): boolean {
    const { expectedErrors } = this._options;
    return !expectedErrors?.length || expectedErrors.some(text => String(error.message).includes(text));
  }

  private _enter(state: CircuitState): void {
    const previous = this._state;
    this._move(state);
    if (state === 'CLOSED') this._failures = 0;
    void tell(this._options.onStateChange, 'onStateChange', state, previous);
  }

  private _move(state: CircuitState): void {
    this._state = state;
    this._era++;
    this._trials = 0;
    this._changedAt = now();
    this._changed = new Date();
  }
}

export class CircuitBreakerManager {
  private static _shared: CircuitBreakerManager | undefined;
  private _breakers = new Map<string, CircuitBreaker>();
  private _defaults: { failureThreshold: number; recoveryTimeout: Duration };
  private _logs: boolean;

  constructor(options: { defaultFailureThreshold?: number; defaultRecoveryTimeout?: Duration; enableLogging?: boolean } = {}) {
    checkOptions(options, MANAGER_OPTIONS, 'CircuitBreakerManager');
    const { defaultFailureThreshold = 5, defaultRecoveryTimeout = '30s', enableLogging = false } = options;
    need(isCount(defaultFailureThreshold), 'defaultFailureThreshold of CircuitBreakerManager must be a whole number from 1');
    need(typeof enableLogging === 'boolean', 'enableLogging of CircuitBreakerManager must be true or false');
    millis(defaultRecoveryTimeout, 'defaultRecoveryTimeout of CircuitBreakerManager');
    this._defaults = { failureThreshold: defaultFailureThreshold, recoveryTimeout: defaultRecoveryTimeout };
    this._logs = enableLogging;
  }

  /** The manager that `StepExecutor` uses. */
  static getInstance(): CircuitBreakerManager {
    return (CircuitBreakerManager._shared ??= new CircuitBreakerManager());
  }

  /** A new breaker; takes the place of one of the same name. */
  createCircuitBreaker(name: string, options: CircuitBreakerOptions = {}): CircuitBreaker {
    need(typeof name === 'string', 'a circuit breaker needs a name');
    checkOptions(options, BREAKER_OPTIONS, `circuit breaker '${name}'`);
    const breaker = new CircuitBreaker(name, {
      ...(this._logs ? logged(name, options) : options),
      failureThreshold: options.failureThreshold ?? this._defaults.failureThreshold,
      recoveryTimeout: options.recoveryTimeout ?? this._defaults.recoveryTimeout,
    });
    this._breakers.set(name, breaker);
    return breaker;
  }

  getCircuitBreaker(name: string): CircuitBreaker | undefined {
    return this._breakers.get(name);
  }

  /** The breaker of that name, made if there is none. Limits that contradict an existing one are a mistake. */
  getBreaker(name: string, options: CircuitBreakerOptions = {}): CircuitBreaker {
    const known = this._breakers.get(name);
    if (known === undefined) return this.createCircuitBreaker(name, options);
    checkBreaker(options, `circuit breaker '${name}'`);
    const limits = known._limits();
    for (const key of BREAKER_LIMITS) {
      const isSame = options[key] === undefined || JSON.stringify(options[key]) === JSON.stringify(limits[key]);
      need(isSame, `circuit breaker '${name}' already exists with another ${key}`);
    }
    return known;
  }

  async executeWithCircuitBreaker<T>(name: string, work: Work<T>, options: CircuitBreakerOptions = {}): Promise<T> {
    return this.getBreaker(name, options).execute(work);
  }

  getAllBreakers(): Map<string, CircuitBreaker> {
    return new Map(this._breakers);
  }

  getAllCircuitBreakers(): { name: string; state: CircuitState; stats: CircuitBreakerStats; options: CircuitBreakerOptions }[] {
    return [...this._breakers].map(([name, breaker]) => ({
      name,
      state: breaker.getState(),
      stats: breaker.getStats(),
      options: breaker._limits(),
    }));
  }

  getCircuitBreakerStats(name: string): CircuitBreakerStats | undefined {
    return this._breakers.get(name)?.getStats();
  }

  getCircuitBreakerState(name: string): CircuitState | undefined {
    return this._breakers.get(name)?.getState();
  }

  /** Whether there was one of that name. */
  resetCircuitBreaker(name: string): boolean {
    this._breakers.get(name)?.reset();
    return this._breakers.has(name);
  }

  resetAllCircuitBreakers(): void {
    for (const breaker of this._breakers.values()) breaker.reset();
  }

  resetAll(): void {
    this.resetAllCircuitBreakers();
  }

  /** Whether there was one of that name. */
  destroyCircuitBreaker(name: string): boolean {
    this._breakers.get(name)?.destroy();
    return this._breakers.delete(name);
  }

  destroyAllCircuitBreakers(): void {
    for (const name of [...this._breakers.keys()]) this.destroyCircuitBreaker(name);
  }

  getGlobalStats(): Record<string, number> {
    const all = [...this._breakers.values()].map(breaker => breaker.getStats());
    const inState = (state: CircuitState) => all.filter(stats => stats.state === state).length;
    const sum = (key: 'totalRequests' | 'failedRequests' | 'successfulRequests') => all.reduce((total, stats) => total + stats[key], 0);
    return {
      totalCircuitBreakers: all.length,
      openCircuitBreakers: inState('OPEN'),
      halfOpenCircuitBreakers: inState('HALF_OPEN'),
      closedCircuitBreakers: inState('CLOSED'),
      totalRequests: sum('totalRequests'),
      totalFailures: sum('failedRequests'),
      totalSuccesses: sum('successfulRequests'),
    };
  }
}

/** The options with a line on the console for what the breaker reports. */
function logged(name: string, options: CircuitBreakerOptions): CircuitBreakerOptions {
  const log = (text: string) => (globalThis as any).console.log(`circuit breaker '${name}': ${text}`);
  return {
    ...options,
    onStateChange: (state, previous) => {
      log(`${previous} -> ${state}`);
      return options.onStateChange?.(state, previous);
    },
    onFailure: (error, failures) => {
      log(`failure ${failures}: ${error.message}`);
      return options.onFailure?.(error, failures);
    },
    onSuccess: successes => {
      log(`success ${successes}`);
      return options.onSuccess?.(successes);
    },
  };
}
