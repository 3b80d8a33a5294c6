/// <reference lib="esnext.disposable" />
// Declarations of the module `cronflow/testing`, which `vitest`, `@jest/globals` and `bun:test` stand for too.

type Fn = (...args: any[]) => any;
type Time = number | string;

/** When a failed test is tried again. */
export interface Retry {
  count?: number;
  /** Milliseconds before each further attempt; they pass at once. */
  delay?: number;
  /** Which last error is worth another attempt. */
  condition?: RegExp | ((error: Error) => unknown);
}

export interface TestOptions {
  /** Longest real time. */
  timeout?: Time;
  retry?: number | Retry;
  repeats?: number;
  concurrent?: boolean;
  sequential?: boolean;
  skip?: boolean;
  only?: boolean;
  todo?: boolean;
  fails?: boolean;
  /** Of a suite: what it holds comes in the order of a seed, or with false as it is written. */
  shuffle?: boolean;
  /** To be found in `context.task.meta`. */
  meta?: Record<string, unknown>;
}

/** What has become of a test, or is becoming of it. */
export interface TestResult {
  state: 'run' | 'pass' | 'fail' | 'skip' | 'todo';
  startTime: number;
  duration?: number;
  retryCount: number;
  repeatCount: number;
  errors?: { name: string; message: string; stack?: string }[];
}

/** What a test or suite sees of itself. */
export interface Task {
  readonly id: string;
  readonly type: 'test' | 'suite';
  readonly name: string;
  /** With the file and the suites around it. */
  readonly fullName: string;
  /** With the suites around it. */
  readonly fullTestName: string | undefined;
  /** The suite around it, when there is one. */
  readonly suite: Task | undefined;
  readonly file: Task;
  readonly filepath: string | undefined;
  /** What a suite holds. */
  readonly tasks: Task[] | undefined;
  readonly mode: string;
  readonly timeout: number;
  readonly retry: number | Retry;
  readonly repeats: number | undefined;
  readonly concurrent: boolean | undefined;
  readonly fails: boolean | undefined;
  readonly location: { line: number } | undefined;
  readonly result: TestResult | undefined;
  meta: Record<string, unknown>;
  readonly annotations: { message: string; type: string }[];
}

export interface TestContext {
  readonly task: Task;
  readonly name: string;
  readonly fullName: string;
  readonly expect: typeof expect;
  /** Aborted when the test is ended from outside, by its time limit say. */
  readonly signal: AbortSignal;
  skip(note?: string): never;
  /** Does nothing when the condition is false. */
  skip(condition: boolean, note?: string): void;
  onTestFinished(fn: Fn, timeout?: number): void;
  onTestFailed(fn: Fn, timeout?: number): void;
  diagnostic(text: string): void;
  /** A note in the report. */
  annotate(message: string, type?: string): Promise<{ message: string; type: string }>;
}

type Body<A extends unknown[]> = (...args: [...A, TestContext]) => unknown;

interface Declare<A extends unknown[]> {
  (name: string | Fn, fn?: Body<A>, options?: Time | TestOptions): void;
  (name: string | Fn, options: TestOptions, fn?: Body<A>): void;
}

export interface TestFunction extends Declare<[]> {
  readonly only: TestFunction;
  readonly skip: TestFunction;
  readonly todo: TestFunction;
  readonly concurrent: TestFunction;
  readonly sequential: TestFunction;
  readonly fails: TestFunction;
  readonly failing: TestFunction;
  if(condition: unknown): TestFunction;
  runIf(condition: unknown): TestFunction;
  skipIf(condition: unknown): TestFunction;
  todoIf(condition: unknown): TestFunction;
  each<T extends readonly unknown[]>(rows: readonly T[]): (name: string, fn: (...args: any[]) => unknown, options?: Time | TestOptions) => void;
  each<T>(rows: readonly T[]): (name: string, fn: (row: T, context: TestContext) => unknown, options?: Time | TestOptions) => void;
  each(head: TemplateStringsArray, ...values: unknown[]): (name: string, fn: (row: any, context: TestContext) => unknown, options?: Time | TestOptions) => void;
  for<T>(rows: readonly T[]): (name: string, fn: (row: T, context: TestContext) => unknown, options?: Time | TestOptions) => void;
}

