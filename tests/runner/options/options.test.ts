// Options act, or are refused.
import { cronflow, defineService } from 'cronflow';
import { beforeEach, describe, expect, mockFetch, test, vi } from 'cronflow/testing';

const told: string[] = [];
function refused(act: () => unknown): void {
  try {
    act();
    told.push('nothing');
  } catch (error: any) {
    told.push(error.message);
  }
}
refused(() => test('x', { shuffle: true } as any, () => {}));
refused(() => test('x', { timout: 5 } as any, () => {}));
refused(() => beforeEach(() => {}, { timout: 5 } as any));
refused(() => test('x', { retry: 'often' } as any, () => {}));
refused(() => test('x', { retry: { times: 2 } } as any, () => {}));
refused(() => test('x', { retry: { delay: -1 } }, () => {}));
refused(() => test('x', { retry: { condition: 'x' } } as any, () => {}));
refused(() => test('x', { repeats: -1 }, () => {}));
refused(() => test('x', { concurrent: 'yes' } as any, () => {}));
refused(() => vi.setConfig({ retry: 'twice' as any }));
test('what is refused when it is declared', () => {
  expect(told).toEqual([
    "the test 'x' has the unknown option 'shuffle'",
    "the test 'x' has the unknown option 'timout'; did you mean 'timeout'?",
    "beforeEach() has the unknown option 'timout'; it takes timeout",
    "retry of the test 'x' is a number from 0 on, or { count, delay, condition }",
    "retry of the test 'x' has no option 'times'; it takes count, delay and condition",
    "the delay in retry of the test 'x' is a number from 0 on",
    "the condition in retry of the test 'x' is a function or a regular expression",
    "repeats of the test 'x' is a number from 0 on",
    "concurrent of the test 'x' is true or false",
    'retry of vi.setConfig() is a number from 0 on, or { count, delay, condition }',
  ]);
});

const mail = defineService({ id: 'mail', setup: () => ({ actions: { send: () => 'sent', box: { list: () => ['real'], size: () => 1 } } }) });
const flow = cronflow
  .define({ id: 'flow', services: [mail.withConfig({})] })
  .step('a', ctx => [ctx.services.mail.send(), ctx.services.mail.actions.send(), ctx.services.mail.box.list(), ctx.services.mail.id]);

test('what is refused in a test', async () => {
  const wrong = (options: any) => () => flow.test().failStep('a', 'no', options);
  expect(wrong({ attemps: 1 })).toThrow("did you mean 'attempts'?");
  for (const attempts of [0, 1.5, '1', [0], {}]) expect(wrong({ attempts })).toThrow('attempts of failStep() is a number from 1 on, or a list of such numbers');
  expect(() => vi.useFakeTimers({ nwo: 1 } as any)).toThrow("there is no option 'nwo'; it takes now, toFake");
  expect(() => vi.useFakeTimers('legacy' as any)).toThrow('there is one clock');
  await expect(vi.waitFor(() => {}, { interval: 0 })).rejects.toThrow('interval is a number of milliseconds');
  await expect(vi.waitFor(() => {}, { intervall: 1 } as any)).rejects.toThrow("waitFor() has no option 'intervall'");
});

test('a service has its groups, and both ways to its actions', async () => {
  const run = await flow.test().mockService('mail', { send: 'mocked', box: { list: () => ['mocked'] } }).run();
  expect(run.output).toEqual(['mocked', 'mocked', ['mocked'], 'mail']);
  const lacking = await flow.test().mockService('mail', { send: 'mocked', box: { size: () => 0 } }).run();
  expect(lacking.error.message).toContain("the mock of service 'mail.box' has no action 'list'");
});

test('no time is no limit', { timeout: 0 }, () => new Promise<void>(done => void setTimeout(done, 60_000)));

let repeated = 0;
describe('a suite', { repeats: 2 }, () => {
  test('is repeated', () => void (repeated += 1));
  test('once only', { repeats: 0 }, () => void (repeated += 10));
});
test('it was', () => expect(repeated).toBe(13));
describe('whose tests fail', { fails: true }, () => {
  test('as they should', () => expect(1).toBe(2));
});
describe.fails('and these', () => {
  test('as well', () => expect(1).toBe(2));
});

const page = async () => (await fetch('https://a.example/')).json();
describe.concurrent('mocks of requests end with their own test', () => {
  test('short', async () => {
    mockFetch('https://b.example/', 1);
    await new Promise(done => setTimeout(done, 10));
  });
  test('long', async () => {
    mockFetch('https://a.example/', 2);
    await new Promise(done => setTimeout(done, 1000));
    expect(await page()).toBe(2);
  });
});
let attempts = 0;
test('and with their attempt', { retry: 1 }, async () => {
  attempts += 1;
  if (attempts === 1) mockFetch('https://a.example/', 3);
  else mockFetch('https://b.example/', 4);
  await expect(page()).rejects.toThrow('no mock answers GET https://a.example/');
});
