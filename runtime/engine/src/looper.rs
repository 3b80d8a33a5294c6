//! The engine's loop: events go into the dispatcher, its units to the writer, and its timers are
//! waited for.

use crate::{
    dispatcher::{Dispatcher, Event},
    engine,
    handle::EngineHandle,
    writer::Writer,
};
use std::{sync::PoisonError, time::Duration};
use tokio::sync::{mpsc, oneshot};

/// Events that are taken at once; their writes go into one transaction.
const EVENTS_AT_ONCE: usize = 512;

/// How soon the test mode looks whether the writer is done.
const LOOK_AGAIN: Duration = Duration::from_micros(100);

/// Runs until the engine has stopped. See [`crate::EngineParts::always_replay`].
pub(crate) async fn run(
    mut dispatcher: Dispatcher,
    mut inbox: mpsc::UnboundedReceiver<Event>,
    writer: Writer,
    handle: EngineHandle,
    always_replay: bool,
) {
    let mut events = Vec::with_capacity(EVENTS_AT_ONCE);
    let mut stopped: Vec<oneshot::Sender<()>> = Vec::new();
    let mut is_closing = false;
    loop {
        let due = dispatcher.next_wake();
        tokio::select! {
            biased;
            count = inbox.recv_many(&mut events, EVENTS_AT_ONCE) => if count == 0 { return },
            () = wait(&handle, due) => events.push(Event::Tick),
        }
        for event in events.drain(..) {
            match event {
                Event::WriterClosed => {
                    for done in stopped {
                        let _ = done.send(());
                    }
                    return;
                }
                Event::Stop { done } => {
                    dispatcher.is_stopping = true;
                    stopped.push(done);
                }
                Event::Host { request, answer } => {
                    let handle = handle.clone();
                    tokio::spawn(async move { answer(handle.host(*request).await) });
                }
                event => dispatcher.handle(event),
            }
        }
        writer.push(&mut dispatcher.units);
        if always_replay && !dispatcher.is_stopping {
            replay(&mut dispatcher, &inbox, &writer, &handle).await;
        }
        if dispatcher.is_stopping && dispatcher.tasks.is_empty() && !is_closing {
            is_closing = true;
            writer.close();
        }
    }
}

/// Makes every run again out of its rows, once everything is committed. What has come meanwhile goes
/// first.
async fn replay(
    dispatcher: &mut Dispatcher,
    inbox: &mpsc::UnboundedReceiver<Event>,
    writer: &Writer,
    handle: &EngineHandle,
) {
    while !writer.is_idle() {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    if inbox.is_empty() {
        let reader = handle.reader.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = engine::make_again(dispatcher, &**reader) {
            tracing::error!(%error, "the runs cannot be made again");
        }
        writer.push(&mut dispatcher.units);
    }
}

/// Waits for a moment of the engine's clock; for ever when there is none.
async fn wait(handle: &EngineHandle, due: Option<cronflow_core::time::Timestamp>) {
    match due {
        Some(at) => handle.clock.sleep_until(at).await,
        None => std::future::pending().await,
    }
}