/** Makes a fixture and hands it over with `use`; what follows that call clears it away. */
type Fixture<Value, All> = Value | ((context: TestContext & All, use: (value: Value) => Promise<void>) => unknown);
export interface FixtureOptions {
  /** Also for tests that do not ask for it. */
  auto?: boolean;
  /** How long it lives; `worker` is the same as `file`. */
  scope?: 'test' | 'file' | 'worker';
  /** Nothing provides values here: the default is taken. */
  injected?: boolean;
}
type Fixtures<More, All> = { [Name in keyof More]: Fixture<More[Name], All & More> | [Fixture<More[Name], All & More>, FixtureOptions] };
type Returning<Value, All> = ((context: TestContext & All, more: { onCleanup(fn: Fn): void }) => Value | Promise<Value>) | Value;
type Named<Name extends string, Value> = { [Key in Name]: Value };

/** Tests that are given what they take out of their context. */
export interface ExtendedTest<All> {
  (name: string | Fn, fn?: (context: TestContext & All) => unknown, options?: Time | TestOptions): void;
  (name: string | Fn, options: TestOptions, fn?: (context: TestContext & All) => unknown): void;
  readonly only: ExtendedTest<All>;
  readonly skip: ExtendedTest<All>;
  readonly todo: ExtendedTest<All>;
  readonly concurrent: ExtendedTest<All>;
  readonly fails: ExtendedTest<All>;
  runIf(condition: unknown): ExtendedTest<All>;
  skipIf(condition: unknown): ExtendedTest<All>;
  each<T>(rows: readonly T[]): (name: string, fn: (...args: any[]) => unknown, options?: Time | TestOptions) => void;
  for<T>(rows: readonly T[]): (name: string, fn: (row: T, context: TestContext & All) => unknown, options?: Time | TestOptions) => void;
  extend<More extends object>(fixtures: Fixtures<More, All>): ExtendedTest<All & More>;
  extend<Name extends string, Value>(name: Name, fixture: Returning<Value, All>): ExtendedTest<All & Named<Name, Value>>;
  extend<Name extends string, Value>(name: Name, options: FixtureOptions, fixture: Returning<Value, All>): ExtendedTest<All & Named<Name, Value>>;
  /** Other fixtures for the tests of the suite that it stands in. */
  override(fixtures: { [Name in keyof All]?: Fixture<All[Name], All> | [Fixture<All[Name], All>, FixtureOptions] }): ExtendedTest<All>;
  override<Name extends keyof All & string>(name: Name, fixture: Returning<All[Name], All>): ExtendedTest<All>;
  readonly describe: TestFunction;
  beforeAll(fn: (context: All) => unknown, timeout?: Time): void;
  afterAll(fn: (context: All) => unknown, timeout?: Time): void;
  beforeEach(fn: (context: TestContext & All) => unknown, timeout?: Time): void;
  afterEach(fn: (context: TestContext & All) => unknown, timeout?: Time): void;
  aroundAll(fn: (runSuite: () => Promise<void>, context: All) => unknown, timeout?: Time): void;
  aroundEach(fn: (runTest: () => Promise<void>, context: TestContext & All) => unknown, timeout?: Time): void;
}

export interface Test extends TestFunction {
  extend<More extends object>(fixtures: Fixtures<More, unknown>): ExtendedTest<More>;
  extend<Name extends string, Value>(name: Name, fixture: Returning<Value, unknown>): ExtendedTest<Named<Name, Value>>;
  extend<Name extends string, Value>(name: Name, options: FixtureOptions, fixture: Returning<Value, unknown>): ExtendedTest<Named<Name, Value>>;
  readonly describe: TestFunction;
}

export declare const test: Test;
export declare const it: Test;
export declare const describe: TestFunction & { readonly shuffle: TestFunction };
export declare const suite: typeof describe;
export declare const xit: TestFunction;
export declare const xtest: TestFunction;
export declare const fit: TestFunction;
export declare const xdescribe: TestFunction;
export declare const fdescribe: TestFunction;

export declare function beforeAll(fn: Fn, timeout?: Time | { timeout?: Time }): void;
export declare function afterAll(fn: Fn, timeout?: Time | { timeout?: Time }): void;
export declare function beforeEach(fn: Fn, timeout?: Time | { timeout?: Time }): void;
export declare function afterEach(fn: Fn, timeout?: Time | { timeout?: Time }): void;
/** Around the suite, and around each test: what they are given runs what they are around. */
export declare function aroundAll(fn: (runSuite: () => Promise<void>) => unknown, timeout?: Time | { timeout?: Time }): void;
export declare function aroundEach(fn: (runTest: () => Promise<void>, context: TestContext) => unknown, timeout?: Time | { timeout?: Time }): void;

