//! `workflows list`, `show` and `graph`.

use super::{cell, finish, items, place::Place, show};
use crate::{args::WorkflowsCommand, exit::Exit, ui};
use cronflow_core::outline::{self, Format};
use serde_json::{Value, json};

pub(crate) fn workflows(command: WorkflowsCommand) -> Exit {
    finish(match command {
        WorkflowsCommand::List { place } => {
            Place::open(&place).and_then(|open| open.workflows()).map(|listed| show(&listed, place.json, table))
        }
        WorkflowsCommand::Show { id, place } => {
            Place::open(&place).and_then(|open| open.workflow(&id)).map(|found| show(&found, place.json, facts))
        }
        WorkflowsCommand::Graph { id, format, place } => {
            let drawn = Place::open(&place).and_then(|open| open.graph(&id, format.into()));
            drawn.map(|text| if place.json { json!({ "graph": text }).to_string() } else { text })
        }
    })
}

fn table(listed: &Value) -> String {
    let rows: Vec<Vec<String>> = items(listed, "workflows").iter().map(row).collect();
    if rows.is_empty() {
        return "no workflows".to_owned();
    }
    ui::table::render(&["id", "name", "nodes", "triggers", "version"], &rows, |_, cell| cell.to_owned())
}

fn row(workflow: &Value) -> Vec<String> {
    let nodes = items(workflow, "nodes").len();
    let triggers: Vec<String> = items(workflow, "triggers").iter().map(outline::words).collect();
    let triggers = if triggers.is_empty() { "started by hand".to_owned() } else { triggers.join(", ") };
    let version: String = cell(workflow, "version").chars().take(12).collect();
    vec![cell(workflow, "id"), cell(workflow, "name"), nodes.to_string(), triggers, version]
}

fn facts(workflow: &Value) -> String {
    let mut lines =
        vec![format!("workflow     {}", cell(workflow, "id")), format!("name         {}", cell(workflow, "name"))];
    for (title, key) in [("description", "description"), ("label", "label"), ("version", "version")] {
        if !workflow[key].is_null() {
            lines.push(format!("{title:11}  {}", cell(workflow, key)));
        }
    }
    let tags: Vec<&str> = items(workflow, "tags").iter().filter_map(Value::as_str).collect();
    if !tags.is_empty() {
        lines.push(format!("tags         {}", tags.join(", ")));
    }
    lines.push(String::new());
    lines.push(outline::draw(workflow, Format::Text));
    lines.join("\n")
}
