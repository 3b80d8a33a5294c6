// The first module: puts the globals of the platform in place.

import { now, queueMicrotask } from 'cronflow:internal/ops';
import { console } from 'cronflow:internal/console';
import { DOMException } from 'cronflow:internal/dom_exception';
import { Headers, Request, Response, fetch } from 'cronflow:internal/fetch';
import { structuredClone } from 'cronflow:internal/structured_clone';
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'cronflow:internal/timers';

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}

for (const name of ['dispose', 'asyncDispose']) {
  if (!(name in Symbol)) Object.defineProperty(Symbol, name, { value: Symbol(`Symbol.${name}`) });
}

const globals = {
  console, setTimeout, setInterval, clearTimeout, clearInterval, queueMicrotask, structuredClone, self: globalThis,
  fetch, Headers, Request, Response, DOMException,
};
for (const [name, value] of Object.entries(globals)) define(name, value);
define('performance', { now, timeOrigin: Date.now() - now(), toJSON: () => ({}) });
define('navigator', { userAgent: 'cronflow-rt/0.1.0' });