/** Called in a test: runs when it has ended, or when it has failed. */
export declare function onTestFinished(fn: (context?: TestContext) => unknown, timeout?: number): void;
export declare function onTestFailed(fn: (context?: TestContext) => unknown, timeout?: number): void;
/** Types are checked by the compiler; when tests run there is nothing to do. */
export declare function expectTypeOf<T>(value?: T): any;
export declare function assertType<T>(value: T): void;
export declare function setDefaultTimeout(millis: number): void;

/** What every assertion has; matchers that a test adds with `expect.extend()` and the words of Chai (`to.be.an()`) are there too. */
export interface Matchers<R> {
  readonly not: Matchers<R>;
  readonly resolves: Matchers<Promise<void>>;
  readonly rejects: Matchers<Promise<void>>;
  toBe(expected: unknown): R;
  toEqual(expected: unknown): R;
  toStrictEqual(expected: unknown): R;
  toMatchObject(expected: object): R;
  toBeTruthy(): R;
  toBeFalsy(): R;
  toBeNull(): R;
  toBeUndefined(): R;
  toBeDefined(): R;
  toBeNaN(): R;
  toBeTypeOf(type: string): R;
  toBeInstanceOf(type: Fn | (abstract new (...args: any[]) => any)): R;
  toBeGreaterThan(than: number | bigint | Date): R;
  toBeGreaterThanOrEqual(than: number | bigint | Date): R;
  toBeLessThan(than: number | bigint | Date): R;
  toBeLessThanOrEqual(than: number | bigint | Date): R;
  toBeCloseTo(expected: number, digits?: number): R;
  toContain(item: unknown): R;
  toContainEqual(item: unknown): R;
  toHaveLength(length: number): R;
  toHaveProperty(path: string | PropertyKey[], value?: unknown): R;
  toMatch(pattern: string | RegExp): R;
  toMatchFileSnapshot(path: string): R;
  toBeOneOf(list: Iterable<unknown>): R;
  toSatisfy(check: (value: any) => unknown, what?: string): R;
  toThrow(expected?: unknown): R;
  toThrowError(expected?: unknown): R;
  toMatchSnapshot(shapeOrHint?: object | string, hint?: string): R;
  toMatchInlineSnapshot(shapeOrText?: object | string, text?: string): R;
  toThrowErrorMatchingSnapshot(hint?: string): R;
  toThrowErrorMatchingInlineSnapshot(text?: string): R;
  toHaveBeenCalled(): R;
  toHaveBeenCalledTimes(count: number): R;
  toHaveBeenCalledOnce(): R;
  toHaveBeenCalledWith(...args: unknown[]): R;
  toHaveBeenLastCalledWith(...args: unknown[]): R;
  toHaveBeenNthCalledWith(index: number, ...args: unknown[]): R;
  toHaveBeenCalledExactlyOnceWith(...args: unknown[]): R;
  /** `must`: false lets the one that comes first be missing. */
  toHaveBeenCalledBefore(other: Fn, must?: boolean): R;
  toHaveBeenCalledAfter(other: Fn, must?: boolean): R;
  toHaveReturned(): R;
  toHaveReturnedTimes(count: number): R;
  toHaveReturnedWith(value: unknown): R;
  toHaveLastReturnedWith(value: unknown): R;
  toHaveNthReturnedWith(index: number, value: unknown): R;
  [matcher: string]: any;
}

