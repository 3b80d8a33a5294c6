// Folders __mocks__ beside a module, and at the root for packages and built-in modules.
import { expect, test, vi } from 'vitest';
import { hostname } from 'node:os';
import { weigh } from 'parcel';
import * as mail from './mail';
import { order } from './order';

vi.mock('./mail');
vi.mock('parcel');
vi.mock('node:os');

test('the module beside it stands for every importer', () => {
  expect(order('ann')).toBe('not to ann');
  expect(mail.send).toHaveBeenCalledWith('ann');
  expect(mail).toMatchObject({ isMock: true });
});
test('packages and built-in modules have theirs at the root', () => expect([weigh(), hostname()]).toEqual([0, 'nowhere']));
test('the original is there all the same', async () => {
  expect((await vi.importActual<any>('./mail')).send('bob')).toBe('really to bob');
  expect((await vi.importMock<any>('./mail')).isMock).toBe(true);
});
test('another mock takes its place', async () => {
  vi.doMock('./mail', () => ({ send: () => 'made up' }));
  expect((await import('./mail')).send('x')).toBe('made up');
  {
    using _ = vi.doMock('./order', () => ({ order: () => 'for now' }));
    expect((await import('./order')).order('x')).toBe('for now');
  }
  vi.resetModules();
  expect((await import('./order')).order('x')).toBe('made up');
});
