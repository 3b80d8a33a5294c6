//! What workflow code asks of the engine, answered.

use crate::{
    handle::{CancelError, EngineHandle, TriggerError, TriggerRequest},
    schedules::ScheduleError,
};
use cronflow_core::{
    definition::NodeKind,
    duration,
    host::{HostError, HostRequest, TriggerArguments},
    id::RunId,
    json::JsonText,
    machine::{RunStatus, StepStatus},
    storage::{EventFilter, Reply, RunFilter, StateOp, StoredRun, Write},
    view,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// Rows in a list when the caller does not say.
const DEFAULT_LIMIT: u32 = 50;
/// Rows in a list at most.
const MAX_LIMIT: u32 = 1_000;
/// Longest key of a durable value or an event's name, in bytes.
const MAX_KEY: usize = 1_000;

/// What a caller is told whose run has not ended when the engine stops.
const GOES_ON: &str = "the server is shutting down; the run goes on at its next start";

/// What a question brings.
type Answer = Result<JsonText, HostError>;

impl EngineHandle {
    /// Answers one request of workflow code.
    ///
    /// # Errors
    /// What workflow code is told.
    pub async fn host(&self, request: HostRequest) -> Answer {
        match request {
            HostRequest::Trigger(arguments) => {
                let accepted = self.trigger(trigger_request(arguments)?).await.map_err(trigger_error)?;
                text(&accepted.run.to_string())
            }
            HostRequest::TriggerAndWait(arguments) => self.trigger_and_wait(arguments).await,
            HostRequest::Inspect { run } => self.inspect(&run).await,
            HostRequest::ListRuns { workflow, status, limit, before } => {
                self.list(workflow, status.as_deref(), limit, before.as_deref()).await
            }
            HostRequest::CancelRun { run, reason } => {
                let reason = reason.unwrap_or_else(|| "cancelled by request".to_owned());
                match self.cancel(run_id(&run)?, &reason).await {
                    Ok(()) => json_answer(&json!(true)),
                    Err(CancelError::NotLive) => json_answer(&json!(false)),
                    Err(error) => Err(HostError::new(error.to_string())),
                }
            }
            HostRequest::Replay { run, payload, from_step, mocks } => {
                let run = self.replay(run_id(&run)?, payload, from_step, mocks).await?;
                text(&run.to_string())
            }
            HostRequest::RetryRun { run } => match self.retry(run_id(&run)?).await {
                Ok(()) => json_answer(&json!(true)),
                Err(error) => Err(HostError::new(error.to_string())),
            },
            HostRequest::PublishEvent { name, payload } => self.publish_checked(&name, &payload).await,
            HostRequest::Resume { token, payload } => {
                let resumed = self.resume(&token, checked(&payload)?).await;
                json_answer(&json!(resumed))
            }
            HostRequest::Paused { token } => self.paused(token.as_deref()).await,
            HostRequest::State { scope, key, op, value, by, ttl } => {
                let op = state_op(&op, value, by, ttl, self)?;
                self.state(&scope, &key, op).await
            }
            HostRequest::StateStats => self.state_stats().await,
            HostRequest::CleanupState => self.cleanup_state().await,
            HostRequest::EventHistory { name, since, before, limit } => {
                self.event_history(name, since, before, limit).await
            }
            HostRequest::Schedules => self.list_schedules().await,
            HostRequest::PauseSchedule { id, paused } => {
                let done = if paused { self.pause_schedule(&id).await } else { self.resume_schedule(&id).await };
                done.map_err(schedule_error)?;
                json_answer(&Value::Null)
            }
            HostRequest::RunSchedule { id, wait } => self.run_schedule_now(&id, wait).await,
            HostRequest::ConcurrencyStats { workflow } => self.concurrency_stats(workflow.as_deref()).await,
            HostRequest::TriggerStats => self.trigger_stats().await,
            HostRequest::AnswerPiece { exchange, piece } => {
                json_answer(&json!(self.calls.answers.send(exchange, piece).await))
            }
            HostRequest::Stop => {
                self.stop_wanted.notify_one();
                json_answer(&Value::Null)
            }
        }
    }

    async fn trigger_and_wait(&self, arguments: TriggerArguments) -> Answer {
        let accepted = self.trigger(trigger_request(arguments)?).await.map_err(trigger_error)?;
        accepted.end.await.map_err(|_| HostError::new(GOES_ON))?;
        self.inspect(&accepted.run.to_string()).await
    }

    async fn inspect(&self, run: &str) -> Answer {
        // What is no id is no run.
        let Ok(id) = run.parse::<RunId>() else { return json_answer(&Value::Null) };
        let view = self.run_view(id).await.map_err(|_| unreadable())?;
        json_answer(&view.unwrap_or_default())
    }

    async fn list(
        &self,
        workflow: Option<String>,
        status: Option<&str>,
        limit: Option<u32>,
        before: Option<&str>,
    ) -> Answer {
        let status = status.map(str::parse::<RunStatus>).transpose();
        let filter = RunFilter {
            workflow,
            status: status.map_err(|error| HostError::new(error.to_string()))?,
            before: before.map(run_id).transpose()?,
            limit: limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT),
            ..RunFilter::default()
        };
        let page = self.runs(filter).await.map_err(|_| unreadable())?;
        json_answer(&page.runs.iter().map(view::summary).collect())
    }

    /// Starts a new run with the payload and the trigger of an old one, on the current code.
    ///
    /// # Errors
    /// When there is no such run or step, or when it cannot be recorded.
    pub async fn replay(
        &self,
        run: RunId,
        payload: Option<JsonText>,
        from_step: Option<String>,
        mocks: Vec<(String, JsonText)>,
    ) -> Result<RunId, HostError> {
        let stored = self.run(run).await.map_err(|_| unreadable())?;
        let (stored, _) = stored.ok_or_else(|| HostError::new("there is no such run"))?;
        let mut outputs: BTreeMap<Arc<str>, JsonText> = BTreeMap::new();
        if let Some(step) = from_step {
            outputs = self.outputs_before(&stored, &step)?;
        }
        for (name, output) in mocks {
            outputs.insert(name.as_str().into(), checked(&output)?);
        }
        let row = &stored.run;
        let request = TriggerRequest {
            entry: row.settings.entry,
            replay_of: Some(run),
            mocks: outputs.into_iter().collect(),
            ..TriggerRequest::new(
                row.workflow_id.clone(),
                payload.map_or_else(|| Ok(row.payload.clone()), |payload| checked(&payload))?,
                row.trigger.clone(),
            )
        };
        Ok(self.trigger(request).await.map_err(trigger_error)?.run)
    }

    /// The outputs that an old run's steps before `step` had. What has none stands as null.
    fn outputs_before(&self, stored: &StoredRun, step: &str) -> Result<BTreeMap<Arc<str>, JsonText>, HostError> {
        let workflow = self.registry.current.get(&stored.run.workflow_id);
        let workflow = workflow.ok_or_else(|| HostError::new("the workflow of that run is not served"))?;
        let section = workflow.section(stored.run.settings.entry);
        let nodes = &workflow.graph.nodes[section.start as usize..section.end as usize];
        let place = nodes.iter().position(|node| *node.name == *step);
        let place = place.ok_or_else(|| HostError::new(format!("the workflow has no step '{step}'")))?;
        let output = |name: &str| {
            let mut rows = stored.steps.iter().rev();
            let row =
                rows.find(|row| *row.name == *name && row.place.depth() == 1 && row.status == StepStatus::Completed);
            row.and_then(|row| row.result.clone())
        };
        let before = nodes[..place].iter().filter(|node| !matches!(node.kind, NodeKind::Else { .. } | NodeKind::EndIf));
        Ok(before.map(|node| (node.name.clone(), output(&node.name).unwrap_or_else(JsonText::null))).collect())
    }

    async fn publish_checked(&self, name: &str, payload: &JsonText) -> Answer {
        if name.is_empty() || name.len() > MAX_KEY {
            return Err(HostError::new("an event needs a name of at most 1000 bytes"));
        }
        let id = self.publish(name, checked(payload)?).await.map_err(|error| HostError::new(error.to_string()))?;
        json_answer(&json!(id))
    }

    async fn paused(&self, token: Option<&str>) -> Answer {
        let all = self.approvals().await.map_err(|_| unreadable())?;
        match token {
            None => json_answer(&Value::Array(all)),
            Some(token) => {
                let found = all.into_iter().find(|one| one["token"] == token);
                json_answer(&found.unwrap_or(Value::Null))
            }
        }
    }

    async fn state(&self, scope: &str, key: &str, op: StateOp) -> Answer {
        if scope.starts_with('$') || key.is_empty() || key.len() > MAX_KEY {
            return Err(HostError::new("a key of ctx.state must be text of 1 to 1000 bytes"));
        }
        let write = Write::State { scope: scope.into(), key: key.into(), op, at: self.clock.now() };
        match self.ask(write).await {
            // An array, so that an absent value and null differ.
            Some(Reply::Value(value)) => {
                Ok(JsonText::trusted(format!("[{}]", value.as_ref().map_or("", JsonText::as_str))))
            }
            Some(Reply::NotANumber(value)) => Err(HostError {
                name: "TypeError".to_owned(),
                message: format!("'{key}' is no number: {}", value.as_str()),
            }),
            _ => Err(HostError::new("the engine is stopping")),
        }
    }

    async fn state_stats(&self) -> Answer {
        let now = self.clock.now();
        let rows = self.read(|reader| reader.state("", true)).await.map_err(|_| unreadable())?;
        let users = rows.iter().filter(|row| !row.scope.starts_with('$'));
        let mut scopes: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for row in users {
            let (live, expired) = scopes.entry(&row.scope).or_default();
            if row.expires_at.is_some_and(|end| end <= now) { *expired += 1 } else { *live += 1 }
        }
        let total: u64 = scopes.values().map(|(live, _)| live).sum();
        let expired: u64 = scopes.values().map(|(_, expired)| expired).sum();
        let by_scope: Value = scopes.iter().map(|(scope, (live, _))| ((*scope).to_owned(), json!(live))).collect();
        json_answer(&json!({"totalKeys": total, "expiredKeys": expired, "scopes": by_scope}))
    }

    async fn cleanup_state(&self) -> Answer {
        let at = self.clock.now();
        let events_before = cronflow_core::time::Timestamp(i64::MIN);
        match self.ask(Write::SweepState { at, events_before, limit: u32::MAX }).await {
            Some(Reply::Count(count)) => json_answer(&json!(count)),
            _ => Err(HostError::new("the engine is stopping")),
        }
    }

    async fn event_history(
        &self,
        name: Option<String>,
        since: Option<f64>,
        before: Option<i64>,
        limit: Option<u32>,
    ) -> Answer {
        let limit = limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT);
        let since = since.map(|at| cronflow_core::time::Timestamp(at as i64));
        let rows = self.events(EventFilter { name, since, before, limit }).await.map_err(|_| unreadable())?;
        json_answer(&rows.iter().map(view::event).collect())
    }

    async fn list_schedules(&self) -> Answer {
        let all = self.schedules().await;
        json_answer(&all.iter().map(|state| view::schedule(&state.row, state.next)).collect())
    }

    async fn run_schedule_now(&self, id: &str, wait: bool) -> Answer {
        let Some(accepted) = self.run_schedule(id).await.map_err(schedule_error)? else {
            return json_answer(&Value::Null);
        };
        if !wait {
            return text(&accepted.run.to_string());
        }
        accepted.end.await.map_err(|_| HostError::new(GOES_ON))?;
        self.inspect(&accepted.run.to_string()).await
    }

    async fn concurrency_stats(&self, workflow: Option<&str>) -> Answer {
        let stats = self.concurrency().await;
        let wanted = stats.iter().filter(|one| workflow.is_none_or(|id| *one.owner == *id));
        let one = |one: &crate::admission::SlotStats| {
            json!({
                "owner": &*one.owner, "key": one.key, "limit": one.limit,
                "running": one.running, "queued": one.queued,
            })
        };
        json_answer(&wanted.map(one).collect())
    }

    async fn trigger_stats(&self) -> Answer {
        let mut by_type: BTreeMap<&'static str, u64> = BTreeMap::new();
        for workflow in self.registry.current.values() {
            for trigger in &workflow.triggers {
                *by_type.entry(trigger.source.as_str()).or_default() += 1;
            }
        }
        let total: u64 = by_type.values().sum();
        json_answer(&json!({"total": total, "byType": by_type, "workflows": self.registry.current.len()}))
    }
}

