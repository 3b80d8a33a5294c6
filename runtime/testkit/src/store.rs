//! The store and its readers over a [`MemDatabase`].

use crate::database::MemDatabase;
use cronflow_core::{
    id::{AttemptId, RunId},
    storage::{
        DeliveryFilter, DeliveryRow, Error, EventRow, LogRow, Reader, Reply, RunFilter, RunRow, StateRow, StepRow,
        Store, StoredRun, WorkflowRow, Write,
    },
};

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

    fn runs(&self, filter: &RunFilter) -> Result<Vec<RunRow>, Error> {
        Ok(self.0.read(|tables| tables.list(filter)))
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

    fn events(&self, name: Option<&str>, limit: u32) -> Result<Vec<EventRow>, Error> {
        let wanted = |row: &&EventRow| name.is_none_or(|name| *row.name == *name);
        Ok(self.0.read(|tables| tables.events.values().rev().filter(wanted).take(limit as usize).cloned().collect()))
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

    fn paused(&self) -> Result<Vec<StepRow>, Error> {
        Ok(self.0.read(crate::tables::Tables::paused))
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
