// No import at all.
declare const describe: any, it: any, expect: any, jest: any, vi: any;

describe('globals', () => {
  it('are there', () => {
    const f = jest.fn().mockReturnValue(3);
    expect(f()).toBe(3);
    expect(vi.isMockFunction(f)).toBe(true);
  });
});
