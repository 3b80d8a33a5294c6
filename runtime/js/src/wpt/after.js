// After the suite's harness was read: its results go to the runner.

(report => {
  delete globalThis.__wptReport;
  const STATUS = ['PASS', 'FAIL', 'TIMEOUT', 'NOTRUN', 'PRECONDITION_FAILED'];
  const HARNESS = ['OK', 'ERROR', 'TIMEOUT', 'PRECONDITION_FAILED'];
  const text = value => (value === null || value === undefined ? '' : String(value).toWellFormed());
  setup({ output: false });
  add_result_callback(test => {
    report(JSON.stringify({ name: text(test.name), status: STATUS[test.status], message: text(test.message) }), false);
  });
  add_completion_callback((_, status) => {
    report(JSON.stringify({ harness: HARNESS[status.status], message: text(status.message) }), true);
  });
  // Which interfaces must be there depends on the scope; ours is closest to a worker's.
  globalThis.DedicatedWorkerGlobalScope = class {
    static [Symbol.hasInstance](value) {
      return value === globalThis;
    }
  };
})(__wptReport);
