//! Steps and actions: delay, cache, circuit breaker, attempts, retries and `onError`.

use super::Answer;
use crate::{
    breaker::Verdict,
    definition::{CacheKey, Node, NodeKind},
    id::Digest,
    json::JsonText,
    machine::{
        Effect, Note, StepStatus,
        driver::{Driver, RowEnd},
        state::Phase,
    },
    place::Place,
    retry::Allowance,
    worker::{Failure, FunctionRole},
};

impl Driver<'_> {
    pub(super) fn begin_step(&mut self, place: &Place, node: &Node) {
        let Some(delay) = node.delay.filter(|delay| !delay.is_zero()) else {
            return self.after_delay(place);
        };
        let wake_at = self.now().after(delay);
        self.begin(place, StepStatus::Waiting, None, Some(wake_at));
        self.set(place, StepStatus::Waiting, Phase::Delay);
    }

    pub(in crate::machine) fn after_delay(&mut self, place: &Place) {
        let Some(node) = self.node(place) else { return };
        // The flow does not wait for an action: only its row says that it is still to come.
        let is_action = matches!(node.kind, NodeKind::Action { .. });
        if is_action && node.cache.is_some() && !self.cell(place).is_some_and(|cell| cell.row_is_open) {
            self.begin(place, StepStatus::Running, None, None);
        }
        match node.cache.as_ref().map(|cache| &cache.key) {
            None => self.attempt(place),
            Some(CacheKey::Function) => {
                self.set(place, StepStatus::Running, Phase::CacheKey);
                self.call(place, FunctionRole::CacheKey);
            }
            Some(CacheKey::Fixed(key)) => self.look_up(place, key),
            Some(CacheKey::Inputs) => {
                let mut hasher = Digest::hasher();
                hasher.field(self.state.context.payload.as_str().as_bytes());
                if let Some(last) = self.views(place).last() {
                    hasher.field(last.output.as_str().as_bytes());
                }
                self.look_up(place, &hasher.finish().to_string());
            }
        }
    }

    /// Asks for a kept output. Keys belong to the step of the workflow.
    fn look_up(&mut self, place: &Place, key: &str) {
        let (name, _) = self.naming(place);
        let key = format!("{}/{name}/{key}", self.workflow.id);
        self.set(place, StepStatus::Running, Phase::Lookup);
        if let Some(cell) = self.cell_mut(place) {
            cell.cache_key = Some(key.clone());
        }
        self.push(Effect::Lookup { place: place.clone(), key });
    }

    pub(in crate::machine) fn cached(&mut self, place: &Place, key: &str, output: Option<JsonText>) {
        let asked = |cell: &crate::machine::Cell| cell.phase == Phase::Lookup && cell.cache_key.as_deref() == Some(key);
        if !self.cell(place).is_some_and(asked) {
            return;
        }
        if output.is_some() && self.cell(place).is_some_and(|cell| cell.row.is_some() && !cell.row_is_open) {
            self.begin(place, StepStatus::Running, None, None);
        }
        match output {
            Some(output) => self.complete(place, output, Some(Note::Cached)),
            None => self.attempt(place),
        }
    }

    /// Begins an attempt, if the circuit breaker lets it.
    pub(in crate::machine) fn attempt(&mut self, place: &Place) {
        if place.is_body() || place.is_hook() {
            return self.begin_attempt(place);
        }
        let Some(node) = self.node(place) else { return };
        // A restart between two attempts has lost the key.
        if node.cache.is_some() && self.cell(place).is_some_and(|cell| cell.cache_key.is_none()) {
            return self.after_delay(place);
        }
        if let Some(breaker) = &node.breaker {
            if self.world.breaker_admit(breaker).is_err() {
                let message = format!("Circuit breaker '{}' is OPEN", breaker.name);
                if !self.cell(place).is_some_and(|cell| cell.row_is_open) {
                    self.begin(place, StepStatus::Running, None, None);
                }
                self.set(place, StepStatus::Running, Phase::Attempt);
                return self.step_failed(place, &node, Failure::new("CircuitOpenError", message));
            }
            if let Some(cell) = self.cell_mut(place) {
                cell.in_breaker = true;
            }
        }
        self.begin_attempt(place);
    }

    fn begin_attempt(&mut self, place: &Place) {
        let key = self.cell(place).and_then(|cell| cell.cache_key.clone());
        let note = key.map(|key| Note::CacheKey { key });
        if self.cell(place).is_some_and(|cell| cell.row_is_open) {
            self.update(place, StepStatus::Running, note.as_ref(), None);
        } else {
            self.begin(place, StepStatus::Running, note.as_ref(), None);
        }
        self.set(place, StepStatus::Running, Phase::Attempt);
        self.call(place, self.main_role(place));
    }

    pub(super) fn step_answered(&mut self, place: &Place, role: FunctionRole, answer: Result<JsonText, Failure>) {
        let Some(node) = self.node(place) else { return };
        match (role, answer) {
            (FunctionRole::Handler, Ok(output)) => {
                self.report_breaker(place, Verdict::Good);
                self.keep(place, &node, &output);
                self.complete(place, output, None);
            }
            (FunctionRole::Handler, Err(failure)) => {
                let counts = node.breaker.as_ref().is_some_and(|it| it.counts(&failure.name, &failure.message));
                self.report_breaker(place, if counts { Verdict::Bad } else { Verdict::Good });
                self.step_failed(place, &node, failure);
            }
            (FunctionRole::CacheKey, Ok(key)) => match key.to_value() {
                serde_json::Value::String(key) => self.look_up(place, &key),
                other => self.look_up(place, &other.to_string()),
            },
            (FunctionRole::RetryDecision, Ok(answer)) if answer.as_str() == "true" => self.back_off(place, &node),
            // A decision that fails is no decision for another attempt.
            (FunctionRole::RetryDecision, _) => self.give_up(place, &node),
            (_, Ok(output)) => self.complete(place, output, Some(Note::OnError)),
            (_, Err(failure)) => self.fail(place, failure),
        }
    }

    /// Keeps an output for later runs.
    fn keep(&mut self, place: &Place, node: &Node, output: &JsonText) {
        let key = self.cell(place).and_then(|cell| cell.cache_key.clone());
        let (Some(key), Some(cache)) = (key, &node.cache) else { return };
        let expires_at = cache.ttl.map(|ttl| self.now().after(ttl));
        self.push(Effect::Keep { key, output: output.clone(), expires_at });
    }

    fn step_failed(&mut self, place: &Place, node: &Node, failure: Failure) {
        let Some(cell) = self.cell_mut(place) else { return };
        cell.failures += 1;
        cell.failure = Some(failure.clone());
        let failures = cell.failures;
        let Some(retry) = &node.retry else { return self.give_up(place, node) };
        match retry.allows(failures, &failure) {
            Allowance::No => self.give_up(place, node),
            Allowance::Yes if !retry.tells => self.back_off(place, node),
            Allowance::Yes | Allowance::Ask => {
                let note = Some(Note::Deciding);
                self.close(place, RowEnd { error: Some(failure), note, ..RowEnd::new(StepStatus::Failed) });
                self.set(place, StepStatus::Retrying, Phase::Deciding);
                self.call(place, FunctionRole::RetryDecision);
            }
        }
    }

    /// Waits for the next attempt.
    fn back_off(&mut self, place: &Place, node: &Node) {
        let Some(cell) = self.cell(place) else { return };
        let (Some(retry), Some(failure)) = (&node.retry, cell.failure.clone()) else { return };
        let wait = retry.wait(cell.failures, &failure, self.jitter(place));
        let wake_at = self.now().after(wait);
        let end = RowEnd {
            error: Some(failure),
            note: Some(Note::Retry),
            wake_at: Some(wake_at),
            ..RowEnd::new(StepStatus::Failed)
        };
        self.close(place, end);
        self.set(place, StepStatus::Retrying, Phase::Backoff);
    }

    /// No further attempt: `onError` may still make an output.
    fn give_up(&mut self, place: &Place, node: &Node) {
        let Some(failure) = self.cell(place).and_then(|cell| cell.failure.clone()) else { return };
        if !node.handles_errors {
            return self.fail(place, failure);
        }
        self.close(place, RowEnd { error: Some(failure), ..RowEnd::new(StepStatus::Failed) });
        self.begin(place, StepStatus::Running, Some(&Note::OnError), None);
        self.set(place, StepStatus::Running, Phase::OnError);
        self.call(place, FunctionRole::OnError);
    }

    /// Tells the circuit breaker how the attempt went that it let through.
    pub(in crate::machine) fn report_breaker(&mut self, place: &Place, verdict: Verdict) {
        let Some(breaker) = self.state.node(place).and_then(|node| node.breaker.clone()) else { return };
        if let Some(cell) = self.cell_mut(place)
            && std::mem::take(&mut cell.in_breaker)
        {
            self.world.breaker_report(&breaker, verdict);
        }
    }
}

impl Answer {
    /// The value, when it is one.
    pub(super) fn into_value(self) -> Result<JsonText, JsonText> {
        match self {
            Self::Value(value) => Ok(value),
            Self::Flow(draft) => Err(draft),
        }
    }
}
