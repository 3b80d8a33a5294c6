import { expect, jest, test } from '@jest/globals';
import { createRequire } from 'node:module';
import { next } from './counter';

const require = createRequire(import.meta.url);

test('a module of its own', () => {
  expect(next()).toBe(1);
  let inner: any;
  jest.isolateModules(() => {
    inner = jest.requireActual('./counter');
    expect(inner.next()).toBe(1);
    expect((jest.requireActual('./counter') as any).next()).toBe(2);
  });
  expect(next()).toBe(2);
  expect((jest.requireActual('./counter') as any).next()).toBe(3);
  expect(inner.next()).toBe(3);
});
test('of CommonJS', () => {
  const outer = require('./counter.cjs');
  expect(outer.next()).toBe(1);
  jest.isolateModules(() => void expect(require('./counter.cjs').next()).toBe(1));
  expect(require('./counter.cjs')).toBe(outer);
  expect(outer.next()).toBe(2);
});
test('with import() and a mock', async () => {
  const outer: any = await import('./counter');
  await jest.isolateModulesAsync(async () => {
    jest.doMock('./mail', () => ({ from: 'isolated' }));
    const inner: any = await import('./counter');
    expect(inner).not.toBe(outer);
    expect(inner.sender).toBe('isolated');
    expect(inner.next()).toBe(1);
  });
  expect(await import('./counter')).toBe(outer);
  expect(outer.sender).toBe('real');
});
test('comes back when something fails', async () => {
  const outer = await import('./counter');
  expect(() => jest.isolateModules(() => { throw new Error('oh'); })).toThrow('oh');
  await expect(jest.isolateModulesAsync(async () => { throw new Error('oh'); })).rejects.toThrow('oh');
  expect(await import('./counter')).toBe(outer);
});
test('what is not possible', async () => {
  expect(() => jest.isolateModules(() => jest.isolateModules(() => {}))).toThrow('stands in another one');
  expect(() => jest.isolateModules((async () => {}) as any)).toThrow('use jest.isolateModulesAsync()');
  expect(() => jest.isolateModules(5 as any)).toThrow('needs a function');
});
test('a module with mocks, and nothing else is touched', () => {
  const mail: any = jest.createMockFromModule('./mail');
  expect(mail.send('ann')).toBeUndefined();
  expect(mail.send).toHaveBeenCalledWith('ann');
  expect(mail.from).toBe('real');
  expect(new mail.Box().size()).toBeUndefined();
  expect(mail.default.deep.call()).toBeUndefined();
  expect(mail.default.list).toEqual([]);
  expect((jest.requireActual('./mail') as any).send('ann')).toBe('really sent to ann');
});
