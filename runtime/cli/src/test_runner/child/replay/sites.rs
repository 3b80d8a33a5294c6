//! Where the steps of a replayed run stand in the code as it is now.

use crate::test_runner::protocol::Failure;
use cronflow_core::{
    definition::{DraftNode, DraftWorkflow, Site},
    machine::Note,
    place::Place,
    storage::{StepRow, StoredRun},
};
use std::collections::HashMap;

/// See the module's text.
#[derive(Default)]
pub(super) struct Sites(HashMap<String, DraftWorkflow>);

impl Sites {
    pub(super) fn new(drafts: impl Iterator<Item = DraftWorkflow>) -> Self {
        Self(drafts.map(|draft| (draft.id.clone(), draft)).collect())
    }

    /// The failure with the place of the step that it is about. A step that is not there any more has that of the
    /// node around it, or of the workflow.
    pub(super) fn locate(&self, problem: Failure, run: &StoredRun, path: Option<&str>) -> Failure {
        let Some(workflow) = self.0.get(&*run.run.workflow_id) else { return problem };
        let site = path.and_then(|path| of_path(workflow, run, path)).unwrap_or_else(|| workflow.site.clone());
        if problem.line.is_some() || site.line == 0 {
            return problem;
        }
        Failure { file: Some(site.file), line: Some(site.line), column: Some(site.column), ..problem }
    }
}

fn of_path(workflow: &DraftWorkflow, run: &StoredRun, path: &str) -> Option<Site> {
    let is_it = |row: &&StepRow| row.path.as_deref().unwrap_or(&row.name) == path && !row.place.is_hook();
    if let Some(row) = run.steps.iter().find(is_it) {
        // A body has the place of its node.
        let place = if row.place.is_body() { row.place.parent()? } else { row.place.clone() };
        return of_place(workflow, run, &place);
    }
    if let Some(node) = workflow.nodes.iter().find(|node| node.name == path) {
        return Some(node.site.clone());
    }
    let (around, _) = path.rsplit_once('/')?;
    of_path(workflow, run, around.rsplit_once('[').map_or(around, |(node, _)| node))
}

/// Bodies tell of their nodes when they have declared them.
fn of_place(workflow: &DraftWorkflow, run: &StoredRun, place: &Place) -> Option<Site> {
    let number = place.number() as usize;
    let body = place.scope();
    if body == Place::root() {
        return workflow.nodes.get(number).map(|node| node.site.clone());
    }
    let declares = |row: &&StepRow| row.place == body && Note::from_json(row.note.as_ref()) == Some(Note::Flow);
    let draft = run.steps.iter().rev().find(declares)?.result.clone()?;
    let nodes: Vec<DraftNode> = serde_json::from_str(draft.as_str()).ok()?;
    nodes.get(number).map(|node| node.site.clone())
}
