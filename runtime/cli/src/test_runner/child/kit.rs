//! The engines of the tests of a file: each `workflow.test()` has one of its own, on a store in
//! memory, and may let it crash and start again.

mod requests;
mod shapes;
mod times;

use super::driver::Answer;
use cronflow_core::{
    definition::{DraftWorkflow, Workflow, validate},
    host::{HostError, HostRequest, LogLevel},
    id::{RunId, TaskId},
    json::JsonText,
    machine::{Note, StepStatus},
    storage::{Reader as _, StepRow, StoredRun, memory::MemDatabase},
    time::{Timestamp, VirtualClock},
    view,
    worker::{Outcome, OutcomeSink as _},
};
use cronflow_engine::{EngineHandle, EngineParts, Observer, Order, Stepped, TriggerRequest};
use cronflow_js::{LoadedWorkflow, LocalIsolate};
use futures_util::{FutureExt as _, StreamExt as _, future::LocalBoxFuture, stream::FuturesUnordered};
use requests::{Failures, Requests};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

/// Engines of one session, before and after crashes.
const LIVES: u32 = 256;
/// Sessions of one file.
const MAX_SESSIONS: u32 = 65_535;

/// What becomes of a question.
pub(super) enum Question {
    /// The answer comes later.
    UnderWay,
    /// It is here.
    Answered(Result<JsonText, HostError>),
    /// The clock is to move to the next timer.
    Next,
    /// The clock is to move by so many milliseconds.
    Advance(u64),
}

/// What the kit's built-in modules ask.
#[derive(Debug, Deserialize)]
#[serde(tag = "method", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum KitRequest {
    /// A new engine; answers with the session's number.
    #[serde(rename = "kit.open")]
    Open {
        /// The workflow under test: id and version.
        workflow: (String, String),
    },
    /// Drops an engine.
    #[serde(rename = "kit.close")]
    Close { session: u32 },
    /// Starts a run; answers with its id.
    #[serde(rename = "kit.trigger")]
    Trigger { session: u32, workflow: String, payload: JsonText, trigger: Option<JsonText>, entry: Option<u32> },
    /// A request to a webhook; answers with the run that it has started, or with what it came to instead.
    #[serde(rename = "kit.request")]
    Request { session: u32, request: requests::Draft },
    /// Answers with what the client of a request gets whose run is recorded.
    #[serde(rename = "kit.response")]
    Response { session: u32, request: u64 },
    /// A time of a workflow's schedules or intervals: `at`, which must be one, or the next.
    #[serde(rename = "kit.occurrence")]
    Occurrence { workflow: (String, String), kind: String, at: Option<f64> },
    /// Asks a poll; answers with the id of its schedule.
    #[serde(rename = "kit.poll")]
    Poll { session: u32, workflow: String, id: Option<String> },
    /// Answers with how a poll stands.
    #[serde(rename = "kit.polled")]
    Polled { session: u32, schedule: String },
    /// Asks the engine what workflow code may ask.
    #[serde(rename = "kit.host")]
    Host { session: u32, request: Value },
    /// Answers when nothing can run at this moment.
    #[serde(rename = "kit.idle")]
    Idle,
    /// Answers with the run when it has ended, or when nothing will ever happen to it by itself.
    #[serde(rename = "kit.settled")]
    Settled { session: u32, run: String },
    /// Moves the clock to the next timer; answers whether there was one.
    #[serde(rename = "kit.next")]
    Next,
    /// Moves the clock.
    #[serde(rename = "kit.advance")]
    Advance { millis: f64 },
    /// The engine dies after that commit of the session, or after the one that records that a step has ended.
    #[serde(rename = "kit.crash")]
    Crash { session: u32, commit: Option<u64>, step: Option<String> },
    /// All runs of the session with their steps, and how many commits there were.
    #[serde(rename = "kit.report")]
    Report { session: u32 },
}

struct Session {
    database: MemDatabase,
    /// What the engine has said of functions of webhooks.
    failures: Arc<Failures>,
    /// Requests that are not answered, and the engine's life.
    requests: Requests,
    engine: Stepped,
    workflows: Vec<Workflow>,
    generation: u32,
    seed: u64,
    commits: u64,
    crash_commits: HashSet<u64>,
    crash_steps: HashSet<String>,
}

