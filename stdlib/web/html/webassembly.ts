// WebAssembly (https://webassembly.github.io/spec/js-api/) is not supported: there is no engine for it here. Whoever uses it
// is told so, instead of finding nothing.

const MESSAGE = 'WebAssembly is not supported by cronflow-rt: use a build of the library in plain JavaScript';

function refuse(): never {
  throw new TypeError(MESSAGE);
}
const refuseLater = () => Promise.reject(new TypeError(MESSAGE));

export const WebAssembly = Object.create(Object.prototype, {
  [Symbol.toStringTag]: { value: 'WebAssembly', configurable: true },
});
const members = {
  compile: refuseLater,
  compileStreaming: refuseLater,
  instantiate: refuseLater,
  instantiateStreaming: refuseLater,
  // A library that asks first whether it may gets an honest answer.
  validate: () => false,
};
for (const [name, value] of Object.entries(members)) define(name, value);
for (const name of ['Module', 'Instance', 'Memory', 'Table', 'Global', 'Tag', 'Exception']) {
  // A constructor is needed here, and it must have the name.
  define(name, { [name]: class { constructor() { refuse(); } } }[name]);
}
for (const name of ['CompileError', 'LinkError', 'RuntimeError']) define(name, { [name]: class extends Error {} }[name]);

function define(name: string, value: unknown): void {
  Object.defineProperty(WebAssembly, name, { value, writable: true, configurable: true });
}
