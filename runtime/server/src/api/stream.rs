//! `GET /api/stream`: changes of runs as server-sent events. A listener holds no more than its place in the
//! engine's ring of changes: nothing is kept for one who does not listen.
//!
//! Ids are `<start of the server>-<number>`. A listener that comes back with `Last-Event-ID` goes on there;
//! when that is not kept any more, or is of another server, it gets a `gap` first: read the lists again.

use super::{bad, call::Call};
use crate::{
    answer::{self, Answer},
    piped::{Pipe, piped},
};
use bytes::Bytes;
use cronflow_core::{error::Code, id::RunId, view};
use cronflow_engine::{Feed, RunChange};
use hyper::StatusCode;
use serde_json::json;
use std::{fmt::Write as _, sync::atomic::Ordering, time::Duration};
use tokio::{sync::watch, time::timeout};

/// How often a quiet stream shows that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a listener may take nothing before it is dropped.
const PATIENCE: Duration = Duration::from_secs(30);
/// Changes in one piece.
const AT_ONCE: usize = 256;
/// Pieces that wait for the connection.
const WAITING: usize = 2;
/// How soon a listener that lost its stream comes back, in milliseconds.
const COME_BACK: u32 = 1_000;
/// Listeners at a time; each holds a connection.
const MAX_LISTENERS: u64 = 256;

/// Which changes a listener wants.
#[derive(Debug, Clone, Default)]
struct Wanted {
    workflow: Option<String>,
    run: Option<RunId>,
}

impl Wanted {
    fn lets(&self, change: &RunChange) -> bool {
        self.workflow.as_ref().is_none_or(|id| **id == *change.workflow) && self.run.is_none_or(|id| id == change.run)
    }
}

/// Why a stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The listener went away.
    Gone,
    /// It took nothing for too long.
    Slow,
    /// The server stops.
    Stop,
}

/// `GET /api/stream?workflow&run`.
pub(super) async fn open(call: Call<'_>) -> Answer {
    let run = match call.query.parsed("run") {
        Ok(run) => run,
        Err(message) => return bad(&message),
    };
    let wanted = Wanted { workflow: call.query.get("workflow").map(str::to_owned), run };
    let metrics = &call.shared.metrics;
    if metrics.listeners.load(Ordering::Relaxed) >= MAX_LISTENERS {
        let message = format!("there are {MAX_LISTENERS} listeners already");
        return answer::api_error(StatusCode::SERVICE_UNAVAILABLE, Code::Overloaded, &message, None);
    }
    let (sender, body) = piped(WAITING);
    let feed = call.shared.engine.feed().clone();
    let epoch = call.shared.epoch;
    let given = call.head.headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let place = given.map_or_else(|| Place::Now(feed.last()), |id| Place::read(id, epoch));
    let (stop, kill) = (call.shared.stop.clone(), call.kill.clone());
    let metrics = metrics.clone();
    metrics.listeners.fetch_add(1, Ordering::Relaxed);
    tokio::spawn(async move {
        let end = tell(Teller { feed, wanted, epoch, sender }, place, stop).await;
        metrics.listeners.fetch_sub(1, Ordering::Relaxed);
        if end == End::Slow {
            metrics.dropped.fetch_add(1, Ordering::Relaxed);
            tracing::warn!("a listener of the stream took nothing for {} s and was dropped", PATIENCE.as_secs());
            kill.0.notify_one();
        }
    });
    answer::stream(body)
}

/// Where a listener begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// After the newest change; it is new here.
    Now(u64),
    /// After the change that it saw last.
    After(u64),
    /// Where it was is not known here.
    Unknown,
}

impl Place {
    fn read(id: &str, epoch: i64) -> Self {
        let parts = id.split_once('-');
        let parts = parts.and_then(|(start, number)| Some((start.parse::<i64>().ok()?, number.parse().ok()?)));
        match parts {
            Some((start, number)) if start == epoch => Self::After(number),
            _ => Self::Unknown,
        }
    }
}

struct Teller {
    feed: Feed,
    wanted: Wanted,
    epoch: i64,
    sender: Pipe,
}