/// See the module's text.
pub(super) struct Kit {
    clock: VirtualClock,
    seed: u64,
    /// All that were declared, the latest last.
    workflows: Vec<Workflow>,
    /// What could not be read of them.
    problem: Option<String>,
    sessions: BTreeMap<u32, Session>,
    last: u32,
    pub(super) questions: FuturesUnordered<LocalBoxFuture<'static, Answer>>,
    idle: Vec<u64>,
    settled: Vec<(u64, u32, RunId)>,
    /// When clients that wait lose their patience, by the question.
    patience: BTreeMap<u64, Timestamp>,
}

impl Kit {
    pub(super) fn new(clock: VirtualClock, seed: u64) -> Self {
        Self {
            clock,
            seed,
            workflows: Vec::new(),
            problem: None,
            sessions: BTreeMap::new(),
            last: 0,
            questions: FuturesUnordered::new(),
            idle: Vec::new(),
            settled: Vec::new(),
            patience: BTreeMap::new(),
        }
    }

    /// An answer that has come.
    pub(super) fn next_answer(&mut self) -> Option<Answer> {
        let answer = self.questions.next().now_or_never()??;
        self.patience.remove(&answer.0);
        Some(answer)
    }

    /// Takes workflows that were declared.
    pub(super) fn add(&mut self, loaded: Vec<LoadedWorkflow>) {
        for one in loaded {
            match validated(&one) {
                Ok(workflow) => self.workflows.push(workflow),
                Err(problem) => self.problem = Some(problem),
            }
        }
    }

    /// A task of an engine has ended.
    pub(super) fn finished(&mut self, life: u32, task: TaskId, outcome: Outcome) {
        if let Some(session) = self.alive(life) {
            session.engine.sink().finished(task, outcome);
        }
    }

    pub(super) fn logged(&mut self, life: u32, task: TaskId, level: LogLevel, text: String) {
        if let Some(session) = self.alive(life) {
            session.engine.sink().logged(task, level, text);
        }
    }

    /// The session whose engine is in that life.
    fn alive(&mut self, life: u32) -> Option<&mut Session> {
        self.sessions.get_mut(&(life / LIVES)).filter(|session| session.generation == life % LIVES)
    }

    /// Takes a question of workflow code or of the kit's own modules.
    pub(super) fn ask(&mut self, life: u32, call: u64, request: &str, isolate: &mut LocalIsolate) -> Question {
        let is_own = request.contains("\"method\":\"kit.");
        let result = if is_own {
            serde_json::from_str(request)
                .map_err(|error| HostError::new(format!("the test kit asks nonsense: {error}")))
                .and_then(|request| self.own(call, request, isolate))
        } else {
            self.engine_for(life).and_then(|handle| self.host(call, handle, request))
        };
        result.unwrap_or_else(|error| Question::Answered(Err(error)))
    }

    /// The engine that a question is for. Tests themselves ask the engine of the last session.
    fn engine_for(&self, life: u32) -> Result<EngineHandle, HostError> {
        let number = if life == 0 { self.sessions.keys().next_back().copied() } else { Some(life / LIVES) };
        let session = number.and_then(|number| self.sessions.get(&number));
        session.map(|session| session.engine.handle()).ok_or_else(|| {
            HostError::new(
                "no engine runs here: use workflow.test(), or call this from a step of a workflow that is tested",
            )
        })
    }

    fn host(&mut self, call: u64, handle: EngineHandle, request: &str) -> Result<Question, HostError> {
        let request: HostRequest = serde_json::from_str(request)
            .map_err(|error| HostError::new(format!("the engine does not know this request: {error}")))?;
        self.questions.push(Box::pin(async move { (call, handle.host(request).await) }));
        Ok(Question::UnderWay)
    }

