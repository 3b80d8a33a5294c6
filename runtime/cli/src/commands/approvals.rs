//! `approvals list`, `approve` and `reject`.

use super::{cell, finish, items, payload::read_payload, place::Place, show};
use crate::{
    args::{ApprovalsCommand, Decision},
    client::{Client, part},
    exit::Exit,
    ui,
};
use cronflow_core::error::{Code, Diagnostic};
use serde_json::{Map, Value, json};

pub(crate) fn approvals(command: ApprovalsCommand) -> Exit {
    finish(match command {
        ApprovalsCommand::List { place } => {
            Place::open(&place).and_then(|open| open.approvals()).map(|listed| show(&listed, place.json, table))
        }
        ApprovalsCommand::Approve { decision } => decide(&decision, true),
        ApprovalsCommand::Reject { decision } => decide(&decision, false),
    })
}

fn decide(decision: &Decision, is_approved: bool) -> Result<String, Diagnostic> {
    let more = decision.payload.as_deref().map(read_payload).transpose()?;
    let mut body = match more.map(|json| json.to_value()) {
        None => Map::new(),
        Some(Value::Object(more)) => more,
        Some(_) => {
            return Err(Diagnostic::new(Code::InvalidPayload, "the payload of a decision must be a JSON object"));
        }
    };
    body.insert("approved".to_owned(), is_approved.into());
    if let Some(reason) = &decision.reason {
        body.insert("reason".to_owned(), reason.as_str().into());
    }
    if let Some(by) = &decision.by {
        body.insert("approvedBy".to_owned(), by.as_str().into());
    }
    let path = format!("/api/approvals/{}/resume", part(&decision.token));
    let answer = Client::open(&decision.server)?.post(&path, &json!(body))?;
    let word = if is_approved { "approved" } else { "rejected" };
    Ok(show(&answer, decision.server.json, |_| word.to_owned()))
}

fn table(listed: &Value) -> String {
    let row = |approval: &Value| {
        ["workflowId", "path", "description", "createdAt", "expiresAt", "token"].map(|key| cell(approval, key)).to_vec()
    };
    let rows: Vec<Vec<String>> = items(listed, "approvals").iter().map(row).collect();
    if rows.is_empty() {
        return "nothing waits for a person".to_owned();
    }
    ui::table::render(&["workflow", "step", "description", "since", "until", "token"], &rows, |_, cell| cell.to_owned())
}
