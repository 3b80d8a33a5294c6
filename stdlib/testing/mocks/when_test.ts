// What mocks do for certain arguments.

import { describe, expect, test, vi } from 'cronflow/testing';

describe('vi.when()', () => {
  test('chooses by arguments, the last said first, and falls back', async () => {
    const mock = vi.fn((text: string) => `real ${text}`) as any;
    const when = vi.when(mock)
      .calledWith('a').thenReturn(1).thenReturnOnce(2)
      .calledWith(expect.stringMatching(/^b/), { deep: [1] }).thenResolve(3)
      .calledWith('c').thenThrow(new Error('thrown'), { times: 1 });
    expect([mock('a'), mock('a'), mock('a'), mock('x')]).toEqual([2, 1, 1, 'real x']);
    await expect(mock('bc', { deep: [1] })).resolves.toBe(3);
    expect(() => mock('c')).toThrow('thrown');
    expect(mock('c')).toBe('real c');
    expect(mock).toHaveBeenCalledTimes(7);
    expect(when).toHaveBeenExhausted();
    expect(vi.isWhenChain(when)).toBe(true);
  });

  test('tells what is left', () => {
    const mock = vi.fn();
    const when = vi.when(mock).calledWith('a', 1).thenReturn(5).thenReject(new Error('no'), { times: 2 });
    expect(() => expect(when).toHaveBeenExhausted()).toThrow('calledWith("a", 1).thenReturn(5): never called\n  calledWith("a", 1).thenReject([Error: no]): 2 of 2 left');
    expect(when).not.toHaveBeenExhausted();
    expect(vi.when(mock)).not.toHaveBeenExhausted();
  });

  test('says what is done with other arguments', () => {
    const strict = vi.fn() as any;
    vi.when(strict, { onUnmatched: 'throw' }).calledWith(1).thenReturn('one');
    expect([strict(1), (() => { try { strict(2, 'b'); } catch (error: any) { return error.message; } })()]).toEqual(['one', 'vi.when(): nothing was said for the arguments [ 2, "b" ]']);
    const other = vi.fn() as any;
    vi.when(other, { onUnmatched: (n: number) => n * 10 }).calledWith(1).thenReturn('one');
    expect([other(1), other(2)]).toEqual(['one', 20]);
  });

  test('ends with its block, and with a reset', () => {
    const mock = vi.fn(() => 'real') as any;
    {
      using _when = vi.when(mock).calledWith().thenReturn('other');
      expect(mock()).toBe('other');
    }
    expect(mock()).toBe('real');
    vi.when(mock).calledWith().thenReturn('other');
    expect([mock(), mock.mockReset()()]).toEqual(['other', 'real']);
  });

  test('refuses what makes no sense', () => {
    expect(() => vi.when((() => {}) as any)).toThrow('vi.when() needs a mock function');
    expect(() => vi.when(vi.fn()).thenReturn(1)).toThrow('with calledWith(), before thenReturn(1)');
    expect(() => vi.when(vi.fn()).calledWith().thenReturn(1, { times: 0 })).toThrow('times is a number from 1 on, not 0');
    expect(() => vi.when(vi.fn(), { onUnmatched: 'x' as any })).toThrow('onUnmatched is');
    expect(() => expect(vi.fn()).toHaveBeenExhausted()).toThrow('was not made by vi.when()');
  });
});

describe('whenCalledWith()', () => {
  test('gives mocks of their own: what is done once comes first, then what was said last', () => {
    const mock = vi.fn().mockReturnValue('base') as any;
    const first = mock.whenCalledWith('x').mockReturnValueOnce('first once').mockReturnValue('first');
    mock.whenCalledWith(expect.any(String)).mockReturnValueOnce('second once').mockReturnValue('second');
    mock.mockReturnValueOnce('base once');
    expect([mock('x'), mock('x'), mock('x'), mock('x'), mock(1)]).toEqual(['base once', 'first once', 'second once', 'second', 'base']);
    expect(first.mock.calls).toEqual([['x']]);
    expect([mock('x', undefined), mock('x', 2)]).toEqual(['second', 'base']);
  });

  test('ends with a reset', () => {
    const mock = vi.fn() as any;
    const branch = mock.whenCalledWith(1).mockReturnValue('one');
    mock.mockReset();
    expect([mock(1), branch.getMockImplementation()]).toEqual([undefined, undefined]);
  });
});
