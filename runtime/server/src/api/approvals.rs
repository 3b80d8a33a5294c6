//! `/api/approvals`: what waits for a person, and the decision.

use super::{bad, call::Call, store_error};
use crate::answer::{self, Answer};
use cronflow_core::{error::Code, json::JsonText};
use hyper::StatusCode;
use serde_json::json;

/// `GET /api/approvals`.
pub(super) async fn list(call: Call<'_>) -> Answer {
    match call.shared.engine.approvals().await {
        Ok(all) => answer::json(StatusCode::OK, &json!({ "approvals": all })),
        Err(error) => store_error(&error),
    }
}

/// `POST /api/approvals/{token}/resume`: the body is what the run gets.
pub(super) async fn resume(call: Call<'_>) -> Answer {
    let text = std::str::from_utf8(if call.body.is_empty() { b"{}" } else { &call.body });
    let decision = text.ok().and_then(|text| JsonText::parse(text).ok());
    let Some(decision) = decision else {
        return bad("the decision must be JSON, such as {\"approved\": true, \"reason\": \"...\"}");
    };
    if call.shared.engine.resume(call.param(0), decision).await {
        return answer::json(StatusCode::OK, &json!({"resumed": true}));
    }
    let hint = "it may have been decided already, or its time is over; GET /api/approvals lists what waits";
    answer::api_error(StatusCode::NOT_FOUND, Code::UnknownObject, "nothing waits with this token", Some(hint))
}
