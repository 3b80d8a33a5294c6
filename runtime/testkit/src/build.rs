//! Plain rows and writes; tests change the fields that they are about.

use cronflow_core::{
    host::LogLevel,
    id::{AttemptId, NodeId, RunId},
    json::JsonText,
    machine::{RunStatus, StepStatus},
    storage::{DeliveryOutcome, DeliveryRow, LogRow, RunRow, RunSettings, StepRow, WorkflowRow, Write},
    time::Timestamp,
};
use uuid::Uuid;

/// Version and variant bits of a version 7 UUID.
const UUID_V7: u128 = 0x7000_8000_0000_0000_0000;

/// The run with number `n`. Ids sort as their numbers do.
#[must_use]
pub fn run_id(n: u32) -> RunId {
    RunId::from_uuid(Uuid::from_u128((u128::from(n) << 80) | UUID_V7))
}

/// Run `n`: running, of workflow `orders`.
#[must_use]
pub fn run(n: u32) -> RunRow {
    RunRow {
        id: run_id(n),
        workflow_id: "orders".into(),
        version: "c0de".into(),
        status: RunStatus::Running,
        payload: JsonText::trusted(r#"{"order":7}"#),
        trigger: JsonText::trusted(r#"{"type":"manual"}"#),
        parent: None,
        settings: RunSettings::default(),
        output: None,
        error: None,
        created_at: Timestamp(i64::from(n)),
        started_at: Some(Timestamp(i64::from(n) + 1)),
        completed_at: None,
    }
}

/// Attempt `id`, executing, at node 0 of run `n`.
#[must_use]
pub fn step(id: i64, n: u32) -> StepRow {
    StepRow {
        id: AttemptId(id),
        run_id: run_id(n),
        place: NodeId(0).into(),
        name: "charge".into(),
        path: None,
        kind: "step".into(),
        attempt: 1,
        status: StepStatus::Running,
        result: None,
        error: None,
        note: None,
        wake_at: None,
        started_at: Timestamp(i64::from(n) + 2),
        completed_at: None,
    }
}

/// A line of run `n`.
#[must_use]
pub fn log(n: u32, message: &str) -> LogRow {
    LogRow {
        run_id: run_id(n),
        step: "charge".into(),
        level: LogLevel::Info,
        message: message.to_owned(),
        at: Timestamp(i64::from(n) + 3),
    }
}

/// A version of a workflow.
#[must_use]
pub fn workflow(id: &str, version: &str) -> WorkflowRow {
    WorkflowRow {
        id: id.into(),
        name: format!("The {id} workflow").into(),
        version: version.into(),
        definition: JsonText::trusted(r#"{"nodes":[]}"#),
        at: Timestamp(5),
    }
}

/// Delivery `id`, which started nothing.
#[must_use]
pub fn delivery(id: i64) -> DeliveryRow {
    DeliveryRow {
        id,
        at: Timestamp(id * 10),
        workflow: "orders".into(),
        method: "POST".into(),
        path: "/orders".into(),
        status: Some(400),
        outcome: DeliveryOutcome::Rejected,
        run: None,
        key: None,
        error: Some("no".into()),
        headers: Some(JsonText::trusted("{}")),
        body: Some("{".into()),
    }
}

/// Completes run `n` with `output`.
#[must_use]
pub fn complete_run(n: u32, output: &str) -> Write {
    Write::FinishRun {
        id: run_id(n),
        status: RunStatus::Completed,
        output: Some(JsonText::trusted(output)),
        error: None,
        at: Timestamp(i64::from(n) + 100),
    }
}

/// Completes attempt `id` with `result`.
#[must_use]
pub fn complete_step(id: i64, result: &str) -> Write {
    Write::FinishStep {
        id: AttemptId(id),
        status: StepStatus::Completed,
        result: Some(JsonText::trusted(result)),
        error: None,
        note: None,
        wake_at: None,
        at: Timestamp(id + 50),
    }
}
