//! When the engine collects its garbage.
//!
//! The engine collects when the bytes of its objects pass a limit. It begins with 1 MB, and only grows when more than
//! seven tenths of it are alive after a collection: with the two or three megabytes that an isolate always has, a
//! collection would follow on every few hundred kilobytes. Nothing sets that limit, but what was alive once keeps it
//! up.
//!
//! The bytes of an `ArrayBuffer` are not counted at all: a step that reads one large file after another would pass its
//! worker's memory limit with nothing but garbage. So what the process really has is looked at as well.

use crate::worker::resident_bytes;
use boa_gc::{Finalize, Gc, Trace, force_collect};
use std::{
    cell::Cell,
    mem::MaybeUninit,
    time::{Duration, Instant},
};

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

/// The memory of the process may grow by so many bytes from one forced collection to the next.
const GROWTH: u64 = 64 * 1024 * 1024;
/// The least time between two looks at it.
const PAUSE: Duration = Duration::from_millis(2);

/// When this thread looked last, and how much the process had after the last collection.
#[derive(Clone, Copy)]
struct Look {
    at: Instant,
    resident: u64,
}

thread_local! {
    static LAST: Cell<Option<Look>> = const { Cell::new(None) };
}

/// Collects when the process has grown a lot. Called where buffers are made and at the end of turns; cheap.
pub(crate) fn relieve() {
    let now = Instant::now();
    let last = LAST.get();
    if last.is_some_and(|last| now.duration_since(last.at) < PAUSE) {
        return;
    }
    let Some(mut resident) = resident_bytes(std::process::id()) else { return };
    let base = last.map_or(resident, |last| last.resident.min(resident));
    if resident > base + GROWTH {
        force_collect();
        // The allocator gives memory back a moment later: what is left now may be garbage still.
        resident = resident_bytes(std::process::id()).unwrap_or(resident).min(base + GROWTH / 2);
    } else {
        resident = base;
    }
    LAST.set(Some(Look { at: now, resident }));
}
