//! The tables of the store in memory, and what each write does to them.

use cronflow_core::{
    id::{AttemptId, RunId},
    storage::{LogRow, RunFilter, RunRow, StepRow, StoredRun, WorkflowRow, Write},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What a database holds.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) workflows: BTreeMap<Arc<str>, WorkflowRow>,
    pub(crate) archives: BTreeMap<Arc<str>, Arc<[u8]>>,
    pub(crate) runs: BTreeMap<RunId, RunRow>,
    pub(crate) steps: BTreeMap<AttemptId, StepRow>,
    steps_by_run: BTreeMap<RunId, BTreeSet<AttemptId>>,
    pub(crate) logs: BTreeMap<RunId, Vec<LogRow>>,
}

impl Tables {
    /// Applies all of a batch, or nothing when a row of it exists already.
    pub(crate) fn apply(&mut self, batch: &[Write]) -> Result<(), String> {
        // An id that exists is all that can fail, so finding those first makes the rest certain.
        self.refuse_duplicates(batch)?;
        for write in batch {
            self.execute(write);
        }
        Ok(())
    }

    fn refuse_duplicates(&self, batch: &[Write]) -> Result<(), String> {
        let (mut runs, mut steps) = (BTreeSet::new(), BTreeSet::new());
        for write in batch {
            let fresh = match write {
                Write::InsertRun(row) => !self.runs.contains_key(&row.id) && runs.insert(row.id),
                Write::InsertStep(row) => !self.steps.contains_key(&row.id) && steps.insert(row.id),
                _ => true,
            };
            if !fresh {
                return Err(format!("a row with this id exists: {write:?}"));
            }
        }
        Ok(())
    }

    fn execute(&mut self, write: &Write) {
        match write {
            Write::PutWorkflow(row) => self.put_workflow(row),
            Write::PutArchive { digest, content } => {
                let kept = self.archives.entry(digest.clone());
                kept.or_insert_with(|| content.clone());
            }
            Write::InsertRun(row) => {
                self.runs.insert(row.id, row.clone());
            }
            Write::InsertStep(row) => {
                let of_run = self.steps_by_run.entry(row.run_id).or_default();
                of_run.insert(row.id);
                self.steps.insert(row.id, row.clone());
            }
            Write::InsertLog(row) => self.logs.entry(row.run_id).or_default().push(row.clone()),
            Write::FinishRun { .. } | Write::FinishStep { .. } => self.finish(write),
        }
    }

    /// Ends a run or an attempt that is there and has not ended.
    fn finish(&mut self, write: &Write) {
        match write {
            Write::FinishRun { id, status, output, error, at } => {
                let open = self.runs.get_mut(id).filter(|row| row.completed_at.is_none());
                if let Some(row) = open {
                    row.status = *status;
                    row.output.clone_from(output);
                    row.error.clone_from(error);
                    row.completed_at = Some(*at);
                }
            }
            Write::FinishStep { id, status, result, error, at } => {
                let open = self.steps.get_mut(id).filter(|row| row.completed_at.is_none());
                if let Some(row) = open {
                    row.status = *status;
                    row.result.clone_from(result);
                    row.error.clone_from(error);
                    row.completed_at = Some(*at);
                }
            }
            _ => {}
        }
    }

    /// A version that is served again keeps the time when it was first served.
    fn put_workflow(&mut self, row: &WorkflowRow) {
        let mut row = row.clone();
        if let Some(known) = self.workflows.get(&row.id)
            && known.version == row.version
        {
            row.at = known.at;
        }
        self.workflows.insert(row.id.clone(), row);
    }

    /// A run with its steps.
    pub(crate) fn stored(&self, run: &RunRow) -> StoredRun {
        let ids = self.steps_by_run.get(&run.id);
        StoredRun {
            run: run.clone(),
            steps: ids.into_iter().flatten().filter_map(|id| self.steps.get(id).cloned()).collect(),
        }
    }

    /// Runs that a filter lets through, newest first.
    pub(crate) fn list(&self, filter: &RunFilter) -> Vec<RunRow> {
        let wanted = |row: &&RunRow| {
            let workflow = filter.workflow.as_deref();
            workflow.is_none_or(|id| id == &*row.workflow_id)
                && filter.status.is_none_or(|status| status == row.status)
                && filter.before.is_none_or(|before| row.id < before)
        };
        let newest_first = self.runs.values().rev().filter(wanted);
        newest_first.take(usize::try_from(filter.limit).unwrap_or(usize::MAX)).cloned().collect()
    }
}
