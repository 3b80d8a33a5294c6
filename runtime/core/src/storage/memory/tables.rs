//! The tables of the store in memory, and what each write does to them.

use crate::{
    id::{AttemptId, RunId},
    json::JsonText,
    machine::{RunStatus, StepStatus},
    storage::{
        AuditRow, DeliveryRow, EventRow, LogRow, MAX_SEARCHED, MissRow, PAUSING_KINDS, Reply, RunCount, RunFilter,
        RunPage, RunRow, ScheduleRow, StateOp, StateRow, StepRow, StoredRun, WorkflowRow, Write, has_text, incremented,
    },
    time::Timestamp,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

type StateKey = (Arc<str>, Arc<str>);

/// What a database holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tables {
    pub(crate) workflows: BTreeMap<Arc<str>, WorkflowRow>,
    pub(crate) archives: BTreeMap<Arc<str>, Arc<[u8]>>,
    pub(crate) runs: BTreeMap<RunId, RunRow>,
    /// Idempotency keys; settings may change, they do not.
    keys: BTreeMap<RunId, String>,
    pub(crate) steps: BTreeMap<AttemptId, StepRow>,
    steps_by_run: BTreeMap<RunId, BTreeSet<AttemptId>>,
    pub(crate) logs: BTreeMap<RunId, Vec<LogRow>>,
    pub(crate) events: BTreeMap<i64, EventRow>,
    pub(crate) state: BTreeMap<StateKey, StateRow>,
    pub(crate) deliveries: BTreeMap<i64, DeliveryRow>,
    pub(crate) schedules: BTreeMap<Arc<str>, ScheduleRow>,
    pub(crate) misses: BTreeMap<(Arc<str>, Timestamp), MissRow>,
    /// By poll and item.
    pub(crate) poll_ids: BTreeMap<(Arc<str>, Arc<str>), Timestamp>,
    pub(crate) audit: BTreeMap<Arc<str>, AuditRow>,
}

impl Tables {
    /// Applies all of a batch, or nothing when a row of it exists already. Answers its questions.
    pub(crate) fn apply(&mut self, batch: &[Write]) -> Result<Vec<Reply>, String> {
        let is_tricky = |write: &Write| matches!(write, Write::DeleteRuns { .. }) || write.is_question();
        if batch.iter().any(is_tricky) {
            // What exists depends on the writes before: try on a copy.
            let mut copy = self.clone();
            let replies = copy.apply_in_order(batch)?;
            *self = copy;
            return Ok(replies);
        }
        // An id that exists is all that can fail, so finding those first makes the rest certain.
        self.refuse_duplicates(batch)?;
        self.apply_in_order(batch)
    }

    fn apply_in_order(&mut self, batch: &[Write]) -> Result<Vec<Reply>, String> {
        let mut replies = Vec::new();
        for write in batch {
            if !matches!(write, Write::InsertRun(row) if self.holder_of_key(row).is_some()) {
                self.refuse_duplicates(std::slice::from_ref(write))?;
            }
            let reply = self.execute(write);
            if write.is_question() {
                replies.push(reply);
            }
        }
        Ok(replies)
    }

    fn refuse_duplicates(&self, batch: &[Write]) -> Result<(), String> {
        let (mut runs, mut steps, mut deliveries) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for write in batch {
            let fresh = match write {
                Write::InsertRun(row) => !self.runs.contains_key(&row.id) && runs.insert(row.id),
                Write::InsertStep(row) => !self.steps.contains_key(&row.id) && steps.insert(row.id),
                Write::InsertDelivery(row) => !self.deliveries.contains_key(&row.id) && deliveries.insert(row.id),
                _ => true,
            };
            if !fresh {
                return Err(format!("a row with this id exists: {write:?}"));
            }
        }
        Ok(())
    }

