//! `waitForEvent`: waits for an event that a filter lets through, or until its time is over.

use crate::{
    definition::NodeKind,
    json::JsonText,
    machine::{Effect, Note, Progress, StepStatus, driver::Driver, state::Phase},
    place::Place,
    worker::{Failure, FunctionRole},
};
use std::{collections::VecDeque, sync::Arc, time::Duration};

impl Driver<'_> {
    pub(super) fn begin_wait(&mut self, place: &Place, event: &Arc<str>, timeout: Option<Duration>) {
        let since = self.world.last_event();
        let wake_at = timeout.map(|timeout| self.now().after(timeout));
        self.begin(place, StepStatus::Waiting, Some(&Note::Event { since }), wake_at);
        self.set(place, StepStatus::Waiting, Phase::Open);
        self.set_progress(place, Progress::Events { since, queue: VecDeque::new() });
        self.push(Effect::Subscribe { event: event.clone() });
    }

    pub(in crate::machine) fn event(&mut self, id: i64, name: &str, payload: &JsonText) {
        let waits: Vec<Place> = self.state.awaited_events().map(|(place, _)| place.clone()).collect();
        for place in waits {
            let Some(NodeKind::WaitEvent { event, .. }) = self.state.node(&place).map(|node| &node.kind) else {
                continue;
            };
            if **event != *name {
                continue;
            }
            if let Some(Progress::Events { since, queue }) = self.cell_mut(&place).map(|cell| &mut cell.progress)
                && id > *since
                && queue.back().is_none_or(|(last, _)| id > *last)
            {
                queue.push_back((id, payload.clone()));
                self.look_at_event(&place);
            }
        }
    }

    /// No event came in time that the filter lets through.
    pub(super) fn event_timed_out(&mut self, place: &Place) {
        if self.cell(place).is_some_and(|cell| cell.call.is_some()) {
            self.push(Effect::Stop { place: place.clone() });
        }
        self.complete(place, JsonText::trusted(r#"{"timedOut":true}"#), None);
    }

    /// Looks at the first event that has come, unless a filter is at it already.
    fn look_at_event(&mut self, place: &Place) {
        let Some(cell) = self.cell(place).filter(|cell| cell.call.is_none()) else { return };
        let Progress::Events { queue, .. } = &cell.progress else { return };
        let Some((_, payload)) = queue.front().cloned() else { return };
        let filtered =
            matches!(self.state.node(place).map(|node| &node.kind), Some(NodeKind::WaitEvent { filtered: true, .. }));
        if filtered {
            self.call(place, FunctionRole::Filter);
        } else {
            self.complete(place, payload, None);
        }
    }

    pub(super) fn filter_answered(&mut self, place: &Place, answer: Result<JsonText, Failure>) {
        let matches = match answer {
            Ok(answer) => answer.as_str() == "true",
            Err(failure) => return self.fail(place, failure),
        };
        let Some(cell) = self.cell_mut(place) else { return };
        let wake_at = cell.wake_at;
        let Progress::Events { since, queue } = &mut cell.progress else { return };
        let Some((id, payload)) = queue.pop_front() else { return };
        if matches {
            return self.complete(place, payload, None);
        }
        *since = id;
        self.update(place, StepStatus::Waiting, Some(&Note::Event { since: id }), wake_at);
        self.look_at_event(place);
    }
}
