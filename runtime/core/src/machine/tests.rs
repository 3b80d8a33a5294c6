//! The machine by tables, and by random histories with crashes in between.

use super::*;
use crate::{
    definition::{Node, NodeKind},
    host::LogLevel,
    id::{AttemptId, NodeId, RunId},
    json::JsonText,
    storage::{RunRow, StepRow, StoredRun},
    time::Timestamp,
    worker::{Blame, Failure, Outcome, RunContext},
};
use proptest::prelude::*;
use rstest::rstest;
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

fn workflow(kinds: &str) -> Workflow {
    let kind = |letter| match letter {
        's' => NodeKind::Step,
        'a' => NodeKind::Action,
        'l' => NodeKind::Log { level: LogLevel::Info, message: Some("hello".into()) },
        'f' => NodeKind::Log { level: LogLevel::Warn, message: None },
        other => panic!("{other} is no kind"),
    };
    let nodes = kinds.chars().enumerate().map(|(index, letter)| Node {
        name: format!("{letter}{index}").into(),
        title: None,
        kind: kind(letter),
        timeout: None,
    });
    Workflow {
        id: "w".into(),
        name: "w".into(),
        description: None,
        label: None,
        tags: Vec::new(),
        version: "v".into(),
        nodes: nodes.collect(),
        triggers: Vec::new(),
    }
}

fn fresh() -> RunState {
    RunState::new(Arc::new(RunContext {
        run: RunId::from_uuid(Uuid::from_u128(1)),
        workflow: "w".into(),
        version: "v".into(),
        payload: JsonText::null(),
        trigger: JsonText::null(),
        started_at: Timestamp(0),
    }))
}

fn text(json: &str) -> JsonText {
    JsonText::parse(json).unwrap()
}

fn finished(node: u32, attempt: u32, outcome: Outcome) -> Input {
    Input::Finished { node: NodeId(node), attempt, outcome }
}

fn ok(node: u32) -> Input {
    finished(node, 1, Outcome::Ok(text(&node.to_string())))
}

fn failed(node: u32) -> Input {
    finished(node, 1, Outcome::Err(Failure::new("Error", format!("n{node}"))))
}

fn lost(node: u32, attempt: u32, blame: Blame) -> Input {
    finished(node, attempt, Outcome::WorkerLost { reason: "gone".into(), blame })
}

