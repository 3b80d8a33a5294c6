// Assertions that are wrong themselves: they fail with and without `.not`, and say what they need.
import { expect, test, vi } from 'vitest';

const mock = vi.fn();
const rows: [call: (given: any) => unknown, value: unknown, text: string][] = [
  [it => it.toBeCloseTo(1), '1', '"1" is no number'],
  [it => it.toBeCloseTo('1'), 1, '"1" is no number'],
  [it => it.toBeGreaterThan(1), 'a', '"a" is no number'],
  [it => it.toHaveLength(1), 5, '5 is nothing that has a length'],
  [it => it.toHaveLength(-1), [], '-1 is no length'],
  [it => it.toHaveLength('1'), [1], '"1" is no length'],
  [it => it.toMatch(/a/), 1, '1 is no text'],
  [it => it.toMatch({}), 'a', '{} is neither text nor a regular expression'],
  [it => it.toContain(1), null, 'null is nothing that could contain something'],
  [it => it.toContain(1), '1', '1 is no text'],
  [it => it.toContainEqual(1), undefined, 'undefined is nothing that could contain something'],
  [it => it.toHaveProperty('a'), null, 'null is nothing that has properties'],
  [it => it.toHaveProperty([]), {}, '[] is an empty path'],
  [it => it.toHaveProperty({}), {}, '{} is no path of a property'],
  [it => it.toBeInstanceOf({}), {}, '{} is no class'],
  [it => it.toMatchObject(1), {}, '1 is no object to match with'],
  [it => it.toBeOneOf('abc'), 'a', '"abc" is neither an array nor a set'],
  [it => it.toSatisfy(1), 1, '1 is no function'],
  [it => it.toBeTruthy(1), 1, 'takes no argument, and it is given 1'],
  [it => it.toBeNull(undefined), null, 'takes no argument, and it is given undefined'],
  [it => it.toThrow(), 'text', 'write expect(() => ...)'],
  [it => it.toHaveBeenCalled(1), mock, 'there is toHaveBeenCalledWith()'],
  [it => it.toHaveBeenCalledTimes('1'), mock, '"1" is no number of calls'],
  [it => it.toHaveBeenNthCalledWith(0, 1), mock, 'they begin at 1'],
  [it => it.toHaveNthReturnedWith('1', 1), mock, '"1" is no number of a call'],
  [it => it.toHaveReturned(1), mock, 'there is toHaveReturnedWith()'],
  [it => it.toHaveReturnedTimes(0.5), mock, '0.5 is no number of calls'],
  [it => it.toHaveBeenCalledBefore(1), mock, '1 is no mock function'],
  [it => it.resolves.toBe(1), 1, '.resolves needs a promise, and it is given 1'],
  [it => it.rejects.toThrow(), () => 1, '.rejects needs a promise, and it is given 1'],
  [it => it.toMatchInlineSnapshot({}, 1, `{}`), {}, 'takes an object of asymmetric matchers and text'],
  [it => it.toThrowErrorMatchingInlineSnapshot(`"not a callable function"`), 'text', 'needs a function'],
];
test.for(rows)('%$', ([call, value, text]) => {
  expect(() => call(expect(value))).toThrow(text);
  expect(() => call(expect(value))).not.toThrow(expect.objectContaining({ name: 'AssertionError' }));
  if (!String(call).includes('napshot')) expect(() => call(expect(value).not)).toThrow(text);
});

test.for(['toMatchSnapshot', 'toMatchInlineSnapshot', 'toMatchFileSnapshot', 'toThrowErrorMatchingSnapshot', 'toThrowErrorMatchingInlineSnapshot'])('%s with .not', name => {
  expect(() => (expect(() => { throw 1; }).not as any)[name]('x')).toThrow(`${name}() cannot be used with .not`);
});

test.for(['resolves', 'rejects', 'toThrow', 'toMatchSnapshot', 'throw'])('expect.poll() with .%s', name => {
  expect(() => (expect.poll(() => 1) as any)[name]).toThrow(`not supported in combination with .${name}`);
  expect(() => expect.poll(1 as any)).toThrow('needs a function');
});

const makers: [make: () => unknown, text: string][] = [
  [() => expect.any(undefined as any), 'for any value there is expect.anything()'],
  [() => expect.arrayContaining('a' as any), 'expect.arrayContaining() needs an array'],
  [() => expect.objectContaining(1 as any), 'expect.objectContaining() needs an object'],
  [() => expect.not.stringContaining(1 as any), 'expect.stringContaining() needs text'],
  [() => expect.stringMatching([] as any), 'expect.stringMatching() needs a regular expression'],
  [() => expect.closeTo('a' as any), 'expect.closeTo() needs numbers'],
  [() => (expect as any).schemaMatching({}), 'Standard Schema'],
  [() => expect.extend({ x: 1 as any }), 'the matcher x must be a function'],
  [() => expect.assertions('a' as any), 'expect.assertions() needs a number'],
  [() => (expect as any).hasAssertions(2), 'there is expect.assertions()'],
  [() => expect.addSnapshotSerializer({} as any), 'expect.addSnapshotSerializer() needs'],
];
test.for(makers)('values, %$', ([make, text]) => expect(make).toThrow(text));

test('a matcher that takes its time cannot stand for a value', () => {
  expect.extend({ toWait: async () => ({ pass: true, message: () => '' }) });
  expect(() => expect(1).toEqual((expect as any).toWait())).toThrow('at once');
});
