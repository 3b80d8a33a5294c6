//! The reading side: a connection that sees whole transactions only and never writes.

use crate::{
    archives, audit, connection, deliveries,
    error::{from_sqlite, unwritable},
    events, run_lists, run_logs, schedules, state, steps, workflow_runs, workflows,
};
use cronflow_core::{
    id::{AttemptId, RunId},
    storage::{
        AuditRow, DeliveryFilter, DeliveryRow, Error, EventFilter, EventRow, LogRow, MissRow, Reader, RunCount,
        RunFilter, RunPage, RunRow, ScheduleRow, StateRow, StepRow, StoredRun, WorkflowRow,
    },
    time::Timestamp,
};
use rusqlite::Connection;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Reads a database, whether an engine has it open or not.
#[derive(Debug)]
pub struct SqliteReader {
    connection: Connection,
    path: PathBuf,
}

impl SqliteReader {
    /// Opens an existing database for reading.
    ///
    /// # Errors
    /// `Unwritable` when it does not exist (nothing is created then) or cannot be opened,
    /// `Corrupt` when it is not our database, `Newer` when a later program made it.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let path = std::path::absolute(path).map_err(|error| unwritable(path, error))?;
        let connection = connection::reader(&path)?;
        Ok(Self { connection, path })
    }

    /// Runs several queries over one state of the database.
    fn snapshot<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        self.connection
            .unchecked_transaction()
            .and_then(|transaction| query(&transaction))
            .map_err(|error| from_sqlite(&self.path, &error))
    }
}

impl Reader for SqliteReader {
    fn open_runs(&self) -> Result<Vec<StoredRun>, Error> {
        self.snapshot(|connection| {
            let runs = workflow_runs::open(connection)?;
            Ok(deal_out(runs, steps::of_open_runs(connection)?))
        })
    }

    fn last_attempt_id(&self) -> Result<AttemptId, Error> {
        self.snapshot(steps::last_id)
    }

    fn run(&self, id: RunId) -> Result<Option<StoredRun>, Error> {
        self.snapshot(|connection| {
            let Some(run) = workflow_runs::find(connection, id)? else {
                return Ok(None);
            };
            let steps = steps::of_run(connection, id)?;
            Ok(Some(StoredRun { run, steps }))
        })
    }

    fn run_row(&self, id: RunId) -> Result<Option<RunRow>, Error> {
        self.snapshot(|connection| workflow_runs::find(connection, id))
    }

    fn runs(&self, filter: &RunFilter) -> Result<RunPage, Error> {
        self.snapshot(|connection| match &filter.text {
            None => run_lists::list(connection, filter),
            Some(text) => run_lists::search(connection, filter, text),
        })
    }

    fn count_runs(&self, since: Timestamp, limit: u32) -> Result<Vec<RunCount>, Error> {
        self.snapshot(|connection| run_lists::count(connection, since, limit))
    }

    fn logs(&self, id: RunId) -> Result<Vec<LogRow>, Error> {
        self.snapshot(|connection| run_logs::of_run(connection, id))
    }

    fn workflows(&self) -> Result<Vec<WorkflowRow>, Error> {
        self.snapshot(workflows::list)
    }

    fn archive(&self, digest: &str) -> Result<Option<Vec<u8>>, Error> {
        self.snapshot(|connection| archives::find(connection, digest))
    }

    fn events(&self, filter: &EventFilter) -> Result<Vec<EventRow>, Error> {
        self.snapshot(|connection| events::list(connection, filter))
    }

    fn events_after(&self, name: &str, id: i64) -> Result<Vec<EventRow>, Error> {
        self.snapshot(|connection| events::after(connection, name, id))
    }

    fn last_event_id(&self) -> Result<i64, Error> {
        self.snapshot(events::last_id)
    }

    fn state(&self, scope: &str, prefix: bool) -> Result<Vec<StateRow>, Error> {
        self.snapshot(|connection| state::list(connection, scope, prefix))
    }

    fn schedules(&self) -> Result<Vec<ScheduleRow>, Error> {
        self.snapshot(schedules::list)
    }

    fn misses(&self, schedule: &str, limit: u32) -> Result<Vec<MissRow>, Error> {
        self.snapshot(|connection| schedules::misses(connection, schedule, limit))
    }

    fn poll_ids(&self, schedule: &str) -> Result<Vec<(Arc<str>, Timestamp)>, Error> {
        self.snapshot(|connection| schedules::poll_ids(connection, schedule))
    }

    fn value(&self, scope: &str, key: &str) -> Result<Option<StateRow>, Error> {
        self.snapshot(|connection| state::find(connection, scope, key))
    }

    fn values(&self, scope: &str, after: Option<&str>, limit: u32) -> Result<Vec<StateRow>, Error> {
        self.snapshot(|connection| state::page(connection, scope, after, limit))
    }

    fn audit(&self, before: Option<&str>, limit: u32) -> Result<Vec<AuditRow>, Error> {
        self.snapshot(|connection| audit::list(connection, before, limit))
    }

    fn paused(&self) -> Result<Vec<StepRow>, Error> {
        self.snapshot(steps::paused)
    }

    fn deliveries(&self, filter: &DeliveryFilter) -> Result<Vec<DeliveryRow>, Error> {
        self.snapshot(|connection| deliveries::list(connection, filter))
    }

    fn delivery(&self, id: i64) -> Result<Option<DeliveryRow>, Error> {
        self.snapshot(|connection| deliveries::find(connection, id))
    }

    fn last_delivery_id(&self) -> Result<i64, Error> {
        self.snapshot(deliveries::last_id)
    }
}

/// Gives each run its steps. Both come in order of run ids.
fn deal_out(runs: Vec<RunRow>, steps: Vec<StepRow>) -> Vec<StoredRun> {
    let mut steps = steps.into_iter().peekable();
    runs.into_iter()
        .map(|run| {
            let id = run.id;
            let own = std::iter::from_fn(|| steps.next_if(|step| step.run_id == id)).collect();
            StoredRun { run, steps: own }
        })
        .collect()
}
