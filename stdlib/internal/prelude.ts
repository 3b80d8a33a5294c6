// The first module: puts the globals of the platform in place.

import { now, queueMicrotask } from 'cronflow:internal/ops';
import { console } from 'cronflow:internal/console';
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'cronflow:internal/timers';

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}

for (const name of ['dispose', 'asyncDispose']) {
  if (!(name in Symbol)) Object.defineProperty(Symbol, name, { value: Symbol(`Symbol.${name}`) });
}

const globals = { console, setTimeout, setInterval, clearTimeout, clearInterval, queueMicrotask, self: globalThis };
for (const [name, value] of Object.entries(globals)) define(name, value);
define('performance', { now, timeOrigin: Date.now() - now(), toJSON: () => ({}) });
define('navigator', { userAgent: 'cronflow-rt/0.1.0' });
