//! What can be asked of schedules: a list, the next times, misses; pause, resume, run now.

use crate::{
    dispatcher::{Dispatcher, Event},
    handle::{Accepted, EngineHandle, TriggerError, TriggerRequest},
    schedules::fire::{payload, trigger_of},
    unit::{Then, Unit},
};
use cronflow_core::{
    definition::{Source, Workflow},
    json::JsonText,
    storage::{self, EventFilter, EventRow, MissRow, ScheduleRow},
    time::Timestamp,
};
use serde_json::json;
use std::sync::Arc;
use tokio::sync::oneshot;

/// A schedule, interval or poll as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleState {
    /// What rests of it.
    pub row: ScheduleRow,
    /// When it fires next; `None` while it is paused, or after its end.
    pub next: Option<Timestamp>,
    /// Runs of it that have begun and not ended.
    pub running: usize,
    /// Runs of it that wait for those.
    pub waiting: usize,
    /// Whether the function of a poll is being asked.
    pub is_asking: bool,
}

/// Why nothing can be done with a schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// There is none of that id.
    #[error("there is no schedule '{0}'")]
    Unknown(String),
    /// Its run could not be started, or the engine is stopping.
    #[error(transparent)]
    Trigger(#[from] TriggerError),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] storage::Error),
}

/// A question or an order.
pub(crate) enum Ask {
    List(oneshot::Sender<Vec<ScheduleState>>),
    Pause {
        id: Arc<str>,
        is_paused: bool,
        reply: oneshot::Sender<()>,
    },
    /// Ask a poll at once.
    Poll {
        id: Arc<str>,
        reply: oneshot::Sender<()>,
    },
}

impl Dispatcher {
    pub(crate) fn asked_about_schedules(&mut self, ask: Ask, unit: &mut Unit) {
        match ask {
            Ask::List(reply) => {
                let mut all: Vec<ScheduleState> = self.schedules.all.iter().map(state).collect();
                all.sort_by(|a, b| a.row.id.cmp(&b.row.id));
                let _ = reply.send(all);
            }
            Ask::Pause { id, is_paused, reply } => {
                self.pause_schedule(&id, is_paused, unit);
                unit.then.push(Then::Tell(Box::new(move || {
                    let _ = reply.send(());
                })));
            }
            Ask::Poll { id, reply } => {
                if let Some(index) = self.schedules.by_id.get(&id).copied() {
                    self.ask_poll(index, unit);
                    self.schedules.arm(index);
                }
                let _ = reply.send(());
            }
        }
    }

    fn pause_schedule(&mut self, id: &Arc<str>, is_paused: bool, unit: &mut Unit) {
        let now = self.clock.now();
        let Some(index) = self.schedules.by_id.get(id).copied() else { return };
        let armed = &mut self.schedules.all[index];
        if armed.row.is_paused == is_paused {
            return;
        }
        armed.row.is_paused = is_paused;
        if !is_paused {
            // What would have fired meanwhile was not missed.
            armed.row.cursor = armed.row.cursor.max(now);
            armed.row.next_attempt = None;
        }
        unit.writes.push(armed.put());
        self.schedules.arm(index);
    }
}

fn state(armed: &super::Armed) -> ScheduleState {
    ScheduleState {
        row: armed.row.clone(),
        next: armed.wake,
        running: armed.open.len(),
        waiting: armed.line.len(),
        is_asking: armed.task.is_some(),
    }
}

impl EngineHandle {
    /// Schedules, intervals and polls of the workflows that are served, by id.
    pub async fn schedules(&self) -> Vec<ScheduleState> {
        let (reply, answer) = oneshot::channel();
        let sent = self.inbox.send(Event::Schedule(Ask::List(reply)));
        if sent.is_ok() { answer.await.unwrap_or_default() } else { Vec::new() }
    }

    /// One of them.
    ///
    /// # Errors
    /// When there is none of that id.
    pub async fn schedule(&self, id: &str) -> Result<ScheduleState, ScheduleError> {
        let found = self.schedules().await.into_iter().find(|state| *state.row.id == *id);
        found.ok_or_else(|| ScheduleError::Unknown(id.to_owned()))
    }

