import { afterEach, expect, test, vi } from 'cronflow/testing';

afterEach(() => {
  vi.doUnmock('./mail');
  vi.resetModules();
});

test('a mock for what is imported next', async () => {
  vi.doMock('./mail', () => ({ from: 'late', send: () => 'mocked' }));
  const { order } = await import('./order');
  expect(order('ann')).toBe('late: mocked');
});
test('and without it again', async () => {
  const { order } = await import('./order');
  expect(order('ann')).toBe('real: really sent to ann');
});
test('a name that leads nowhere', () => {
  expect(() => vi.doMock('./nowhere')).toThrow("vi.doMock('./nowhere') names no module: check the path");
  expect(() => vi.doMock('./mail', 5)).toThrow('takes a factory, or { spy: true }');
});
