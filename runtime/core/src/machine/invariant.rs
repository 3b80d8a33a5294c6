//! What must be true of every run after every input. Property tests check it; production does not.

use super::{Phase, Progress, RunState, RunStatus};
use crate::place::Place;
use std::collections::BTreeSet;

/// The first broken invariant, in words.
#[must_use]
pub fn violated(state: &RunState) -> Option<String> {
    counts(state).or_else(|| waking(state)).or_else(|| ends(state)).or_else(|| frames(state))
}

/// The counts and the timers say what the cells say.
fn counts(state: &RunState) -> Option<String> {
    let live = state.cells.values().filter(|cell| !cell.status.is_terminal()).count();
    if live != state.live {
        return Some(format!("{live} cells are live, and {} are counted", state.live));
    }
    let calls = state.cells.values().filter(|cell| cell.call.is_some()).count();
    if calls != state.calls {
        return Some(format!("{calls} calls are under way, and {} are counted", state.calls));
    }
    let timers: BTreeSet<_> =
        state.cells.iter().filter_map(|(place, cell)| cell.wake_at.map(|at| (at, place.clone()))).collect();
    (timers != state.timers).then(|| "the timers are not those of the cells".to_owned())
}

/// Every cell that has not ended is waited for by somebody.
fn waking(state: &RunState) -> Option<String> {
    if state.status.is_terminal() || state.status == RunStatus::Pending {
        return None;
    }
    if state.live == 0 {
        return Some("a run that goes on has nothing that could end it".to_owned());
    }
    state.cells.iter().filter(|(_, cell)| !cell.status.is_terminal()).find_map(|(place, cell)| {
        let waits = cell.call.is_some()
            || cell.wake_at.is_some()
            || cell.phase == Phase::Lookup
            || !matches!(cell.progress, Progress::None | Progress::Truth(_) | Progress::Bodies { .. })
            || has_live_inside(state, place);
        (!waits).then(|| format!("nothing would ever wake {place} ({:?}, {})", cell.phase, cell.status))
    })
}

fn has_live_inside(state: &RunState, place: &Place) -> bool {
    let inside = state.cells.range(place.clone()..).skip(1).take_while(|(inner, _)| inner.is_within(place));
    inside.into_iter().any(|(_, cell)| !cell.status.is_terminal())
}

/// A run that has ended has nothing left.
fn ends(state: &RunState) -> Option<String> {
    if !state.status.is_terminal() {
        return None;
    }
    if state.live > 0 || state.calls > 0 || !state.timers.is_empty() {
        return Some(format!("a finished run has {} live cells and {} calls", state.live, state.calls));
    }
    let root = state.frames.get(&Place::root())?;
    let passed = root.cursor >= root.end || root.failure.is_some() || state.failure.is_some();
    (state.status == RunStatus::Completed && !passed)
        .then(|| "a completed run has nodes that were never entered".to_owned())
}

/// A flow that is under way belongs to a body that is.
fn frames(state: &RunState) -> Option<String> {
    state.frames.iter().find_map(|(place, frame)| {
        if frame.cursor > frame.end {
            return Some(format!("the flow {place} is past its end"));
        }
        let cell = state.cells.get(place)?;
        (cell.status.is_terminal() != frame.is_over)
            .then(|| format!("the flow {place} and its body do not agree on being over"))
    })
}