export interface ExpectStatic {
  (value?: unknown, message?: string): Matchers<void>;
  soft(value?: unknown, message?: string): Matchers<void>;
  /** The signal is aborted when the time is over. */
  poll(get: (context: { signal: AbortSignal }) => unknown, options?: { timeout?: number; interval?: number; message?: string }): Matchers<Promise<void>>;
  extend(matchers: Record<string, (this: any, received: any, ...args: any[]) => any>): void;
  assertions(count: number): void;
  hasAssertions(): void;
  unreachable(message?: string): never;
  any(type: unknown): any;
  anything(): any;
  arrayContaining(list: unknown[]): any;
  arrayOf(item: unknown): any;
  objectContaining(object: object): any;
  stringContaining(text: string): any;
  stringMatching(pattern: string | RegExp): any;
  closeTo(value: number, digits?: number): any;
  /** A schema that follows Standard Schema. */
  schemaMatching(schema: object): any;
  addSnapshotSerializer(serializer: object): void;
  addEqualityTesters(testers: Fn[]): void;
  getState(): { currentTestName?: string; assertionCalls: number; [name: string]: any };
  setState(state: object): void;
  toBeOneOf(list: Iterable<unknown>): any;
  toSatisfy(check: (value: any) => unknown, what?: string): any;
  fail(message?: string): never;
  readonly not: Pick<ExpectStatic, 'arrayContaining' | 'arrayOf' | 'objectContaining' | 'stringContaining' | 'stringMatching' | 'closeTo' | 'schemaMatching' | 'toBeOneOf' | 'toSatisfy'>;
}

export declare const expect: ExpectStatic;
/** Assertions in Chai's style. */
export declare const assert: { (value: unknown, message?: string): void; [name: string]: (...args: any[]) => void };
export declare class AssertionError extends Error {
  expected: unknown;
  actual: unknown;
  diff: string | undefined;
}

export interface Mock<F extends Fn = Fn> {
  (...args: Parameters<F>): ReturnType<F>;
  new (...args: Parameters<F>): any;
  mock: {
    calls: Parameters<F>[];
    results: { type: 'return' | 'throw' | 'incomplete'; value: any }[];
    settledResults: { type: 'fulfilled' | 'rejected' | 'incomplete'; value: any }[];
    contexts: any[];
    instances: any[];
    invocationCallOrder: number[];
    lastCall?: Parameters<F>;
  };
  mockClear(): this;
  mockReset(): this;
  mockRestore(): this;
  mockName(name: string): this;
  getMockName(): string;
  mockImplementation(fn: (...args: any[]) => any): this;
  mockImplementationOnce(fn: (...args: any[]) => any): this;
  mockReturnValue(value: any): this;
  mockReturnValueOnce(value: any): this;
  mockResolvedValue(value: any): this;
  mockResolvedValueOnce(value: any): this;
  mockRejectedValue(error: any): this;
  mockRejectedValueOnce(error: any): this;
  mockThrow(error: any): this;
  mockThrowOnce(error: any): this;
  mockReturnThis(): this;
  getMockImplementation(): ((...args: any[]) => any) | undefined;
  /** Does another thing while `work` runs. */
  withImplementation<T>(fn: (...args: any[]) => any, work: () => T): T extends Promise<any> ? Promise<this> : this;
  /** A mock for calls with these arguments; all others go on as before. */
  whenCalledWith(...args: any[]): Mock;
  [Symbol.dispose](): void;
}

/** What a mock does for certain arguments. The last that was said counts first. */
export interface When {
  calledWith(...args: any[]): this;
  thenReturn(value: unknown, options?: { times?: number }): this;
  thenReturnOnce(value: unknown): this;
  thenThrow(error: unknown, options?: { times?: number }): this;
  thenThrowOnce(error: unknown): this;
  thenResolve(value: unknown, options?: { times?: number }): this;
  thenResolveOnce(value: unknown): this;
  thenReject(error: unknown, options?: { times?: number }): this;
  thenRejectOnce(error: unknown): this;
  [Symbol.dispose](): void;
}

export interface FakeTimers {
  now?: number | Date;
  /** All timers stand still, or none: those that are named decide. */
  toFake?: string[];
  toNotFake?: string[];
  /** Timers go on by themselves, and can be moved all the same. */
  shouldAdvanceTime?: boolean;
  /** How many timers `runAllTimers()` runs at most. */
  loopLimit?: number;
}

/** Makes what a module exports; the argument imports the original. */
export type ModuleFactory = (importOriginal: <T = any>() => Promise<T>) => any;

