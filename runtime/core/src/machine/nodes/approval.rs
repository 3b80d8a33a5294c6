//! `humanInTheLoop` and `pause`: wait until somebody resumes the run with the token.

use crate::{
    definition::NodeKind,
    json::JsonText,
    machine::{Note, Progress, StepStatus, driver::Driver, state::Phase},
    place::Place,
    view,
    worker::{Failure, FunctionRole},
};
use serde_json::{Map, Value, json};

impl Driver<'_> {
    pub(super) fn begin_approval(&mut self, place: &Place, kind: &NodeKind) {
        let (tells, timeout) = match kind {
            NodeKind::Approval { tells, timeout, .. } => (*tells, *timeout),
            NodeKind::Pause { tells } => (*tells, None),
            _ => return,
        };
        // The run's id leads to the run; the rest cannot be guessed.
        let token = format!("{}{:032x}", self.state.context.run.as_uuid().simple(), self.world.random());
        let told = !tells;
        let wake_at = timeout.map(|timeout| self.now().after(timeout));
        let note = token_note(kind, &token, told);
        self.begin(place, StepStatus::Waiting, Some(&note), wake_at);
        self.set(place, StepStatus::Waiting, Phase::Open);
        self.set_progress(place, Progress::Token { token, told, timed_out: false });
        if tells {
            self.call(place, FunctionRole::OnPause);
        }
    }

    pub(super) fn person_answered(&mut self, place: &Place, role: FunctionRole, answer: Result<JsonText, Failure>) {
        if let Err(failure) = answer {
            return self.fail(place, failure);
        }
        if role == FunctionRole::OnTimeout {
            return self.approval_expired(place);
        }
        let Some(node) = self.node(place) else { return };
        let Some(cell) = self.cell_mut(place) else { return };
        let wake_at = cell.wake_at;
        let Progress::Token { token, told, timed_out } = &mut cell.progress else { return };
        *told = true;
        // Time ran out while somebody was being told.
        if *timed_out {
            return self.call(place, FunctionRole::OnTimeout);
        }
        let note = token_note(&node.kind, &token.clone(), true);
        self.update(place, StepStatus::Waiting, Some(&note), wake_at);
    }

    pub(in crate::machine) fn resumed(&mut self, token: &str, payload: &JsonText) {
        let matches = |cell: &crate::machine::Cell| matches!(&cell.progress, Progress::Token { token: own, timed_out: false, .. } if same(own, token));
        let waiting = self.state.cells.iter().find(|(_, cell)| !cell.status.is_terminal() && matches(cell));
        let Some(place) = waiting.map(|(place, _)| place.clone()) else { return };
        if self.cell(&place).is_some_and(|cell| cell.call.is_some()) {
            self.push(crate::machine::Effect::Stop { place: place.clone() });
        }
        let output = match self.state.node(&place).map(|node| &node.kind) {
            Some(NodeKind::Approval { .. }) => self.decision(&place, token, Some(payload)),
            _ => payload.clone(),
        };
        self.complete(&place, output, None);
    }

    pub(super) fn approval_timed_out(&mut self, place: &Place) {
        let Some(NodeKind::Approval { has_on_timeout, .. }) = self.state.node(place).map(|node| node.kind.clone())
        else {
            return;
        };
        if !has_on_timeout {
            return self.approval_expired(place);
        }
        let Some(cell) = self.cell_mut(place) else { return };
        let busy = cell.call.is_some();
        let Progress::Token { token, timed_out, .. } = &mut cell.progress else { return };
        *timed_out = true;
        let note = Note::TimedOut { token: token.clone() };
        self.update(place, StepStatus::Waiting, Some(&note), None);
        if !busy {
            self.call(place, FunctionRole::OnTimeout);
        }
    }

    fn approval_expired(&mut self, place: &Place) {
        let token = match self.cell(place).map(|cell| &cell.progress) {
            Some(Progress::Token { token, .. }) => token.clone(),
            _ => return,
        };
        if self.cell(place).is_some_and(|cell| cell.call.is_some()) {
            self.push(crate::machine::Effect::Stop { place: place.clone() });
        }
        let output = self.decision(place, &token, None);
        self.complete(place, output, None);
    }

    /// What the step returns: the payload's own fields, and over them those that are always there.
    fn decision(&self, place: &Place, token: &str, payload: Option<&JsonText>) -> JsonText {
        let Some(NodeKind::Approval { description, metadata, .. }) = self.state.node(place).map(|node| &node.kind)
        else {
            return JsonText::null();
        };
        let given = payload.map(JsonText::to_value);
        let mut output = given.as_ref().and_then(Value::as_object).cloned().unwrap_or_else(Map::new);
        let field = |name: &str| output.get(name).cloned().unwrap_or(Value::Null);
        let approved = match &given {
            Some(Value::Bool(approved)) => *approved,
            _ => field("approved") == Value::Bool(true),
        };
        let fixed = json!({
            "type": "human_approval",
            "token": token,
            "description": description,
            "metadata": metadata.to_value(),
            "approved": approved,
            "reason": field("reason"),
            "approvedBy": field("approvedBy"),
            "approvedAt": given.is_some().then(|| view::iso(self.now())),
            "status": if given.is_some() { "resumed" } else { "timeout" },
            "resumePayload": given,
        });
        if let Value::Object(fixed) = fixed {
            output.extend(fixed);
        }
        if payload.is_none() {
            output.insert("timedOut".to_owned(), Value::Bool(true));
        }
        JsonText::of(&Value::Object(output))
    }
}

fn token_note(kind: &NodeKind, token: &str, told: bool) -> Note {
    let (description, approval_url, metadata) = match kind {
        NodeKind::Approval { description, approval_url, metadata, .. } => {
            (description.clone(), approval_url.clone(), metadata.clone())
        }
        _ => (None, None, JsonText::null()),
    };
    Note::Token { token: token.to_owned(), told, description, approval_url, metadata }
}

/// Compares without telling by its duration where the difference is.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}
