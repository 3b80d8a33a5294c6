//! Random workflows and stimuli.

use super::{
    case::Stimulus,
    plan::{Body, Item, Plan, Say, What, merge},
    random::Rng,
};
use cronflow_core::worker::{Blame, Failure};
use serde_json::{Value, json};

/// Workflows in one case. Each starts only those after it, so that no run starts itself.
const PLANS: usize = 3;
/// Deepest nesting of bodies.
const DEPTH: usize = 3;
const EVENTS: [&str; 2] = ["go", "halt"];

pub(crate) fn plans(rng: &mut Rng) -> Vec<Plan> {
    (0..PLANS).map(|number| plan(rng, number)).collect()
}

fn plan(rng: &mut Rng, number: usize) -> Plan {
    let mut maker = Maker { rng, plan: number, names: 0 };
    let items = maker.items(0);
    let mut plan = Plan::new(id(number), items);
    if rng.one_in(4) {
        merge(&mut plan.fields, &json!({"timeout": 20 + rng.below(100)}));
    }
    if rng.one_in(3) {
        merge(&mut plan.fields, &json!({"hooks": {"onSuccess": rng.one_in(2), "onFailure": rng.one_in(2)}}));
    }
    if rng.one_in(3) {
        let flow = flow_control(rng);
        merge(&mut plan.fields, &json!({"flow": flow}));
    }
    plan
}

fn id(number: usize) -> String {
    format!("w{number}")
}

fn flow_control(rng: &mut Rng) -> Value {
    let keyed = rng.one_in(3);
    let mut flow = json!({});
    if rng.one_in(2) {
        flow["concurrency"] = json!({"count": 1 + rng.below(2), "keyed": keyed});
    }
    match rng.below(6) {
        0 => flow["rateLimit"] = json!({"count": 1 + rng.below(3), "per": 50, "keyed": keyed}),
        1 => flow["throttle"] = json!({"per": 20, "keyed": keyed}),
        2 => flow["debounce"] = json!({"per": 20, "maxWait": 40, "keyed": keyed}),
        3 => flow["singleton"] = json!({"mode": rng.pick(&["skip", "cancel"]), "keyed": keyed}),
        _ => {}
    }
    flow
}

struct Maker<'a> {
    rng: &'a mut Rng,
    plan: usize,
    names: usize,
}

