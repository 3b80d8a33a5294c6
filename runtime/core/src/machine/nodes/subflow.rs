//! `subflow`: a run of another workflow.

use crate::{
    definition::{Given, NodeKind},
    id::RunId,
    json::JsonText,
    machine::{Effect, Note, Progress, RunStatus, StepStatus, driver::Driver, state::Phase},
    place::Place,
    worker::{Failure, FunctionRole},
};

impl Driver<'_> {
    pub(super) fn begin_subflow(&mut self, place: &Place, input: Option<&Given<JsonText>>) {
        match input {
            Some(Given::Function) => self.ask(place, FunctionRole::Input),
            Some(Given::Value(input)) => self.start_child(place, input.clone()),
            None => {
                let last = self.views(place).last().map(|view| view.output.clone());
                let payload = last.unwrap_or_else(|| self.state.context.payload.clone());
                self.start_child(place, payload);
            }
        }
    }

    pub(super) fn start_child(&mut self, place: &Place, payload: JsonText) {
        let Some(NodeKind::Subflow { workflow, wait, .. }) = self.state.node(place).map(|node| node.kind.clone())
        else {
            return;
        };
        let child = self.world.next_run();
        self.push(Effect::StartChild { child, workflow, payload, wait });
        if !wait {
            return self.complete(place, JsonText::trusted(format!("{{\"runId\":\"{child}\"}}")), None);
        }
        let note = Note::Child { run: child };
        if self.cell(place).is_some_and(|cell| cell.row_is_open) {
            self.update(place, StepStatus::Waiting, Some(&note), None);
        } else {
            self.begin(place, StepStatus::Waiting, Some(&note), None);
        }
        self.set(place, StepStatus::Waiting, Phase::Open);
        self.set_progress(place, Progress::Child(child));
    }

    pub(in crate::machine) fn child_ended(
        &mut self,
        child: RunId,
        status: RunStatus,
        output: Option<JsonText>,
        error: Option<Failure>,
    ) {
        let waits = |cell: &crate::machine::Cell| cell.progress == Progress::Child(child) && !cell.status.is_terminal();
        let waiting = self.state.cells.iter().find(|(_, cell)| waits(cell)).map(|(place, _)| place.clone());
        let Some(place) = waiting else { return };
        if status == RunStatus::Completed {
            return self.complete(&place, output.unwrap_or_else(JsonText::null), None);
        }
        let (name, _) = self.naming(&place);
        let error = error.unwrap_or_else(|| Failure::new("Error", status.as_str()));
        let message = format!("subflow '{name}' ended as {status}: {}", error.message);
        self.fail(&place, Failure { message, ..error });
    }
}
