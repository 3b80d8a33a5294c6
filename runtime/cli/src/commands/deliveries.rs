//! `deliveries list`, `show` and `replay`.

use super::{cell, finish, items, place::Place, show};
use crate::{
    args::DeliveriesCommand,
    client::{Client, part},
    exit::Exit,
    ui,
};
use serde_json::{Value, json};

/// What is shown of one, in order.
const FACTS: [(&str, &str); 10] = [
    ("delivery", "id"),
    ("received", "receivedAt"),
    ("workflow", "workflowId"),
    ("method", "method"),
    ("path", "path"),
    ("outcome", "outcome"),
    ("answer", "status"),
    ("run", "runId"),
    ("key", "key"),
    ("error", "error"),
];

pub(crate) fn deliveries(command: DeliveriesCommand) -> Exit {
    finish(match command {
        DeliveriesCommand::List { workflow, outcome, limit, place } => {
            let listed = Place::open(&place).and_then(|open| open.deliveries(workflow.as_deref(), outcome, limit));
            listed.map(|listed| show(&listed, place.json, table))
        }
        DeliveriesCommand::Show { id, place } => {
            Place::open(&place).and_then(|open| open.delivery(id)).map(|found| show(&found, place.json, facts))
        }
        DeliveriesCommand::Replay { id, server } => Client::open(&server).and_then(|client| {
            let answer = client.post(&format!("/api/deliveries/{}/replay", part(&id.to_string())), &json!({}))?;
            Ok(show(&answer, server.json, |answer| cell(answer, "run_id")))
        }),
    })
}

fn table(listed: &Value) -> String {
    let row = |delivery: &Value| {
        ["id", "receivedAt", "workflowId", "method", "path", "outcome", "status", "runId"]
            .map(|key| cell(delivery, key))
            .to_vec()
    };
    let rows: Vec<Vec<String>> = items(listed, "deliveries").iter().map(row).collect();
    if rows.is_empty() {
        return "no deliveries".to_owned();
    }
    let head = ["id", "received", "workflow", "method", "path", "outcome", "answer", "run"];
    ui::table::render(&head, &rows, |_, cell| cell.to_owned())
}

fn facts(delivery: &Value) -> String {
    let known = FACTS.iter().filter(|(_, key)| !delivery[*key].is_null());
    let mut lines: Vec<String> = known.map(|(title, key)| format!("{title:8}  {}", cell(delivery, key))).collect();
    if let Some(headers) = delivery["headers"].as_object() {
        lines.push("\nheaders".to_owned());
        lines.extend(headers.iter().map(|(name, value)| format!("  {name}: {}", value.as_str().unwrap_or_default())));
    }
    if let Some(body) = delivery["body"].as_str() {
        lines.push(format!("\nbody\n{body}"));
    }
    lines.join("\n")
}
