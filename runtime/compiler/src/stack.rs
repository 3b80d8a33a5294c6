//! The thread that compilation runs on: swc recurses once per level of nesting.

use cronflow_core::error::{Code, Diagnostic};

/// Virtual memory; only what is touched becomes real. It carries the nesting that
/// [`crate::nesting`] lets through, also in debug builds, where frames are large.
const STACK_BYTES: usize = 512 * 1024 * 1024;

/// Runs `work` on a thread with a large stack, and turns a panic in it into a diagnostic.
pub(crate) fn with_large_stack<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Vec<Diagnostic>> + Send + 'static,
) -> Result<T, Vec<Diagnostic>> {
    let internal = |what: String| vec![Diagnostic::new(Code::Internal, what)];
    std::thread::Builder::new()
        .name("cronflow-compile".into())
        .stack_size(STACK_BYTES)
        .spawn(work)
        .map_err(|error| internal(format!("cannot start the compiler thread: {error}")))?
        .join()
        .unwrap_or_else(|_| {
            let advice = "this is a bug in cronflow-rt; please report it with the file";
            Err(vec![Diagnostic::new(Code::Internal, "the compiler crashed").with_help(advice)])
        })
}
