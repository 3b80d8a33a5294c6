//! Deliveries: what becomes of requests to webhooks is put on record without a transaction of its own.
//!
//! A delivery that starts a run rests with it, in the same transaction. What was answered, and
//! deliveries that started nothing, are gathered and written together a moment later. Those that
//! started nothing are recorded at a bounded rate: whoever sends rubbish cannot fill the disk.

use crate::{dispatcher::Event, handle::EngineHandle};
use cronflow_core::{
    host::HostError,
    id::RunId,
    json::JsonText,
    storage::{self, DeliveryFilter, DeliveryOutcome, DeliveryRow, Write, shown_header},
    time::Timestamp,
};
use serde_json::{Map, Value};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;

/// How long records are gathered.
const GATHER: Duration = Duration::from_millis(500);
/// Records without a run: at once, and each second.
const BURST: f64 = 500.0;
const PER_SECOND: f64 = 50.0;
/// Longest body that is kept of a delivery, in bytes.
pub const MAX_KEPT_BODY: usize = 4_096;
/// Most deliveries without a run that are kept.
pub(crate) const KEPT_WITHOUT_RUN: u32 = 10_000;

/// What is gathered until it is written.
pub(crate) struct Recorder {
    last: AtomicI64,
    gathered: Mutex<Gathered>,
    wake: Notify,
}

struct Gathered {
    writes: Vec<Write>,
    /// Records without a run that may still come.
    tokens: f64,
    filled_at: Option<Timestamp>,
    /// Records that were left out.
    left_out: u64,
}

impl Recorder {
    pub(crate) fn new(last: i64) -> Arc<Self> {
        let gathered = Gathered { writes: Vec::new(), tokens: BURST, filled_at: None, left_out: 0 };
        Arc::new(Self { last: AtomicI64::new(last), gathered: Mutex::new(gathered), wake: Notify::new() })
    }

    fn gather(&self, add: impl FnOnce(&mut Gathered)) {
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        let was_empty = gathered.writes.is_empty();
        add(&mut gathered);
        let begins = was_empty && !gathered.writes.is_empty();
        drop(gathered);
        if begins {
            self.wake.notify_one();
        }
    }

    fn take(&self) -> Vec<Write> {
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        let left_out = std::mem::take(&mut gathered.left_out);
        if left_out > 0 {
            tracing::warn!(left_out, "too many refused requests: some were not recorded as deliveries");
        }
        std::mem::take(&mut gathered.writes)
    }
}

impl Gathered {
    fn may_record(&mut self, now: Timestamp) -> bool {
        let since = self.filled_at.replace(now).map_or(0, |before| now.millis_since(before).max(0));
        self.tokens = (since as f64 / 1000.0).mul_add(PER_SECOND, self.tokens).min(BURST);
        if self.tokens < 1.0 {
            self.left_out += 1;
            return false;
        }
        self.tokens -= 1.0;
        true
    }
}

/// Writes what was gathered, until the engine has stopped.
pub(crate) async fn run(handle: EngineHandle) {
    loop {
        handle.recorder.wake.notified().await;
        tokio::time::sleep(GATHER).await;
        if !handle.flush_deliveries() {
            return;
        }
    }
}

impl EngineHandle {
    /// Now, by the engine's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The id of a new delivery.
    #[must_use]
    pub fn next_delivery(&self) -> i64 {
        self.recorder.last.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Records a delivery that started no run. Some are left out when there are very many.
    pub fn record_delivery(&self, row: DeliveryRow) {
        let now = self.clock.now();
        self.recorder.gather(|gathered| {
            if gathered.may_record(now) {
                gathered.writes.push(Write::InsertDelivery(row));
            }
        });
    }

    /// Records what was answered to a delivery that is on record.
    pub fn answered_delivery(&self, id: i64, status: u16, outcome: DeliveryOutcome, run: Option<RunId>) {
        self.recorder.gather(|gathered| gathered.writes.push(Write::AnswerDelivery { id, status, outcome, run }));
    }

    /// Hands what was gathered to the writer; `false` when the engine has stopped.
    pub(crate) fn flush_deliveries(&self) -> bool {
        let writes = self.recorder.take();
        writes.is_empty() || self.inbox.send(Event::Record(writes)).is_ok()
    }

    /// Deliveries, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn deliveries(&self, filter: DeliveryFilter) -> Result<Vec<DeliveryRow>, storage::Error> {
        self.read(move |reader| reader.deliveries(&filter)).await
    }

    /// One delivery with its headers and the beginning of its body.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn delivery(&self, id: i64) -> Result<Option<DeliveryRow>, storage::Error> {
        self.read(move |reader| {
            let Some(mut row) = reader.delivery(id)? else { return Ok(None) };
            if let (Some(run), None) = (row.run, &row.headers)
                && let Some(stored) = reader.run(run)?
            {
                row.headers = Some(headers_of(&stored.run.trigger));
                row.body = Some(beginning(stored.run.payload.as_str()));
            }
            Ok(Some(row))
        })
        .await
    }

    /// Starts a new run with the payload of a delivery that was accepted, on the current code.
    ///
    /// # Errors
    /// When there is no such delivery, when it started no run, or when its run is gone.
    pub async fn replay_delivery(&self, id: i64) -> Result<RunId, HostError> {
        let unreadable = |_| HostError::new("the database cannot be read; the server's log says why");
        let row = self.read(move |reader| reader.delivery(id)).await.map_err(unreadable)?;
        let row = row.ok_or_else(|| HostError::new(format!("there is no delivery {id}")))?;
        let run = row.run.ok_or_else(|| {
            HostError::new(format!(
                "delivery {id} was not accepted ({}); only accepted ones can be replayed",
                row.outcome
            ))
        })?;
        self.replay(run, None, None, Vec::new()).await
    }
}

/// The headers of a run's trigger as they are shown.
fn headers_of(trigger: &JsonText) -> JsonText {
    let trigger = trigger.to_value();
    let headers = trigger["headers"].as_object().into_iter().flatten();
    let shown = |(name, value): (&String, &Value)| {
        let value = value.as_str().unwrap_or_default();
        (name.clone(), shown_header(name, value).into())
    };
    JsonText::of(&Value::Object(headers.map(shown).collect::<Map<_, _>>()))
}

/// The beginning of a body.
fn beginning(text: &str) -> Arc<str> {
    let end = (0..=MAX_KEPT_BODY.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    text[..end].into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_without_a_run_are_bounded() {
        let recorder = Recorder::new(0);
        let mut gathered = recorder.gathered.lock().unwrap();
        let mut kept = |from: i64, seconds: i64| {
            let times = (0..seconds * 1000).map(|ms| Timestamp(from + ms));
            times.filter(|now| gathered.may_record(*now)).count() as f64
        };
        assert_eq!(kept(0, 1), BURST + PER_SECOND - 1.0);
        let later = kept(1_000, 10);
        assert!((later - 10.0 * PER_SECOND).abs() <= 1.0, "{later}");
    }

    #[test]
    fn a_body_is_cut_at_a_character() {
        let text = "é".repeat(MAX_KEPT_BODY);
        assert_eq!(beginning(&text).len(), MAX_KEPT_BODY);
        assert_eq!(&*beginning("short"), "short");
    }

    #[test]
    fn secrets_are_not_shown() {
        let trigger = JsonText::trusted(r#"{"headers":{"authorization":"Bearer x","x-a":"b"}}"#);
        assert_eq!(headers_of(&trigger).as_str(), r#"{"authorization":"[secret]","x-a":"b"}"#);
    }
}
