//! The engine on a store in memory, with a runner that the test plays itself: crashes between any
//! two commits, a store that refuses, a stop in the middle.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use cronflow_core::{
    definition::{DraftWorkflow, Workflow, validate},
    id::{NodeId, RunId, TaskId},
    json::JsonText,
    machine::{RunStatus, StepStatus},
    storage::{DeliveryFilter, DeliveryOutcome, DeliveryRow, Reader as _, RunFilter},
    worker::{Failure, FunctionRole, Outcome, OutcomeSink as _, Task, TaskRunner},
};
use cronflow_engine::{
    CodeCall, Engine, EngineHandle, EngineParts, EngineSink, Recovered, Silent, TriggerError, TriggerRequest,
};
use cronflow_testkit::{FakeClock, MemDatabase, build};
use rstest::rstest;
use std::{sync::Arc, time::Duration};
use tokio::sync::mpsc;

/// Longest wait for a task; only a broken engine takes that long, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// Hands every task to the test.
struct Hands(mpsc::UnboundedSender<Task>);

impl TaskRunner for Hands {
    fn submit(&self, task: Task) {
        let _ = self.0.send(task);
    }
    fn stop(&self, _: TaskId) {}
    fn forget(&self, _: RunId) {}
}

struct Rig {
    handle: EngineHandle,
    sink: EngineSink,
    tasks: mpsc::UnboundedReceiver<Task>,
    recovered: Recovered,
}

fn workflow(steps: usize) -> Workflow {
    let nodes: Vec<_> = (0..steps).map(|n| serde_json::json!({"kind": "step", "name": format!("s{n}")})).collect();
    let draft: DraftWorkflow =
        serde_json::from_value(serde_json::json!({"id": "w", "nodes": nodes, "triggers": []})).unwrap();
    validate(&draft, &"v1".into()).unwrap()
}

fn start(database: &MemDatabase, workflows: Vec<Workflow>) -> Rig {
    let (sink, inbox) = EngineSink::new();
    let (hands, tasks) = mpsc::unbounded_channel();
    let parts = EngineParts {
        store: Box::new(database.open().unwrap()),
        clock: Arc::new(FakeClock::default()),
        observer: Arc::new(Silent),
        workflows,
        older: Vec::new(),
        archives: Vec::new(),
        retention: None,
        always_replay: false,
    };
    let (handle, recovered) = Engine::start(parts, Arc::new(Hands(hands)), &sink, inbox).unwrap();
    Rig { handle, sink, tasks, recovered }
}

fn request() -> TriggerRequest {
    TriggerRequest::new("w", JsonText::null(), JsonText::null())
}

impl Rig {
    async fn task(&mut self) -> Task {
        let task = tokio::time::timeout(PATIENCE, self.tasks.recv()).await;
        task.expect("a task should come soon").expect("a task should come")
    }

    fn finish(&self, task: TaskId, json: &str) {
        self.sink.finished(task, Outcome::Ok(JsonText::parse(json).unwrap()));
    }
}

#[tokio::test]
async fn a_run_goes_from_trigger_to_end() {
    let database = MemDatabase::default();
    let mut rig = start(&database, vec![workflow(2)]);
    let accepted = rig.handle.trigger(request()).await.unwrap();
    let first = rig.task().await;
    assert_eq!((&*first.name, first.attempt, first.steps.len()), ("s0", 1, 0));
    let stored = database.reader().run(accepted.run).unwrap().unwrap();
    assert_eq!(stored.steps[0].status, StepStatus::Running, "a task is handed out only when it is on record");
    rig.finish(first.id, "1");
    let second = rig.task().await;
    assert_eq!(second.steps[0].output.as_str(), "1");
    let stored = database.reader().run(accepted.run).unwrap().unwrap();
    assert_eq!(
        stored.steps[0].status,
        StepStatus::Completed,
        "the next step starts only when the one before is on record"
    );
    rig.finish(second.id, "2");
    let end = accepted.end.await.unwrap();
    assert_eq!((end.status, end.output.unwrap().as_str()), (RunStatus::Completed, "2"));
    assert_eq!(database.reader().run(accepted.run).unwrap().unwrap().run.status, RunStatus::Completed);
}