    /// The run that has the idempotency key of a row.
    fn holder_of_key(&self, row: &RunRow) -> Option<RunId> {
        let key = row.settings.idempotency_key.as_ref()?;
        let holders = self.runs.values().filter(|other| other.workflow_id == row.workflow_id);
        holders.into_iter().find(|other| self.keys.get(&other.id) == Some(key)).map(|other| other.id)
    }

    fn execute(&mut self, write: &Write) -> Reply {
        match write {
            Write::PutWorkflow(row) => self.put_workflow(row),
            Write::PutArchive { digest, content } => {
                let kept = self.archives.entry(digest.clone());
                kept.or_insert_with(|| content.clone());
            }
            Write::InsertRun(row) => return self.insert_run(row),
            Write::InsertStep(row) => {
                let of_run = self.steps_by_run.entry(row.run_id).or_default();
                of_run.insert(row.id);
                self.steps.insert(row.id, row.clone());
            }
            Write::InsertLog(row) => self.logs.entry(row.run_id).or_default().push(row.clone()),
            Write::InsertEvent(row) => {
                self.events.insert(row.id, row.clone());
            }
            Write::InsertDelivery(row) => {
                self.deliveries.insert(row.id, row.clone());
            }
            Write::AnswerDelivery { id, status, outcome, run } => {
                if let Some(row) = self.deliveries.get_mut(id) {
                    (row.status, row.outcome, row.run) = (Some(*status), *outcome, run.or(row.run));
                }
            }
            Write::SweepDeliveries { before, keep, limit } => return self.sweep_deliveries(*before, *keep, *limit),
            Write::PutSchedule(row) => {
                self.schedules.insert(row.id.clone(), row.clone());
            }
            Write::PutMiss(row) => {
                self.misses.insert((row.schedule_id.clone(), row.first), row.clone());
            }
            Write::SeePollIds { schedule, ids, at } => {
                self.poll_ids.extend(ids.iter().map(|id| ((schedule.clone(), id.clone()), *at)));
            }
            Write::ForgetPollIds { schedule, ids } => {
                self.poll_ids.retain(|(owner, id), _| owner != schedule || !ids.contains(id));
            }
            Write::DropRun { id } => {
                if self.runs.get(id).is_some_and(|row| row.status == RunStatus::Pending) {
                    self.runs.remove(id);
                    self.keys.remove(id);
                }
            }
            Write::InsertAudit(row) => {
                self.audit.insert(row.id.clone(), row.clone());
            }
            Write::FinishAudit { id, outcome } => {
                if let Some(row) = self.audit.get_mut(id) {
                    row.outcome = Some(*outcome);
                }
            }
            Write::SweepAudit { before, limit } => {
                let oldest = self.audit.values().take(*limit as usize).filter(|row| row.at < *before);
                let ids: Vec<Arc<str>> = oldest.map(|row| row.id.clone()).collect();
                ids.iter().for_each(|id| drop(self.audit.remove(id)));
                return Reply::Count(ids.len() as u64);
            }
            Write::State { scope, key, op, at } => return self.state_op((scope.clone(), key.clone()), op, *at),
            Write::SweepState { at, events_before, limit } => return self.sweep(*at, *events_before, *limit),
            Write::DeleteRuns { workflow, before, limit } => return self.delete_runs(workflow, *before, *limit),
            _ => self.change(write),
        }
        Reply::Inserted
    }