export interface Vi {
  fn<F extends Fn = Fn>(original?: F): Mock<F>;
  spyOn(object: any, key: PropertyKey, access?: 'get' | 'set'): Mock;
  isMockFunction(value: unknown): boolean;
  clearAllMocks(): Vi;
  resetAllMocks(): Vi;
  /** Puts back what spies and replaced properties stand for. */
  restoreAllMocks(): Vi;
  when(mock: Mock<any>, options?: { onUnmatched?: 'throw' | 'passthrough' | ((...args: any[]) => any) }): When;
  isWhenChain(value: unknown): value is When;
  /** The same with mocks for all functions, or with spies that call them. */
  mockObject<T>(value: T, options?: { spy?: boolean }): T;
  mocked<T>(value: T): T;
  /** Puts another module in the place of one, before the imports of the file. Without a factory its functions are mocks. */
  mock(module: string | Promise<any>, mock?: ModuleFactory | { spy: true }): void;
  unmock(module: string): void;
  /** As `mock()`, for what is imported afterwards. */
  doMock(module: string | Promise<any>, mock?: ModuleFactory | { spy: true }): void;
  doUnmock(module: string): void;
  importActual<T = any>(module: string): Promise<T>;
  importMock<T = any>(module: string): Promise<T>;
  requireActual<T = any>(module: string): T;
  /** The module with mocks for its functions; importers get what they got before. */
  createMockFromModule<T = any>(module: string): T;
  /** Modules that are loaded by the function run anew, and are gone after it. */
  isolateModules(work: () => void): void;
  isolateModulesAsync(work: () => Promise<void>): Promise<void>;
  requireMock<T = any>(module: string): T;
  /** Runs before the imports of the file. */
  hoisted<T>(factory: () => T): T;
  /** Modules run again when they are imported next. */
  resetModules(): Vi;
  /** From now on time moves only when it is moved. */
  useFakeTimers(options?: FakeTimers): Vi;
  isFakeTimers(): boolean;
  /** The date that the test has made; null while it is the real one. */
  getMockedSystemTime(): Date | null;
  useRealTimers(): Vi;
  setSystemTime(now?: number | string | Date): Vi;
  advanceTimersByTime(time: Time): Vi;
  advanceTimersByTimeAsync(time: Time): Promise<Vi>;
  runAllTimers(): Vi;
  runAllTimersAsync(): Promise<Vi>;
  runOnlyPendingTimers(): Vi;
  runOnlyPendingTimersAsync(): Promise<Vi>;
  advanceTimersToNextTimer(steps?: number): Vi;
  advanceTimersToNextTimerAsync(steps?: number): Promise<Vi>;
  advanceTimersToNextFrame(): Vi;
  getTimerCount(): number;
  clearAllTimers(): Vi;
  stubGlobal(name: PropertyKey, value: unknown): Vi;
  unstubAllGlobals(): Vi;
  /** Another value for a variable of the environment; `undefined` takes it away. */
  stubEnv(name: string, value: string | boolean | undefined): Vi;
  unstubAllEnvs(): Vi;
  /** Another value for a property, until `restoreAllMocks()`. */
  replaceProperty(object: any, key: PropertyKey, value: unknown): { replaceValue(value: unknown): unknown; restore(): void };
  /** For the tests of this file that say nothing else. */
  setConfig(config: {
    testTimeout?: Time;
    hookTimeout?: Time;
    retry?: number | Retry;
    /** Tests that run beside each other; 5 unless given. */
    maxConcurrency?: number;
    sequence?: { hooks: 'stack' | 'list' | 'parallel' };
    clearMocks?: boolean;
    mockReset?: boolean;
    restoreMocks?: boolean;
    unstubEnvs?: boolean;
    unstubGlobals?: boolean;
  }): Vi;
  resetConfig(): Vi;
  setTimeout(millis: number): Vi;
  retryTimes(retry: number): Vi;
  getRealSystemTime(): number;
  waitFor<T>(callback: () => T | Promise<T>, options?: number | { timeout?: number; interval?: number }): Promise<T>;
  waitUntil<T>(callback: () => T | Promise<T>, options?: number | { timeout?: number; interval?: number }): Promise<T>;
}

export declare const vi: Vi;
export declare const vitest: Vi;
export declare const jest: Vi;
export declare function spyOn(object: any, key: PropertyKey, access?: 'get' | 'set'): Mock;

export interface FetchCall {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: any;
}

/** Answers requests to `GET https://a.b/*`, to URLs that a regular expression covers, or that a function chooses. */
export declare function mockFetch(pattern: string | RegExp | ((call: FetchCall) => unknown), response?: unknown): { calls: FetchCall[] };

export interface StepResult {
  name: string;
  path: string;
  type: string;
  status: string;
  output: any;
  error: any;
  duration: number;
  attempts: number;
  retryDelays: number[];
}