    /// The next times at which a schedule fires, paused or not.
    ///
    /// # Errors
    /// When there is none of that id.
    pub fn schedule_next(&self, id: &str, count: usize) -> Result<Vec<Timestamp>, ScheduleError> {
        let (workflow, entry) = self.find_schedule(id)?;
        let source = &workflow.triggers[entry as usize].source;
        let next = |at: &Timestamp| source.next_after(*at);
        Ok(std::iter::successors(next(&self.clock.now()), next).take(count).collect())
    }

    /// Lets a schedule rest; resolves when that is durable.
    ///
    /// # Errors
    /// When there is none of that id, or the engine is stopping.
    pub async fn pause_schedule(&self, id: &str) -> Result<(), ScheduleError> {
        self.set_paused(id, true).await
    }

    /// Lets a schedule go on; what it did not do meanwhile is not made up for.
    ///
    /// # Errors
    /// When there is none of that id, or the engine is stopping.
    pub async fn resume_schedule(&self, id: &str) -> Result<(), ScheduleError> {
        self.set_paused(id, false).await
    }

    /// Starts a run of a schedule now, whether it is paused or busy; resolves when the run is durable. A
    /// poll is asked now; then there is no run to tell of.
    ///
    /// # Errors
    /// When there is none of that id, or the run cannot be started.
    pub async fn run_schedule(&self, id: &str) -> Result<Option<Accepted>, ScheduleError> {
        let (workflow, entry) = self.find_schedule(id)?;
        let Source::Schedule(schedule) = &workflow.triggers[entry as usize].source else {
            self.order(|id, reply| Ask::Poll { id, reply }, id).await?;
            return Ok(None);
        };
        let now = self.clock.now();
        let mut about = trigger_of(schedule, now);
        about["isManual"] = json!(true);
        let request = TriggerRequest {
            entry: Some(entry),
            schedule: Some(schedule.id.clone()),
            ..TriggerRequest::new(workflow.id.clone(), payload(&workflow, schedule, now), JsonText::of(&about))
        };
        Ok(Some(self.trigger(request).await?))
    }

    /// What a schedule has missed, latest first.
    ///
    /// # Errors
    /// When there is none of that id, or the store cannot be read.
    pub async fn schedule_misses(&self, id: &str, limit: u32) -> Result<Vec<MissRow>, ScheduleError> {
        self.find_schedule(id)?;
        let id = id.to_owned();
        Ok(self.read(move |reader| reader.misses(&id, limit)).await?)
    }

    /// Events, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn events(&self, filter: EventFilter) -> Result<Vec<EventRow>, storage::Error> {
        self.read(move |reader| reader.events(&filter)).await
    }

    fn find_schedule(&self, id: &str) -> Result<(Arc<Workflow>, u32), ScheduleError> {
        let found = self.registry.current.values().find_map(|workflow| {
            let mut triggers = (0..).zip(&workflow.triggers);
            let (entry, _) =
                triggers.find(|(_, trigger)| trigger.source.schedule_id().is_some_and(|own| **own == *id))?;
            Some((workflow.clone(), entry))
        });
        found.ok_or_else(|| ScheduleError::Unknown(id.to_owned()))
    }

    async fn set_paused(&self, id: &str, is_paused: bool) -> Result<(), ScheduleError> {
        self.order(|id, reply| Ask::Pause { id, is_paused, reply }, id).await
    }

    async fn order(
        &self,
        ask: impl FnOnce(Arc<str>, oneshot::Sender<()>) -> Ask,
        id: &str,
    ) -> Result<(), ScheduleError> {
        self.find_schedule(id)?;
        let (reply, answer) = oneshot::channel();
        self.inbox.send(Event::Schedule(ask(id.into(), reply))).map_err(|_| TriggerError::Stopping)?;
        answer.await.map_err(|_| TriggerError::Stopping.into())
    }
}
