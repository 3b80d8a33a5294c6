//! The picture as a tree of text.

use super::{Arm, Item, Section, branches, detail, kind, text};
use serde_json::Value;

/// Width of the column of kinds.
const KIND: usize = 14;

pub(super) fn draw(definition: &Value, sections: &[Section<'_>]) -> String {
    let children = sections.iter().map(|section| Branch {
        label: format!("on {}", section.triggers.join(", ")),
        children: section.items.iter().flat_map(item).collect(),
    });
    let root = Branch { label: text(&definition["id"]).to_owned(), children: children.collect() };
    let mut lines = vec![root.label];
    lay(&root.children, "", &mut lines);
    lines.join("\n")
}

struct Branch {
    label: String,
    children: Vec<Branch>,
}

fn item(item: &Item<'_>) -> Vec<Branch> {
    match item {
        Item::Choice(arms) => arms.iter().enumerate().map(|(index, arm)| of_arm(index, arm)).collect(),
        Item::Node(node) => {
            let more = detail(node).map(|more| format!("  ({more})")).unwrap_or_default();
            let label = format!("{:KIND$}  {}{more}", kind(node, "kind"), kind(node, "name"));
            let leaf = |name: &str| Branch { label: format!("branch {name}"), children: Vec::new() };
            vec![Branch { label, children: branches(node).into_iter().map(leaf).collect() }]
        }
    }
}

fn of_arm(index: usize, arm: &Arm<'_>) -> Branch {
    let label = match arm.condition {
        Some(condition) if index == 0 => format!("if {}", kind(condition, "name")),
        Some(condition) => format!("else if {}", kind(condition, "name")),
        None => "else".to_owned(),
    };
    Branch { label, children: arm.items.iter().flat_map(item).collect() }
}

fn lay(branches: &[Branch], indent: &str, lines: &mut Vec<String>) {
    for (index, branch) in branches.iter().enumerate() {
        let (corner, below) = if index + 1 == branches.len() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        lines.push(format!("{indent}{corner}{}", branch.label));
        lay(&branch.children, &format!("{indent}{below}"), lines);
    }
}
