//! `trigger`: start a run through the server.

use super::{fail, payload::read_payload};
use crate::{
    args::Trigger,
    client::{Client, part},
    exit::Exit,
    ui,
};
use cronflow_core::error::Diagnostic;
use reqwest::Method;
use serde_json::{Value, json};

pub(crate) fn trigger(args: Trigger) -> Exit {
    let answer = match send(&args) {
        Ok(answer) => answer,
        Err(problem) => return fail(&problem),
    };
    if args.server.json {
        ui::print(&answer.to_string());
    } else if args.wait && answer["status"] == "completed" {
        ui::print(&format!("{:#}", answer["output"]));
    } else if args.wait && answer["steps"].is_array() {
        ui::print(&ui::run::render(&answer, ui::canvas()));
    } else {
        ui::print(answer["run_id"].as_str().unwrap_or_default());
    }
    let failed = args.wait && !["completed", "accepted"].contains(&answer["status"].as_str().unwrap_or_default());
    if failed { Exit::Failure } else { Exit::Ok }
}

fn send(args: &Trigger) -> Result<Value, Diagnostic> {
    let payload = read_payload(&args.payload)?;
    let key = args.idempotency_key.as_ref().map_or(String::new(), |key| format!(",\"idempotencyKey\":{}", json!(key)));
    // Written by hand, so that the payload keeps its bytes.
    let body = format!("{{\"payload\":{},\"wait\":{}{key}}}", payload.as_str(), args.wait);
    let path = format!("/api/workflows/{}/trigger", part(&args.workflow));
    Client::open(&args.server)?.call(Method::POST, &path, Some(body))
}
