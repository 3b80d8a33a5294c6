//! Pictures of a workflow: a tree of text, Mermaid, Graphviz. Drawn from the definition as JSON, so that
//! the API and a database without a server give the same.
//!
//! Branches of `if` nest as they were declared. What a loop repeats and what a branch of `parallel` does
//! is declared while a run executes: of those the picture has the loop and the names of the branches.

mod chart;
mod tree;

use serde_json::Value;
use std::str::FromStr;

/// How a picture is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A tree for the terminal.
    Text,
    /// A flowchart for Mermaid.
    Mermaid,
    /// A graph for Graphviz.
    Dot,
}

impl FromStr for Format {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "mermaid" => Ok(Self::Mermaid),
            "dot" => Ok(Self::Dot),
            other => Err(format!("'{other}' is no format; use text, mermaid or dot")),
        }
    }
}

/// Draws a definition, as `Workflow::to_json` makes it.
#[must_use]
pub fn draw(definition: &Value, format: Format) -> String {
    let sections = sections(definition);
    match format {
        Format::Text => tree::draw(definition, &sections),
        Format::Mermaid => chart::Chart::of(definition, &sections).mermaid(),
        Format::Dot => chart::Chart::of(definition, &sections).dot(),
    }
}

/// The flow of one or more triggers.
struct Section<'a> {
    /// What starts it, in words.
    triggers: Vec<String>,
    items: Vec<Item<'a>>,
}

/// One element of a flow.
enum Item<'a> {
    Node(&'a Value),
    Choice(Vec<Arm<'a>>),
}

/// One arm of `if`, `elseIf` or `else`.
struct Arm<'a> {
    /// The condition's node; absent for `else`.
    condition: Option<&'a Value>,
    items: Vec<Item<'a>>,
}

fn sections(definition: &Value) -> Vec<Section<'_>> {
    let nodes = array(&definition["nodes"]);
    let mut found: Vec<((usize, usize), Section<'_>)> = Vec::new();
    for trigger in array(&definition["triggers"]) {
        let bound = |index: usize| {
            let bound = trigger["section"][index].as_u64().and_then(|bound| usize::try_from(bound).ok());
            bound.map(|bound| bound.min(nodes.len()))
        };
        let range = (bound(0).unwrap_or(0), bound(1).unwrap_or(nodes.len()));
        match found.iter_mut().find(|(known, _)| *known == range) {
            Some((_, section)) => section.triggers.push(words(trigger)),
            None => {
                let items = flow(nodes.get(range.0..range.1).unwrap_or_default());
                found.push((range, Section { triggers: vec![words(trigger)], items }));
            }
        }
    }
    if found.is_empty() {
        let section = Section { triggers: vec!["started by hand".to_owned()], items: flow(nodes) };
        found.push(((0, nodes.len()), section));
    }
    found.into_iter().map(|(_, section)| section).collect()
}

/// A trigger in words, out of a definition.
#[must_use]
pub fn words(trigger: &Value) -> String {
    match kind(trigger, "type") {
        "webhook" => {
            let methods: Vec<&str> = array(&trigger["methods"]).iter().filter_map(Value::as_str).collect();
            format!("{} {}", methods.join("|"), text(&trigger["path"]))
        }
        "event" => format!("event {}", text(&trigger["event"])),
        "manual" => "started by hand".to_owned(),
        other => {
            let detail = ["cron", "every", "interval", "expression"].iter().find_map(|key| match &trigger[*key] {
                Value::Null => None,
                Value::String(text) => Some(text.clone()),
                value => Some(value.as_u64().map_or_else(|| value.to_string(), span)),
            });
            detail.map_or_else(|| other.to_owned(), |detail| format!("{other} {detail}"))
        }
    }
}

fn flow(nodes: &[Value]) -> Vec<Item<'_>> {
    let mut index = 0;
    let mut items = Vec::new();
    while index < nodes.len() {
        items.append(&mut arm(nodes, &mut index));
        // An `endIf` of its own cannot be: definitions are checked.
        index += 1;
    }
    items
}

/// Items up to the end of an arm, which stays for the caller.
fn arm<'a>(nodes: &'a [Value], index: &mut usize) -> Vec<Item<'a>> {
    let mut items = Vec::new();
    while let Some(node) = nodes.get(*index) {
        match kind(node, "kind") {
            "elseIf" | "else" | "endIf" => break,
            "if" => items.push(choice(nodes, index)),
            _ => {
                items.push(Item::Node(node));
                *index += 1;
            }
        }
    }
    items
}

fn choice<'a>(nodes: &'a [Value], index: &mut usize) -> Item<'a> {
    let mut arms = Vec::new();
    while let Some(node) = nodes.get(*index) {
        *index += 1;
        match kind(node, "kind") {
            "endIf" => break,
            "else" => arms.push(Arm { condition: None, items: arm(nodes, index) }),
            _ => arms.push(Arm { condition: Some(node), items: arm(nodes, index) }),
        }
    }
    Item::Choice(arms)
}

