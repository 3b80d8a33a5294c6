import { readFileSync } from 'node:fs';
import * as fs from 'fs';
import { expect, test, vi } from 'vitest';
import { order, rates } from './order';
import { send as post } from './mail';

const { answer } = vi.hoisted(() => ({ answer: vi.fn(() => 'hoisted') }));
vi.mock('./mail', async importOriginal => {
  const original = await importOriginal<typeof import('./mail')>();
  return { ...original, from: 'mock', send: answer };
});
vi.mock(import('node:fs'), async () => ({ ...(await vi.importActual('node:fs')), readFileSync: vi.fn(() => '1.5') }));

test('what imports the module gets the mock', () => {
  expect(order('ann')).toBe('mock: hoisted');
  expect(answer).toHaveBeenCalledWith('ann');
});
test('the test itself gets it too', () => {
  const own = { post };
  expect(own.post).toBe(answer);
  expect(post('x')).toBe('hoisted');
  expect(vi.mocked(post)).toHaveBeenCalled();
});
test('built-in modules', () => {
  expect(rates()).toBe('1.5');
  expect(readFileSync).toHaveBeenCalledTimes(1);
  expect(typeof fs.existsSync).toBe('function');
});
test('the actual module', async () => {
  const { send } = await vi.importActual<typeof import('./mail')>('./mail');
  expect(send('bob')).toBe('really sent to bob');
});
