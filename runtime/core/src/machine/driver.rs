//! The driver: the run, the world and the effects so far, and the few operations by which all
//! node types change cells and rows.

use super::{Cell, Effect, Frame, Note, Progress, RunState, RunStatus, StepStatus, World, effect::Call, state::Phase};
use crate::{
    definition::{Given, Node, NodeKind, Workflow},
    id::{AttemptId, NodeId},
    json::JsonText,
    place::Place,
    retry::Allowance,
    storage::{LogRow, StepRow, Write},
    time::Timestamp,
    worker::{Failure, FunctionRole, Scope, StepView},
};
use std::{collections::VecDeque, sync::Arc, time::Duration};

/// Longest time for a hook: a run ends only when its hooks have.
const HOOK_TIMEOUT: Duration = Duration::from_secs(300);

/// Something that is looked at again before the input is done with.
enum Todo {
    /// A flow may go on.
    Advance(Place),
    /// A node may begin or end bodies.
    Proceed(Place),
}

/// See the module's text.
pub(super) struct Driver<'a> {
    pub(super) state: &'a mut RunState,
    pub(super) workflow: &'a Workflow,
    pub(super) world: &'a mut dyn World,
    /// While a state is rebuilt, nothing new begins.
    pub(super) is_restoring: bool,
    effects: Vec<Effect>,
    agenda: VecDeque<Todo>,
}

impl<'a> Driver<'a> {
    pub(super) fn new(state: &'a mut RunState, workflow: &'a Workflow, world: &'a mut dyn World) -> Self {
        Self { state, workflow, world, is_restoring: false, effects: Vec::new(), agenda: VecDeque::new() }
    }

    /// Lets everything go on that can, ends the run when nothing is left, and returns the effects.
    pub(super) fn finish(mut self) -> Vec<Effect> {
        self.settle();
        self.end_if_done();
        self.settle();
        self.show_status();
        self.effects
    }

    /// Works the agenda off.
    pub(super) fn settle(&mut self) {
        while let Some(todo) = self.agenda.pop_front() {
            match todo {
                Todo::Advance(scope) => self.advance(&scope),
                Todo::Proceed(place) => self.proceed(&place),
            }
        }
    }

    /// A run without calls waits; one with calls runs.
    fn show_status(&mut self) {
        let shown = match self.state.status {
            // What is held back by a stop does not wait for anything of its own.
            RunStatus::Running if !self.state.has_calls() && !self.world.is_stopping() => RunStatus::Waiting,
            RunStatus::Waiting if self.state.has_calls() => RunStatus::Running,
            _ => return,
        };
        // A step that looks for a kept output goes on at once.
        if shown == RunStatus::Waiting && self.state.cells.values().any(|cell| cell.phase == Phase::Lookup) {
            return;
        }
        self.state.status = shown;
        let id = self.state.context.run;
        self.write(Write::SetRunStatus { id, status: shown, started_at: None });
        self.push(Effect::Status(shown));
    }

