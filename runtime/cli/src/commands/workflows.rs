//! `workflows list`.

use super::{place::Place, runs::finish};
use crate::{
    args::{Workflows, WorkflowsCommand},
    exit::Exit,
    ui,
};
use serde_json::Value;

pub(crate) fn workflows(args: Workflows) -> Exit {
    let WorkflowsCommand::List { place } = args.command;
    let listed = Place::open(&place).and_then(|open| open.workflows());
    finish(listed.map(|listed| if place.json { listed.to_string() } else { table(&listed) }))
}

fn table(listed: &Value) -> String {
    let workflows = listed["workflows"].as_array().map(Vec::as_slice).unwrap_or_default();
    if workflows.is_empty() {
        return "no workflows".to_owned();
    }
    let rows: Vec<Vec<String>> = workflows.iter().map(row).collect();
    ui::table::render(&["id", "name", "nodes", "triggers", "version"], &rows, |_, cell| cell.to_owned())
}

fn row(workflow: &Value) -> Vec<String> {
    let text = |key: &str| workflow[key].as_str().unwrap_or("-").to_owned();
    let nodes = workflow["nodes"].as_array().map_or(0, Vec::len);
    let triggers = workflow["triggers"].as_array().map(Vec::as_slice).unwrap_or_default();
    let triggers: Vec<_> = triggers.iter().map(|trigger| trigger["path"].as_str().unwrap_or("manual")).collect();
    let version: String = text("version").chars().take(12).collect();
    vec![text("id"), text("name"), nodes.to_string(), triggers.join(" "), version]
}