    /// Changes a run or an attempt that is there.
    fn change(&mut self, write: &Write) {
        match write {
            Write::SetRunStatus { id, status, started_at } => {
                if let Some(row) = self.runs.get_mut(id).filter(|row| row.completed_at.is_none()) {
                    row.status = *status;
                    row.started_at = started_at.or(row.started_at);
                }
            }
            Write::SetRunSettings { id, settings } => {
                if let Some(row) = self.runs.get_mut(id) {
                    row.settings = settings.clone();
                }
            }
            Write::FinishRun { id, status, output, error, at } => {
                if let Some(row) = self.runs.get_mut(id).filter(|row| row.completed_at.is_none()) {
                    row.status = *status;
                    row.output.clone_from(output);
                    row.error.clone_from(error);
                    row.completed_at = Some(*at);
                }
            }
            Write::ReopenRun { id } => {
                if let Some(row) = self.runs.get_mut(id) {
                    (row.output, row.error, row.completed_at) = (None, None, None);
                }
            }
            Write::UpdateStep { id, status, note, wake_at } => {
                if let Some(row) = self.steps.get_mut(id) {
                    row.status = *status;
                    row.note.clone_from(note);
                    row.wake_at = *wake_at;
                }
            }
            Write::FinishStep { id, status, result, error, note, wake_at, at } => {
                if let Some(row) = self.steps.get_mut(id).filter(|row| row.completed_at.is_none()) {
                    row.status = *status;
                    row.result.clone_from(result);
                    row.error.clone_from(error);
                    row.note.clone_from(note);
                    row.wake_at = *wake_at;
                    row.completed_at = Some(*at);
                }
            }
            Write::ReopenStep { id } => {
                if let Some(row) = self.steps.get_mut(id) {
                    row.status = StepStatus::Running;
                    (row.result, row.error, row.completed_at) = (None, None, None);
                }
            }
            _ => {}
        }
    }

    fn insert_run(&mut self, row: &RunRow) -> Reply {
        if let Some(other) = self.holder_of_key(row) {
            return Reply::Taken(other);
        }
        if let Some(key) = &row.settings.idempotency_key {
            self.keys.insert(row.id, key.clone());
        }
        self.runs.insert(row.id, row.clone());
        Reply::Inserted
    }

    fn state_op(&mut self, key: StateKey, op: &StateOp, at: Timestamp) -> Reply {
        // What has expired counts as absent; reading it does not delete it.
        let found = self.state.get(&key).filter(|row| row.expires_at.is_none_or(|end| end > at));
        let (before, kept_until) = (found.map(|row| row.value.clone()), found.and_then(|row| row.expires_at));
        let (value, expires_at) = match op {
            StateOp::Get => return Reply::Value(before),
            StateOp::Delete => {
                self.state.remove(&key);
                return Reply::Value(before);
            }
            StateOp::Set { value, expires_at } => (value.clone(), *expires_at),
            StateOp::Incr(by) => match incremented(before.as_ref(), *by) {
                Ok(value) => (value, kept_until),
                Err(value) => return Reply::NotANumber(value),
            },
        };
        let (scope, name) = key.clone();
        self.state.insert(key, StateRow { scope, key: name, value: value.clone(), expires_at, updated_at: at });
        Reply::Value(Some(value))
    }

    fn sweep(&mut self, at: Timestamp, events_before: Timestamp, limit: u32) -> Reply {
        let limit = limit as usize;
        let expired = self.state.values().filter(|row| row.expires_at.is_some_and(|end| end <= at));
        let keys: Vec<StateKey> = expired.take(limit).map(|row| (row.scope.clone(), row.key.clone())).collect();
        for key in &keys {
            self.state.remove(key);
        }
        let old: Vec<i64> =
            self.events.values().filter(|row| row.at < events_before).take(limit).map(|row| row.id).collect();
        for id in old {
            self.events.remove(&id);
        }
        let old = self.misses.iter().filter(|(_, row)| row.at < events_before).take(limit);
        let old: Vec<_> = old.map(|(key, _)| key.clone()).collect();
        for key in old {
            self.misses.remove(&key);
        }
        Reply::Count(keys.len() as u64)
    }

    fn sweep_deliveries(&mut self, before: Timestamp, keep: u32, limit: u32) -> Reply {
        let limit = limit as usize;
        let oldest = self.deliveries.values().take(limit);
        let mut gone: BTreeSet<i64> = oldest.filter(|row| row.at < before).map(|row| row.id).collect();
        let without_run = self.deliveries.values().rev().filter(|row| row.run.is_none() && !gone.contains(&row.id));
        let surplus: Vec<i64> = without_run.skip(keep as usize).take(limit).map(|row| row.id).collect();
        gone.extend(surplus);
        self.deliveries.retain(|id, _| !gone.contains(id));
        Reply::Count(gone.len() as u64)
    }

