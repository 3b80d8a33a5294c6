// import.meta.env, and the names of the file as CommonJS has them.
import { afterEach, expect, test, vi } from 'vitest';
import { mode } from './env';

afterEach(() => void vi.unstubAllEnvs());

test('the environment, and what Vite adds', () => {
  process.env.SHOP_NAME = 'corner';
  expect(import.meta.env).toMatchObject({ MODE: 'test', BASE_URL: '/', DEV: true, PROD: false, SSR: true, SHOP_NAME: 'corner' });
  import.meta.env.SHOP_NAME = 'other';
  expect(process.env.SHOP_NAME).toBe('other');
  delete import.meta.env.SHOP_NAME;
  expect('SHOP_NAME' in process.env).toBe(false);
  expect(Object.keys(import.meta.env)).toContain('PROD');
  expect('import.meta.env').toBe(['import', 'meta', 'env'].join('.'));
});
test('tests are what NODE_ENV says', () => expect(process.env.NODE_ENV).toBe('test'));
test('other values, for a while', () => {
  vi.stubEnv('MODE', 'shop');
  vi.stubEnv('PROD', true);
  vi.stubEnv('SHOP_NAME', undefined);
  expect([mode(), import.meta.env.PROD, process.env.PROD]).toEqual(['shop', true, '1']);
  vi.stubEnv('PROD', undefined);
  expect('PROD' in import.meta.env).toBe(false);
  vi.unstubAllEnvs();
  expect([mode(), import.meta.env.PROD, process.env.PROD, process.env.MODE]).toEqual(['test', false, undefined, undefined]);
});
test('the file and its folder', () => {
  expect({ __filename, __dirname }).toEqual({ __filename: import.meta.filename, __dirname: import.meta.dirname });
  const inner = (__filename: string) => __filename;
  expect(inner('own')).toBe('own');
});
