//! `state list`, `get`, `set` and `delete`.

use super::{brief, cell, finish, items, payload::read_payload, place::Place, show};
use crate::{
    args::StateCommand,
    client::{Client, part},
    exit::Exit,
    ui,
};
use cronflow_core::{
    duration,
    error::{Code, Diagnostic},
};
use reqwest::Method;
use serde_json::Value;

/// Longest value in a list.
const MAX_VALUE: usize = 60;

pub(crate) fn state(command: StateCommand) -> Exit {
    finish(match command {
        StateCommand::List { scope, place } => {
            Place::open(&place).and_then(|open| open.values(&scope)).map(|listed| show(&listed, place.json, table))
        }
        StateCommand::Get { scope, key, place } => {
            let found = Place::open(&place).and_then(|open| open.value(&scope, &key));
            found.map(|found| show(&found, place.json, |found| format!("{:#}", found["value"])))
        }
        StateCommand::Set { scope, key, value, ttl, server } => {
            let query = ttl.as_deref().map(query).transpose();
            query.and_then(|query| {
                let value = read_payload(&value)?;
                let path = format!("/api/state/{}/{}{}", part(&scope), part(&key), query.unwrap_or_default());
                let answer = Client::open(&server)?.call(Method::PUT, &path, Some(value.as_str().to_owned()))?;
                Ok(show(&answer, server.json, |answer| format!("{:#}", answer["value"])))
            })
        }
        StateCommand::Delete { scope, key, server } => Client::open(&server).and_then(|client| {
            let path = format!("/api/state/{}/{}", part(&scope), part(&key));
            let answer = client.call(Method::DELETE, &path, None)?;
            Ok(show(&answer, server.json, |_| "deleted".to_owned()))
        }),
    })
}

fn query(ttl: &str) -> Result<String, Diagnostic> {
    let wrong = |error: duration::Error| Diagnostic::new(Code::InvalidPayload, format!("--ttl: {error}"));
    duration::parse(ttl).map_err(wrong).map(|_| format!("?ttl={}", part(ttl)))
}

fn table(listed: &Value) -> String {
    let row = |value: &Value| {
        vec![cell(value, "key"), brief(&value["value"], MAX_VALUE), cell(value, "updatedAt"), cell(value, "expiresAt")]
    };
    let rows: Vec<Vec<String>> = items(listed, "values").iter().map(row).collect();
    if rows.is_empty() {
        return "no values".to_owned();
    }
    ui::table::render(&["key", "value", "updated", "expires"], &rows, |_, cell| cell.to_owned())
}
