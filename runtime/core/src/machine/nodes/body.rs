//! Bodies: what loops repeat and what branches do. A body is a function of the author that either
//! returns a value, or declares steps; then those steps are a flow of their own.

use super::Answer;
use crate::{
    definition::{self, Graph},
    json::JsonText,
    machine::{
        Effect, Frame, Note, Progress, StepStatus,
        driver::{Driver, RowEnd},
        state::{BodyEnd, Phase},
    },
    place::Place,
    worker::{Failure, StepView},
};
use std::{collections::BTreeMap, sync::Arc};

impl Driver<'_> {
    /// Opens a node that has bodies.
    pub(super) fn open_bodies(&mut self, place: &Place, items: Vec<JsonText>) {
        if !self.cell(place).is_some_and(|cell| cell.row_is_open) {
            self.begin(place, StepStatus::Running, None, None);
        }
        self.set_progress(place, Progress::Bodies { items, ends: BTreeMap::new(), begun: 0 });
        self.set(place, StepStatus::Running, Phase::Open);
        self.later_proceed(place.clone());
    }

    /// The items of a loop are known; from now on they stay as they are.
    pub(super) fn items_known(&mut self, place: &Place, answer: &JsonText, size: Option<u32>) {
        let Ok(items) = serde_json::from_str::<Vec<Box<serde_json::value::RawValue>>>(answer.as_str()) else {
            let (name, _) = self.naming(place);
            return self.fail(place, Failure::new("TypeError", format!("the items of '{name}' are not an array")));
        };
        let items: Vec<JsonText> = items.iter().map(|item| JsonText::trusted(item.get())).collect();
        let items = size.map_or_else(|| items.clone(), |size| super::batch::groups(&items, size));
        self.update(place, StepStatus::Running, Some(&Note::Items { items: items.clone() }), None);
        self.open_bodies(place, items);
    }

    /// Begins the next body of a node.
    pub(super) fn begin_body(&mut self, owner: &Place) {
        let Some(cell) = self.cell_mut(owner) else { return };
        let Progress::Bodies { begun, .. } = &mut cell.progress else { return };
        let body = owner.body(*begun);
        *begun += 1;
        self.open_cell(&body);
        self.attempt(&body);
    }

    /// The item or group of a body's loop.
    pub(in crate::machine) fn item_of(&self, body: &Place) -> Option<JsonText> {
        match &self.cell(&body.parent()?)?.progress {
            Progress::Bodies { items, .. } => items.get(body.number() as usize).cloned(),
            _ => None,
        }
    }

    /// The function of a body has returned or failed.
    pub(super) fn body_answered(&mut self, body: &Place, answer: Result<Answer, Failure>) {
        match answer {
            Err(failure) => self.body_failed(body, failure),
            Ok(Answer::Value(value)) => {
                let end = RowEnd { result: Some(value.clone()), ..RowEnd::new(StepStatus::Completed) };
                self.close(body, end);
                self.set(body, StepStatus::Completed, Phase::Idle);
                self.remember_round(body, &value);
                self.body_over(body, Ok(value));
            }
            Ok(Answer::Flow(draft)) => match self.graph_of(body, &draft) {
                Err(failure) => self.body_failed(body, failure),
                Ok(graph) => {
                    let (note, result) = (Some(Note::Flow), Some(draft.clone()));
                    self.close(body, RowEnd { result, note, ..RowEnd::new(StepStatus::Completed) });
                    self.open_flow(body, draft, graph);
                    self.later_advance(body.clone());
                }
            },
        }
    }

    fn body_failed(&mut self, body: &Place, failure: Failure) {
        self.close(body, RowEnd { error: Some(failure.clone()), ..RowEnd::new(StepStatus::Failed) });
        self.set(body, StepStatus::Failed, Phase::Idle);
        let attempt = self.cell(body).map_or(1, |cell| cell.attempt);
        self.push(Effect::Failed { step: self.path(body), attempt, failure: failure.clone() });
        self.body_over(body, Err(failure));
    }

    #[expect(clippy::result_large_err, reason = "made once for each kind of body, and handed on as it is")]
    /// The steps that a body declared, frozen. Bodies of one loop mostly declare the same.
    pub(in crate::machine) fn graph_of(&self, body: &Place, draft: &JsonText) -> Result<Arc<Graph>, Failure> {
        let owner = body.parent().unwrap_or_default();
        let siblings = self.state.frames.range(owner.clone()..).take_while(|(place, _)| place.is_within(&owner));
        if let Some((_, frame)) = siblings.into_iter().find(|(_, frame)| frame.draft == *draft) {
            return Ok(frame.graph.clone());
        }
        let graph = definition::body(draft, self.workflow.retry_for(self.state.context.entry));
        graph.map(Arc::new).map_err(|problem| Failure {
            location: problem.location,
            ..Failure::new("DefinitionError", problem.message)
        })
    }

    /// Opens the flow of a body.
    pub(in crate::machine) fn open_flow(&mut self, body: &Place, draft: JsonText, graph: Arc<Graph>) {
        let outer = self.frame(&body.scope()).map(|frame| frame.path.clone()).unwrap_or_default();
        let frame = Frame {
            end: graph.end(),
            graph,
            draft,
            cursor: 0,
            seeks_arm: false,
            views: Vec::new(),
            failure: None,
            is_over: false,
            path: format!("{outer}{}/", self.body_name(body)).into(),
        };
        self.state.frames.insert(body.clone(), Box::new(frame));
        self.set(body, StepStatus::Running, Phase::Open);
    }

    /// A flow of a body is over, or its function has returned.
    pub(in crate::machine) fn body_over(&mut self, body: &Place, end: BodyEnd) {
        let Some(owner) = body.parent() else { return };
        let status = if end.is_ok() { StepStatus::Completed } else { StepStatus::Failed };
        self.set(body, status, Phase::Idle);
        if let Some(views) = self.frame(body).map(|frame| frame.views.clone())
            && self.is_while(&owner)
        {
            self.state.rounds.insert(owner.clone(), views);
        }
        if let Some(Progress::Bodies { ends, .. }) = self.cell_mut(&owner).map(|cell| &mut cell.progress) {
            ends.insert(body.number(), end);
        }
        self.later_proceed(owner);
    }

    /// The value of a round of `while` is what its condition and the next round see as `ctx.last`.
    pub(in crate::machine) fn remember_round(&mut self, body: &Place, value: &JsonText) {
        let Some(owner) = body.parent().filter(|owner| self.is_while(owner)) else { return };
        let (name, _) = self.naming(&owner);
        let view = StepView { place: body.clone(), round: body.number(), name, attempts: 1, output: value.clone() };
        self.state.rounds.insert(owner, vec![Arc::new(view)]);
    }

    fn is_while(&self, owner: &Place) -> bool {
        self.owner_kind(owner).is_some_and(|kind| matches!(kind, definition::NodeKind::While { .. }))
    }
}
