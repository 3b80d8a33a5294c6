//! Triggers of events and polls: which events start runs, what a function says about them, and that an
//! item starts one run.

use super::{
    dsl::*,
    life::{Life, minutes},
    script::{Stimulus::*, check},
};
use crate::{
    dispatcher::Event,
    simulation::plan::{Plan, Say, What},
};
use cronflow_core::{
    storage::{EventFilter, Reader as _},
    worker::{Blame, FunctionRole, Outcome},
};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::oneshot;

/// A workflow with one step for events of `order`, with further fields of the trigger.
fn listener(options: Value) -> Plan {
    let mut trigger = json!({"type": "event", "event": "order.*"});
    crate::simulation::plan::merge(&mut trigger, &options);
    plan("w", [step("a")]).fields(json!({"triggers": [trigger]}))
}

/// An event of which the trigger's function says this.
fn judged(verdict: Value) -> super::script::Stimulus {
    Publish("order.paid", json!({"judge": verdict}))
}

#[test]
fn names_and_patterns_start_runs() {
    check(
        &[listener(json!({}))],
        &[(0, Publish("order.paid", json!(1))), (5, Publish("order", json!(2))), (9, Publish("order.a.b", json!(3)))],
        &["w: a()=a | a+ | completed a", "w: @9 a()=a | a+ | completed a"],
    );
}