async fn tell(mut teller: Teller, place: Place, mut stop: watch::Receiver<bool>) -> End {
    let mut text = format!("retry: {COME_BACK}\n\n");
    let mut at = match place {
        Place::Now(number) | Place::After(number) => number,
        Place::Unknown => {
            let last = teller.feed.last();
            gap(&mut text, teller.epoch, last);
            last
        }
    };
    // A first comment lets clients see at once that they are connected.
    text.push_str(": connected\n\n");
    loop {
        if let Some(end) = teller.send(&mut text, &mut stop).await {
            return end;
        }
        let heard = teller.feed.after(at, AT_ONCE);
        if heard.has_gap {
            let before = heard.changes.first().map_or(teller.feed.last(), |(number, _)| number - 1);
            gap(&mut text, teller.epoch, before);
            at = before;
        }
        for (number, change) in &heard.changes {
            at = *number;
            if teller.wanted.lets(change) {
                event(&mut text, teller.epoch, *number, change);
            }
        }
        if !heard.changes.is_empty() || heard.has_gap {
            continue;
        }
        let quiet = tokio::select! {
            news = timeout(HEARTBEAT, teller.feed.news(at)) => news.is_err(),
            () = stopped(&mut stop) => return End::Stop,
        };
        if quiet {
            text.push_str(": still here\n\n");
        }
    }
}

impl Teller {
    /// Sends what there is; `Some` when the stream has ended.
    async fn send(&mut self, text: &mut String, stop: &mut watch::Receiver<bool>) -> Option<End> {
        if text.is_empty() {
            return None;
        }
        let piece = Bytes::from(std::mem::take(text));
        tokio::select! {
            sent = timeout(PATIENCE, self.sender.send(piece)) => match sent {
                Ok(Ok(())) => None,
                Ok(Err(_)) => Some(End::Gone),
                Err(_) => Some(End::Slow),
            },
            () = stopped(stop) => Some(End::Stop),
        }
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // A sender that is gone means stop as well.
    drop(stop.wait_for(|stop| *stop).await);
}

fn event(text: &mut String, epoch: i64, number: u64, change: &RunChange) {
    let data = json!({
        "id": change.run.to_string(), "workflowId": &*change.workflow, "status": change.status.as_str(),
        "isNew": change.is_new, "at": view::iso(change.at),
    });
    // Writing to a String cannot fail.
    let _ = write!(text, "id: {epoch}-{number}\nevent: run\ndata: {data}\n\n");
}

/// Changes were missed: the listener must read again what it shows.
fn gap(text: &mut String, epoch: i64, number: u64) {
    let _ = write!(text, "id: {epoch}-{number}\nevent: gap\ndata: {{}}\n\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::piped::Piped;
    use http_body_util::BodyExt as _;
    use rstest::rstest;

    #[rstest]
    #[case("7-12", Place::After(12))]
    #[case("6-12", Place::Unknown)]
    #[case("7-", Place::Unknown)]
    #[case("nonsense", Place::Unknown)]
    fn places(#[case] id: &str, #[case] expected: Place) {
        assert_eq!(Place::read(id, 7), expected);
    }

    fn teller() -> (Teller, Piped, watch::Sender<bool>, watch::Receiver<bool>) {
        let (sender, body) = piped(WAITING);
        let (stopper, stop) = watch::channel(false);
        let teller = Teller { feed: Feed::default(), wanted: Wanted::default(), epoch: 7, sender };
        (teller, body, stopper, stop)
    }

    async fn piece(body: &mut Piped) -> String {
        let data = body.frame().await.unwrap().unwrap().into_data().unwrap();
        String::from_utf8(data.to_vec()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_quiet_stream_shows_that_it_is_alive() {
        let (teller, mut body, _stopper, stop) = teller();
        let ended = tokio::spawn(tell(teller, Place::Now(0), stop));
        assert_eq!(piece(&mut body).await, "retry: 1000\n\n: connected\n\n");
        assert_eq!(piece(&mut body).await, ": still here\n\n");
        drop(body);
        assert_eq!(ended.await.unwrap(), End::Gone);
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_is_dropped() {
        let (teller, body, _stopper, stop) = teller();
        // Time passes by itself while everybody waits: heartbeats fill the channel.
        assert_eq!(tell(teller, Place::Now(0), stop).await, End::Slow);
        drop(body);
    }

    #[tokio::test(start_paused = true)]
    async fn a_place_of_another_server_is_a_gap() {
        let (teller, mut body, stopper, stop) = teller();
        let ended = tokio::spawn(tell(teller, Place::Unknown, stop));
        assert!(piece(&mut body).await.contains("id: 7-0\nevent: gap\n"));
        stopper.send(true).unwrap();
        assert_eq!(ended.await.unwrap(), End::Stop);
    }
}
