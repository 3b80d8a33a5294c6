//! Workflows: figures of several test files added up, and what of each workflow the tests have gone through.

use super::Share;
use crate::test_runner::protocol::{NodeFigures, WorkflowFigures};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What is looked at, as tables and JSON name it.
pub(super) const ASPECTS: [(&str, &str); 6] = [
    ("steps", "steps"),
    ("branches", "branches"),
    ("retries", "retries"),
    ("error paths", "errorPaths"),
    ("onError", "onError"),
    ("timeouts", "timeouts"),
];

/// One aspect of a workflow: what there is, and whether the tests have gone through it.
pub(super) type Aspect = Vec<(String, bool)>;

/// The workflows by id, and by where they are defined: several may have the same id.
#[derive(Debug, Default)]
pub(super) struct Workflows(BTreeMap<(String, String, u32), WorkflowFigures>);

impl Workflows {
    /// Adds what one process has told.
    pub(super) fn add(&mut self, told: &WorkflowFigures) {
        let key = (told.id.clone(), told.file.clone(), told.line);
        match self.0.get_mut(&key) {
            Some(known) => add_up(known, told),
            None => drop(self.0.insert(key, told.clone())),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &WorkflowFigures> {
        self.0.values()
    }

    /// The id; with its place when others have the same.
    pub(super) fn title(&self, workflow: &WorkflowFigures) -> String {
        if self.iter().filter(|other| other.id == workflow.id).count() == 1 {
            return workflow.id.clone();
        }
        format!("{} ({}:{})", workflow.id, workflow.file, workflow.line)
    }

    pub(super) fn to_json(&self) -> Vec<Value> {
        self.iter().map(one_to_json).collect()
    }
}

fn add_up(known: &mut WorkflowFigures, told: &WorkflowFigures) {
    known.runs += told.runs;
    known.timed_out += told.timed_out;
    for node in &told.nodes {
        match known.nodes.iter_mut().find(|one| one.path == node.path) {
            Some(one) => {
                for (sum, count) in [
                    (&mut one.ran, node.ran),
                    (&mut one.completed, node.completed),
                    (&mut one.failed, node.failed),
                    (&mut one.retried, node.retried),
                    (&mut one.handled, node.handled),
                    (&mut one.timed_out, node.timed_out),
                    (&mut one.yes, node.yes),
                    (&mut one.no, node.no),
                ] {
                    *sum += count;
                }
                for body in &node.bodies {
                    match one.bodies.iter_mut().find(|known| known.path == body.path) {
                        Some(known) => {
                            known.entered += body.entered;
                            known.known += body.known;
                            known.first += body.first;
                        }
                        None => one.bodies.push(body.clone()),
                    }
                }
            }
            // Steps of a body that other tests did not come to.
            None => known.nodes.push(node.clone()),
        }
    }
}

/// Whether a node decides between arms.
pub(super) fn is_condition(node: &NodeFigures) -> bool {
    matches!(node.kind.as_str(), "if" | "elseIf")
}

/// The ways on from a node, and how often each was taken.
pub(super) fn ways(node: &NodeFigures) -> Vec<(String, u64)> {
    let path = &node.path;
    match node.kind.as_str() {
        "if" | "elseIf" | "while" => vec![(format!("{path}: true"), node.yes), (format!("{path}: false"), node.no)],
        "race" => node.bodies.iter().map(|body| (format!("{}: first", body.path), body.first)).collect(),
        _ => node.bodies.iter().map(|body| (body.path.clone(), body.entered)).collect(),
    }
}

/// Bodies whose steps nobody knows: none was ever declared.
pub(super) fn unknown(workflow: &WorkflowFigures) -> Vec<&str> {
    let bodies = workflow.nodes.iter().flat_map(|node| &node.bodies);
    bodies.filter(|body| body.known == 0).map(|body| body.path.as_str()).collect()
}

/// What there is to go through, in the order of [`ASPECTS`].
pub(super) fn aspects(workflow: &WorkflowFigures) -> [Aspect; 6] {
    let nodes = &workflow.nodes;
    let of = |is_there: &dyn Fn(&NodeFigures) -> bool, count: &dyn Fn(&NodeFigures) -> u64| -> Aspect {
        let all = nodes.iter().filter(|node| is_there(node));
        all.map(|node| (node.path.clone(), count(node) > 0)).collect()
    };
    // Bodies are parts of their loops and branches.
    let is_step = |node: &NodeFigures| !is_condition(node) && !matches!(node.kind.as_str(), "else" | "endIf" | "body");
    let may_fail = |node: &NodeFigures| matches!(node.kind.as_str(), "step" | "action" | "subflow");
    let branches = nodes.iter().flat_map(ways).map(|(way, count)| (way, count > 0)).collect();
    let mut timeouts = of(&|node| node.may_time_out, &|node| node.timed_out);
    if workflow.may_time_out {
        timeouts.push(("the whole run".to_owned(), workflow.timed_out > 0));
    }
    [
        of(&is_step, &|node| node.ran),
        branches,
        // A trigger may let its steps be tried again, too.
        of(&|node| node.may_retry || node.retried > 0, &|node| node.retried),
        of(&may_fail, &|node| node.failed),
        of(&|node| node.handles_errors || node.handled > 0, &|node| node.handled),
        timeouts,
    ]
}

pub(super) fn share(aspect: &Aspect) -> Share {
    aspect.iter().map(|(_, is_covered)| *is_covered).collect()
}

fn one_to_json(workflow: &WorkflowFigures) -> Value {
    let mut json = json!({
        "id": workflow.id, "name": workflow.name, "file": workflow.file, "line": workflow.line, "runs": workflow.runs,
        "nodes": workflow.nodes, "unknown": unknown(workflow),
    });
    for ((_, key), aspect) in ASPECTS.iter().zip(aspects(workflow)) {
        let share = share(&aspect);
        let missing: Vec<String> = aspect.into_iter().filter(|(_, is_covered)| !is_covered).map(|(it, _)| it).collect();
        json[*key] =
            json!({ "total": share.whole, "covered": share.part, "percent": share.percent(), "missing": missing });
    }
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(path: &str, kind: &str, ran: u64) -> NodeFigures {
        NodeFigures { path: path.to_owned(), kind: kind.to_owned(), ran, completed: ran, ..NodeFigures::default() }
    }

    fn workflow(nodes: Vec<NodeFigures>) -> WorkflowFigures {
        let text = |text: &str| text.to_owned();
        WorkflowFigures {
            id: text("w"),
            name: text("w"),
            file: text("w.ts"),
            line: 1,
            runs: 1,
            may_time_out: true,
            timed_out: 0,
            nodes,
        }
    }

    #[test]
    fn figures_of_processes_are_added() {
        let mut all = Workflows::default();
        let mut condition = node("large", "if", 1);
        condition.yes = 1;
        let mut other = condition.clone();
        (other.yes, other.no) = (0, 2);
        all.add(&workflow(vec![node("a", "step", 1), condition, node("end", "endIf", 1)]));
        all.add(&workflow(vec![node("a", "step", 2), other, node("a[]", "body", 1), node("a[]b", "step", 1)]));
        let json = all.to_json();
        assert_eq!((json.len(), &json[0]["runs"]), (1, &json!(2)));
        assert_eq!(json[0]["nodes"][0]["ran"], 3);
        assert_eq!(json[0]["steps"], json!({"total": 2, "covered": 2, "percent": 100.0, "missing": []}));
        assert_eq!(json[0]["branches"]["covered"], 2);
        let missing = json!({"total": 1, "covered": 0, "percent": 0.0, "missing": ["the whole run"]});
        assert_eq!(json[0]["timeouts"], missing);
    }

    #[test]
    fn workflows_of_the_same_id_are_told_apart() {
        let mut all = Workflows::default();
        all.add(&workflow(Vec::new()));
        assert_eq!(all.title(all.iter().next().unwrap()), "w");
        all.add(&WorkflowFigures { line: 9, ..workflow(Vec::new()) });
        let titles: Vec<String> = all.iter().map(|one| all.title(one)).collect();
        assert_eq!(titles, ["w (w.ts:1)", "w (w.ts:9)"]);
    }
}