/// What a node does beyond its name, in a few words.
fn detail(node: &Value) -> Option<String> {
    let spec = &node["spec"];
    let said = match kind(node, "kind") {
        "while" => format!("up to {} rounds", spec["maxIterations"]),
        "forEach" => format!("for each item, {} at a time", spec["concurrency"]),
        "batch" => format!("groups of {}, {} at a time", spec["size"], spec["concurrency"]),
        "subflow" if spec["wait"] == Value::Bool(false) => format!("starts {}", text(&spec["workflow"])),
        "subflow" => format!("runs {}", text(&spec["workflow"])),
        "sleep" => spec["durationMs"].as_u64().map_or_else(|| "as long as a function says".to_owned(), span),
        "waitForEvent" => format!("event {}", text(&spec["event"])),
        "humanInTheLoop" => text(&spec["description"]).to_owned(),
        "cancel" => text(&spec["reason"]).to_owned(),
        _ => String::new(),
    };
    let mut words = vec![said];
    if let Some(attempts) = node["attempts"].as_u64().filter(|attempts| *attempts > 1) {
        words.push(format!("{attempts} attempts"));
    }
    if let Some(limit) = node["timeoutMs"].as_u64() {
        words.push(format!("timeout {}", span(limit)));
    }
    words.retain(|word| !word.is_empty());
    (!words.is_empty()).then(|| words.join(", "))
}

/// The names of the branches of `parallel` and `race`.
fn branches(node: &Value) -> Vec<&str> {
    array(&node["spec"]["branches"]).iter().filter_map(Value::as_str).collect()
}

fn span(millis: u64) -> String {
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let fits = units.iter().find(|(unit, _)| millis >= *unit && millis.is_multiple_of(*unit));
    fits.map_or_else(|| format!("{millis}ms"), |(unit, name)| format!("{}{name}", millis / unit))
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn kind<'a>(value: &'a Value, key: &str) -> &'a str {
    text(&value[key])
}

#[cfg(test)]
mod tests {
    use super::{Format, draw};
    use crate::definition::{DraftWorkflow, validate};
    use serde_json::{Value, json};

    fn definition() -> Value {
        let draft: DraftWorkflow = serde_json::from_value(json!({
            "id": "orders",
            "triggers": [
                {"type": "webhook", "path": "/orders", "methods": ["POST"], "after": 0},
                {"type": "event", "event": "order.*", "after": 0},
                {"type": "manual", "after": 10}],
            "nodes": [
                {"kind": "step", "name": "check", "options": {"retry": {"attempts": 3}, "timeout": "30s"}},
                {"kind": "if", "name": "big"},
                {"kind": "if", "name": "new \"customer\""},
                {"kind": "humanInTheLoop", "name": "approve", "description": "Ship it?"},
                {"kind": "endIf", "name": "e1"},
                {"kind": "elseIf", "name": "odd"},
                {"kind": "else", "name": "otherwise"},
                {"kind": "action", "name": "note"},
                {"kind": "endIf", "name": "e2"},
                {"kind": "parallel", "name": "tell", "spec": {"branches": 2, "keys": ["mail", "crm"]}},
                {"kind": "forEach", "name": "items", "spec": {"items": [], "concurrency": 4}},
                {"kind": "sleep", "name": "nap", "spec": {"duration": "1h30m"}}]}))
        .unwrap();
        validate(&draft, &"c0ffee".into()).unwrap().to_json()
    }

    #[test]
    fn as_a_tree() {
        let expected = "\
orders
├─ on POST /orders, event order.*
│  ├─ step            check  (3 attempts, timeout 30s)
│  ├─ if big
│  │  └─ if new \"customer\"
│  │     └─ humanInTheLoop  approve  (Ship it?)
│  ├─ else if odd
│  ├─ else
│  │  └─ action          note
│  └─ parallel        tell
│     ├─ branch mail
│     └─ branch crm
└─ on started by hand
   ├─ forEach         items  (for each item, 4 at a time)
   └─ sleep           nap  (90m)";
        assert_eq!(draw(&definition(), Format::Text), expected);
    }

    #[test]
    fn for_mermaid() {
        let picture = draw(&definition(), Format::Mermaid);
        for line in [
            "flowchart TD",
            "  n0([\"POST /orders, event order.*\"])",
            "  n2{\"big\"}",
            "  n3{\"new #quot;customer#quot;\"}",
            "  n2 -- yes --> n3",
            "  n2 -- no --> n5",
            "  n0 --> n1",
        ] {
            assert!(picture.lines().any(|one| one == line), "{line}\n{picture}");
        }
    }

    #[test]
    fn for_graphviz() {
        let picture = draw(&definition(), Format::Dot);
        assert!(picture.starts_with("digraph \"orders\" {\n") && picture.ends_with("\n}"), "{picture}");
        assert!(picture.contains("n3 [label=\"new \\\"customer\\\"\", shape=diamond];"), "{picture}");
        assert!(picture.contains("n2 -> n5 [label=\"no\"];"), "{picture}");
    }

    #[test]
    fn every_node_is_in_every_picture_and_nothing_hangs_in_the_air() {
        for format in [Format::Mermaid, Format::Dot] {
            let picture = draw(&definition(), format);
            for name in ["check", "approve", "note", "mail", "crm", "items", "nap"] {
                assert!(picture.contains(name), "{name} is not in\n{picture}");
            }
        }
    }
}
