//! How much the engine's heap may grow before its first collection.
//!
//! The engine collects when the bytes of its objects pass a limit. It begins with 1 MB, and only grows when more than
//! seven tenths of it are alive after a collection: with the two or three megabytes that an isolate always has, a
//! collection would follow on every few hundred kilobytes. Nothing sets that limit, but what was alive once keeps it
//! up.

use boa_gc::{Finalize, Gc, Trace, force_collect};
use std::mem::MaybeUninit;

/// Size of one piece in bytes.
const PIECE: usize = 64 * 1024;
/// So many pieces lift the limit to 5 MB. With 9 MB programs are slower again: their memory leaves the processor's cache.
const PIECES: usize = 54;

/// Memory that nobody writes to, so that no page of it becomes real.
#[derive(Trace, Finalize)]
struct Ballast {
    #[unsafe_ignore_trace]
    _bytes: MaybeUninit<[u8; PIECE]>,
}

/// Lifts the limit of this thread's heap. Cheap as long as there is nothing else on it.
pub(super) fn lift_limit() {
    let ballast: Vec<Gc<Ballast>> = (0..PIECES).map(|_| Gc::new(Ballast { _bytes: MaybeUninit::uninit() })).collect();
    drop(ballast);
    force_collect();
}
