//! Where workers deliver: outcomes and log lines go into the dispatcher's inbox.

use crate::dispatcher::Event;
use cronflow_core::{
    host::{HostAnswer, HostError, HostRequest, LogLevel},
    id::TaskId,
    worker::{Outcome, OutcomeSink},
};
use tokio::sync::mpsc;

/// The dispatcher's inbox as workers see it. It exists before the engine does, because the worker
/// pool needs it and the engine needs the pool.
#[derive(Clone)]
pub struct EngineSink {
    pub(crate) inbox: mpsc::UnboundedSender<Event>,
}

impl EngineSink {
    /// A sink, and the inbox to give to [`crate::Engine::start`].
    #[must_use]
    pub fn new() -> (Self, EngineInbox) {
        let (inbox, events) = mpsc::unbounded_channel();
        (Self { inbox }, EngineInbox(events))
    }
}

/// The receiving end of an [`EngineSink`].
pub struct EngineInbox(pub(crate) mpsc::UnboundedReceiver<Event>);

impl OutcomeSink for EngineSink {
    fn finished(&self, task: TaskId, outcome: Outcome) {
        // A closed inbox means that the engine has stopped; the run resumes at the next start.
        let _ = self.inbox.send(Event::Finished { task, outcome });
    }

    fn logged(&self, task: TaskId, level: LogLevel, message: String) {
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
