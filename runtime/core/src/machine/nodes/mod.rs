//! What each kind of node does when the flow reaches it, when a function of it has ended, when a
//! body of it has ended, and when its time has come. One file for each kind.

mod approval;
mod attempt;
mod batch;
mod body;
mod branch;
mod cancel;
mod for_each;
mod hook;
mod log;
mod parallel;
mod race;
mod sleep;
mod subflow;
mod wait_event;
mod while_loop;

pub(super) use batch::groups;

use super::{
    Progress, StepStatus,
    driver::{Driver, RowEnd},
    note::Note,
    state::{BodyEnd, Phase},
};
use crate::{
    definition::{Given, Node, NodeKind},
    json::JsonText,
    place::Place,
    worker::{Blame, Failure, FunctionRole, Outcome},
};

/// A step that was executing in this many crashes of its worker has failed. The first crash may
/// have come from outside (the system's memory killer, an operator), the second did not.
const MAX_CRASHES: u32 = 2;

/// What a function has answered.
pub(super) enum Answer {
    /// A value.
    Value(JsonText),
    /// The draft of the steps that a body declared.
    Flow(JsonText),
}

impl Driver<'_> {
    /// The flow has reached a node; its cell is new.
    pub(super) fn begin_node(&mut self, place: &Place, node: &Node) {
        match &node.kind {
            NodeKind::Step | NodeKind::Action { .. } => self.begin_step(place, node),
            NodeKind::Log { level, message } => self.begin_log(place, *level, message),
            NodeKind::If { .. } | NodeKind::ElseIf { .. } => self.ask(place, FunctionRole::Condition),
            NodeKind::Else { .. } | NodeKind::EndIf => {}
            NodeKind::Parallel(_) | NodeKind::Race(_) | NodeKind::While { .. } => self.open_bodies(place, Vec::new()),
            NodeKind::ForEach { items, .. } => match items {
                Given::Value(items) => self.open_bodies(place, items.clone()),
                Given::Function => self.ask(place, FunctionRole::Items),
            },
            NodeKind::Batch { items, size, .. } => match items {
                Given::Value(items) => self.open_bodies(place, batch::groups(items, *size)),
                Given::Function => self.ask(place, FunctionRole::Items),
            },
            NodeKind::Subflow { input, .. } => self.begin_subflow(place, input.as_ref()),
            NodeKind::Sleep(Given::Value(duration)) => self.sleep_until(place, self.now().after(*duration)),
            NodeKind::Sleep(Given::Function) => self.ask(place, FunctionRole::Duration),
            NodeKind::SleepUntil(Given::Value(at)) => self.sleep_until(place, *at),
            NodeKind::SleepUntil(Given::Function) => self.ask(place, FunctionRole::Until),
            NodeKind::WaitEvent { event, timeout, .. } => self.begin_wait(place, event, *timeout),
            NodeKind::Approval { .. } | NodeKind::Pause { .. } => self.begin_approval(place, &node.kind),
            NodeKind::Cancel { reason } => self.begin_cancel(place, reason.as_ref()),
        }
    }

    /// Calls a function whose answer the node needs before it can begin.
    pub(super) fn ask(&mut self, place: &Place, role: FunctionRole) {
        self.begin(place, StepStatus::Running, None, None);
        self.set(place, StepStatus::Running, Phase::Asking);
        self.call(place, role);
    }

    /// The function that [`Phase::Asking`] waits for.
    pub(super) fn asking_role(&self, place: &Place) -> Option<FunctionRole> {
        Some(match self.state.node(place)?.kind {
            NodeKind::Log { .. } => FunctionRole::Message,
            NodeKind::If { .. } | NodeKind::ElseIf { .. } => FunctionRole::Condition,
            NodeKind::ForEach { .. } | NodeKind::Batch { .. } => FunctionRole::Items,
            NodeKind::Subflow { .. } => FunctionRole::Input,
            NodeKind::Sleep(_) => FunctionRole::Duration,
            NodeKind::SleepUntil(_) => FunctionRole::Until,
            NodeKind::Cancel { .. } => FunctionRole::Reason,
            _ => return None,
        })
    }

    /// The function that [`Phase::Attempt`] executes.
    pub(super) fn main_role(&self, place: &Place) -> FunctionRole {
        if place.is_hook() {
            self.hook_role(place)
        } else if place.is_body() {
            self.body_role(place)
        } else {
            FunctionRole::Handler
        }
    }

    /// A function has ended, one way or another.
    pub(super) fn finished(&mut self, place: &Place, role: FunctionRole, attempt: u32, outcome: Outcome) {
        // A late or repeated outcome: only the call that is under way can end.
        if !self.cell(place).is_some_and(|cell| cell.call == Some(role) && cell.attempt == attempt) {
            return;
        }
        self.set_call(place, None);
        match outcome {
            Outcome::Ok(output) => self.answered(place, role, Ok(Answer::Value(output))),
            Outcome::Flow(draft) => self.answered(place, role, Ok(Answer::Flow(draft))),
            Outcome::Err(failure) => self.answered(place, role, Err(failure)),
            Outcome::TimedOut => self.answered(place, role, Err(self.timeout_failure(place))),
            Outcome::Cancel { reason } => self.cancel_run(&reason),
            Outcome::WorkerLost { reason, blame } => self.worker_lost(place, role, reason, blame),
        }
    }

    fn worker_lost(&mut self, place: &Place, role: FunctionRole, reason: String, blame: Blame) {
        let Some(cell) = self.cell_mut(place) else { return };
        let crash = blame != Blame::Innocent;
        cell.crashes += u32::from(crash);
        let give_up = blame == Blame::Guilty || cell.crashes >= MAX_CRASHES;
        let failure = Failure::new("WorkerLostError", reason);
        if give_up {
            self.answered(place, role, Err(failure));
        } else {
            self.again(place, role, failure, crash);
        }
    }

    /// Calls the same function again. When the call is an attempt of its own, the attempt ends
    /// without a verdict and another begins.
    pub(super) fn again(&mut self, place: &Place, role: FunctionRole, failure: Failure, crash: bool) {
        let Some(cell) = self.cell(place) else { return };
        let (status, phase) = (cell.status, cell.phase);
        // What rests is enough to call `onError` again at the next start.
        if phase == Phase::OnError && self.world.is_stopping() {
            return;
        }
        if matches!(phase, Phase::Attempt | Phase::OnError | Phase::Asking) {
            self.report_breaker(place, crate::breaker::Verdict::Unknown);
            let note = Some(Note::Void { crash });
            self.close(place, RowEnd { error: Some(failure), note, ..RowEnd::new(StepStatus::Cancelled) });
            if self.world.is_stopping() {
                return self.set(place, StepStatus::Pending, Phase::Idle);
            }
            if phase == Phase::Attempt && !place.is_body() && !place.is_hook() {
                return self.attempt(place);
            }
            let note = if phase == Phase::OnError { Some(Note::OnError) } else { self.hook_note(place) };
            self.begin(place, StepStatus::Running, note.as_ref(), None);
            self.set(place, status, phase);
        }
        self.call(place, role);
    }

    /// A function has answered or failed.
    fn answered(&mut self, place: &Place, role: FunctionRole, answer: Result<Answer, Failure>) {
        match role {
            FunctionRole::Body(_) => return self.body_answered(place, answer),
            FunctionRole::OnSuccess | FunctionRole::OnFailure => return self.hook_answered(place, answer),
            _ => {}
        }
        let value = match answer {
            Ok(Answer::Value(value)) => Ok(value),
            Ok(Answer::Flow(_)) => Err(Failure::new("Error", "only the body of a loop or branch can declare steps")),
            Err(failure) => Err(failure),
        };
        match role {
            FunctionRole::Handler | FunctionRole::OnError | FunctionRole::CacheKey | FunctionRole::RetryDecision => {
                self.step_answered(place, role, value)
            }
            FunctionRole::OnPause | FunctionRole::OnTimeout => self.person_answered(place, role, value),
            FunctionRole::Filter => self.filter_answered(place, value),
            _ => match value {
                Ok(value) => self.asked(place, role, &value),
                Err(failure) => self.fail(place, failure),
            },
        }
    }

    /// A node has got what it asked for.
    fn asked(&mut self, place: &Place, role: FunctionRole, value: &JsonText) {
        let Some(node) = self.node(place) else { return };
        match (role, &node.kind) {
            (FunctionRole::Message, NodeKind::Log { level, .. }) => self.log_made(place, *level, value),
            (FunctionRole::Condition, NodeKind::While { .. }) => self.round_decided(place, value),
            (FunctionRole::Condition, _) => self.branch_decided(place, value),
            (FunctionRole::Items, NodeKind::Batch { size, .. }) => self.items_known(place, value, Some(*size)),
            (FunctionRole::Items, _) => self.items_known(place, value, None),
            (FunctionRole::Input, _) => self.start_child(place, value.clone()),
            (FunctionRole::Duration | FunctionRole::Until, _) => self.time_known(place, role, value),
            (FunctionRole::Reason, _) => self.reason_known(value),
            _ => {}
        }
    }

    /// A node may begin another body, or end because of those that have ended.
    pub(super) fn proceed(&mut self, place: &Place) {
        let is_open = self.cell(place).is_some_and(|cell| !cell.status.is_terminal() && cell.phase == Phase::Open);
        if self.is_restoring || self.world.is_stopping() || !is_open {
            return;
        }
        let Some(node) = self.node(place) else { return };
        match &node.kind {
            NodeKind::Parallel(branches) => self.proceed_parallel(place, branches),
            NodeKind::Race(branches) => self.proceed_race(place, branches),
            NodeKind::While { max_iterations } => self.proceed_while(place, *max_iterations),
            NodeKind::ForEach { concurrency, .. } => self.proceed_for_each(place, &node.name, *concurrency),
            NodeKind::Batch { size, concurrency, .. } => self.proceed_batch(place, &node.name, *size, *concurrency),
            _ => {}
        }
    }

    /// A timer of an open node is due.
    pub(super) fn wait_over(&mut self, place: &Place) {
        let Some(node) = self.node(place) else { return };
        match node.kind {
            NodeKind::Sleep(_) | NodeKind::SleepUntil(_) => self.complete(place, JsonText::null(), None),
            NodeKind::WaitEvent { .. } => self.event_timed_out(place),
            NodeKind::Approval { .. } => self.approval_timed_out(place),
            _ => {}
        }
    }

    fn timeout_failure(&self, place: &Place) -> Failure {
        let (name, _) = self.naming(place);
        let limit = self.state.node(place).and_then(|node| node.timeout);
        let limit = limit.map_or_else(String::new, |limit| format!(" of {} ms", limit.as_millis()));
        Failure::new("TimeoutError", format!("step '{name}' took longer than its timeout{limit}"))
    }

    /// What a failure of the flow's last body says, when there is one.
    pub(super) fn bodies(
        &self,
        place: &Place,
    ) -> Option<(&Vec<JsonText>, &std::collections::BTreeMap<u32, BodyEnd>, u32)> {
        match &self.cell(place)?.progress {
            Progress::Bodies { items, ends, begun } => Some((items, ends, *begun)),
            _ => None,
        }
    }
}
