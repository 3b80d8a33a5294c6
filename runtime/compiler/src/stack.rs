//! The thread that compilation runs on: swc recurses once per level of nesting.

use cronflow_core::error::{Code, Diagnostic};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Virtual memory; only what is touched becomes real. It carries the nesting that
/// [`crate::nesting`] lets through, also in debug builds, where frames are large.
const STACK_BYTES: usize = 512 * 1024 * 1024;

/// Runs `work` on a thread with a large stack, and turns a panic in it into a diagnostic.
pub(crate) fn with_large_stack<T: Send>(
    work: impl FnOnce() -> Result<T, Vec<Diagnostic>> + Send,
) -> Result<T, Vec<Diagnostic>> {
    let internal = |what: String| vec![Diagnostic::new(Code::Internal, what)];
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name("cronflow-compile".into()).stack_size(STACK_BYTES);
        let thread = builder
            .spawn_scoped(scope, work)
            .map_err(|error| internal(format!("cannot start the compiler thread: {error}")))?;
        thread.join().unwrap_or_else(|_| {
            let advice = "this is a bug in cronflow-rt; please report it with the file";
            Err(vec![Diagnostic::new(Code::Internal, "the compiler crashed").with_help(advice)])
        })
    })
}

/// Most threads that compile at once.
const MAX_THREADS: usize = 4;

/// Does `work` for each item on threads with large stacks; the results are in the items' order.
/// The caller must be on a large stack itself. A panic passes through to it.
pub(crate) fn side_by_side<I: Sync, T: Send>(items: &[I], work: impl Fn(&I) -> T + Sync) -> Vec<T> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS).min(items.len());
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return done };
            done.push((index, work(item)));
        }
    };
    let mut results = std::thread::scope(|scope| {
        let spawn = |_| std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, take).ok();
        let others: Vec<_> = (1..threads).filter_map(spawn).collect();
        let mut results = take();
        for other in others {
            match other.join() {
                Ok(done) => results.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    });
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
