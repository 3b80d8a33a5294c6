//! A request that starts no run: what is answered, and what is recorded.

use crate::{
    answer::{self, Answer},
    body,
};
use cronflow_core::storage::DeliveryOutcome;
use hyper::StatusCode;
use serde_json::json;

/// See the module's text.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) outcome: DeliveryOutcome,
    /// Why, for the record.
    pub(super) reason: Option<String>,
    /// In a box: an answer is large, and most requests are not refused.
    pub(super) answer: Box<Answer>,
}

impl Refusal {
    fn error(outcome: DeliveryOutcome, status: StatusCode, message: &str, reason: String) -> Self {
        let body = json!({"status": "error", "message": message, "error": reason, "workflow_triggered": false});
        let answer = answer::json(status, &body);
        let is_busy = status == StatusCode::SERVICE_UNAVAILABLE;
        let answer = if is_busy { answer::retry_later(answer) } else { answer };
        Self { outcome, answer: Box::new(answer), reason: Some(reason) }
    }

    /// The payload is not what it must be.
    pub(super) fn payload(reason: String) -> Self {
        Self::rejected(StatusCode::BAD_REQUEST, reason)
    }

    /// The body cannot be read, with another status than 400.
    pub(super) fn rejected(status: StatusCode, reason: String) -> Self {
        Self::error(DeliveryOutcome::Rejected, status, "Payload validation failed", reason)
    }

    /// The headers are not what they must be.
    pub(super) fn headers(reason: String) -> Self {
        Self::error(DeliveryOutcome::Rejected, StatusCode::BAD_REQUEST, "Header validation failed", reason)
    }

    /// The sender has not shown that it knows the secret.
    pub(super) fn signature(reason: String) -> Self {
        Self::error(DeliveryOutcome::Rejected, StatusCode::UNAUTHORIZED, "Signature verification failed", reason)
    }

    /// A function threw.
    pub(super) fn failed(reason: &str) -> Self {
        let message = "Webhook processing failed";
        Self::error(DeliveryOutcome::Failed, StatusCode::INTERNAL_SERVER_ERROR, message, reason.to_owned())
    }

    /// The server cannot take it now.
    pub(super) fn busy(reason: &str) -> Self {
        Self::turned_away(StatusCode::SERVICE_UNAVAILABLE, reason.to_owned())
    }

    /// The engine starts no run.
    pub(super) fn turned_away(status: StatusCode, reason: String) -> Self {
        Self::error(DeliveryOutcome::TurnedAway, status, "Workflow was not triggered", reason)
    }

    /// The condition says that it is not wanted.
    pub(super) fn skipped() -> Self {
        let body = json!({
            "status": "success",
            "message": "Webhook received but condition not met",
            "conditionMet": false,
            "workflow_triggered": false,
        });
        Self { outcome: DeliveryOutcome::Skipped, reason: None, answer: Box::new(answer::json(StatusCode::OK, &body)) }
    }

    /// A middleware has answered.
    pub(super) fn answered(answer: Answer) -> Self {
        Self { outcome: DeliveryOutcome::Answered, reason: None, answer: Box::new(answer) }
    }

    pub(super) fn with_answer(self, answer: Answer) -> Self {
        Self { answer: Box::new(answer), ..self }
    }

    /// The body did not arrive.
    pub(super) fn unread(error: body::Error, most: usize) -> Self {
        let reason = error.message(most);
        match error {
            body::Error::Busy => Self::turned_away(error.status(), reason),
            _ => Self::rejected(error.status(), reason),
        }
    }
}
