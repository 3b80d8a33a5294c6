// The first module: puts the globals of the platform in place.

import { now, queueMicrotask } from 'cronflow:internal/ops';
import { console } from 'cronflow:internal/console';
import { DOMException } from 'cronflow:internal/dom_exception';
import { TextDecoder, TextEncoder, atob, btoa } from 'cronflow:internal/encoding';
import { AbortController, AbortSignal, Event, EventTarget } from 'cronflow:internal/events';
import { Headers, Request, Response, fetch } from 'cronflow:internal/fetch';
import { structuredClone } from 'cronflow:internal/structured_clone';
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'cronflow:internal/timers';
import { URL, URLSearchParams } from 'cronflow:internal/url';

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}

for (const name of ['dispose', 'asyncDispose']) {
  if (!(name in Symbol)) Object.defineProperty(Symbol, name, { value: Symbol(`Symbol.${name}`) });
}

const globals = {
  console, setTimeout, setInterval, clearTimeout, clearInterval, queueMicrotask, structuredClone, self: globalThis,
  fetch, Headers, Request, Response, DOMException, TextEncoder, TextDecoder, atob, btoa, AbortController, AbortSignal, Event,
  EventTarget, URL, URLSearchParams,
};
for (const [name, value] of Object.entries(globals)) define(name, value);
define('performance', { now, timeOrigin: Date.now() - now(), toJSON: () => ({}) });
define('navigator', { userAgent: 'cronflow-rt/0.1.0' });

function provide(owner: any, name: string, value: unknown): void {
  if (!(name in owner)) Object.defineProperty(owner, name, { value, writable: true, configurable: true });
}

provide(Error, 'isError', (value: unknown) => Object.prototype.toString.call(value) === '[object Error]' || value instanceof Error);
provide(Error, 'captureStackTrace', (target: object) => {
  const stack = new Error().stack ?? '';
  Object.defineProperty(target, 'stack', { value: stack.slice(stack.indexOf('\n') + 1), writable: true, configurable: true });
});
provide(Array, 'fromAsync', async function fromAsync(source: any, map?: (item: any, index: number) => unknown, self?: unknown) {
  const list: unknown[] = [];
  const isIterable = source[Symbol.asyncIterator] !== undefined || source[Symbol.iterator] !== undefined;
  for await (const item of isIterable ? source : Array.from(source)) {
    list.push(map === undefined ? item : await map.call(self, item, list.length));
  }
  return list;
});
