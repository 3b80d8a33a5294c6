//! The picture as vertices and edges, written for Mermaid or for Graphviz.

use super::{Arm, Item, Section, branches, detail, kind, text};
use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Start,
    Box,
    Choice,
    Wait,
}

struct Vertex {
    label: String,
    shape: Shape,
}

struct Edge {
    from: usize,
    to: usize,
    label: &'static str,
}

/// An edge that waits for its end.
type Loose = (usize, &'static str);

/// See the module's text.
pub(super) struct Chart {
    name: String,
    vertices: Vec<Vertex>,
    edges: Vec<Edge>,
}

impl Chart {
    pub(super) fn of(definition: &Value, sections: &[Section<'_>]) -> Self {
        let mut chart = Self { name: text(&definition["id"]).to_owned(), vertices: Vec::new(), edges: Vec::new() };
        for section in sections {
            let start = chart.vertex(section.triggers.join(", "), Shape::Start, Vec::new());
            chart.flow(&section.items, vec![(start, "")]);
        }
        chart
    }

    fn vertex(&mut self, label: String, shape: Shape, from: Vec<Loose>) -> usize {
        let to = self.vertices.len();
        self.vertices.push(Vertex { label, shape });
        self.edges.extend(from.into_iter().map(|(from, label)| Edge { from, to, label }));
        to
    }

    /// Adds a flow behind loose edges and returns those that it leaves.
    fn flow(&mut self, items: &[Item<'_>], mut from: Vec<Loose>) -> Vec<Loose> {
        for item in items {
            from = match item {
                Item::Node(node) => self.node(node, from),
                Item::Choice(arms) => self.choice(arms, from),
            };
        }
        from
    }

    fn node(&mut self, node: &Value, from: Vec<Loose>) -> Vec<Loose> {
        let kind = kind(node, "kind");
        let shape = match kind {
            "sleep" | "sleepUntil" | "waitForEvent" | "humanInTheLoop" | "pause" => Shape::Wait,
            _ => Shape::Box,
        };
        let name = text(&node["name"]);
        let mut label = if kind == "step" { name.to_owned() } else { format!("{kind} {name}") };
        if let Some(more) = detail(node) {
            label = format!("{label} ({more})");
        }
        let own = self.vertex(label, shape, from);
        match kind {
            "while" | "forEach" | "batch" => self.edges.push(Edge { from: own, to: own, label: "repeats" }),
            "cancel" => return Vec::new(),
            _ => {}
        }
        let branches = branches(node);
        if branches.is_empty() {
            return vec![(own, "")];
        }
        let ends = branches.into_iter().map(|name| (self.vertex(name.to_owned(), Shape::Box, vec![(own, "")]), ""));
        ends.collect()
    }

    fn choice(&mut self, arms: &[Arm<'_>], mut from: Vec<Loose>) -> Vec<Loose> {
        let mut ends = Vec::new();
        for arm in arms {
            let into = match arm.condition {
                Some(condition) => {
                    let own =
                        self.vertex(text(&condition["name"]).to_owned(), Shape::Choice, std::mem::take(&mut from));
                    from = vec![(own, "no")];
                    vec![(own, "yes")]
                }
                None => std::mem::take(&mut from),
            };
            ends.append(&mut self.flow(&arm.items, into));
        }
        ends.append(&mut from);
        ends
    }

    pub(super) fn mermaid(&self) -> String {
        let mut lines = vec!["flowchart TD".to_owned()];
        for (index, vertex) in self.vertices.iter().enumerate() {
            // Mermaid knows entities and nothing else inside of quotes.
            let label = vertex.label.replace('#', "#35;").replace('"', "#quot;").replace('\n', " ");
            let (open, close) = match vertex.shape {
                Shape::Start => ("([", "])"),
                Shape::Box => ("[", "]"),
                Shape::Choice => ("{", "}"),
                Shape::Wait => ("[/", "/]"),
            };
            lines.push(format!("  n{index}{open}\"{label}\"{close}"));
        }
        for Edge { from, to, label } in &self.edges {
            let arrow = if label.is_empty() { "-->".to_owned() } else { format!("-- {label} -->") };
            lines.push(format!("  n{from} {arrow} n{to}"));
        }
        lines.join("\n")
    }

    pub(super) fn dot(&self) -> String {
        let quote = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " "));
        let mut lines = vec![format!("digraph {} {{", quote(&self.name))];
        for (index, vertex) in self.vertices.iter().enumerate() {
            let shape = match vertex.shape {
                Shape::Start => "oval",
                Shape::Box => "box",
                Shape::Choice => "diamond",
                Shape::Wait => "parallelogram",
            };
            lines.push(format!("  n{index} [label={}, shape={shape}];", quote(&vertex.label)));
        }
        for Edge { from, to, label } in &self.edges {
            let label = if label.is_empty() { String::new() } else { format!(" [label={}]", quote(label)) };
            lines.push(format!("  n{from} -> n{to}{label};"));
        }
        lines.push("}".to_owned());
        lines.join("\n")
    }
}
