//! Plays a plan with a list of things that happen, and shows in one line for each run what it did.
//!
//! A line is `workflow: calls | steps | end`. A call is `path(ctx.last)=output`, with the role behind
//! the path when it is not the handler; `@` and a number are the milliseconds that have passed; `!` and the error's name stand for a failure. Calls that are
//! due at the same time are answered in the order of their places. A step is its path with `+`
//! completed, `!` failed, `-` skipped, `x` cancelled, `~` anything else.

use crate::{
    dispatcher::Event,
    handle::TriggerRequest,
    simulation::{
        author::{Author, CallKey},
        plan::{Plan, role_name},
        rig::Rig,
    },
};
use cronflow_core::{
    id::{RunId, TaskId},
    json::JsonText,
    machine::{Note, StepStatus},
    storage::{Reader as _, StateOp, StepRow, StoredRun, Write},
    time::Timestamp,
    worker::{FunctionRole, Outcome, Task},
};
use serde_json::Value;
use std::collections::BTreeMap;
use tokio::sync::oneshot;

/// Longest life of a script, in calls and events; only a broken engine needs more.
const PATIENCE: usize = 2_000;

/// What comes before a token in an output.
const TOKEN: &str = r#""token":""#;

/// Something that happens from outside. Runs are counted from 0 as they came.
#[derive(Debug, Clone)]
pub(super) enum Stimulus {
    Trigger(Box<TriggerRequest>),
    Publish(&'static str, Value),
    /// Somebody decides about the step of that name.
    Resume(&'static str, Value),
    Cancel(usize),
    Retry(usize),
}

/// How the engine lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Without a fault.
    Plain,
    /// Killed right after each commit, before its consequences.
    Restart,
    /// Every run is made again out of its rows after each commit; tasks stay with their workers.
    Replay,
}

pub(super) fn trigger(workflow: &str, payload: Value) -> TriggerRequest {
    TriggerRequest::new(workflow, JsonText::of(&payload), JsonText::null())
}

/// Plays in all modes and compares with what is expected.
#[track_caller]
pub(super) fn check(plans: &[Plan], stimuli: &[(u64, Stimulus)], expected: &[&str]) {
    check_in(&[Mode::Plain, Mode::Restart, Mode::Replay], plans, stimuli, expected);
}

#[track_caller]
fn check_in(modes: &[Mode], plans: &[Plan], stimuli: &[(u64, Stimulus)], expected: &[&str]) {
    for mode in modes {
        let lines = play(plans, stimuli, *mode);
        assert_eq!(lines.join("\n"), expected.join("\n"), "{mode:?}\n{}", lines.join("\n"));
    }
}

/// As [`check`], for what a restart may do in another way.
#[track_caller]
pub(super) fn check_without_restarts(plans: &[Plan], stimuli: &[(u64, Stimulus)], expected: &[&str]) {
    check_in(&[Mode::Plain, Mode::Replay], plans, stimuli, expected);
}

/// One run of the first plan.
#[track_caller]
pub(super) fn check_one(plans: &[Plan], expected: &[&str]) {
    check(plans, &[(0, start(&plans[0].id))], expected);
}

pub(super) fn start(workflow: &str) -> Stimulus {
    Stimulus::Trigger(Box::new(trigger(workflow, Value::Null)))
}

pub(super) fn start_with(workflow: &str, payload: Value) -> Stimulus {
    Stimulus::Trigger(Box::new(trigger(workflow, payload)))
}

/// What happens by itself, without a fault.
pub(super) fn lines(plans: &[Plan]) -> Vec<String> {
    play(plans, &[], Mode::Plain)
}

fn play(plans: &[Plan], stimuli: &[(u64, Stimulus)], mode: Mode) -> Vec<String> {
    let rig = Rig::new(plans);
    let begin = rig.now();
    let mut player = Player {
        rig,
        author: Author::new(plans),
        mode,
        first: BTreeMap::new(),
        calls: BTreeMap::new(),
        begin,
        tokens: BTreeMap::new(),
    };
    player.play(stimuli);
    player.rig.stored().iter().map(|stored| player.line(stored)).collect()
}

struct Player {
    rig: Rig,
    author: Author,
    mode: Mode,
    /// When each call was handed out for the first time, by how often it was answered before.
    first: BTreeMap<(CallKey, usize), Timestamp>,
    calls: BTreeMap<RunId, Vec<String>>,
    begin: Timestamp,
    /// The token that was last seen at each step.
    tokens: BTreeMap<&'static str, String>,
}

impl Player {
    fn play(&mut self, stimuli: &[(u64, Stimulus)]) {
        let begin = self.begin.0;
        let mut stimuli = stimuli.iter().map(|(at, it)| (Timestamp(begin + *at as i64), it)).peekable();
        for _ in 0..PATIENCE {
            self.settle();
            let now = self.rig.now();
            if let Some((_, stimulus)) = stimuli.next_if(|(at, _)| *at <= now) {
                self.happen(stimulus);
            } else if let Some((_, id, outcome)) = self.next_call().filter(|(due, ..)| *due <= now) {
                self.answer(id, outcome);
            } else if self.rig.dispatcher.next_wake().is_some_and(|at| at <= now) {
                self.rig.inbox.push_back(Event::Tick);
            } else {
                let call = self.next_call().map(|(due, ..)| due);
                let next = [stimuli.peek().map(|(at, _)| *at), call, self.rig.dispatcher.next_wake()];
                match next.into_iter().flatten().min() {
                    Some(at) => self.rig.clock.set(at),
                    None => return,
                }
            }
        }
        panic!("the script does not end");
    }

