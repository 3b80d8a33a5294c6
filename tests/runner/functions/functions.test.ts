// What stands around tests: callbacks, fixtures, stubs, settings of the file, and what runs when a test has ended.
import { afterAll, assertType, describe, expect, expectTypeOf, onTestFailed, onTestFinished, test, vi } from 'vitest';
import nodeTest, { mock, only, skip, todo } from 'node:test';

describe('a callback', () => {
  const order: string[] = [];
  beforeEach(done => setTimeout(() => { order.push('hook'); done(); }, 10));
  test('is waited for', done => {
    setTimeout(() => { order.push('test'); done(); }, 60);
  });
  test('may tell of an error', (done: any) => done(new Error('told')));
  test('may fail', (done: any) => done.fail('a reason'));
  test('and a promise are too much', async (done: any) => done());
  test('that is never called', (done: any) => {});
  test.each([[1, 2], [3, 4]])('comes behind the values of a row: %i', (a, b, done: any) => {
    expect(b).toBe(a + 1);
    setTimeout(done, 5);
  });
  test('everything came in order', () => expect(order.slice(0, 3)).toEqual(['hook', 'test', 'hook']));
});

describe('fixtures', () => {
  const log: string[] = [];
  const shop = test.extend({
    currency: 'EUR',
    cart: async ({ currency }: any, use: any) => {
      log.push('open');
      await use({ currency, items: [] as string[] });
      log.push('close');
    },
    unused: async (_: any, use: any) => {
      log.push('unused');
      await use(1);
    },
    audit: [async ({}: any, use: any) => { await use(1); log.push('audit'); }, { auto: true }],
  });
  shop('are made for who asks', ({ cart }: any) => {
    cart.items.push('book');
    expect(cart).toEqual({ currency: 'EUR', items: ['book'] });
  });
  shop('are cleared away when a test fails', ({ cart }: any) => expect(cart.items).toEqual(['book']));
  shop('are not made for who does not', () => expect(log).toEqual(['open', 'audit', 'close', 'open', 'audit', 'close']));
  shop.extend({ total: ({ cart }: any, use: any) => use(cart.items.length) })('build on each other', ({ total }: any) => expect(total).toBe(0));
  test.extend({ bad: async () => {} })('must call use()', ({ bad }: any) => {});
  test.extend({ a: ({ b }: any, use: any) => use(b), b: ({ a }: any, use: any) => use(a) })('must not need each other', ({ a }: any) => {});
});

describe('stubs', () => {
  test('of the environment', () => {
    vi.stubEnv('SHOP_MODE', 'test');
    expect(process.env.SHOP_MODE).toBe('test');
    vi.unstubAllEnvs();
    expect(process.env.SHOP_MODE).toBeUndefined();
  });
  test('of properties', () => {
    const shop = { open: true };
    const replaced = vi.replaceProperty(shop, 'open', false);
    expect(shop.open).toBe(false);
    replaced.replaceValue('later');
    expect(shop.open).toBe('later');
    vi.restoreAllMocks();
    expect(shop.open).toBe(true);
    expect(() => vi.replaceProperty(shop, 'closed', 1)).toThrow("no property 'closed'");
  });
  test('of what a mock throws', () => {
    const fail = vi.fn(() => 1).mockThrowOnce(new Error('once'));
    expect(fail).toThrow('once');
    expect(fail()).toBe(1);
  });
});

describe('settings of the file', () => {
  let tries = 0;
  beforeAll(() => vi.setConfig({ retry: 2 }));
  test('a retry', () => expect(++tries).toBe(3));
  test('that are unknown', () => expect(() => vi.setConfig({ pool: 'x' })).toThrow("not 'pool'"));
  test('of the clock', () => expect(() => vi.useFakeTimers({ apis: ['Date'] })).toThrow("no option 'apis'"));
  afterAll(() => vi.resetConfig());
});

describe('the end of a test', () => {
  const log: string[] = [];
  test('fails', () => {
    onTestFinished(() => void log.push('finished'));
    onTestFailed(() => void log.push('failed'));
    throw new Error('wanted');
  });
  test('is told', () => {
    onTestFailed(() => void log.push('never'));
    expect(log).toEqual(['finished', 'failed']);
  });
});

test('types are left to the compiler', () => {
  expectTypeOf({ a: 1 }).toEqualTypeOf<{ a: number }>();
  expectTypeOf(1).not.toBeString();
  assertType<number>(1);
});

test('a snapshot in a file of its own', async () => {
  expect('<p>bill</p>\n').toMatchFileSnapshot('./files/bill.html');
  expect(() => expect('<p>another</p>').toMatchFileSnapshot('./files/bill.html')).toThrow("differs from the file './files/bill.html'");
});

test('node:test has its short names', () => {
  expect([only, skip, todo, mock.fn].map(one => typeof one)).toEqual(Array(4).fill('function'));
});
nodeTest('a callback of Node comes second', (t, done) => setTimeout(done, 5));
