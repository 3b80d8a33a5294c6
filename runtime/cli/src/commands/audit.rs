//! `audit list`.

use super::{cell, finish, items, place::Place, show};
use crate::{args::AuditCommand, exit::Exit, ui};
use serde_json::Value;

pub(crate) fn audit(command: AuditCommand) -> Exit {
    let AuditCommand::List { limit, place } = command;
    let listed = Place::open(&place).and_then(|open| open.audit(limit));
    finish(listed.map(|listed| show(&listed, place.json, table)))
}

fn table(listed: &Value) -> String {
    let row =
        |line: &Value| ["at", "actor", "client", "action", "target", "outcome"].map(|key| cell(line, key)).to_vec();
    let rows: Vec<Vec<String>> = items(listed, "audit").iter().map(row).collect();
    if rows.is_empty() {
        return "nothing was asked".to_owned();
    }
    ui::table::render(&["at", "who", "from", "action", "target", "answer"], &rows, |_, cell| cell.to_owned())
}