/// Effects in short: `+0.1` starts attempt 1 of node 0, `-0.1:completed` ends it, `=0` records a
/// node at once, `log` writes a line, `end:completed` ends the run.
fn short(effects: &[Effect]) -> String {
    let one = |effect: &Effect| match effect {
        Effect::StartAttempt { node, attempt, .. } => format!("+{}.{attempt}", node.0),
        Effect::EndAttempt { node, attempt, end } => {
            format!("-{}.{attempt}:{}", node.0, end.status)
        }
        Effect::Instant { node } => format!("={}", node.0),
        Effect::Log { message, .. } => format!("log({message})"),
        Effect::EndRun { status, output, .. } => {
            format!("end:{status}{}", output.as_ref().map_or_else(String::new, |it| format!("={}", it.as_str())))
        }
    };
    effects.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[rstest]
#[case::one_step("s", vec![Input::Start, ok(0)], "+0.1 | -0.1:completed end:completed=0")]
#[case::steps_in_order("ss", vec![Input::Start, ok(0), ok(1)], "+0.1 | -0.1:completed +1.1 | -1.1:completed end:completed=1")]
#[case::nothing_to_do("", vec![Input::Start], "end:completed")]
#[case::only_a_log("l", vec![Input::Start], "log(hello) =0 end:completed")]
#[case::a_log_asks_its_function("f", vec![Input::Start, finished(0, 1, Outcome::Ok(text("\"hi\"")))], "+0.1 | log(hi) -0.1:completed end:completed")]
#[case::a_log_shows_json("f", vec![Input::Start, finished(0, 1, Outcome::Ok(text("[1]")))], "+0.1 | log([1]) -0.1:completed end:completed")]
#[case::a_failing_step_ends_the_run("ss", vec![Input::Start, failed(0)], "+0.1 | -0.1:failed end:failed")]
#[case::an_action_does_not_hold_up("as", vec![Input::Start, ok(1), ok(0)], "+0.1 +1.1 | -1.1:completed | -0.1:completed end:completed=1")]
#[case::an_action_is_not_last("sa", vec![Input::Start, ok(0), ok(1)], "+0.1 | -0.1:completed +1.1 | -1.1:completed end:completed=0")]
#[case::a_failing_action_is_recorded("as", vec![Input::Start, failed(0), ok(1)], "+0.1 +1.1 | -0.1:failed | -1.1:completed end:completed=1")]
#[case::a_failed_run_waits_for_its_actions("as", vec![Input::Start, failed(1), ok(0)], "+0.1 +1.1 | -1.1:failed | -0.1:completed end:failed")]
#[case::an_innocent_loss_is_repeated("s", vec![Input::Start, lost(0, 1, Blame::Innocent), lost(0, 2, Blame::Innocent), lost(0, 3, Blame::Innocent)], "+0.1 | -0.1:failed +0.2 | -0.2:failed +0.3 | -0.3:failed +0.4")]
#[case::a_suspect_gets_one_more_try("s", vec![Input::Start, lost(0, 1, Blame::Suspect), lost(0, 2, Blame::Suspect)], "+0.1 | -0.1:failed +0.2 | -0.2:failed end:failed")]
#[case::a_guilty_one_gets_none("s", vec![Input::Start, lost(0, 1, Blame::Guilty)], "+0.1 | -0.1:failed end:failed")]
#[case::a_timeout_fails("s", vec![Input::Start, finished(0, 1, Outcome::TimedOut)], "+0.1 | -0.1:failed end:failed")]
#[case::a_repeated_outcome_is_ignored("ss", vec![Input::Start, ok(0), ok(0), failed(0)], "+0.1 | -0.1:completed +1.1 |  | ")]
#[case::an_outcome_of_an_old_attempt_is_ignored("s", vec![Input::Start, lost(0, 1, Blame::Innocent), ok(0)], "+0.1 | -0.1:failed +0.2 | ")]
#[case::an_outcome_of_nothing_is_ignored("s", vec![Input::Start, ok(7)], "+0.1 | ")]
#[case::a_second_start_is_ignored("s", vec![Input::Start, Input::Start], "+0.1 | ")]
#[case::cancel("as", vec![Input::Start, Input::Cancel { reason: "enough".into() }, ok(0)], "+0.1 +1.1 | -0.1:cancelled -1.1:cancelled end:cancelled | ")]
#[case::recover_repeats_what_was_executing("as", vec![Input::Start, Input::Recover], "+0.1 +1.1 | -0.1:failed +0.2 -1.1:failed +1.2")]
fn a_history_has_these_effects(#[case] kinds: &str, #[case] inputs: Vec<Input>, #[case] expected: &str) {
    let (workflow, mut state) = (workflow(kinds), fresh());
    let mut lines = Vec::new();
    for input in inputs {
        lines.push(short(&apply(&mut state, &workflow, input)));
        assert_eq!(violated(&state, &workflow), None);
    }
    assert_eq!(lines.join(" | "), expected);
}

/// A store in a few lines: what the effects would have made durable.
#[derive(Debug, Clone)]
struct Rows {
    run: RunRow,
    steps: BTreeMap<(NodeId, u32), StepRow>,
    clock: i64,
}

impl Rows {
    fn new(context: &RunContext) -> Self {
        let run = RunRow {
            id: context.run,
            workflow_id: context.workflow.clone(),
            version: context.version.clone(),
            status: RunStatus::Running,
            payload: context.payload.clone(),
            trigger: context.trigger.clone(),
            output: None,
            error: None,
            created_at: Timestamp(0),
            started_at: Some(Timestamp(0)),
            completed_at: None,
        };
        Self { run, steps: BTreeMap::new(), clock: 0 }
    }

    fn record(&mut self, workflow: &Workflow, effects: &[Effect]) {
        self.clock += 1;
        let now = Timestamp(self.clock);
        for effect in effects {
            match effect {
                Effect::StartAttempt { node, attempt, .. } => self.add(workflow, *node, *attempt, StepStatus::Running),
                Effect::Instant { node } => {
                    self.add(workflow, *node, 1, StepStatus::Completed);
                    self.steps.get_mut(&(*node, 1)).unwrap().completed_at = Some(now);
                }
                Effect::EndAttempt { node, attempt, end } => {
                    let row = self.steps.get_mut(&(*node, *attempt)).expect("an attempt ends that was never started");
                    assert_eq!(row.completed_at, None, "an attempt ends twice");
                    row.status = end.status;
                    row.result = end.output.clone();
                    row.error = end.error.as_ref().map(|error| JsonText::of(&serde_json::to_value(error).unwrap()));
                    row.completed_at = Some(now);
                }
                Effect::Log { .. } => {}
                Effect::EndRun { status, .. } => {
                    assert_eq!(self.run.completed_at, None, "a run ends twice");
                    self.run.status = *status;
                    self.run.completed_at = Some(now);
                }
            }
        }
    }

    fn add(&mut self, workflow: &Workflow, node: NodeId, attempt: u32, status: StepStatus) {
        let done = self.steps.values().any(|row| row.node == node && row.status == StepStatus::Completed);
        assert!(!done, "a completed step is dispatched again");
        let row = StepRow {
            id: AttemptId(self.steps.len() as i64 + 1),
            run_id: self.run.id,
            node,
            name: workflow.nodes[node.0 as usize].name.clone(),
            kind: workflow.nodes[node.0 as usize].kind.as_str().into(),
            attempt,
            status,
            result: None,
            error: None,
            started_at: Timestamp(self.clock),
            completed_at: None,
        };
        assert!(self.steps.insert((node, attempt), row).is_none(), "an attempt number is used twice");
    }

    fn stored(&self) -> StoredRun {
        let mut steps: Vec<StepRow> = self.steps.values().cloned().collect();
        steps.sort_by_key(|row| row.id);
        StoredRun { run: self.run.clone(), steps }
    }
}

/// What may happen next, chosen at random among the live attempts.
#[derive(Debug, Clone)]
enum Happening {
    Outcome { pick: usize, outcome: Outcome },
    Stale { node: u32, attempt: u32 },
    Crash,
    Cancel,
}

fn happening() -> impl Strategy<Value = Happening> {
    let outcome = prop_oneof![
        6 => Just(Outcome::Ok(text("{\"v\":1}"))),
        1 => Just(Outcome::Err(Failure::new("Error", "no"))),
        1 => Just(Outcome::TimedOut),
        1 => prop_oneof![Just(Blame::Innocent), Just(Blame::Suspect), Just(Blame::Guilty)]
            .prop_map(|blame| Outcome::WorkerLost { reason: "gone".into(), blame }),
    ];
    prop_oneof![
        8 => (any::<usize>(), outcome).prop_map(|(pick, outcome)| Happening::Outcome { pick, outcome }),
        1 => (0..8u32, 0..3u32).prop_map(|(node, attempt)| Happening::Stale { node, attempt }),
        2 => Just(Happening::Crash),
        1 => Just(Happening::Cancel),
    ]
}

fn live(state: &RunState) -> Vec<(NodeId, u32)> {
    let running = state.steps.iter().filter(|(_, step)| step.status == StepStatus::Running);
    running.map(|(id, step)| (*id, step.attempt)).collect()
}

/// One step of a random history. Crashes rebuild the state from the rows, as a restart does.
fn happen(state: &mut RunState, workflow: &Workflow, rows: &mut Rows, what: &Happening) -> Option<Input> {
    let input = match what {
        Happening::Outcome { pick, outcome } => {
            let live = live(state);
            let (node, attempt) = *live.get(pick.checked_rem(live.len())?)?;
            Input::Finished { node, attempt, outcome: outcome.clone() }
        }
        Happening::Stale { node, attempt } if !live(state).contains(&(NodeId(*node), *attempt)) => {
            finished(*node, *attempt, Outcome::Ok(JsonText::null()))
        }
        Happening::Stale { .. } => return None,
        Happening::Crash => {
            if state.status.is_terminal() {
                return None;
            }
            *state = RunState::restore(&rows.stored(), workflow);
            Input::Recover
        }
        Happening::Cancel => Input::Cancel { reason: "r".into() },
    };
    let effects = apply(state, workflow, input.clone());
    rows.record(workflow, &effects);
    Some(input)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_histories_keep_the_promises(kinds in "[salf]{0,8}", happenings in prop::collection::vec(happening(), 0..40)) {
        let workflow = workflow(&kinds);
        let mut state = fresh();
        let mut rows = Rows::new(&state.context);
        let first = apply(&mut state, &workflow, Input::Start);
        rows.record(&workflow, &first);
        let mut absorbed = None;
        for what in &happenings {
            let before = state.clone();
            let crash = matches!(what, Happening::Crash);
            happen(&mut state, &workflow, &mut rows, what);
            prop_assert_eq!(violated(&state, &workflow), None);
            if before.status.is_terminal() {
                prop_assert_eq!(&before, &state, "a terminal state absorbs everything");
                absorbed = Some(before.status);
            }
            if !crash && !state.status.is_terminal() {
                let rebuilt = RunState::restore(&rows.stored(), &workflow);
                prop_assert_eq!(comparable(&rebuilt), comparable(&state), "the rows hold all of the state");
            }
        }
        if let Some(status) = absorbed {
            prop_assert_eq!(rows.run.status, status);
        }
        // Once nothing goes wrong any more, every run ends.
        for _ in 0..40 {
            let Some((node, attempt)) = live(&state).first().copied() else { break };
            let effects = apply(&mut state, &workflow, Input::Finished { node, attempt, outcome: Outcome::Ok(JsonText::null()) });
            rows.record(&workflow, &effects);
        }
        prop_assert!(state.status.is_terminal());
        prop_assert_eq!(rows.run.status, state.status);
    }

    #[test]
    fn replaying_a_history_gives_the_same_state(kinds in "[salf]{0,8}", happenings in prop::collection::vec(happening(), 0..30)) {
        let workflow = workflow(&kinds);
        let mut state = fresh();
        let mut rows = Rows::new(&state.context);
        let mut history = vec![Input::Start];
        let first = apply(&mut state, &workflow, Input::Start);
        rows.record(&workflow, &first);
        for what in happenings.iter().filter(|what| !matches!(what, Happening::Crash)) {
            history.extend(happen(&mut state, &workflow, &mut rows, what));
        }
        let mut replayed = fresh();
        for input in history {
            apply(&mut replayed, &workflow, input);
        }
        prop_assert_eq!(replayed, state);
    }
}

/// The crash count is not stored: a restart gives a suspect one more try.
fn comparable(state: &RunState) -> RunState {
    let mut state = state.clone();
    for step in state.steps.values_mut() {
        step.crashes = 0;
    }
    // Outputs that completed at the same moment have no order among the rows.
    state.completed.sort_by_key(|view| view.node);
    state
}