#[test]
fn a_function_judges_each_event() {
    let asks = || listener(json!({"asks": true}));
    let wanted = "w: w.triggerFilter()=true a()=a | a+ | completed a";
    check(&[asks()], &[(0, judged(json!(true)))], &[wanted]);
    check(&[asks()], &[(0, judged(json!(false)))], &[]);
    check(
        &[asks()],
        &[(0, judged(json!({"mismatch": "no"})))],
        &[r#"w: w.triggerFilter()={"mismatch":"no"} |  | cancelled NotAdmittedError"#],
    );
    let mut broken = asks();
    broken.says.insert("triggerFilter", vec![failure("FilterError")]);
    check(&[broken], &[(0, judged(json!(true)))], &["w: w.triggerFilter()!FilterError |  | failed FilterError"]);
    let mut again = asks();
    again.says.insert("triggerFilter", vec![lost(Blame::Innocent), Say::now(What::Value(json!(true)))]);
    check(
        &[again],
        &[(0, judged(json!(true)))],
        &["w: w.triggerFilter()!lost w.triggerFilter()=true a()=a | a+ | completed a"],
    );
}

#[test]
fn debounce_starts_the_last_of_those_that_are_wanted() {
    let plans = [listener(json!({"asks": true, "debounce": {"per": 50}}))];
    let cancelled = "w: w.triggerFilter()=true |  | cancelled NotAdmittedError";
    check(
        &plans,
        &[(0, judged(json!(true))), (10, judged(json!(true))), (30, judged(json!(false)))],
        &[cancelled, "w: @10 w.triggerFilter()=true @60 a()=a | a+ | completed a"],
    );
    let most = [listener(json!({"debounce": {"per": 50, "maxWait": 70}}))];
    let publish = |at| (at, Publish("order.paid", Value::Null));
    check(
        &most,
        &[publish(0), publish(40), publish(65)],
        &[
            "w:  |  | cancelled NotAdmittedError",
            "w:  |  | cancelled NotAdmittedError",
            "w: @70 a()=a | a+ | completed a",
        ],
    );
}

#[test]
fn an_event_and_its_runs_are_one_transaction() {
    let mut life = Life::of(&[listener(json!({})), plan("waits", [wait_for("e", "order.paid")])]);
    life.rig.inbox.push_back(Event::Trigger {
        request: Box::new(super::script::trigger("waits", Value::Null)),
        reply: oneshot::channel().0,
    });
    life.settle();
    let publish = |life: &mut Life| {
        let payload = cronflow_core::json::JsonText::null();
        life.rig.inbox.push_back(Event::Publish { name: "order.paid".into(), payload, reply: oneshot::channel().0 });
        life.rig.handle();
    };
    let look = |life: &Life| {
        let events = life.rig.database.reader().events(&EventFilter { limit: 9, ..EventFilter::default() }).unwrap();
        let runs = life.rig.stored();
        let status = |workflow: &str| {
            let run = runs.iter().find(|stored| *stored.run.workflow_id == *workflow);
            run.map(|stored| stored.run.status.as_str())
        };
        (events.len(), status("w"), status("waits"))
    };
    publish(&mut life);
    assert_eq!(life.rig.queue.len(), 1, "all of it is one unit");
    assert_eq!(look(&life), (0, None, Some("waiting")));
    life.rig.crash();
    life.settle();
    assert_eq!(look(&life), (0, None, Some("waiting")), "nothing of it is there");
    publish(&mut life);
    life.rig.commit(1, false);
    assert_eq!(look(&life), (1, Some("running"), Some("completed")), "all of it is there");
    life.rig.crash();
    life.settle();
    assert_eq!(look(&life), (1, Some("completed"), Some("completed")));
}

#[test]
fn an_event_that_is_published_while_the_engine_stops_starts_its_runs_later() {
    let mut life = Life::of(&[listener(json!({}))]);
    life.rig.dispatcher.is_stopping = true;
    let payload = cronflow_core::json::JsonText::null();
    life.rig.inbox.push_back(Event::Publish { name: "order.paid".into(), payload, reply: oneshot::channel().0 });
    life.settle();
    assert_eq!(life.rig.stored()[0].run.status.as_str(), "pending");
    life.down(Duration::ZERO);
    assert_eq!(life.rig.stored()[0].run.status.as_str(), "completed");
}

/// A workflow whose poll finds these, one answer after the other.
fn polled(answers: Vec<Say>) -> Plan {
    let triggers = json!({"triggers": [{"type": "poll", "interval": "1m", "timeout": "10s"}]});
    let mut plan = plan("w", [step("a")]).fields(triggers);
    plan.says.insert("poll", answers);
    plan
}

fn items(ids: &[&str]) -> Say {
    let items: Value = ids.iter().map(|id| json!({"id": id, "payload": format!("p{id}")})).collect();
    Say::value(items)
}

impl Life {
    fn payloads(&self) -> Vec<String> {
        self.rig.stored().iter().map(|stored| stored.run.payload.as_str().to_owned()).collect()
    }

    fn polls(&self) -> usize {
        self.rig.tasks.values().filter(|task| matches!(task.role, FunctionRole::Poll(_))).count()
    }
}

#[test]
fn each_new_item_starts_one_run() {
    let mut life = Life::of(&[polled(vec![items(&["1", "2", "1"]), items(&["2", "3"]), items(&["1", "3", "4"])])]);
    assert_eq!(life.payloads(), [r#""p1""#, r#""p2""#], "a new poll asks at once");
    life.pass(minutes(1));
    assert_eq!(life.payloads().len(), 3);
    life.down(minutes(1));
    life.pass(minutes(1));
    assert_eq!(life.payloads(), [r#""p1""#, r#""p2""#, r#""p3""#, r#""p4""#], "it remembers after a restart");
    assert_eq!(life.rig.stored()[3].run.trigger.to_value(), json!({"type": "poll", "schedule": "w", "item": "4"}));
}

#[test]
fn an_item_and_its_run_are_one_transaction() {
    let mut life = Life::new(&[polled(vec![items(&["1"])])]);
    life.rig.inbox.push_back(Event::Tick);
    life.rig.handle();
    life.rig.commit(usize::MAX, true);
    let (id, task) = life.rig.tasks.pop_first().unwrap();
    let outcome = life.author.say(&task).0;
    life.rig.inbox.push_back(Event::Finished { task: id, outcome: outcome.clone() });
    life.rig.handle();
    // Killed before the commit: it is asked again, and nothing is lost.
    life.rig.crash();
    life.settle();
    assert_eq!(life.payloads(), [r#""p1""#]);
    // Killed after it: nothing comes twice.
    life.down(minutes(1));
    assert_eq!(life.payloads(), [r#""p1""#]);
}

#[test]
fn a_failing_poll_backs_off_and_shows() {
    let answers = vec![failure("DownError"), failure("DownError"), failure("DownError"), items(&["1"])];
    let mut life = Life::of(&[polled(answers)]);
    let waits = |life: &mut Life| {
        let state = life.state();
        let wait = state.next.unwrap().millis_since(life.rig.now()) / 60_000;
        (state.row.failures, wait, state.row.last_error.map(|error| error.to_value()["name"].clone()))
    };
    assert_eq!(waits(&mut life), (1, 2, Some(json!("DownError"))));
    life.pass(minutes(2));
    assert_eq!(waits(&mut life), (2, 4, Some(json!("DownError"))));
    // The wait survives a restart.
    life.down(minutes(1));
    assert_eq!(waits(&mut life).1, 3);
    life.pass(minutes(3));
    assert_eq!(waits(&mut life), (3, 8, Some(json!("DownError"))));
    life.pass(minutes(8));
    assert_eq!(waits(&mut life), (0, 1, None));
    assert_eq!(life.payloads().len(), 1);
}

#[test]
fn a_wait_after_failures_has_an_end() {
    let mut life = Life::of(&[polled(vec![failure("DownError")])]);
    for _ in 0..12 {
        life.pass(minutes(60));
    }
    let next = life.state().next.unwrap().millis_since(life.rig.now());
    assert!(next <= 3_600_000, "{next}");
}

#[test]
fn a_poll_never_overlaps_itself_and_its_time_is_limited() {
    let mut life = Life::new(&[polled(vec![items(&[])])]);
    let tick = |life: &mut Life| {
        life.rig.inbox.push_back(Event::Tick);
        life.rig.handle();
        life.rig.commit(usize::MAX, true);
    };
    tick(&mut life);
    for _ in 0..5 {
        life.rig.clock.advance(minutes(1));
        tick(&mut life);
    }
    assert_eq!(life.polls(), 1);
    let (id, task) = life.rig.tasks.pop_first().unwrap();
    assert_eq!(task.timeout, Some(Duration::from_secs(10)));
    life.rig.inbox.push_back(Event::Finished { task: id, outcome: Outcome::TimedOut });
    life.settle();
    let error = life.state().row.last_error.unwrap().to_value();
    assert_eq!(error["message"], "the poll did not answer within 10000 ms");
}

#[test]
fn answers_that_make_no_sense_are_failures() {
    for answer in [json!(5), json!([{"id": 1, "payload": 1}]), json!([{"id": "", "payload": 1}]), json!([{"id": "1"}])]
    {
        let mut life = Life::of(&[polled(vec![Say::value(answer.clone())])]);
        assert_eq!(life.state().row.failures, 1, "{answer}");
        assert_eq!(life.payloads().len(), 0);
    }
    let many: Vec<String> = (0..1_001).map(|n| n.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let mut life = Life::of(&[polled(vec![items(&many)])]);
    assert_eq!(
        life.state().row.last_error.unwrap().to_value()["message"],
        "the poll returned 1001 items; 1000 are the most"
    );
}
