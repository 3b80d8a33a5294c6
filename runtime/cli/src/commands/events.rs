//! `events publish` and `list`.

use super::{brief, cell, finish, items, payload::read_payload, place::Place, show};
use crate::{args::EventsCommand, client::Client, exit::Exit, ui};
use reqwest::Method;
use serde_json::{Value, json};

/// Longest payload in a list.
const MAX_PAYLOAD: usize = 60;

pub(crate) fn events(command: EventsCommand) -> Exit {
    finish(match command {
        EventsCommand::Publish { name, payload, server } => read_payload(&payload).and_then(|payload| {
            // Written by hand, so that the payload keeps its bytes.
            let body = format!("{{\"name\":{},\"payload\":{}}}", json!(name), payload.as_str());
            let answer = Client::open(&server)?.call(Method::POST, "/api/events", Some(body))?;
            Ok(show(&answer, server.json, |answer| cell(answer, "id")))
        }),
        EventsCommand::List { name, since, limit, place } => {
            let listed = Place::open(&place).and_then(|open| open.events(name.as_deref(), since.as_deref(), limit));
            listed.map(|listed| show(&listed, place.json, table))
        }
    })
}

fn table(listed: &Value) -> String {
    let row = |event: &Value| {
        vec![cell(event, "id"), cell(event, "name"), cell(event, "timestamp"), brief(&event["payload"], MAX_PAYLOAD)]
    };
    let rows: Vec<Vec<String>> = items(listed, "events").iter().map(row).collect();
    if rows.is_empty() {
        return "no events".to_owned();
    }
    ui::table::render(&["id", "name", "published", "payload"], &rows, |_, cell| cell.to_owned())
}
