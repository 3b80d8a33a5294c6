//! JSON Schemas of bodies and answers. What several answers share is a component of the OpenAPI document.

use cronflow_core::{
    machine::{RunStatus, StepStatus},
    storage::DeliveryOutcome,
};
use serde_json::{Value, json};

fn component(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn list(key: &str, item: Value) -> Value {
    let mut schema = json!({"type": "object", "required": [key], "properties": {}});
    schema["properties"][key] = json!({"type": "array", "items": item});
    schema
}

fn page(key: &str, item: Value) -> Value {
    let mut schema = list(key, item);
    schema["properties"]["nextCursor"] = json!({"type": ["string", "null"], "description": "cursor of the next page"});
    schema
}

fn properties(required: &[&str], properties: Value) -> Value {
    json!({"type": "object", "required": required, "properties": properties})
}

/// A body: nothing else is allowed in it.
fn strict(required: &[&str], given: Value) -> Value {
    let mut schema = properties(required, given);
    schema["additionalProperties"] = false.into();
    schema
}

fn time() -> Value {
    json!({"type": ["string", "null"], "format": "date-time"})
}

pub(super) fn text() -> Value {
    json!({"type": "string"})
}

/// Components by name.
pub(crate) fn components() -> Value {
    let run_status: Vec<&str> = RunStatus::ALL.iter().map(|status| status.as_str()).collect();
    let step_status: Vec<&str> = StepStatus::ALL.iter().map(|status| status.as_str()).collect();
    let facts = json!({
        "id": {"type": "string", "format": "uuid"}, "workflowId": text(), "status": {"enum": run_status},
        "version": {"type": "string", "description": "digest of the code it started on"},
        "parent": {"type": ["string", "null"]}, "replayOf": {"type": ["string", "null"]},
        "createdAt": time(), "startedAt": time(), "completedAt": time(), "durationMs": {"type": ["integer", "null"]},
    });
    let more = json!({
        "payload": {}, "trigger": {}, "output": {}, "error": {},
        "timeZone": {"type": ["string", "null"], "description": "the zone of local times in its code"},
        "steps": {"type": "array", "items": component("Step")},
        "logs": {"type": "array", "items": properties(&["at", "level", "message"], json!({"at": time(), "step": text(), "level": text(), "message": text()}))},
    });
    let step = json!({
        "name": text(), "path": text(), "type": text(), "status": {"enum": step_status}, "output": {}, "error": {},
        "cached": {"type": "boolean"}, "items": {"type": "array", "items": {}, "description": "of a loop that has not completed"},
        "wakeAt": time(), "startedAt": time(), "completedAt": time(),
        "durationMs": {"type": ["integer", "null"]},
        "attempts": {"type": "array", "items": properties(&["attempt", "status"], json!({
            "attempt": {"type": "integer"}, "onError": {"type": "boolean"}, "status": {"enum": step_status}, "output": {}, "error": {},
            "startedAt": time(), "completedAt": time(), "durationMs": {"type": ["integer", "null"]},
        }))},
    });
    let error = properties(
        &["code", "message"],
        json!({
            "code": {"type": "string", "pattern": "^CF[0-9]{4}$"}, "message": text(), "hint": text(),
        }),
    );
    let workflow = json!({
        "id": text(), "name": text(), "description": {"type": ["string", "null"]}, "label": {"type": ["string", "null"]},
        "tags": {"type": "array", "items": text()}, "version": text(),
        "nodes": {"type": "array", "items": {"type": "object"}}, "triggers": {"type": "array", "items": {"type": "object"}},
    });
    json!({
        "Error": properties(&["error"], json!({"error": error})),
        "RunSummary": properties(&["id", "workflowId", "status"], facts.clone()),
        "Run": {"allOf": [component("RunSummary"), properties(&["steps", "logs"], more)]},
        "Step": properties(&["name", "status", "attempts"], step),
        "Workflow": properties(&["id", "name", "version", "nodes", "triggers"], workflow),
        "Accepted": properties(&["status", "run_id"], json!({"status": {"const": "accepted"}, "run_id": text(), "url": text()})),
        "WebhookError": properties(&["status", "message", "workflow_triggered"], json!({
            "status": {"const": "error"}, "message": text(), "error": text(), "workflow_triggered": {"type": "boolean"}, "run_id": text(),
        })),
        "WebhookSuccess": properties(&["status", "message", "workflow_triggered"], json!({
            "status": {"const": "success"}, "message": text(), "workflow_triggered": {"type": "boolean"}, "run_id": text(), "output": {},
        })),
    })
}

pub(super) fn any() -> Value {
    json!({})
}

pub(super) fn nothing() -> Value {
    strict(&[], json!({}))
}

pub(super) fn object() -> Value {
    json!({"type": "object"})
}

pub(super) fn health() -> Value {
    properties(
        &["status", "version", "uptimeMs"],
        json!({"status": text(), "version": text(), "uptimeMs": {"type": "integer"}}),
    )
}

pub(super) fn workflows() -> Value {
    list("workflows", component("Workflow"))
}

pub(super) fn workflow() -> Value {
    component("Workflow")
}

pub(super) fn trigger() -> Value {
    strict(
        &[],
        json!({
            "payload": {"description": "anything; null when absent"},
            "idempotencyKey": {"type": "string", "description": "a second call with this key starts nothing and answers with the first one's run"},
            "wait": {"type": "boolean", "description": "answer with the run when it has ended (200)"},
        }),
    )
}

pub(super) fn accepted() -> Value {
    component("Accepted")
}

pub(super) fn run_page() -> Value {
    page("runs", component("RunSummary"))
}

pub(crate) fn run() -> Value {
    component("Run")
}

pub(super) fn run_id() -> Value {
    properties(&["run_id"], json!({"run_id": text()}))
}

pub(super) fn reason() -> Value {
    strict(&[], json!({"reason": text()}))
}

pub(super) fn replay() -> Value {
    strict(
        &[],
        json!({
            "overridePayload": {"description": "instead of the old run's"},
            "fromStep": {"type": "string", "description": "steps before it keep the outputs of the old run"},
            "mockSteps": {"type": "object", "description": "outputs that stand for steps, by name"},
        }),
    )
}

pub(super) fn bulk() -> Value {
    strict(
        &[],
        json!({
            "workflow": text(), "status": text(),
            "since": {"type": "string", "description": "a moment, or how long ago"}, "q": text(),
            "all": {"type": "boolean", "description": "no filter is meant"},
            "limit": {"type": "integer", "minimum": 1, "maximum": super::call::MAX_PAGE, "default": 100},
            "dryRun": {"type": "boolean", "description": "only say which"}, "reason": text(),
        }),
    )
}

pub(super) fn bulk_answer() -> Value {
    let failed = properties(&["id", "reason"], json!({"id": text(), "reason": text()}));
    properties(
        &["matched", "count", "ids", "failed", "hasMore"],
        json!({
            "dryRun": {"type": "boolean"}, "matched": {"type": "integer"},
            "count": {"type": "integer", "description": "to how many it was done"},
            "ids": {"type": "array", "items": text()}, "failed": {"type": "array", "items": failed},
            "hasMore": {"type": "boolean", "description": "the limit left some out"},
        }),
    )
}

pub(super) fn approvals() -> Value {
    list(
        "approvals",
        properties(
            &["token", "runId", "workflowId"],
            json!({
                "token": text(), "runId": text(), "workflowId": text(), "step": text(), "path": text(), "type": text(),
                "description": {"type": ["string", "null"]}, "approvalUrl": {"type": ["string", "null"]}, "metadata": {},
                "payload": {}, "createdAt": time(), "expiresAt": time(),
            }),
        ),
    )
}

pub(super) fn decision() -> Value {
    json!({"description": "what the run gets", "examples": [{"approved": true, "reason": "looks right", "approvedBy": "ada"}]})
}

pub(super) fn resumed() -> Value {
    properties(&["resumed"], json!({"resumed": {"type": "boolean"}}))
}

pub(super) fn events() -> Value {
    page(
        "events",
        properties(
            &["id", "name", "payload", "timestamp"],
            json!({
                "id": {"type": "integer"}, "name": text(), "payload": {}, "timestamp": time(),
            }),
        ),
    )
}

pub(super) fn publish() -> Value {
    strict(&["name"], json!({"name": {"type": "string", "minLength": 1}, "payload": {}}))
}

pub(super) fn published() -> Value {
    properties(&["id"], json!({"id": {"type": "integer"}, "name": text()}))
}

pub(super) fn scopes() -> Value {
    list("scopes", text())
}

pub(super) fn value() -> Value {
    properties(
        &["scope", "key", "value"],
        json!({
            "scope": text(), "key": text(), "value": {}, "expiresAt": time(), "updatedAt": time(),
        }),
    )
}

pub(super) fn values() -> Value {
    page("values", value())
}

pub(super) fn deleted() -> Value {
    properties(&["deleted"], json!({"deleted": {"type": "boolean"}}))
}

pub(super) fn audit() -> Value {
    page(
        "audit",
        properties(
            &["id", "at", "actor", "action", "target"],
            json!({
                "id": text(), "at": time(), "actor": text(), "client": text(), "action": text(), "target": text(),
                "outcome": {"type": ["integer", "null"], "description": "status of the answer"},
            }),
        ),
    )
}

pub(super) fn token() -> Value {
    properties(
        &["name", "scope"],
        json!({
            "name": text(), "scope": {"enum": ["read", "write"]}, "createdAt": time(), "revokedAt": time(),
        }),
    )
}

pub(super) fn tokens() -> Value {
    list("tokens", token())
}

pub(super) fn new_token() -> Value {
    strict(&["name", "scope"], json!({"name": text(), "scope": {"enum": ["read", "write"]}}))
}

pub(super) fn made_token() -> Value {
    let mut schema = token();
    schema["properties"]["token"] = json!({"type": "string", "description": "the secret; it is not shown again"});
    schema
}

pub(super) fn delivery() -> Value {
    properties(
        &["id", "receivedAt", "workflowId", "method", "path", "outcome"],
        json!({
            "id": {"type": "integer"}, "receivedAt": time(), "workflowId": text(), "method": text(), "path": text(),
            "status": {"type": ["integer", "null"]}, "outcome": {"enum": DeliveryOutcome::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>()},
            "runId": {"type": ["string", "null"]}, "key": {"type": ["string", "null"]}, "error": {"type": ["string", "null"]},
            "headers": {"type": ["object", "null"]}, "body": {"type": ["string", "null"]},
        }),
    )
}

pub(super) fn deliveries() -> Value {
    page("deliveries", delivery())
}

pub(super) fn schedule() -> Value {
    properties(
        &["id", "workflowId", "paused"],
        json!({
            "id": text(), "workflowId": text(), "kind": text(), "expression": {}, "timezone": {}, "overlap": {}, "catchUp": {},
            "paused": {"type": "boolean"}, "lastFire": time(), "nextFire": time(), "lastRun": {"type": ["string", "null"]},
            "misses": {"type": "integer"}, "failures": {"type": "integer"}, "lastError": {}, "nextAttempt": time(),
            "running": {"type": "integer"}, "waiting": {"type": "integer"},
            "next": {"type": "array", "items": text()}, "missed": {"type": "array", "items": {"type": "object"}},
        }),
    )
}

pub(super) fn schedules() -> Value {
    list("schedules", schedule())
}

pub(super) fn fires() -> Value {
    list("next", properties(&["at", "schedule"], json!({"at": time(), "schedule": text(), "workflowId": text()})))
}

pub(super) fn started() -> Value {
    properties(&["status"], json!({"status": {"const": "accepted"}, "run_id": {"type": ["string", "null"]}}))
}