    fn own(&mut self, call: u64, request: KitRequest, isolate: &mut LocalIsolate) -> Result<Question, HostError> {
        let done = || Ok(Question::Answered(Ok(JsonText::null())));
        match request {
            KitRequest::Open { workflow } => {
                self.add(isolate.declared());
                let number = self.open(&workflow)?;
                Ok(Question::Answered(Ok(JsonText::of(&json!(number)))))
            }
            KitRequest::Close { session } => {
                if let Some(closed) = self.sessions.remove(&session) {
                    isolate.end_life(session * LIVES + closed.generation);
                }
                done()
            }
            KitRequest::Trigger { session, workflow, payload, trigger, entry } => {
                let handle = self.session(session)?.engine.handle();
                let trigger = trigger.unwrap_or_else(|| JsonText::trusted(r#"{"type":"manual"}"#));
                let request = TriggerRequest { entry, ..TriggerRequest::new(workflow.as_str(), payload, trigger) };
                self.questions.push(Box::pin(async move {
                    let accepted = handle.trigger(request).await;
                    let run = accepted.map(|accepted| JsonText::of(&json!(accepted.run.to_string())));
                    (call, run.map_err(|error| HostError::new(error.to_string())))
                }));
                Ok(Question::UnderWay)
            }
            KitRequest::Request { session, request } => {
                let session = self.session(session)?;
                let sent = session.requests.send(session.engine.handle(), session.failures.clone(), request);
                self.questions.push(Box::pin(async move { (call, sent.await) }));
                Ok(Question::UnderWay)
            }
            KitRequest::Response { session, request } => {
                let clock = self.clock.clone();
                let session = self.session(session)?;
                let (until, reply) = session.requests.reply(request, session.failures.clone(), clock)?;
                self.patience.insert(call, until);
                self.questions.push(Box::pin(async move { (call, reply.await) }));
                Ok(Question::UnderWay)
            }
            KitRequest::Occurrence { workflow: (id, version), kind, at } => {
                self.add(isolate.declared());
                self.sound()?;
                let declared = self.workflows.iter().rev().find(|one| *one.id == *id && *one.version == *version);
                let workflow = declared.ok_or_else(|| HostError::new("this workflow is not known"))?;
                let now = cronflow_core::time::Clock::now(&self.clock);
                let found = times::occurrence(workflow, &kind, at.map(|at| Timestamp(at as i64)), now)?;
                Ok(Question::Answered(Ok(JsonText::of(&found))))
            }
            KitRequest::Poll { session, workflow, id } => {
                let session = self.session(session)?;
                let own = session.workflows.iter().find(|one| *one.id == *workflow);
                let own = own.ok_or_else(|| HostError::new("this workflow is not known"))?;
                let (id, handle) = (times::poll(own, id.as_deref())?, session.engine.handle());
                self.questions.push(Box::pin(async move {
                    let asked = handle.run_schedule(&id).await;
                    let answer = asked.map(|_| JsonText::of(&json!(&*id)));
                    (call, answer.map_err(|error| HostError::new(error.to_string())))
                }));
                Ok(Question::UnderWay)
            }
            KitRequest::Polled { session, schedule } => {
                let handle = self.session(session)?.engine.handle();
                self.questions.push(Box::pin(async move {
                    let state = handle.schedule(&schedule).await;
                    (call, state.map(|state| times::polled(&state)).map_err(|error| HostError::new(error.to_string())))
                }));
                Ok(Question::UnderWay)
            }
            KitRequest::Host { session, request } => {
                let handle = self.session(session)?.engine.handle();
                self.host(call, handle, &request.to_string())
            }
            KitRequest::Idle => {
                self.idle.push(call);
                Ok(Question::UnderWay)
            }
            KitRequest::Settled { session, run } => {
                let run = run.parse().map_err(|_| HostError::new("this is not the id of a run"))?;
                self.settled.push((call, session, run));
                Ok(Question::UnderWay)
            }
            KitRequest::Next => Ok(Question::Next),
            KitRequest::Advance { millis } => Ok(Question::Advance(millis.max(0.0) as u64)),
            KitRequest::Crash { session, commit, step } => {
                let session = self.session(session)?;
                session.crash_commits.extend(commit);
                session.crash_steps.extend(step);
                done()
            }
            KitRequest::Report { session } => {
                let report = report(self.session(session)?);
                Ok(Question::Answered(Ok(JsonText::of(&report))))
            }
        }
    }

    /// An error when a declared workflow could not be read.
    fn sound(&self) -> Result<(), HostError> {
        self.problem.as_ref().map_or(Ok(()), |problem| Err(HostError::new(problem.clone())))
    }

    fn session(&mut self, number: u32) -> Result<&mut Session, HostError> {
        self.sessions.get_mut(&number).ok_or_else(|| HostError::new("this test of a workflow is over"))
    }

    /// Starts an engine with every workflow of the file in its latest form, and the one under test in
    /// its own.
    fn open(&mut self, (id, version): &(String, String)) -> Result<u32, HostError> {
        self.sound()?;
        if self.last >= MAX_SESSIONS {
            return Err(HostError::new("a file can test workflows at most 65535 times"));
        }
        let mut latest: BTreeMap<Arc<str>, &Workflow> = BTreeMap::new();
        for workflow in &self.workflows {
            let is_wanted = *workflow.version == **version && *workflow.id == **id;
            let is_other = *workflow.id != **id;
            if is_wanted || is_other {
                latest.insert(workflow.id.clone(), workflow);
            }
        }
        let workflows: Vec<Workflow> = latest.into_values().cloned().collect();
        self.last += 1;
        let (database, seed) = (MemDatabase::default(), self.seed ^ u64::from(self.last) << 20);
        let failures: Arc<Failures> = Arc::default();
        let engine = start(&database, &workflows, &self.clock, seed, failures.clone())?;
        let session = Session {
            database,
            failures,
            requests: Requests::default(),
            engine,
            workflows,
            generation: 0,
            seed,
            commits: 0,
            crash_commits: HashSet::new(),
            crash_steps: HashSet::new(),
        };
        self.sessions.insert(self.last, session);
        Ok(self.last)
    }

    /// Lets every engine take what has come and commit one unit. Returns whether anything happened.
    pub(super) fn step(&mut self, isolate: &mut LocalIsolate) -> bool {
        let mut any = false;
        for (number, session) in &mut self.sessions {
            any |= session.engine.take_events();
            if session.engine.has_writes() {
                any = true;
                session.commit(*number, &self.clock, isolate);
            }
            for order in session.engine.orders() {
                any = true;
                let life = number * LIVES + session.generation;
                match order {
                    Order::Submit(task) => isolate.submit(life, &task),
                    Order::Stop(task) => isolate.stop(life, task),
                    Order::Forget(run) => isolate.forget(run),
                }
            }
        }
        any
    }

    /// Nothing can run at this moment.
    pub(super) fn idle(&mut self) -> Vec<Answer> {
        std::mem::take(&mut self.idle).into_iter().map(|call| (call, Ok(JsonText::null()))).collect()
    }

    /// Runs that have ended and that somebody waits for.
    pub(super) fn settled(&mut self) -> Vec<Answer> {
        self.tell_of(|stored| stored.run.status.is_terminal())
    }

    /// Nothing will ever happen by itself: runs that somebody waits for stay as they are, and clients get no answer.
    pub(super) fn stuck(&mut self) -> Vec<Answer> {
        let mut answers = self.tell_of(|_| true);
        answers.extend(std::mem::take(&mut self.patience).into_keys().map(|call| (call, Ok(JsonText::null()))));
        answers
    }

    fn tell_of(&mut self, is_wanted: impl Fn(&StoredRun) -> bool) -> Vec<Answer> {
        let mut answers = Vec::new();
        let waiting = std::mem::take(&mut self.settled);
        for (call, number, run) in waiting {
            let session = self.sessions.get(&number);
            let stored = session.and_then(|session| session.database.reader().run(run).ok().flatten());
            match stored {
                Some(stored) if !is_wanted(&stored) => self.settled.push((call, number, run)),
                Some(stored) => answers.push((call, Ok(JsonText::of(&view::run(&stored, &logs(session, run)))))),
                None => answers.push((call, Err(HostError::new("the run is not there any more")))),
            }
        }
        answers
    }

    /// When the next timer of an engine is due.
    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        let engines = self.sessions.values().filter_map(|session| session.engine.next_wake());
        engines.chain(self.patience.values().copied()).min()
    }

    /// The clock has moved.
    pub(super) fn tick(&mut self) {
        let now = cronflow_core::time::Clock::now(&self.clock);
        for session in self.sessions.values_mut() {
            if session.engine.next_wake().is_some_and(|at| at <= now) {
                session.engine.tick();
            }
        }
    }
}

impl Session {
    /// Commits one unit and lets its consequences out, or dies between the two.
    fn commit(&mut self, number: u32, clock: &VirtualClock, isolate: &mut LocalIsolate) {
        let Ok(Some(committed)) = self.engine.commit() else { return };
        self.commits += 1;
        if !self.crash_commits.remove(&self.commits) && !self.ends_what_was_waited_for() {
            self.engine.release(committed);
            return;
        }
        drop(committed);
        isolate.end_life(number * LIVES + self.generation);
        self.requests.break_off();
        self.database.kill();
        self.generation = (self.generation + 1).min(LIVES - 1);
        let seed = self.seed ^ u64::from(self.generation);
        if let Ok(engine) = start(&self.database, &self.workflows, clock, seed, self.failures.clone()) {
            self.engine = engine;
        }
    }