fn trigger_request(arguments: TriggerArguments) -> Result<TriggerRequest, HostError> {
    let delay = arguments.delay.map(|millis| {
        duration::from_millis(millis)
            .ok_or_else(|| HostError::new("delay is no number of milliseconds up to 100 years"))
    });
    let manual = || JsonText::trusted(r#"{"type":"manual"}"#);
    let trigger = arguments.trigger.as_ref().map(checked).transpose()?.unwrap_or_else(manual);
    Ok(TriggerRequest {
        entry: arguments.entry,
        idempotency_key: arguments.idempotency_key,
        delay: delay.transpose()?,
        priority: arguments.priority,
        ..TriggerRequest::new(arguments.workflow.as_str(), checked(&arguments.payload)?, trigger)
    })
}

fn state_op(
    op: &str,
    value: Option<JsonText>,
    by: Option<f64>,
    ttl: Option<f64>,
    handle: &EngineHandle,
) -> Result<StateOp, HostError> {
    Ok(match op {
        "get" => StateOp::Get,
        "delete" => StateOp::Delete,
        "incr" => StateOp::Incr(by.unwrap_or(1.0)),
        "set" => {
            let ttl = ttl.map(|millis| {
                duration::from_millis(millis)
                    .ok_or_else(|| HostError::new("ttl is no number of milliseconds up to 100 years"))
            });
            let expires_at = ttl.transpose()?.map(|ttl| handle.clock.now().after(ttl));
            StateOp::Set { value: checked(&value.unwrap_or_else(JsonText::null))?, expires_at }
        }
        other => return Err(HostError::new(format!("'{other}' is nothing that state can do"))),
    })
}

/// What workflow code sends is checked: it will rest in the database.
fn checked(json: &JsonText) -> Answer {
    JsonText::parse(json.as_str()).map_err(|error| HostError::new(format!("not JSON: {error}")))
}

fn run_id(text: &str) -> Result<RunId, HostError> {
    text.parse().map_err(|_| HostError::new(format!("'{text}' is not the id of a run")))
}

fn text(value: &str) -> Answer {
    json_answer(&json!(value))
}

#[expect(clippy::unnecessary_wraps, reason = "the last step of an answer")]
fn json_answer(value: &Value) -> Answer {
    Ok(JsonText::of(value))
}

fn trigger_error(error: TriggerError) -> HostError {
    HostError::new(error.to_string())
}

fn schedule_error(error: ScheduleError) -> HostError {
    HostError::new(error.to_string())
}

fn unreadable() -> HostError {
    HostError::new("the database cannot be read; the server's log says why")
}
