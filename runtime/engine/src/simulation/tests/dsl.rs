//! Short words for plans, so that a table reads like a workflow.

use crate::simulation::plan::{Body, Item, Plan, Say, What, merge};
use cronflow_core::worker::{Blame, Failure};
use serde_json::{Value, json};

pub(super) fn node(kind: &'static str, name: &str) -> Item {
    Item::new(kind, name)
}

pub(super) fn step(name: &str) -> Item {
    node("step", name)
}

pub(super) fn action(name: &str) -> Item {
    node("action", name)
}

/// `if` with what its condition says.
pub(super) fn when(name: &str, truth: bool) -> Item {
    node("if", name).gives("condition", json!(truth))
}

pub(super) fn or_when(name: &str, truth: bool) -> Item {
    node("elseIf", name).gives("condition", json!(truth))
}

pub(super) fn otherwise(name: &str) -> Item {
    node("else", name)
}

pub(super) fn end_if(name: &str) -> Item {
    node("endIf", name)
}

pub(super) fn parallel<const N: usize>(name: &str, bodies: [Body; N]) -> Item {
    Item { bodies: bodies.into(), ..node("parallel", name) }
}

pub(super) fn race<const N: usize>(name: &str, bodies: [Body; N]) -> Item {
    Item { bodies: bodies.into(), ..node("race", name) }
}

/// `while` whose condition holds so many times.
pub(super) fn repeat(name: &str, rounds: usize, body: Body) -> Item {
    let truths = (0..=rounds).map(|round| Say::value(json!(round < rounds))).collect();
    let mut item = Item { bodies: vec![body], ..node("while", name) };
    item.says.insert("condition", truths);
    item
}

pub(super) fn each<const N: usize>(name: &str, items: [i64; N], body: Body) -> Item {
    Item { bodies: vec![body], ..node("forEach", name).spec(json!({"items": items.to_vec()})) }
}

pub(super) fn batch<const N: usize>(name: &str, size: u32, items: [i64; N], body: Body) -> Item {
    Item { bodies: vec![body], ..node("batch", name).spec(json!({"items": items.to_vec(), "size": size})) }
}

pub(super) fn subflow(name: &str, workflow: &str) -> Item {
    node("subflow", name).spec(json!({"workflow": workflow}))
}

pub(super) fn sleep(name: &str, millis: u64) -> Item {
    node("sleep", name).spec(json!({"duration": millis}))
}

pub(super) fn wait_for(name: &str, event: &str) -> Item {
    node("waitForEvent", name).spec(json!({"event": event}))
}

pub(super) fn approval(name: &str) -> Item {
    node("humanInTheLoop", name)
}

pub(super) fn flow<const N: usize>(items: [Item; N]) -> Body {
    Body::Flow(items.into())
}

pub(super) fn gives(value: Value) -> Body {
    Body::Says(vec![Say::value(value)])
}

pub(super) fn gives_after(takes: u64, value: Value) -> Body {
    Body::Says(vec![Say { what: What::Value(value), takes }])
}

/// The body returns its item.
pub(super) fn echo() -> Body {
    Body::Says(vec![Say::now(What::Argument("/item"))])
}

pub(super) fn throws(name: &str) -> Body {
    Body::Says(vec![Say::now(What::Fail(Failure::new(name, "no")))])
}

pub(super) fn throws_after(takes: u64, name: &str) -> Body {
    Body::Says(vec![Say { what: What::Fail(Failure::new(name, "no")), takes }])
}

pub(super) fn lost(blame: Blame) -> Say {
    Say::now(What::Lost(blame))
}

pub(super) fn failure(name: &str) -> Say {
    Say::now(What::Fail(Failure::new(name, "no")))
}

impl Item {
    fn say(mut self, role: &'static str, say: Say) -> Self {
        self.says.entry(role).or_default().push(say);
        self
    }

    /// The role's function returns this; asked again it returns what is given next.
    pub(super) fn gives(self, role: &'static str, value: Value) -> Self {
        self.say(role, Say::value(value))
    }

    pub(super) fn says(self, role: &'static str, say: Say) -> Self {
        self.say(role, say)
    }

    /// The handler fails once, with an error of that name.
    pub(super) fn fails(self, name: &str) -> Self {
        self.say("handler", failure(name))
    }

    /// The handler takes so long.
    pub(super) fn takes(self, takes: u64) -> Self {
        let what = What::Value(json!(self.name));
        self.say("handler", Say { what, takes })
    }

    pub(super) fn options(mut self, options: Value) -> Self {
        merge(&mut self.options, &options);
        self
    }

    pub(super) fn spec(mut self, spec: Value) -> Self {
        merge(&mut self.spec, &spec);
        self
    }
}

impl Plan {
    pub(super) fn fields(mut self, fields: Value) -> Self {
        merge(&mut self.fields, &fields);
        self
    }
}

pub(super) fn plan<const N: usize>(id: &str, items: [Item; N]) -> Plan {
    Plan::new(id, items.into())
}