    /// Lets everything through that is on its way.
    fn settle(&mut self) {
        for _ in 0..PATIENCE {
            if !self.rig.queue.is_empty() {
                self.commit_one();
            } else if !self.rig.inbox.is_empty() {
                self.rig.handle();
            } else {
                return;
            }
        }
        panic!("it does not settle");
    }

    fn commit_one(&mut self) {
        let before = self.rig.database.commits();
        match self.mode {
            Mode::Plain => self.commit(1, true),
            Mode::Restart => {
                // A question changes nothing; a kill after it would only ask again, for ever.
                let changes = self.rig.queue[0].writes.iter().any(|write| !is_read(write));
                self.commit(1, !changes);
                if changes && self.rig.database.commits() > before {
                    self.rig.crash();
                    self.commit(usize::MAX, true);
                }
            }
            Mode::Replay => {
                self.commit(1, true);
                if self.rig.database.commits() > before && self.rig.is_settled() {
                    self.rig.replay();
                    self.commit(usize::MAX, true);
                }
            }
        }
    }

    fn commit(&mut self, count: usize, is_release: bool) {
        let now = self.rig.now();
        for task in self.rig.commit(count, is_release) {
            let key = (Author::key(&task), self.author.answers(&task));
            self.first.entry(key).or_insert(now);
        }
    }

    /// The call that is due next.
    fn next_call(&self) -> Option<(Timestamp, TaskId, Outcome)> {
        let due = |task: &Task| {
            let key = (Author::key(task), self.author.answers(task));
            let first = self.first.get(&key).copied().unwrap_or(self.rig.now());
            let (outcome, takes) = self.author.say(task);
            match task.timeout.map(|limit| limit.as_millis() as u64).filter(|limit| *limit < takes) {
                Some(limit) => (Timestamp(first.0 + limit as i64), Outcome::TimedOut),
                None => (Timestamp(first.0.saturating_add_unsigned(takes)), outcome),
            }
        };
        let order = |task: &Task| (task.context.run, task.place.clone());
        let next = self.rig.tasks.values().map(|task| (due(task), order(task), task.id));
        next.min_by(|((a, _), b, _), ((c, _), d, _)| (a, b).cmp(&(c, d)))
            .map(|((due, outcome), _, id)| (due, id, outcome))
    }

    fn answer(&mut self, id: TaskId, outcome: Outcome) {
        let Some(task) = self.rig.tasks.remove(&id) else { return };
        let path = self.rig.dispatcher.tasks.get(&id).map_or("?".into(), |owner| owner.path.clone());
        let call = show_call(&task, &path, &outcome);
        let calls = self.calls.entry(task.context.run).or_default();
        let time = format!("@{}", self.rig.now().millis_since(self.begin));
        if time != "@0" && !calls.contains(&time) {
            calls.push(time);
        }
        calls.push(call);
        self.author.note_answer(&task);
        self.rig.inbox.push_back(Event::Finished { task: id, outcome });
    }

