// Promises, polling, soft assertions and the matchers of the file.
import { describe, expect, test, vi } from 'vitest';

const later = <T>(value: T) => new Promise<T>(done => setTimeout(() => done(value), 100));

test('functions that give promises, and things like promises', async () => {
  await expect(async () => 1).resolves.toBe(1);
  await expect(async () => { throw 1; }).rejects.toBe(1);
  await expect({ then: (done: (value: number) => void) => done(1) }).resolves.not.toBe(2);
});

test('what a promise resolves with is not thrown', async () => {
  await expect(Promise.resolve(new Error('x'))).resolves.not.toThrow();
  await expect(Promise.resolve(() => { throw new Error('x'); })).resolves.toThrow('x');
  await expect(expect(Promise.resolve(1)).resolves.toThrow()).rejects.toThrow('threw nothing');
});

test('the cause of a rejection that is not expected is told', async () => {
  const failure = await (expect(Promise.reject(new Error('x')), 'the order').resolves.toBe(1) as any).catch((error: unknown) => error);
  expect(failure).toMatchObject({ message: 'the order: expected the promise to resolve, and it rejected with [Error: x]', cause: { message: 'x' } });
});

test.fails('an assertion that nobody awaits', () => {
  expect(later(1)).resolves.toBe(2);
});
test('and one that holds', () => {
  expect(later(1)).resolves.toBe(1);
});

describe('poll', () => {
  test('takes the whole chain', async () => {
    let list: number[] = [];
    const timer = setInterval(() => list = [...list, list.length], 100);
    await expect.poll(() => list).to.have.members([0, 1, 2]);
    await expect.poll(() => list.length > 3).to.be.true;
    await expect.poll(() => list).not.toHaveLength(4);
    clearInterval(timer);
  });
  test('counts once, and names itself', async () => {
    expect.assertions(2);
    let tries = 0;
    await expect.poll(() => ++tries).toBe(4);
    await expect(expect.poll(() => 1, { timeout: 100, message: 'the order' }).toBe(2)).rejects.toThrow('the order: expected 1 to be 2');
    expect.assertions(3);
  });
  test('ends what takes too long', async () => {
    let isOver = false;
    const never = ({ signal }: { signal: AbortSignal }) => new Promise(() => signal.addEventListener('abort', () => (isOver = true)));
    await expect(expect.poll(never, { timeout: 200 }).toBe(1)).rejects.toThrow('the function of expect.poll() did not end in time');
    expect(isOver).toBe(true);
  });
  test('moves a clock that stands still', async () => {
    vi.useFakeTimers();
    let isDone = false;
    setTimeout(() => (isDone = true), 300);
    await expect.poll(() => isDone).toBe(true);
  });
});

describe('matchers of the file', () => {
  expect.extend({
    async toArriveAs(received, wanted) {
      const value = await received;
      return { pass: value === wanted, message: () => `${value} is ${this.isNot ? '' : 'not '}${wanted}` };
    },
    toShowContext(received) {
      return { pass: true, message: () => '', received, ...Object.assign(seen, this) };
    },
  });
  const seen: any = {};
  test('asynchronous, and with .resolves', async () => {
    await (expect(later(1)) as any).toArriveAs(1);
    await (expect(later(1)).resolves as any).toArriveAs(1);
    await expect((expect(later(1), 'the order') as any).not.toArriveAs(1)).rejects.toThrow('the order: 1 is 1');
  });
  test('what they have', () => {
    (expect(1) as any).not.not.toShowContext();
    expect(seen).toMatchObject({ isNot: false, promise: '', customTesters: [], expand: false, currentTestName: expect.stringContaining('what they have') });
    expect(seen.utils.matcherHint('.toBe', 'a', 'b', { isNot: true })).toBe('expect(a).not.toBe(b)');
    expect(seen.utils.diff('a', 'b')).toContain('- a\n+ b');
    expect(seen.utils.diff('a', 'a')).toBe(null);
    expect(seen.utils.printDiffOrStringify(1, 2, 'Expected', 'Received')).toBe('Expected: 1\nReceived: 2');
    expect(seen.equals(new Set([1]), new Set([2]), [seen.utils.iterableEquality])).toBe(false);
    expect(seen.equals({ a: 1, b: 2 }, { a: 1 }, [seen.utils.subsetEquality])).toBe(true);
    expect(seen.equals({ a: undefined }, {}, [], true)).toBe(false);
  });
  test('the state', () => {
    expect.setState({ shop: 7 });
    expect(expect.getState()).toMatchObject({ shop: 7, assertionCalls: 0, currentTestName: expect.stringContaining('the state') });
  });
  test('must say what they found', () => {
    expect.extend({ toForget: (() => undefined) as any });
    expect(() => (expect(1) as any).toForget()).toThrow('toForget() must return { pass, message }, and it returned undefined');
  });
});
