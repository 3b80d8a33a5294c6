//! A run as an isolate knows it: its context, finished steps, and the functions of its bodies.

use super::state::Functions;
use crate::worker::WireStep;
use boa_engine::object::builtins::JsFunction;
use cronflow_core::{
    json::JsonText,
    place::Place,
    worker::{FunctionRole, RunContext},
};
use std::{
    cell::RefCell,
    collections::{HashMap, VecDeque},
    sync::Arc,
};

/// Bodies of one run whose functions are kept; others declare theirs again when they are needed.
const MAX_BODIES: usize = 1_024;

/// A finished step.
pub(crate) struct Finished {
    pub(crate) place: Place,
    pub(crate) name: Arc<str>,
    pub(crate) attempts: u32,
    pub(crate) output: JsonText,
}

/// See the module's text.
pub(crate) struct RunEntry {
    pub(crate) context: RunContext,
    /// By the number under which the engine process knows them.
    pub(crate) steps: RefCell<Vec<Finished>>,
    /// Outputs that were made here and need not cross the pipe again.
    own: RefCell<HashMap<Place, JsonText>>,
    bodies: RefCell<Bodies>,
}

#[derive(Default)]
struct Bodies {
    functions: HashMap<Place, Functions>,
    /// From the oldest on.
    order: VecDeque<Place>,
}

impl RunEntry {
    pub(crate) fn new(context: RunContext) -> Self {
        Self { context, steps: RefCell::default(), own: RefCell::default(), bodies: RefCell::default() }
    }

    /// Takes in steps that have finished.
    pub(crate) fn learn(&self, steps: Vec<WireStep>) {
        let mut known = self.steps.borrow_mut();
        for WireStep { place, name, attempts, output } in steps {
            let output = output.or_else(|| self.own.borrow_mut().remove(&place)).unwrap_or_else(JsonText::null);
            known.push(Finished { place, name, attempts, output });
        }
    }

    /// Keeps an output that was made here, until the engine says that it counts.
    pub(crate) fn keep(&self, place: Place, output: JsonText) {
        self.own.borrow_mut().insert(place, output);
    }

    /// Keeps the functions that a body has declared.
    pub(crate) fn declare(&self, body: Place, functions: Functions) {
        let mut bodies = self.bodies.borrow_mut();
        if bodies.functions.insert(body.clone(), functions).is_none() {
            bodies.order.push_back(body);
        }
        while bodies.order.len() > MAX_BODIES {
            if let Some(oldest) = bodies.order.pop_front() {
                bodies.functions.remove(&oldest);
            }
        }
    }

    /// Whether the functions of a body are here.
    pub(crate) fn has_body(&self, body: &Place) -> bool {
        self.bodies.borrow().functions.contains_key(body)
    }

    /// A function that a body has declared.
    pub(crate) fn function(&self, body: &Place, node: u32, role: FunctionRole) -> Option<JsFunction> {
        self.bodies.borrow().functions.get(body)?.get(&(node, role)).cloned()
    }
}