    fn happen(&mut self, stimulus: &Stimulus) {
        let run = |number: usize| self.rig.stored()[number].run.id;
        let event = match stimulus {
            Stimulus::Trigger(request) => Event::Trigger { request: request.clone(), reply: oneshot::channel().0 },
            Stimulus::Publish(name, payload) => {
                Event::Publish { name: (*name).into(), payload: JsonText::of(payload), reply: oneshot::channel().0 }
            }
            Stimulus::Resume(step, payload) => {
                let token = self.token(step);
                Event::Resume { token, payload: JsonText::of(payload), reply: oneshot::channel().0 }
            }
            Stimulus::Cancel(number) => {
                Event::Cancel { run: run(*number), reason: "by hand".to_owned(), reply: oneshot::channel().0 }
            }
            Stimulus::Retry(number) => {
                let stored = self.rig.database.reader().run(run(*number)).unwrap().unwrap();
                Event::Retry { stored: Box::new(stored), reply: oneshot::channel().0 }
            }
        };
        self.rig.inbox.push_back(event);
    }

    /// The token of the wait at a step; one that leads nowhere when the step does not wait.
    fn token(&mut self, step: &'static str) -> String {
        let rows = self.rig.stored().into_iter().flat_map(|stored| stored.steps);
        let notes = rows.filter(|row| &*row.name == step).filter_map(|row| Note::from_json(row.note.as_ref()));
        let tokens = notes.filter_map(|note| match note {
            Note::Token { token, .. } | Note::TimedOut { token } => Some(token),
            _ => None,
        });
        // A wait that is over has no token on record.
        if let Some(token) = tokens.last() {
            self.tokens.insert(step, token);
        }
        self.tokens.get(step).cloned().unwrap_or_default()
    }

    fn line(&self, stored: &StoredRun) -> String {
        let run = &stored.run;
        let calls = self.calls.get(&run.id).map(|calls| calls.join(" ")).unwrap_or_default();
        let end = match (&run.output, &run.error) {
            (Some(output), _) => short(output),
            (_, Some(error)) => error.to_value()["name"].as_str().unwrap_or_default().to_owned(),
            _ => String::new(),
        };
        let line = format!("{}: {calls} | {} | {} {end}", run.workflow_id, show_steps(&stored.steps), run.status);
        line.trim_end().to_owned()
    }
}

fn is_read(write: &Write) -> bool {
    matches!(write, Write::State { op: StateOp::Get, .. })
}

fn show_call(task: &Task, path: &str, outcome: &Outcome) -> String {
    let role = match task.role {
        FunctionRole::Handler => String::new(),
        role => format!(".{}", role_name(role)),
    };
    let last = task.steps.last().map(|view| short(&view.output)).unwrap_or_default();
    let outcome = match outcome {
        Outcome::Ok(value) => format!("={}", short(value)),
        Outcome::Flow(_) => "=flow".to_owned(),
        Outcome::Err(failure) => format!("!{}", failure.name),
        Outcome::TimedOut => "!timeout".to_owned(),
        Outcome::Cancel { .. } => "!cancel".to_owned(),
        Outcome::WorkerLost { .. } => "!lost".to_owned(),
    };
    format!("{path}{role}({last}){outcome}")
}

/// JSON without the quotes around plain words.
fn short(json: &JsonText) -> String {
    let mut text = json.as_str().to_owned();
    if let Some(start) = text.find(TOKEN) {
        text.replace_range(start..start + TOKEN.len() + 64, r#""token":"T"#);
    }
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).unwrap_or(&text).to_owned()
}

fn show_steps(rows: &[StepRow]) -> String {
    let mut last = BTreeMap::new();
    for row in rows {
        last.insert(row.place.clone(), row);
    }
    let is_shown = |row: &&&StepRow| Note::from_json(row.note.as_ref()) != Some(Note::Flow);
    let shown: Vec<String> = last.values().filter(is_shown).map(|row| show_step(row)).collect();
    shown.join(" ")
}

fn show_step(row: &StepRow) -> String {
    let sign = match row.status {
        StepStatus::Completed => '+',
        StepStatus::Failed => '!',
        StepStatus::Skipped => '-',
        StepStatus::Cancelled => 'x',
        _ => '~',
    };
    let hook = if &*row.kind == "hook" { ".hook" } else { "" };
    format!("{}{hook}{sign}", row.path.as_deref().unwrap_or(&row.name))
}