impl Maker<'_> {
    fn name(&mut self, letter: char) -> String {
        self.names += 1;
        format!("{letter}{}", self.names)
    }

    fn items(&mut self, depth: usize) -> Vec<Item> {
        let count = 1 + self.rng.below(if depth == 0 { 4 } else { 2 });
        let mut items = Vec::new();
        for _ in 0..count {
            self.item(depth, &mut items);
        }
        items
    }

    fn item(&mut self, depth: usize, items: &mut Vec<Item>) {
        let kinds = if depth < DEPTH { 18 } else { 11 };
        let item = match self.rng.below(kinds) {
            0..=3 => self.step("step"),
            4 => self.step("action"),
            5 => self.log(),
            6 => self.sleep(),
            7 => self.wait(),
            8 => self.person(),
            9 if self.plan + 1 < PLANS => self.subflow(),
            10 => return self.branch(depth, items),
            11 => self.branches("parallel", depth),
            12 => self.branches("race", depth),
            13 => self.while_loop(depth),
            14 | 15 => self.for_each(depth),
            16 => self.batch(depth),
            17 if self.rng.one_in(4) => Item::new("cancel", self.name('c')),
            _ => self.step("step"),
        };
        items.push(item);
    }

    fn step(&mut self, kind: &'static str) -> Item {
        let mut item = Item::new(kind, self.name(if kind == "step" { 's' } else { 'a' }));
        let rng = &mut *self.rng;
        if rng.one_in(3) {
            let (attempts, asks) = (1 + rng.below(3), rng.one_in(3));
            merge(&mut item.options, &json!({"retry": {"attempts": attempts, "delay": 5, "asksCondition": asks}}));
        }
        if rng.one_in(8) {
            merge(&mut item.options, &json!({"delay": 1 + rng.below(20)}));
        }
        if rng.one_in(8) {
            let cache = if rng.one_in(2) { json!({"key": "k", "ttl": 50}) } else { json!({}) };
            merge(&mut item.options, &json!({"cache": cache}));
            if rng.one_in(3) {
                item.says.insert("cacheKey", vec![Say::value(json!("made"))]);
            }
        }
        if rng.one_in(8) {
            let breaker = json!({"name": "api", "failureThreshold": 1 + rng.below(2), "recoveryTimeout": 15});
            merge(&mut item.options, &json!({"circuitBreaker": breaker}));
        }
        if rng.one_in(6) {
            item.says.insert("onError", vec![Say::value(json!("instead"))]);
        }
        if rng.one_in(5) {
            let last = Say::value(json!(item.name));
            item.says.insert("handler", vec![Say::now(bad(rng)), last]);
        }
        if kind == "action" && rng.one_in(3) {
            merge(&mut item.options, &json!({"critical": true}));
        }
        item
    }

    fn log(&mut self) -> Item {
        let mut item = Item::new("log", self.name('l'));
        if self.rng.one_in(2) {
            item.says.insert("message", vec![Say::value(json!("made"))]);
        }
        item
    }

    fn sleep(&mut self) -> Item {
        let mut item = Item::new("sleep", self.name('z'));
        if self.rng.one_in(3) {
            item.says.insert("duration", vec![Say::value(json!(self.rng.below(30)))]);
        } else {
            item.spec = json!({"duration": self.rng.below(30)});
        }
        item
    }

    fn wait(&mut self) -> Item {
        let mut item = Item::new("waitForEvent", self.name('e'));
        item.spec = json!({"event": self.rng.pick(&EVENTS)});
        if self.rng.one_in(2) {
            merge(&mut item.spec, &json!({"timeout": 1 + self.rng.below(40)}));
        }
        if self.rng.one_in(2) {
            item.says.insert("filter", vec![Say::now(What::Argument("/ok"))]);
        }
        item
    }

    fn person(&mut self) -> Item {
        let kind = if self.rng.one_in(3) { "pause" } else { "humanInTheLoop" };
        let mut item = Item::new(kind, self.name('h'));
        if kind == "humanInTheLoop" && self.rng.one_in(2) {
            item.spec = json!({"timeout": 1 + self.rng.below(40)});
            if self.rng.one_in(2) {
                item.says.insert("onTimeout", vec![Say::value(Value::Null)]);
            }
        }
        if self.rng.one_in(2) {
            item.says.insert("onPause", vec![Say::value(Value::Null)]);
        }
        item
    }

    fn subflow(&mut self) -> Item {
        let child = self.plan + 1 + self.rng.below(PLANS - self.plan - 1);
        let mut item = Item::new("subflow", self.name('f'));
        item.spec = json!({"workflow": id(child), "wait": !self.rng.one_in(4)});
        if self.rng.one_in(3) {
            item.says.insert("input", vec![Say::value(json!({"key": "x"}))]);
        }
        item
    }

    fn branch(&mut self, depth: usize, items: &mut Vec<Item>) {
        let truth = |rng: &mut Rng| vec![Say::value(json!(rng.one_in(2)))];
        let mut first = Item::new("if", self.name('i'));
        first.says.insert("condition", truth(self.rng));
        items.push(first);
        items.push(self.step("step"));
        if self.rng.one_in(2) {
            let mut second = Item::new("elseIf", self.name('i'));
            second.says.insert("condition", truth(self.rng));
            items.push(second);
            if depth < DEPTH && self.rng.one_in(3) {
                self.branch(depth + 1, items);
            } else {
                items.push(self.step("step"));
            }
        }
        if self.rng.one_in(2) {
            items.push(Item::new("else", self.name('i')));
            items.push(self.step("action"));
        }
        items.push(Item::new("endIf", self.name('i')));
    }

    fn body(&mut self, depth: usize) -> Body {
        if self.rng.one_in(4) { Body::Says(vec![Say::value(json!("v"))]) } else { Body::Flow(self.items(depth + 1)) }
    }

    fn branches(&mut self, kind: &'static str, depth: usize) -> Item {
        let bodies = (0..1 + self.rng.below(3)).map(|_| self.body(depth)).collect();
        Item { bodies, ..Item::new(kind, self.name('p')) }
    }

    fn while_loop(&mut self, depth: usize) -> Item {
        let rounds = self.rng.below(3);
        let body =
            if self.rng.one_in(3) { Body::Rounds(vec![self.body(depth), self.body(depth)]) } else { self.body(depth) };
        let mut item = Item { bodies: vec![body], ..Item::new("while", self.name('w')) };
        let truths = (0..=rounds).map(|round| Say::value(json!(round < rounds))).collect();
        item.says.insert("condition", truths);
        item
    }

    fn for_each(&mut self, depth: usize) -> Item {
        let mut item = Item { bodies: vec![self.body(depth)], ..Item::new("forEach", self.name('x')) };
        item.spec = json!({"concurrency": 1 + self.rng.below(3)});
        let items: Vec<usize> = (0..self.rng.below(4)).collect();
        if self.rng.one_in(2) {
            item.says.insert("items", vec![Say::value(json!(items))]);
        } else {
            merge(&mut item.spec, &json!({"items": items}));
        }
        item
    }

    fn batch(&mut self, depth: usize) -> Item {
        let mut item = Item { bodies: vec![self.body(depth)], ..Item::new("batch", self.name('b')) };
        item.spec = json!({"items": [1, 2, 3], "size": 2, "concurrency": 1 + self.rng.below(2)});
        item
    }
}

/// What a function does once before it does well.
fn bad(rng: &mut Rng) -> What {
    match rng.below(8) {
        0 => What::CancelRun,
        1 => What::Lost(Blame::Suspect),
        2 => What::Lost(Blame::Innocent),
        3 => What::Fail(Failure { retry_after: Some(7), ..Failure::new("RetryableError", "later") }),
        _ => What::Fail(Failure::new("Error", "no")),
    }
}

pub(crate) fn trigger(rng: &mut Rng) -> Stimulus {
    Stimulus::Trigger {
        workflow: if rng.one_in(3) { rng.below(PLANS) } else { 0 },
        payload: json!({"key": rng.pick(&["x", "y"])}),
        key: rng.one_in(4).then(|| rng.pick(&["k1", "k2"]).to_owned()),
        delay: rng.one_in(6).then_some(10),
        priority: rng.one_in(4).then(|| rng.below(3) as i32),
    }
}

pub(crate) fn stimulus(rng: &mut Rng) -> Stimulus {
    let which = rng.below(8);
    match rng.below(10) {
        0..=3 => trigger(rng),
        4 | 5 => Stimulus::Publish { event: rng.pick(&EVENTS), ok: !rng.one_in(3) },
        6 | 7 => Stimulus::Resume { which },
        8 => Stimulus::Cancel { which },
        _ => Stimulus::Retry { which },
    }
}