/// Ten steps, a crash right after commit number `commit`, a restart: every step completes once.
#[rstest]
#[tokio::test]
async fn a_crash_after_any_commit_loses_nothing(#[values(2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)] commit: u64) {
    let database = MemDatabase::default();
    database.crash_after(commit);
    let mut executed = Vec::new();
    let mut rig = start(&database, vec![workflow(10)]);
    let run = rig.handle.trigger(request()).await.unwrap().run;
    // The first life: works until nothing comes any more because the store is dead.
    while database.commits() < commit {
        let task = rig.task().await;
        executed.push(task.name.to_string());
        rig.finish(task.id, "0");
        // The janitor commits too: the last commit that counts may have been its own.
        let before = database.commits();
        while before < commit && database.commits() == before {
            tokio::task::yield_now().await;
        }
    }
    let completed = |status: StepStatus| status == StepStatus::Completed;
    let survived = database.reader().run(run).unwrap().expect("an acknowledged trigger exists").steps;
    let survived = survived.iter().filter(|row| completed(row.status)).count();
    drop(rig);
    // The second life.
    let mut rig = start(&database, vec![workflow(10)]);
    if survived == 10 {
        assert_eq!(rig.recovered, Recovered::default());
        return;
    }
    assert_eq!(rig.recovered.resumed, [run]);
    for step in survived..10 {
        let task = rig.task().await;
        assert_eq!(&*task.name, format!("s{step}"), "it goes on after the last committed step");
        rig.finish(task.id, "0");
    }
    rig.handle.stop().await;
    let stored = database.reader().run(run).unwrap().unwrap();
    assert_eq!(stored.run.status, RunStatus::Completed);
    for step in 0..10 {
        let rows = stored.steps.iter().filter(|row| row.place == NodeId(step).into() && completed(row.status));
        assert_eq!(rows.count(), 1);
    }
}

#[tokio::test]
async fn a_refused_commit_turns_new_runs_away_and_keeps_old_ones() {
    let database = MemDatabase::default();
    let mut rig = start(&database, vec![workflow(2)]);
    let old = rig.handle.trigger(request()).await.unwrap();
    let first = rig.task().await;
    database.fail_next_commits(2);
    let refused = rig.handle.trigger(request()).await.unwrap_err();
    assert!(matches!(refused, TriggerError::Store(_)), "{refused:?}");
    assert!(rig.handle.trouble().is_some());
    rig.finish(first.id, "1");
    // The second refusal hits the old run's step; it is kept and tried again.
    let second = rig.task().await;
    assert_eq!(&*second.name, "s1");
    assert_eq!(rig.handle.trouble(), None);
    rig.finish(second.id, "2");
    assert_eq!(old.end.await.unwrap().status, RunStatus::Completed);
    assert_eq!(database.reader().open_runs().unwrap(), [], "the refused run left no trace");
}

#[tokio::test]
async fn a_stop_finishes_executing_steps_and_starts_no_more() {
    let database = MemDatabase::default();
    let mut rig = start(&database, vec![workflow(2)]);
    let run = rig.handle.trigger(request()).await.unwrap().run;
    let first = rig.task().await;
    let stopping = tokio::spawn({
        let handle = rig.handle.clone();
        async move { handle.stop().await }
    });
    // Lets the stop be asked for before the next trigger.
    tokio::task::yield_now().await;
    assert_eq!(rig.handle.trigger(request()).await.unwrap_err(), TriggerError::Stopping);
    rig.finish(first.id, "1");
    stopping.await.unwrap();
    assert!(rig.tasks.try_recv().is_err(), "no new step starts");
    let stored = database.reader().run(run).unwrap().unwrap();
    assert_eq!(stored.steps.len(), 1);
    assert_eq!(stored.steps[0].status, StepStatus::Completed);
    drop(rig);
    // The process ends; its writer thread may be a moment behind.
    database.kill();
    let mut rig = start(&database, vec![workflow(2)]);
    let second = rig.task().await;
    assert_eq!((&*second.name, second.attempt), ("s1", 1));
}

#[tokio::test]
async fn a_run_whose_code_is_gone_is_reported_and_left_alone() {
    let database = MemDatabase::default();
    let mut rig = start(&database, vec![workflow(1)]);
    let run = rig.handle.trigger(request()).await.unwrap().run;
    rig.task().await;
    drop(rig);
    database.kill();
    let mut other = workflow(1);
    other.version = "v2".into();
    let mut rig = start(&database, vec![other]);
    assert_eq!(rig.recovered.stranded, [(run, "w".into(), "v1".into())]);
    assert!(rig.tasks.try_recv().is_err());
    assert_eq!(database.reader().open_runs().unwrap().len(), 1);
}

#[tokio::test]
async fn a_failed_run_tells_why() {
    let database = MemDatabase::default();
    let mut rig = start(&database, vec![workflow(1)]);
    let accepted = rig.handle.trigger(request()).await.unwrap();
    let task = rig.task().await;
    rig.sink.finished(task.id, Outcome::Err(Failure::new("TypeError", "no")));
    let end = accepted.end.await.unwrap();
    assert_eq!((end.status, end.error.unwrap().name.as_str()), (RunStatus::Failed, "TypeError"));
}