    fn delete_runs(&mut self, workflow: &Arc<str>, before: Timestamp, limit: u32) -> Reply {
        let is_open = |id: &RunId| self.runs.get(id).is_some_and(|parent| parent.completed_at.is_none());
        let old = self.runs.values().filter(|row| {
            row.completed_at.is_some_and(|end| end < before)
                && row.workflow_id == *workflow
                && !row.parent.as_ref().is_some_and(is_open)
        });
        let ids: Vec<RunId> = old.take(limit as usize).map(|row| row.id).collect();
        for id in &ids {
            self.runs.remove(id);
            self.keys.remove(id);
            self.logs.remove(id);
            for step in self.steps_by_run.remove(id).unwrap_or_default() {
                self.steps.remove(&step);
            }
        }
        Reply::Count(ids.len() as u64)
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
    pub(crate) fn list(&self, filter: &RunFilter) -> RunPage {
        let wanted = |row: &&RunRow| {
            let workflow = filter.workflow.as_deref();
            workflow.is_none_or(|id| id == &*row.workflow_id)
                && filter.status.is_none_or(|status| status == row.status)
                && filter.parent.is_none_or(|parent| row.parent == Some(parent))
                && filter.since.is_none_or(|since| row.id >= RunId::first_at(since))
                && filter.before.is_none_or(|before| row.id < before)
        };
        let mut page = RunPage::default();
        if filter.limit == 0 {
            return page;
        }
        for (row, looked_at) in self.runs.values().rev().filter(wanted).zip(1..) {
            if filter.text.as_ref().is_none_or(|text| holds(row, text)) {
                page.runs.push(row.summary());
            }
            let is_searched = filter.text.is_some() && looked_at >= MAX_SEARCHED;
            if page.runs.len() >= filter.limit as usize || is_searched {
                page.next = Some(row.id);
                break;
            }
        }
        page
    }

    /// How many of the newest runs are of which workflow and status.
    pub(crate) fn count(&self, since: Timestamp, limit: u32) -> Vec<RunCount> {
        let mut counts: BTreeMap<(Arc<str>, &str), RunCount> = BTreeMap::new();
        let newest = self.runs.values().rev().take_while(|row| row.id >= RunId::first_at(since));
        for row in newest.take(limit as usize) {
            let key = (row.workflow_id.clone(), row.status.as_str());
            let took = row.completed_at.map(|end| end.millis_since(row.started_at.unwrap_or(row.created_at)));
            let count = counts.entry(key).or_insert_with(|| RunCount {
                workflow_id: row.workflow_id.clone(),
                status: row.status,
                count: 0,
                total_millis: 0,
            });
            count.count += 1;
            count.total_millis += took.unwrap_or_default().unsigned_abs();
        }
        counts.into_values().collect()
    }

    /// Attempts that wait for a person.
    pub(crate) fn paused(&self) -> Vec<StepRow> {
        let waits = |row: &&StepRow| {
            row.status == StepStatus::Waiting && row.completed_at.is_none() && PAUSING_KINDS.contains(&&*row.kind)
        };
        self.steps.values().filter(waits).cloned().collect()
    }

    /// The values of a scope that count.
    pub(crate) fn values(&self, scope: &str, prefix: bool) -> Vec<StateRow> {
        let wanted = |row: &&StateRow| if prefix { row.scope.starts_with(scope) } else { *row.scope == *scope };
        self.state.values().filter(wanted).cloned().collect()
    }
}

/// Whether a run has a text in it.
fn holds(row: &RunRow, needle: &str) -> bool {
    let text = |json: Option<&JsonText>| json.map_or(String::new(), |json| json.as_str().to_owned());
    let (id, output, error) = (row.id.to_string(), text(row.output.as_ref()), text(row.error.as_ref()));
    has_text(&[&id, &row.workflow_id, row.payload.as_str(), &output, &error], needle)
}