    fn ends_what_was_waited_for(&mut self) -> bool {
        if self.crash_steps.is_empty() {
            return false;
        }
        let done: Vec<String> = {
            let runs = all_runs(&self.database);
            let rows = runs.iter().flat_map(|stored| stored.steps.iter());
            let ended = rows.filter(|row| has_ended(row));
            ended.filter(|row| self.crash_steps.contains(&*row.name)).map(|row| row.name.to_string()).collect()
        };
        done.iter().for_each(|name| {
            self.crash_steps.remove(name);
        });
        !done.is_empty()
    }
}

pub(super) fn start(
    database: &MemDatabase,
    workflows: &[Workflow],
    clock: &VirtualClock,
    seed: u64,
    observer: Arc<dyn Observer>,
) -> Result<Stepped, HostError> {
    let unavailable = |error: &dyn std::fmt::Display| HostError::new(format!("the engine does not start: {error}"));
    let parts = EngineParts {
        store: Box::new(database.open().map_err(|error| unavailable(&error))?),
        clock: Arc::new(clock.clone()),
        observer,
        workflows: workflows.to_vec(),
        older: Vec::new(),
        archives: Vec::new(),
        retention: None,
        always_replay: false,
    };
    let (mut engine, _) = Stepped::start(parts, seed).map_err(|error| unavailable(&error))?;
    // What a poll would find is no part of a test that does not ask it.
    engine.let_polls_rest();
    Ok(engine)
}

/// The draft as a workflow, or what is wrong with it.
pub(super) fn validated(loaded: &LoadedWorkflow) -> Result<Workflow, String> {
    let draft: DraftWorkflow = serde_json::from_str(&loaded.draft).map_err(|error| error.to_string())?;
    validate(&draft, &loaded.version).map_err(|problems| {
        let texts: Vec<String> = problems.iter().map(|problem| problem.message.clone()).collect();
        texts.join("\n")
    })
}

/// Whether no other attempt follows.
fn has_ended(row: &StepRow) -> bool {
    let goes_on = || matches!(Note::from_json(row.note.as_ref()), Some(Note::Retry | Note::Deciding));
    row.status == StepStatus::Completed || (row.status == StepStatus::Failed && !goes_on())
}

fn all_runs(database: &MemDatabase) -> Vec<StoredRun> {
    let reader = database.reader();
    let filter = cronflow_core::storage::RunFilter { limit: u32::MAX, ..Default::default() };
    let rows = reader.runs(&filter).unwrap_or_default();
    rows.runs.iter().rev().filter_map(|row| reader.run(row.id).ok().flatten()).collect()
}

fn logs(session: Option<&Session>, run: RunId) -> Vec<cronflow_core::storage::LogRow> {
    session.and_then(|session| session.database.reader().logs(run).ok()).unwrap_or_default()
}

/// `{commits, crashes, runs, twice, workflows}`: `twice` names steps that completed more than once.
fn report(session: &Session) -> Value {
    let stored = all_runs(&session.database);
    let mut twice = Vec::new();
    for run in &stored {
        let mut seen = HashSet::new();
        let completed = run.steps.iter().filter(|row| row.status == StepStatus::Completed);
        for row in completed {
            if matches!(&*row.kind, "step" | "action" | "subflow") && !seen.insert(&row.place) {
                twice.push(row.path.as_deref().unwrap_or(&row.name).to_owned());
            }
        }
    }
    let whole = |run: &StoredRun| {
        let mut view = view::run(run, &logs(Some(session), run.run.id));
        view["coverage"] = shapes::of(run);
        view
    };
    let runs: Vec<Value> = stored.iter().map(whole).collect();
    let workflows: Vec<Value> = session.workflows.iter().map(Workflow::to_json).collect();
    json!({
        "commits": session.commits, "crashes": session.generation, "waitedFor": session.crash_steps, "runs": runs, "twice": twice,
        "workflows": workflows,
    })
}
