//! What the management API asks beyond runs: approvals, durable values, the audit, figures.

use crate::{admission::SlotStats, dispatcher::Event, feed::Feed, handle::EngineHandle};
use cronflow_core::{
    json::JsonText,
    storage::{self, AuditRow, Reply, RunCount, StateOp, StateRow, Write},
    time::Timestamp,
    token::{TOKEN_SCOPE, Token},
    view,
    zone::{self, ZONE_SCOPE},
};
use serde_json::Value;
use std::time::Duration;
use tokio::sync::oneshot;

/// What the engine holds in memory.
#[derive(Debug, Clone, Default)]
pub struct Gauges {
    /// Runs that have not ended.
    pub runs: usize,
    /// Of those, runs that have not begun: flow control holds them.
    pub pending: usize,
    /// Of those, runs that wait for time, a person or an event.
    pub waiting: usize,
    /// Calls of functions that workers have.
    pub tasks: usize,
    /// Runs that want to be woken at some time.
    pub timers: usize,
    /// Slots of flow control.
    pub slots: Vec<SlotStats>,
}

impl EngineHandle {
    /// What the engine holds in memory; nothing when it has stopped.
    pub async fn gauges(&self) -> Gauges {
        let (reply, answer) = oneshot::channel();
        let sent = self.inbox.send(Event::Gauges { reply });
        if sent.is_ok() { answer.await.unwrap_or_default() } else { Gauges::default() }
    }

    /// Which runs have changed.
    #[must_use]
    pub const fn feed(&self) -> &Feed {
        &self.feed
    }

    /// How many worker processes were lost and replaced.
    #[must_use]
    pub fn lost_workers(&self) -> u64 {
        self.runner.lost_workers()
    }

    /// What waits for a person, oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn approvals(&self) -> Result<Vec<Value>, storage::Error> {
        self.read(|reader| {
            let mut all = Vec::new();
            for row in reader.paused()? {
                let run = reader.run_row(row.run_id)?;
                let Some(run) = run.filter(|run| !run.status.is_terminal()) else { continue };
                all.extend(view::approval(&row, &run));
            }
            Ok(all)
        })
        .await
    }

    /// One durable value that counts now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn value(&self, scope: String, key: String) -> Result<Option<StateRow>, storage::Error> {
        let now = self.now();
        let found = self.read(move |reader| reader.value(&scope, &key)).await?;
        Ok(found.filter(|row| row.expires_at.is_none_or(|end| end > now)))
    }

    /// The durable values of a scope by key, after a key; those that have expired are left out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn values(
        &self,
        scope: String,
        after: Option<String>,
        limit: u32,
    ) -> Result<Vec<StateRow>, storage::Error> {
        self.read(move |reader| reader.values(&scope, after.as_deref(), limit)).await
    }

    /// Replaces a durable value; resolves when that is durable, with whether it is.
    pub async fn set_value(&self, scope: &str, key: &str, value: JsonText, ttl: Option<Duration>) -> bool {
        let at = self.now();
        let op = StateOp::Set { value, expires_at: ttl.map(|ttl| at.after(ttl)) };
        self.ask(Write::State { scope: scope.into(), key: key.into(), op, at }).await.is_some()
    }

    /// Deletes a durable value; resolves when that is durable, with the value. `None` when the engine
    /// has stopped.
    pub async fn delete_value(&self, scope: &str, key: &str) -> Option<Option<JsonText>> {
        let write = Write::State { scope: scope.into(), key: key.into(), op: StateOp::Delete, at: self.now() };
        match self.ask(write).await? {
            Reply::Value(value) => Some(value),
            _ => None,
        }
    }

    /// Notes the time zone in which workflow code executes from now on.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn note_zone(&self, zone: &str) -> Result<(), storage::Error> {
        let rows = self.read(|reader| reader.state(ZONE_SCOPE, false)).await?;
        if let Some((key, value)) = zone::row(&rows, zone, self.now()) {
            self.set_value(ZONE_SCOPE, &key, value, None).await;
        }
        Ok(())
    }

    /// The tokens of the management API, revoked ones too.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn tokens(&self) -> Result<Vec<Token>, storage::Error> {
        let rows = self.read(|reader| reader.state(TOKEN_SCOPE, false)).await?;
        Ok(rows.iter().filter_map(Token::of_row).collect())
    }

    /// Keeps a token; resolves when that is durable, with whether it is.
    pub async fn put_token(&self, token: &Token) -> bool {
        self.set_value(TOKEN_SCOPE, &token.name, token.to_json(), None).await
    }

    /// Adds a line to the audit. It becomes durable no later than what is asked of the engine after
    /// this, so nothing is done without its line, and nobody waits for it.
    pub fn audit(&self, row: AuditRow) {
        self.record(Write::InsertAudit(row));
    }

    /// Adds to a line of the audit how it came out.
    pub fn audited(&self, id: &str, outcome: u16) {
        self.record(Write::FinishAudit { id: id.into(), outcome });
    }

    fn record(&self, write: Write) {
        // A closed inbox means that the engine has stopped and does nothing else either.
        let _ = self.inbox.send(Event::Record(vec![write]));
    }

    /// The audit, newest first, before an id.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn audit_lines(&self, before: Option<String>, limit: u32) -> Result<Vec<AuditRow>, storage::Error> {
        self.read(move |reader| reader.audit(before.as_deref(), limit)).await
    }

    /// How many of the newest runs since a moment are of which workflow and status.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn run_counts(&self, since: Timestamp, limit: u32) -> Result<Vec<RunCount>, storage::Error> {
        self.read(move |reader| reader.count_runs(since, limit)).await
    }
}