#[tokio::test]
async fn an_unknown_workflow_is_refused() {
    let rig = start(&MemDatabase::default(), vec![workflow(1)]);
    let request = TriggerRequest { workflow: "nothing".into(), ..request() };
    assert_eq!(rig.handle.trigger(request).await.unwrap_err(), TriggerError::UnknownWorkflow("nothing".into()));
}

fn delivery(handle: &EngineHandle, outcome: DeliveryOutcome) -> DeliveryRow {
    DeliveryRow { id: handle.next_delivery(), at: handle.now(), outcome, status: None, ..build::delivery(0) }
}

#[tokio::test]
async fn a_delivery_rests_with_its_run_and_can_be_replayed() {
    let database = MemDatabase::default();
    let mut rig = start(&database, vec![workflow(1)]);
    let row = delivery(&rig.handle, DeliveryOutcome::Accepted);
    let id = row.id;
    let trigger = JsonText::trusted(r#"{"headers":{"x-a":"b","x-token":"t"}}"#);
    let row = Box::new(DeliveryRow { headers: None, body: None, ..row });
    let request = TriggerRequest { delivery: Some(row), ..TriggerRequest::new("w", JsonText::trusted("[1]"), trigger) };
    let run = rig.handle.trigger(request).await.unwrap().run;
    assert_eq!(database.reader().delivery(id).unwrap().unwrap().run, Some(run), "it is durable with its run");
    let shown = rig.handle.delivery(id).await.unwrap().unwrap();
    assert_eq!(shown.headers.unwrap().as_str(), r#"{"x-a":"b","x-token":"[secret]"}"#);
    assert_eq!(shown.body.as_deref(), Some("[1]"));
    let again = rig.handle.replay_delivery(id).await.unwrap();
    let stored = database.reader().run(again).unwrap().unwrap().run;
    assert_eq!((stored.settings.replay_of, stored.payload.as_str()), (Some(run), "[1]"));

    let refused = delivery(&rig.handle, DeliveryOutcome::Rejected);
    let refused_id = refused.id;
    rig.handle.record_delivery(refused);
    rig.handle.answered_delivery(id, 200, DeliveryOutcome::Accepted, Some(run));
    for _ in 0..2 {
        let task = rig.task().await;
        rig.finish(task.id, "1");
    }
    // What is still gathered is written before the engine stops.
    rig.handle.stop().await;
    assert_eq!(database.reader().delivery(id).unwrap().unwrap().status, Some(200));
    let error = rig.handle.replay_delivery(refused_id).await.unwrap_err();
    assert!(error.message.contains("was not accepted (rejected)"), "{error}");
    let error = rig.handle.replay_delivery(99).await.unwrap_err();
    assert!(error.message.contains("there is no delivery 99"), "{error}");
    let filter = DeliveryFilter { limit: 9, ..DeliveryFilter::default() };
    let ids: Vec<_> = rig.handle.deliveries(filter).await.unwrap().iter().map(|row| row.id).collect();
    assert_eq!(ids, [refused_id, id]);
    drop(rig);
    assert_eq!(start(&database, vec![workflow(1)]).handle.next_delivery(), refused_id + 1, "ids go on after a restart");
}

#[tokio::test]
async fn a_call_outside_of_runs_is_answered_and_leaves_nothing() {
    let database = MemDatabase::default();
    let mut rig = start(&database, vec![workflow(1)]);
    let call = |name: &str| CodeCall {
        workflow: rig.handle.workflows()[0].id.clone(),
        version: rig.handle.workflows()[0].version.clone(),
        role: FunctionRole::Gate(0),
        name: name.into(),
        payload: JsonText::null(),
        trigger: JsonText::null(),
        steps: Vec::new(),
        argument: None,
        timeout: Some(PATIENCE),
    };
    let (first, second) = (call("first"), call("second"));
    let handle = rig.handle.clone();
    let answer = tokio::spawn(async move { handle.call(first).await });
    let task = rig.task().await;
    assert_eq!((task.role, &*task.name, rig.handle.calls_under_way()), (FunctionRole::Gate(0), "first", 1));
    rig.finish(task.id, "7");
    assert_eq!(answer.await.unwrap(), Outcome::Ok(JsonText::trusted("7")));
    // A caller that goes away takes its call along.
    let handle = rig.handle.clone();
    let caller = tokio::spawn(async move { handle.call(second).await });
    rig.task().await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    assert_eq!(rig.handle.calls_under_way(), 0);
    assert!(database.reader().runs(&RunFilter { limit: 9, ..RunFilter::default() }).unwrap().runs.is_empty());
}
