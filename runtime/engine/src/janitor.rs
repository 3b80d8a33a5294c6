//! The janitor: deletes what is not needed any more, a little at a time, so that nobody notices.

use crate::{deliveries::KEPT_WITHOUT_RUN, handle::EngineHandle};
use cronflow_core::{
    storage::{Reply, Write},
    time::Timestamp,
};
use std::{sync::Arc, time::Duration};

/// How often it looks.
const PERIOD: Duration = Duration::from_secs(60);
/// Rows that are deleted in one transaction.
const BATCH: u32 = 200;
/// Events are kept so long when nothing else is said.
const EVENT_AGE: Duration = Duration::from_secs(30 * 24 * 3600);

/// The audit is kept for a year.
const AUDIT_AGE: Duration = Duration::from_secs(365 * 24 * 3600);

/// Sweeps until the engine has stopped. `retention` is for workflows that do not say how long their
/// finished runs are kept.
pub(crate) async fn run(handle: EngineHandle, retention: Option<Duration>) {
    loop {
        let now = handle.clock.now();
        if sweep(&handle, now, retention).await.is_none() {
            return;
        }
        handle.clock.sleep_until(now.after(PERIOD)).await;
    }
}

/// Deletes what is due now; `None` when the engine has stopped.
async fn sweep(handle: &EngineHandle, now: Timestamp, retention: Option<Duration>) -> Option<()> {
    let events_before = before(now, retention.unwrap_or(EVENT_AGE).max(EVENT_AGE));
    repeat(handle, || Write::SweepState { at: now, events_before, limit: BATCH }).await?;
    let deliveries = || Write::SweepDeliveries { before: events_before, keep: KEPT_WITHOUT_RUN, limit: BATCH };
    repeat(handle, deliveries).await?;
    repeat(handle, || Write::SweepAudit { before: before(now, AUDIT_AGE), limit: BATCH }).await?;
    for (workflow, age) in rules(handle, retention).await {
        let before = before(now, age);
        repeat(handle, || Write::DeleteRuns { workflow: workflow.clone(), before, limit: BATCH }).await?;
    }
    Some(())
}

/// How long finished runs are kept, by workflow. Workflows that are not served any more count too.
async fn rules(handle: &EngineHandle, retention: Option<Duration>) -> Vec<(Arc<str>, Duration)> {
    let known = handle.read(|reader| reader.workflows()).await.unwrap_or_default();
    let rule = |id: &Arc<str>| {
        let own = handle.registry.current.get(id).and_then(|workflow| workflow.retention);
        own.or(retention)
    };
    known.into_iter().filter_map(|row| Some((row.id.clone(), rule(&row.id)?))).collect()
}

/// Deletes batches until one is not full. Other work gets its turn in between.
async fn repeat(handle: &EngineHandle, write: impl Fn() -> Write) -> Option<()> {
    loop {
        match handle.ask(write()).await? {
            Reply::Count(count) if count >= u64::from(BATCH) => {}
            _ => return Some(()),
        }
    }
}

fn before(now: Timestamp, age: Duration) -> Timestamp {
    Timestamp(now.0.saturating_sub(i64::try_from(age.as_millis()).unwrap_or(i64::MAX)))
}
