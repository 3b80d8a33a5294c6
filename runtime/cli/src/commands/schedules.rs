//! `schedules list`, `next`, `pause`, `resume` and `run`.

use super::{cell, finish, items, place::Place, show};
use crate::{
    args::{SchedulesCommand, Server},
    client::{Client, part},
    exit::Exit,
    ui,
};
use cronflow_core::error::Diagnostic;
use serde_json::{Value, json};

pub(crate) fn schedules(command: SchedulesCommand) -> Exit {
    finish(match command {
        SchedulesCommand::List { place } => {
            Place::open(&place).and_then(|open| open.schedules()).map(|listed| show(&listed, place.json, table))
        }
        SchedulesCommand::Next { count, id, place } => {
            let next = Place::open(&place).and_then(|open| open.next_fires(count, id.as_deref()));
            next.map(|next| show(&next, place.json, times))
        }
        SchedulesCommand::Pause { id, server } => order(&id, "pause", &server, |_| format!("paused {id}")),
        SchedulesCommand::Resume { id, server } => order(&id, "resume", &server, |_| format!("resumed {id}")),
        SchedulesCommand::Run { id, server } => order(&id, "run", &server, |answer| match answer["run_id"].as_str() {
            Some(run) => run.to_owned(),
            None => format!("asked {id}"),
        }),
    })
}

fn order(id: &str, verb: &str, server: &Server, text: impl FnOnce(&Value) -> String) -> Result<String, Diagnostic> {
    let answer = Client::open(server)?.post(&format!("/api/schedules/{}/{verb}", part(id)), &json!({}))?;
    Ok(show(&answer, server.json, text))
}

fn table(listed: &Value) -> String {
    let row = |schedule: &Value| {
        let next = if schedule["paused"] == true { "paused".to_owned() } else { cell(schedule, "nextFire") };
        let mut row = ["id", "workflowId", "expression", "timezone"].map(|key| cell(schedule, key)).to_vec();
        row.extend([next, cell(schedule, "lastFire"), cell(schedule, "misses")]);
        row
    };
    let rows: Vec<Vec<String>> = items(listed, "schedules").iter().map(row).collect();
    if rows.is_empty() {
        return "no schedules".to_owned();
    }
    let head = ["id", "workflow", "when", "zone", "next", "last", "missed"];
    ui::table::render(&head, &rows, |_, cell| cell.to_owned())
}

fn times(listed: &Value) -> String {
    let row = |fire: &Value| ["at", "schedule", "workflowId"].map(|key| cell(fire, key)).to_vec();
    let rows: Vec<Vec<String>> = items(listed, "next").iter().map(row).collect();
    if rows.is_empty() {
        return "nothing fires".to_owned();
    }
    ui::table::render(&["at", "schedule", "workflow"], &rows, |_, cell| cell.to_owned())
}
