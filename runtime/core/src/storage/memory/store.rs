//! The store and its readers over a [`MemDatabase`].

use super::{MemDatabase, tables::Tables};
use crate::{
    id::{AttemptId, RunId},
    storage::{
        AuditRow, DeliveryFilter, DeliveryRow, Error, EventFilter, EventRow, LogRow, MissRow, Reader, Reply, RunCount,
        RunFilter, RunPage, RunRow, ScheduleRow, StateRow, StepRow, Store, StoredRun, WorkflowRow, Write, covers,
    },
    time::Timestamp,
};
use std::sync::Arc;

/// The one writer of a [`MemDatabase`]; dropping it lets another be opened.
#[derive(Debug)]
pub struct MemStore {
    database: MemDatabase,
    generation: u64,
}

impl MemStore {
    pub(crate) fn new(database: MemDatabase, generation: u64) -> Self {
        Self { database, generation }
    }
}

impl Drop for MemStore {
    fn drop(&mut self) {
        self.database.close(self.generation);
    }
}

impl Store for MemStore {
    fn commit(&mut self, batch: &[Write]) -> Result<Vec<Reply>, Error> {
        self.database.commit(self.generation, batch)
    }

    fn reader(&self) -> Result<Box<dyn Reader>, Error> {
        Ok(Box::new(self.database.reader()))
    }
}

/// Reads a [`MemDatabase`].
#[derive(Debug, Clone)]
pub struct MemReader(MemDatabase);

impl MemReader {
    pub(crate) fn new(database: MemDatabase) -> Self {
        Self(database)
    }
}

impl Reader for MemReader {
    fn open_runs(&self) -> Result<Vec<StoredRun>, Error> {
        Ok(self.0.read(|tables| {
            let open = tables.runs.values().filter(|run| !run.status.is_terminal());
            open.map(|run| tables.stored(run)).collect()
        }))
    }

    fn last_attempt_id(&self) -> Result<AttemptId, Error> {
        let last = self.0.read(|tables| tables.steps.keys().next_back().copied());
        Ok(last.unwrap_or(AttemptId(0)))
    }

    fn run(&self, id: RunId) -> Result<Option<StoredRun>, Error> {
        Ok(self.0.read(|tables| tables.runs.get(&id).map(|run| tables.stored(run))))
    }

    fn run_row(&self, id: RunId) -> Result<Option<RunRow>, Error> {
        Ok(self.0.read(|tables| tables.runs.get(&id).cloned()))
    }

    fn runs(&self, filter: &RunFilter) -> Result<RunPage, Error> {
        Ok(self.0.read(|tables| tables.list(filter)))
    }

    fn count_runs(&self, since: Timestamp, limit: u32) -> Result<Vec<RunCount>, Error> {
        Ok(self.0.read(|tables| tables.count(since, limit)))
    }

    fn logs(&self, id: RunId) -> Result<Vec<LogRow>, Error> {
        Ok(self.0.read(|tables| tables.logs.get(&id).cloned().unwrap_or_default()))
    }

    fn workflows(&self) -> Result<Vec<WorkflowRow>, Error> {
        Ok(self.0.read(|tables| tables.workflows.values().cloned().collect()))
    }

    fn archive(&self, digest: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.0.read(|tables| tables.archives.get(digest).map(|bytes| bytes.to_vec())))
    }

    fn events(&self, filter: &EventFilter) -> Result<Vec<EventRow>, Error> {
        let wanted = |row: &&EventRow| {
            filter.name.as_ref().is_none_or(|pattern| covers(pattern, &row.name))
                && filter.before.is_none_or(|before| row.id < before)
                && filter.since.is_none_or(|since| row.at >= since)
        };
        let limit = filter.limit as usize;
        Ok(self.0.read(|tables| tables.events.values().rev().filter(wanted).take(limit).cloned().collect()))
    }

    fn events_after(&self, name: &str, id: i64) -> Result<Vec<EventRow>, Error> {
        let wanted = |row: &&EventRow| *row.name == *name;
        Ok(self.0.read(|tables| tables.events.range(id + 1..).map(|(_, row)| row).filter(wanted).cloned().collect()))
    }

    fn last_event_id(&self) -> Result<i64, Error> {
        Ok(self.0.read(|tables| tables.events.keys().next_back().copied().unwrap_or_default()))
    }

    fn state(&self, scope: &str, prefix: bool) -> Result<Vec<StateRow>, Error> {
        Ok(self.0.read(|tables| tables.values(scope, prefix)))
    }

    fn schedules(&self) -> Result<Vec<ScheduleRow>, Error> {
        Ok(self.0.read(|tables| tables.schedules.values().cloned().collect()))
    }

    fn misses(&self, schedule: &str, limit: u32) -> Result<Vec<MissRow>, Error> {
        let wanted = |row: &&MissRow| *row.schedule_id == *schedule;
        Ok(self.0.read(|tables| tables.misses.values().rev().filter(wanted).take(limit as usize).cloned().collect()))
    }

    fn poll_ids(&self, schedule: &str) -> Result<Vec<(Arc<str>, Timestamp)>, Error> {
        let own = |tables: &Tables| {
            let ids = tables.poll_ids.iter().filter(|((owner, _), _)| **owner == *schedule);
            ids.map(|((_, id), at)| (id.clone(), *at)).collect()
        };
        Ok(self.0.read(own))
    }

    fn value(&self, scope: &str, key: &str) -> Result<Option<StateRow>, Error> {
        Ok(self.0.read(|tables| tables.values(scope, false).into_iter().find(|row| *row.key == *key)))
    }

    fn values(&self, scope: &str, after: Option<&str>, limit: u32) -> Result<Vec<StateRow>, Error> {
        let rows = self.0.read(|tables| tables.values(scope, false));
        let later = rows.into_iter().filter(|row| after.is_none_or(|after| *row.key > *after));
        Ok(later.take(limit as usize).collect())
    }

    fn audit(&self, before: Option<&str>, limit: u32) -> Result<Vec<AuditRow>, Error> {
        let wanted = |row: &&AuditRow| before.is_none_or(|before| *row.id < *before);
        Ok(self.0.read(|tables| tables.audit.values().rev().filter(wanted).take(limit as usize).cloned().collect()))
    }

    fn paused(&self) -> Result<Vec<StepRow>, Error> {
        Ok(self.0.read(Tables::paused))
    }

    fn deliveries(&self, filter: &DeliveryFilter) -> Result<Vec<DeliveryRow>, Error> {
        Ok(self.0.read(|tables| {
            let wanted = tables.deliveries.values().rev().filter(|row| filter.lets_through(row));
            wanted.take(filter.limit as usize).cloned().collect()
        }))
    }

    fn delivery(&self, id: i64) -> Result<Option<DeliveryRow>, Error> {
        Ok(self.0.read(|tables| tables.deliveries.get(&id).cloned()))
    }

    fn last_delivery_id(&self) -> Result<i64, Error> {
        Ok(self.0.read(|tables| tables.deliveries.keys().next_back().copied().unwrap_or_default()))
    }
}