    pub(super) fn push(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub(super) fn write(&mut self, write: Write) {
        self.effects.push(Effect::Write(write));
    }

    pub(super) fn later_advance(&mut self, scope: Place) {
        self.agenda.push_back(Todo::Advance(scope));
    }

    pub(super) fn later_proceed(&mut self, place: Place) {
        self.agenda.push_back(Todo::Proceed(place));
    }

    pub(super) fn now(&self) -> Timestamp {
        self.world.now()
    }

    pub(super) fn frame(&self, scope: &Place) -> Option<&Frame> {
        self.state.frames.get(scope).map(|frame| &**frame)
    }

    /// A copy of the node's definition, so that the state can change while it is looked at.
    pub(super) fn node(&self, place: &Place) -> Option<Node> {
        self.state.node(place).cloned()
    }

    pub(super) fn cell(&self, place: &Place) -> Option<&Cell> {
        self.state.cells.get(place).map(|cell| &**cell)
    }

    pub(super) fn cell_mut(&mut self, place: &Place) -> Option<&mut Cell> {
        self.state.cells.get_mut(place).map(|cell| &mut **cell)
    }

    /// The cell of a place, made when there is none.
    pub(super) fn open_cell(&mut self, place: &Place) -> &mut Cell {
        if !self.state.cells.contains_key(place) {
            self.state.live += 1;
        }
        self.state.cells.entry(place.clone()).or_insert_with(|| Box::new(Cell::new()))
    }

    /// Changes a cell's status and phase, and keeps count of those that have not ended.
    pub(super) fn set(&mut self, place: &Place, status: StepStatus, phase: Phase) {
        let Some(cell) = self.state.cells.get_mut(place) else { return };
        let was = cell.status.is_terminal();
        cell.status = status;
        cell.phase = phase;
        match (was, status.is_terminal()) {
            (false, true) => self.state.live -= 1,
            (true, false) => self.state.live += 1,
            _ => {}
        }
    }

    pub(super) fn set_call(&mut self, place: &Place, call: Option<FunctionRole>) {
        let Some(cell) = self.state.cells.get_mut(place) else { return };
        self.state.calls -= usize::from(cell.call.is_some());
        self.state.calls += usize::from(call.is_some());
        cell.call = call;
    }

    pub(super) fn set_wake(&mut self, place: &Place, wake_at: Option<Timestamp>) {
        let Some(cell) = self.state.cells.get_mut(place) else { return };
        if let Some(before) = cell.wake_at.take() {
            self.state.timers.remove(&(before, place.clone()));
        }
        cell.wake_at = wake_at;
        if let Some(at) = wake_at {
            self.state.timers.insert((at, place.clone()));
        }
    }

    pub(super) fn set_progress(&mut self, place: &Place, progress: Progress) {
        if let Some(cell) = self.cell_mut(place) {
            cell.progress = progress;
        }
    }

    /// The name and the kind of a place, as rows have them.
    pub(super) fn naming(&self, place: &Place) -> (Arc<str>, Arc<str>) {
        if place.is_hook() {
            let owner = place.parent().and_then(|owner| self.state.node(&owner).map(|node| node.name.clone()));
            return (owner.unwrap_or_else(|| self.workflow.id.clone()), "hook".into());
        }
        if place.is_body() {
            return (self.body_name(place).into(), "body".into());
        }
        let node = self.state.node(place);
        node.map_or_else(|| ("".into(), "".into()), |node| (node.name.clone(), node.kind.as_str().into()))
    }

    /// The name of a body: that of its node with its number or key.
    pub(super) fn body_name(&self, body: &Place) -> String {
        let owner = body.parent().unwrap_or_default();
        let Some(node) = self.state.node(&owner) else { return String::new() };
        let number = body.number();
        match &node.kind {
            NodeKind::Parallel(branches) | NodeKind::Race(branches) => {
                let key = branches.keys.as_ref().and_then(|keys| keys.get(number as usize).cloned());
                format!("{}[{}]", node.name, key.unwrap_or_else(|| number.to_string()))
            }
            _ => format!("{}[{number}]", node.name),
        }
    }

    /// Names of everything around a place and its own.
    pub(super) fn path(&self, place: &Place) -> Arc<str> {
        let (name, _) = self.naming(place);
        match self.frame(&place.scope()) {
            Some(frame) if !frame.path.is_empty() => format!("{}{name}", frame.path).into(),
            _ => name,
        }
    }

    fn new_row(&mut self, place: &Place, status: StepStatus, note: Option<&Note>) -> StepRow {
        let id = self.world.next_attempt();
        let (name, kind) = self.naming(place);
        let path = Some(self.path(place)).filter(|path| **path != *name);
        let now = self.now();
        let run_id = self.state.context.run;
        let cell = self.open_cell(place);
        cell.attempt += 1;
        cell.row = Some(id);
        cell.row_is_open = true;
        let attempt = cell.attempt;
        StepRow {
            id,
            run_id,
            place: place.clone(),
            name,
            path,
            kind,
            attempt,
            status,
            result: None,
            error: None,
            note: note.map(Note::to_json),
            wake_at: None,
            started_at: now,
            completed_at: None,
        }
    }

    /// Records a new attempt.
    pub(super) fn begin(&mut self, place: &Place, status: StepStatus, note: Option<&Note>, wake_at: Option<Timestamp>) {
        let mut row = self.new_row(place, status, note);
        row.wake_at = wake_at;
        self.write(Write::InsertStep(row));
        self.set_wake(place, wake_at);
    }

    /// Changes the row of the latest attempt.
    pub(super) fn update(
        &mut self,
        place: &Place,
        status: StepStatus,
        note: Option<&Note>,
        wake_at: Option<Timestamp>,
    ) {
        if let Some(id) = self.cell(place).and_then(|cell| cell.row) {
            self.write(Write::UpdateStep { id, status, note: note.map(Note::to_json), wake_at });
        }
        self.set_wake(place, wake_at);
    }

    /// Records how the latest attempt ended. Without an open row: changes the one that ended
    /// before, or records an attempt that took no time.
    pub(super) fn close(&mut self, place: &Place, end: RowEnd) {
        self.set_wake(place, end.wake_at);
        let now = self.now();
        let row = self.cell(place).and_then(|cell| cell.row.map(|id| (id, cell.row_is_open)));
        let error = end.error.as_ref().map(failure_json);
        let note = end.note.as_ref().map(Note::to_json);
        match row {
            Some((id, true)) => {
                let (status, result, wake_at) = (end.status, end.result, end.wake_at);
                self.write(Write::FinishStep { id, status, result, error, note, wake_at, at: now });
                if let Some(cell) = self.cell_mut(place) {
                    cell.row_is_open = false;
                }
            }
            Some((id, false)) => {
                self.write(Write::UpdateStep { id, status: end.status, note, wake_at: end.wake_at });
            }
            None => {
                let mut row = self.new_row(place, end.status, end.note.as_ref());
                (row.result, row.error, row.completed_at) = (end.result, error, Some(now));
                self.write(Write::InsertStep(row));
                if let Some(cell) = self.cell_mut(place) {
                    cell.row_is_open = false;
                }
            }
        }
    }

    /// Writes a line into the run's log.
    pub(super) fn log(&mut self, place: &Place, level: crate::host::LogLevel, message: String) {
        let row = LogRow { run_id: self.state.context.run, step: self.path(place), level, message, at: self.now() };
        self.write(Write::InsertLog(row));
    }

    /// Calls a function of the author.
    pub(super) fn call(&mut self, place: &Place, role: FunctionRole) {
        let argument = self.argument(place, role);
        let (name, _) = self.naming(place);
        let handler = matches!(role, FunctionRole::Handler | FunctionRole::OnError);
        let timeout = if place.is_hook() {
            Some(HOOK_TIMEOUT)
        } else {
            self.state.node(place).and_then(|node| node.timeout).filter(|_| handler)
        };
        let attempt = self.cell(place).map_or(1, |cell| cell.attempt);
        let (steps, scopes) = (self.views(place), self.scopes(place));
        self.set_call(place, Some(role));
        self.push(Effect::Call(Call { place: place.clone(), name, role, attempt, timeout, argument, steps, scopes }));
    }

    /// The outputs that a place sees: of its own flow and of those around it.
    pub(super) fn views(&self, place: &Place) -> Vec<Arc<StepView>> {
        let mut views = self.frame(&Place::root()).map(|root| root.views.clone()).unwrap_or_default();
        let mut add = |more: Option<&Vec<Arc<StepView>>>| views.extend(more.into_iter().flatten().cloned());
        for body in place.bodies() {
            add(body.parent().and_then(|owner| self.state.rounds.get(&owner)));
            add(self.frame(&body).map(|frame| &frame.views));
        }
        let loop_of_place = if place.is_body() { place.parent() } else { Some(place.clone()) };
        add(loop_of_place.and_then(|owner| self.state.rounds.get(&owner)));
        self.drop_later(place, &mut views);
        views
    }

    /// Flows may have gone on since an action or a hook was called for the first time: what came later
    /// is none of its business.
    fn drop_later(&self, place: &Place, views: &mut Vec<Arc<StepView>>) {
        let own = if place.is_hook() { place.parent().unwrap_or_default() } else { place.clone() };
        let owners: Vec<Place> = place.bodies().filter_map(|body| body.parent()).collect();
        let beside = |it: &Place, other: &Place| !it.is_body() && it.scope() == other.scope();
        let is_later = |it: &Place| {
            let after_own = !own.is_body() && beside(it, &own) && it.number() > own.number();
            after_own || owners.iter().any(|owner| beside(it, owner) && it.number() >= owner.number())
        };
        views.retain(|view| !is_later(&view.place));
    }

    fn scopes(&self, place: &Place) -> Vec<Scope> {
        let scope = |body: Place| {
            let frame = self.frame(&body)?;
            Some(Scope {
                role: self.body_role(&body),
                item: self.item_of(&body),
                draft: frame.draft.clone(),
                place: body,
            })
        };
        place.bodies().filter_map(scope).collect()
    }

    /// Which function of its node makes a body.
    pub(super) fn body_role(&self, body: &Place) -> FunctionRole {
        let owner = body.parent().unwrap_or_default();
        let is_branch =
            self.state.node(&owner).is_some_and(|node| matches!(node.kind, NodeKind::Parallel(_) | NodeKind::Race(_)));
        FunctionRole::Body(if is_branch { body.number() } else { 0 })
    }

    /// What a function is given besides `ctx`. It can be told from the state alone, so that a call
    /// can be made again after a crash.
    fn argument(&self, place: &Place, role: FunctionRole) -> Option<JsonText> {
        let cell = self.cell(place)?;
        let json = |value: serde_json::Value| Some(JsonText::of(&value));
        match role {
            FunctionRole::RetryDecision => {
                let node = self.state.node(place)?;
                let failure = cell.failure.as_ref()?;
                let wait = node.retry.as_ref()?.wait(cell.failures, failure, self.jitter(place));
                let delay = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
                let asks = node.retry.as_ref()?.allows(cell.failures, failure) == Allowance::Ask;
                json(serde_json::json!({"error": failure, "attempt": cell.failures, "delay": delay, "asks": asks}))
            }
            FunctionRole::OnError => json(serde_json::json!({ "error": cell.failure.as_ref()? })),
            FunctionRole::OnSuccess | FunctionRole::OnFailure => self.hook_argument(place),
            FunctionRole::Filter => match &cell.progress {
                Progress::Events { queue, .. } => queue.front().map(|(_, payload)| payload.clone()),
                _ => None,
            },
            FunctionRole::OnPause | FunctionRole::OnTimeout => match &cell.progress {
                Progress::Token { token, .. } => json(serde_json::json!({ "token": token })),
                _ => None,
            },
            FunctionRole::Body(_) => {
                let item = self.item_of(place).unwrap_or_else(JsonText::null);
                let index = place.number();
                Some(JsonText::trusted(format!("{{\"item\":{},\"index\":{index}}}", item.as_str())))
            }
            _ => None,
        }
    }

    fn hook_argument(&self, place: &Place) -> Option<JsonText> {
        let owner = place.parent()?;
        let (step, failure) = if owner == Place::root() {
            (None, self.run_failure())
        } else {
            (Some(self.naming(&owner).0), self.cell(&owner)?.failure.clone())
        };
        let failed = self.cell(place)?.call == Some(FunctionRole::OnFailure) || failure.is_some();
        let error = failure.filter(|_| failed);
        Some(JsonText::of(&serde_json::json!({ "step": step.as_deref(), "error": error })))
    }

    /// A number that spreads the retries of different runs and attempts, the same at each look.
    pub(super) fn jitter(&self, place: &Place) -> u64 {
        let mut hasher = crate::id::Digest::hasher();
        hasher.field(self.state.context.run.as_uuid().as_bytes());
        hasher.field(place.to_string().as_bytes());
        hasher.field(&self.cell(place).map_or(0, |cell| cell.failures).to_le_bytes());
        hasher.finish().leading()
    }

    /// A node, body or hook has ended well.
    pub(super) fn complete(&mut self, place: &Place, output: JsonText, note: Option<Note>) {
        self.set_call(place, None);
        self.close(place, RowEnd { note, result: Some(output.clone()), ..RowEnd::new(StepStatus::Completed) });
        self.set(place, StepStatus::Completed, Phase::Idle);
        self.add_view(place, output);
        if self.workflow.hooks.on_success
            && !self.workflow.hooks.only_ends
            && self.state.node(place).is_some_and(|node| node.kind.is_step_like())
        {
            self.begin_hook(&place.hook(), FunctionRole::OnSuccess);
        }
        self.release(place);
        self.later_advance(place.scope());
    }

    /// A node, body or hook has failed for good.
    pub(super) fn fail(&mut self, place: &Place, failure: Failure) {
        self.set_call(place, None);
        let is_critical = |node: &Node| node.kind == NodeKind::Action { critical: true };
        let critical = self.state.node(place).is_some_and(is_critical).then_some(Note::Critical);
        let by_handler = self.cell(place).is_some_and(|cell| cell.phase == Phase::OnError).then_some(Note::OnError);
        let note = critical.or(by_handler).or_else(|| self.items_note(place));
        self.close(place, RowEnd { error: Some(failure.clone()), note, ..RowEnd::new(StepStatus::Failed) });
        self.set(place, StepStatus::Failed, Phase::Idle);
        let attempt = self.cell(place).map_or(1, |cell| cell.attempt);
        if let Some(cell) = self.cell_mut(place) {
            cell.failure = Some(failure.clone());
        }
        self.push(Effect::Failed { step: self.path(place), attempt, failure: failure.clone() });
        // An ended body goes with the last action in it, and with it what the action's node says.
        self.blame(place, failure);
        if self.workflow.hooks.on_failure
            && !self.workflow.hooks.only_ends
            && self.state.node(place).is_some_and(|node| node.kind.is_step_like())
        {
            self.begin_hook(&place.hook(), FunctionRole::OnFailure);
        }
        self.release(place);
        self.later_advance(place.scope());
    }

    /// The items of a loop that a function gave stay on record: a run that is retried goes on with them.
    pub(super) fn items_note(&self, place: &Place) -> Option<Note> {
        let asked = match &self.state.node(place)?.kind {
            NodeKind::ForEach { items, .. } | NodeKind::Batch { items, .. } => *items == Given::Function,
            _ => false,
        };
        match &self.cell(place)?.progress {
            Progress::Bodies { items, .. } if asked => Some(Note::Items { items: items.clone() }),
            _ => None,
        }
    }

    /// Whom a failure brings down besides the node itself.
    pub(super) fn blame(&mut self, place: &Place, failure: Failure) {
        let Some(kind) = self.state.node(place).map(|node| node.kind.clone()) else { return };
        match kind {
            NodeKind::Action { critical: false } => {}
            NodeKind::Action { critical: true } => {
                self.state.failure.get_or_insert(failure);
                self.later_advance(Place::root());
            }
            _ => {
                if let Some(frame) = self.state.frames.get_mut(&place.scope()) {
                    frame.failure.get_or_insert(failure);
                }
            }
        }
    }

    /// Lets later steps see an output.
    pub(super) fn add_view(&mut self, place: &Place, output: JsonText) {
        let Some(node) = self.state.node(place) else { return };
        if !node.kind.has_output() {
            return;
        }
        let attempts = self.cell(place).map_or(1, |cell| cell.failures + 1);
        let view = StepView { place: place.clone(), round: 0, name: node.name.clone(), attempts, output };
        if let Some(frame) = self.state.frames.get_mut(&place.scope()) {
            frame.views.push(Arc::new(view));
        }
    }

    /// A cell that has ended keeps only what others may still ask for.
    fn release(&mut self, place: &Place) {
        self.state.rounds.remove(place);
        let has_frames =
            self.state.frames.range(place.clone()..).next().is_some_and(|(inner, _)| inner.is_within(place));
        if let Some(cell) = self.cell_mut(place)
            && !matches!(cell.progress, Progress::Truth(_))
            && !has_frames
        {
            cell.progress = Progress::None;
        }
        // An action or hook may have been the last thing that kept an ended body.
        self.drop_body(&place.scope());
    }

    /// Drops an ended body when nothing in it is executing any more.
    pub(super) fn drop_body(&mut self, body: &Place) {
        let mut body = body.clone();
        while body != Place::root() {
            if !self.frame(&body).is_some_and(|frame| frame.is_over) {
                return;
            }
            let inside = |place: &Place| place.is_within(&body);
            let cells: Vec<Place> = self
                .state
                .cells
                .range(body.clone()..)
                .map(|(place, _)| place)
                .take_while(|it| inside(it))
                .cloned()
                .collect();
            if cells.iter().any(|place| !self.state.cells[place].status.is_terminal()) {
                return;
            }
            for place in cells {
                self.state.cells.remove(&place);
            }
            let frames: Vec<Place> = self
                .state
                .frames
                .range(body.clone()..)
                .map(|(place, _)| place)
                .take_while(|it| inside(it))
                .cloned()
                .collect();
            for place in frames {
                self.state.frames.remove(&place);
            }
            body = body.scope();
        }
    }

    /// The failure that ends the run, once its flow is over.
    pub(super) fn run_failure(&self) -> Option<Failure> {
        let root = self.frame(&Place::root()).and_then(|frame| frame.failure.clone());
        root.or_else(|| self.state.failure.clone())
    }

    pub(super) fn row_of(&self, place: &Place) -> Option<AttemptId> {
        self.cell(place).and_then(|cell| cell.row)
    }

    /// The node that a body belongs to.
    pub(super) fn owner_kind(&self, place: &Place) -> Option<NodeKind> {
        let frame = self.frame(&place.scope())?;
        frame.graph.node(NodeId(place.number())).map(|node| node.kind.clone())
    }
}

/// How an attempt ended, for its row.
pub(super) struct RowEnd {
    pub(super) status: StepStatus,
    pub(super) result: Option<JsonText>,
    pub(super) error: Option<Failure>,
    pub(super) note: Option<Note>,
    pub(super) wake_at: Option<Timestamp>,
}

impl RowEnd {
    pub(super) const fn new(status: StepStatus) -> Self {
        Self { status, result: None, error: None, note: None, wake_at: None }
    }
}

/// A failure as it rests in a row.
pub(super) fn failure_json(failure: &Failure) -> JsonText {
    serde_json::to_string(failure).map_or_else(|_| JsonText::null(), JsonText::trusted)
}