/** What the client of a webhook gets. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  /** JSON is parsed; anything else is text. */
  body: any;
  /** What a function of the webhook has thrown; a server writes it to its log. */
  failure?: { name: string; message: string; stack: string | null; [more: string]: unknown };
}

export interface TestedRun {
  /** Empty when no run was started. */
  runId: string;
  /** That of the run; `rejected`, `skipped` or `answered` when a request to a webhook has started none. */
  status: string;
  duration: number;
  output: any;
  error?: any;
  steps: StepResult[] & { [name: string]: any };
  logs: { level: string; step: string; message: string; at: string }[];
}

export interface RunResult extends TestedRun {
  /** What the client of the last request to a webhook gets; undefined when the engine died before it answered, or time stood still. */
  http?: HttpAnswer;
  /** The same for each request, in order. */
  readonly responses: (HttpAnswer | undefined)[];
  /** All runs that the test has started; the first is this one. */
  readonly runs: TestedRun[];
}

export interface StepExpectation<T> {
  toSucceed(): T;
  toFail(): T;
  toFailWith(text: string): T;
  toReturn(value: unknown): T;
  toBeSkipped(): T;
  toHaveAttempts(count: number): T;
}

/** What `workflow.test()` gives. */
export interface WorkflowTest {
  trigger(payload?: unknown): this;
  mockStep(name: string, mock: unknown): this;
  mockService(id: string, actions: Record<string, unknown>): this;
  failStep(name: string, error?: unknown, options?: { attempts?: number | number[] }): this;
  mockFetch(pattern: string | RegExp | ((call: FetchCall) => unknown), response?: unknown): this;
  expectStep(name: string): StepExpectation<this>;
  advanceTime(time: Time): this;
  emitEvent(name: string, payload?: unknown): this;
  approve(payload?: unknown): this;
  reject(payload?: unknown): this;
  cancel(reason?: string): this;
  crashAfter(step: string): this;
  crashEverywhere(): this;
  run(): Promise<RunResult>;
}

/** A request to a webhook of the workflow, as a client sends it. */
export interface WebhookRequest {
  /** Needed when the workflow has several webhooks, or when the path has parameters. */
  path?: string;
  /** The first that the webhook answers, unless given. */
  method?: string;
  headers?: Record<string, string | number | boolean | readonly string[] | undefined> | Headers;
  query?: Record<string, string | number | boolean | readonly (string | number | boolean)[] | undefined> | URLSearchParams;
  /** Text and bytes go as they are, anything else as JSON. */
  body?: unknown;
  /** Signs the request as the webhook wants it, with its own secret. */
  signed?: boolean;
  /** Signs it with another secret. */
  secret?: string;
  /** Signs it as if it were that time. */
  signedAt?: Date | number | string;
}

/** What `workflow.advancedTest()` gives. */
export interface AdvancedWorkflowTest extends WorkflowTest {
  mockTrigger(type: 'webhook', request?: WebhookRequest): this;
  mockTrigger(type: 'event', event?: { name?: string; payload?: unknown }): this;
  /** Begins the test at a time of the schedules or intervals: `at`, or the next. Later in a test, time goes on until then. */
  mockTrigger(type: 'schedule' | 'interval', time?: { at?: Date | number | string }): this;
  /** Asks a poll: the items stand for what its function finds, which is called when there are none. */
  mockTrigger(type: 'poll', found?: { items?: readonly unknown[]; id?: string }): this;
  mockTrigger(type: 'manual', start?: { payload?: unknown }): this;
  withDataGenerator(generator?: number | DataGenerator): this;
  /** Makes the payload, or the items of a poll. A schedule or interval has a payload of its own. */
  generateData(make: (generator: DataGenerator) => unknown): this;
  getCoverage(): any;
  resetCoverage(): this;
}

/** Made-up data that a seed decides. */
export declare class DataGenerator {
  constructor(seed?: number);
  number(low?: number, high?: number): number;
  boolean(): boolean;
  pick<T>(list: T[]): T;
  list<T>(count: number, make: (generator: DataGenerator, index: number) => T): T[];
  string(length?: number): string;
  uuid(): string;
  date(): string;
  amount(low?: number, high?: number): number;
  generateUser(more?: object): any;
  generateAddress(more?: object): any;
  generateProduct(more?: object): any;
  generateOrder(more?: object): any;
  generatePayment(more?: object): any;
  generateEvent(name: string, payload?: object): any;
}
