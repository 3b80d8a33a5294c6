//! A task that an isolate executes: one call into a function of the author.

use super::{
    run::RunEntry,
    state::{OF_WORKFLOW, State},
};
use crate::worker::{StopReason, WireTask};
use boa_engine::{
    JsObject, JsValue,
    object::builtins::{JsFunction, JsPromise},
};
use cronflow_core::{
    id::TaskId,
    json::JsonText,
    place::Place,
    worker::{FunctionRole, Scope},
};
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
    sync::Arc,
};

/// An answer of the outside that asks for patience; the failure that follows from it inherits that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Its HTTP status.
    pub(crate) status: u16,
    /// What its `Retry-After` says, in milliseconds.
    pub(crate) retry_after: Option<u64>,
}

/// See the module's text.
pub(crate) struct TaskEntry {
    pub(crate) task: TaskId,
    pub(crate) place: Place,
    pub(crate) name: Arc<str>,
    pub(crate) attempt: u32,
    pub(crate) role: FunctionRole,
    pub(crate) run: Rc<RunEntry>,
    /// The numbers of the finished steps that it sees.
    pub(crate) visible: Vec<u32>,
    pub(crate) argument: Option<JsonText>,
    pub(crate) scopes: Vec<Scope>,
    /// Values that its `ctx` has parsed so far, by view and getter.
    pub(crate) parsed: RefCell<HashMap<(View, &'static str), JsValue>>,
    pub(crate) promise: RefCell<Option<JsPromise>>,
    /// What the built-in modules keep of it: the abort controller and the like.
    pub(crate) locals: RefCell<Option<JsObject>>,
    /// The steps that its body declared.
    pub(crate) declared: RefCell<Option<JsonText>>,
    /// Set once it has been asked to stop.
    pub(crate) stopped: Cell<Option<StopReason>>,
    /// The last failed request, while none has succeeded since.
    pub(crate) refusal: Cell<Option<Refusal>>,
}

/// Which moment a `ctx` shows: that of its task, or that in which a body around it was declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum View {
    Task,
    /// The index in [`TaskEntry::scopes`].
    Scope(u16),
}

impl TaskEntry {
    pub(crate) fn new(wire: WireTask, run: Rc<RunEntry>) -> Self {
        Self {
            task: wire.id,
            place: wire.place,
            name: wire.name,
            attempt: wire.attempt,
            role: wire.role,
            run,
            visible: wire.visible,
            argument: wire.argument,
            scopes: wire.scopes,
            parsed: RefCell::default(),
            promise: RefCell::default(),
            locals: RefCell::default(),
            declared: RefCell::default(),
            stopped: Cell::new(None),
            refusal: Cell::new(None),
        }
    }

    /// The body that a view belongs to: what lies inside it is not seen.
    pub(crate) fn body_of(&self, view: View) -> Option<&Place> {
        match view {
            View::Task => None,
            View::Scope(index) => self.scopes.get(usize::from(index)).map(|scope| &scope.place),
        }
    }

    /// Whether the functions of all bodies around it are here.
    pub(crate) fn is_ready(&self) -> bool {
        self.scopes.iter().all(|scope| self.run.has_body(&scope.place))
    }

    /// The function that it calls.
    pub(crate) fn function(&self, state: &State) -> Option<JsFunction> {
        match self.role {
            FunctionRole::OnSuccess
            | FunctionRole::OnFailure
            | FunctionRole::FlowKeys
            | FunctionRole::Gate(_)
            | FunctionRole::Respond(_)
            | FunctionRole::TriggerFilter(_)
            | FunctionRole::Poll(_)
            | FunctionRole::Fetch => {
                let key = (OF_WORKFLOW, self.role);
                state.with_functions(&self.run, |functions| functions.get(&key).cloned()).flatten()
            }
            FunctionRole::Body(_) => self.body_function(state, &self.place, self.role),
            _ => self.function_at(state, &self.place, self.role),
        }
    }

    /// The function that makes a body.
    pub(crate) fn body_function(&self, state: &State, body: &Place, role: FunctionRole) -> Option<JsFunction> {
        self.function_at(state, &body.parent()?, role)
    }

    fn function_at(&self, state: &State, node: &Place, role: FunctionRole) -> Option<JsFunction> {
        let scope = node.scope();
        if scope != Place::root() {
            return self.run.function(&scope, node.number(), role);
        }
        state.with_functions(&self.run, |functions| functions.get(&(node.number(), role)).cloned()).flatten()
    }
}
