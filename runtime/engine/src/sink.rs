//! Where workers deliver: outcomes and log lines go into the dispatcher's inbox.

use crate::{code::Calls, dispatcher::Event};
use cronflow_core::{
    host::{HostAnswer, HostError, HostRequest, LogLevel},
    id::TaskId,
    worker::{Outcome, OutcomeSink},
};
use std::sync::Arc;
use tokio::sync::mpsc;

/// The dispatcher's inbox as workers see it. It exists before the engine does, because the worker
/// pool needs it and the engine needs the pool.
#[derive(Clone)]
pub struct EngineSink {
    pub(crate) inbox: mpsc::UnboundedSender<Event>,
    /// Calls that belong to no run.
    pub(crate) calls: Arc<Calls>,
}

impl EngineSink {
    /// A sink, and the inbox to give to [`crate::Engine::start`].
    #[must_use]
    pub fn new() -> (Self, EngineInbox) {
        let (inbox, events) = mpsc::unbounded_channel();
        (Self { inbox, calls: Arc::default() }, EngineInbox(events))
    }
}

/// The receiving end of an [`EngineSink`].
pub struct EngineInbox(pub(crate) mpsc::UnboundedReceiver<Event>);

impl OutcomeSink for EngineSink {
    fn finished(&self, task: TaskId, outcome: Outcome) {
        if Calls::owns(task) {
            return self.calls.finished(task, outcome);
        }
        // A closed inbox means that the engine has stopped; the run resumes at the next start.
        let _ = self.inbox.send(Event::Finished { task, outcome });
    }

    fn logged(&self, task: TaskId, level: LogLevel, message: String) {
        if Calls::owns(task) {
            // There is no run that could have it in its log.
            return log(level, &message);
        }
        let _ = self.inbox.send(Event::Logged { task, level, message });
    }

    fn asked(&self, request: HostRequest, answer: HostAnswer) {
        if let Err(failed) = self.inbox.send(Event::Host { request: Box::new(request), answer })
            && let Event::Host { answer, .. } = failed.0
        {
            answer(Err(HostError::new("the engine is stopping")));
        }
    }
}

fn log(level: LogLevel, message: &str) {
    match level {
        LogLevel::Debug => tracing::debug!(target: "cronflow::user", "{message}"),
        LogLevel::Info => tracing::info!(target: "cronflow::user", "{message}"),
        LogLevel::Warn => tracing::warn!(target: "cronflow::user", "{message}"),
        LogLevel::Error => tracing::error!(target: "cronflow::user", "{message}"),
    }
}
