//! The server itself: health, figures, the audit, its own description.

use super::{bad, call::Call, store_error};
use crate::{
    answer::{self, Answer},
    metrics::{self, Figures},
    openapi,
};
use cronflow_core::{moment, view};
use hyper::StatusCode;
use serde_json::{Map, Value, json};

/// The span of `stats`, unless asked otherwise.
const SPAN: &str = "24h";
/// Runs that `stats` looks at.
const MAX_COUNTED: u32 = 100_000;

/// `GET /health`.
pub(super) async fn health(call: Call<'_>) -> Answer {
    let uptime = u64::try_from(call.shared.started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let version = env!("CARGO_PKG_VERSION");
    match call.shared.engine.trouble() {
        None => answer::json(StatusCode::OK, &json!({"status": "ok", "version": version, "uptimeMs": uptime})),
        Some(_) => {
            // The reason names files of the server; the log has it.
            let body = json!({"status": "degraded", "reason": "the database cannot be written", "version": version, "uptimeMs": uptime});
            answer::json(StatusCode::SERVICE_UNAVAILABLE, &body)
        }
    }
}

/// `GET /metrics`.
pub(super) async fn metrics(call: Call<'_>) -> Answer {
    let engine = &call.shared.engine;
    let figures = Figures {
        uptime_seconds: call.shared.started.elapsed().as_secs_f64(),
        workflows: call.shared.workflows.len(),
        gauges: engine.gauges().await,
        totals: engine.feed().totals(),
        lost_workers: engine.lost_workers(),
        is_writable: engine.trouble().is_none(),
    };
    let page = metrics::page(&call.shared.metrics, &figures);
    answer::plain(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", page)
}

/// `GET /openapi.json`.
pub(super) async fn openapi(call: Call<'_>) -> Answer {
    answer::json(StatusCode::OK, &openapi::document(&call.shared.workflows))
}

/// `GET /api/stats?since`.
pub(super) async fn stats(call: Call<'_>) -> Answer {
    let engine = &call.shared.engine;
    let since = match moment::parse(call.query.get("since").unwrap_or(SPAN), engine.now()) {
        Ok(since) => since,
        Err(message) => return bad(&message),
    };
    let counts = match engine.run_counts(since, MAX_COUNTED).await {
        Ok(counts) => counts,
        Err(error) => return store_error(&error),
    };
    let total: u64 = counts.iter().map(|row| row.count).sum();
    let (mut by_status, mut by_workflow) = (Map::new(), Map::<String, Value>::new());
    for row in &counts {
        let status = row.status.as_str();
        let before = by_status.get(status).and_then(Value::as_u64).unwrap_or_default();
        by_status.insert(status.to_owned(), (before + row.count).into());
        let of_workflow = by_workflow.entry(row.workflow_id.to_string()).or_insert_with(|| json!({}));
        let average = row.status.is_terminal().then(|| row.total_millis / row.count.max(1));
        of_workflow[status] = json!({"count": row.count, "averageMs": average});
    }
    let gauges = engine.gauges().await;
    let slots: Vec<Value> = gauges
        .slots
        .iter()
        .map(|slot| {
            json!({"owner": &*slot.owner, "key": slot.key, "limit": slot.limit, "running": slot.running, "queued": slot.queued})
        })
        .collect();
    let body = json!({
        "since": view::iso(since),
        "runs": {"total": total, "isCut": total >= u64::from(MAX_COUNTED), "byStatus": by_status, "byWorkflow": by_workflow},
        "engine": {
            "runs": gauges.runs, "pending": gauges.pending, "waiting": gauges.waiting,
            "tasks": gauges.tasks, "timers": gauges.timers, "slots": slots,
            "lostWorkers": engine.lost_workers(), "workflows": call.shared.workflows.len(),
        },
    });
    answer::json(StatusCode::OK, &body)
}

/// `GET /api/audit?limit&cursor`.
pub(super) async fn audit(call: Call<'_>) -> Answer {
    let limit = match call.query.limit() {
        Ok(limit) => limit,
        Err(message) => return bad(&message),
    };
    let before = call.query.get("cursor").map(str::to_owned);
    match call.shared.engine.audit_lines(before, limit).await {
        Ok(rows) => {
            let next = rows.last().filter(|_| rows.len() == limit as usize).map(|row| row.id.to_string());
            let all: Vec<Value> = rows.iter().map(view::audit).collect();
            answer::json(StatusCode::OK, &json!({"audit": all, "nextCursor": next}))
        }
        Err(error) => store_error(&error),
    }
}
