//! `runs list`, `show`, `logs`, `export`, `cancel`, `retry`, `replay`; `watch` has a file of its own.

use super::{
    cell, fail, finish, items,
    payload::read_payload,
    place::{Place, run_id},
    show, watch,
};
use crate::{
    args::{self, Bulk, RunsCommand},
    client::{Client, part},
    exit::Exit,
    ui,
};
use cronflow_core::error::{Code, Diagnostic};
use reqwest::Method;
use serde_json::{Map, Value, json};

/// Runs on one page of an export.
const PAGE: u32 = 200;

pub(crate) fn runs(command: RunsCommand) -> Exit {
    finish(match command {
        RunsCommand::List { filter, limit, cursor, place } => {
            let listed = Place::open(&place).and_then(|open| open.runs(&filter, limit, cursor.as_deref()));
            listed.map(|listed| show(&listed, place.json, table))
        }
        RunsCommand::Show { id, place } => {
            let shown = Place::open(&place).and_then(|open| open.run(&id));
            shown.map(|run| show(&run, place.json, |run| ui::run::render(run, ui::canvas())))
        }
        RunsCommand::Logs { id, place } => {
            let shown = Place::open(&place).and_then(|open| open.run(&id));
            shown.map(|run| {
                if place.json { json!({"logs": run["logs"]}).to_string() } else { ui::run::log(items(&run, "logs")) }
            })
        }
        RunsCommand::Export { ids, filter, limit, place } => return export(&ids, &filter, limit, &place),
        RunsCommand::Watch { id, workflow, server } => return watch::watch(id, workflow, &server),
        RunsCommand::Cancel { reason, bulk } => change(&bulk, "cancel", reason.as_deref()),
        RunsCommand::Retry { bulk } => change(&bulk, "retry", None),
        RunsCommand::Replay { id, payload, from_step, mocks, server } => {
            replay(&id, payload.as_deref(), from_step, mocks, &server)
        }
    })
}

/// Prints runs as they are read, so that a large export needs little memory.
fn export(ids: &[String], filter: &args::Filter, limit: u32, place: &args::Place) -> Exit {
    let open = match Place::open(place) {
        Ok(open) => open,
        Err(problem) => return fail(&problem),
    };
    let print = |id: &str| open.run(id).map(|run| ui::print(&run.to_string()));
    if !ids.is_empty() {
        return ids.iter().try_for_each(|id| print(id)).map_or_else(|problem| fail(&problem), |()| Exit::Ok);
    }
    let (mut left, mut cursor) = (limit, None);
    loop {
        let page = match open.runs(filter, left.min(PAGE), cursor.as_deref()) {
            Ok(page) => page,
            Err(problem) => return fail(&problem),
        };
        for run in items(&page, "runs") {
            if let Err(problem) = print(&cell(run, "id")) {
                return fail(&problem);
            }
            left = left.saturating_sub(1);
        }
        cursor = page["nextCursor"].as_str().map(str::to_owned);
        if cursor.is_none() || left == 0 {
            return Exit::Ok;
        }
    }
}

/// Cancels or retries one run, or all that a filter lets through.
fn change(bulk: &Bulk, verb: &str, reason: Option<&str>) -> Result<String, Diagnostic> {
    let client = Client::open(&bulk.server)?;
    let mut body = Map::new();
    if let Some(reason) = reason {
        body.insert("reason".to_owned(), reason.into());
    }
    let done = if verb == "cancel" { "cancelled" } else { "retried" };
    if let Some(id) = &bulk.id {
        run_id(id)?;
        let answer = client.post(&format!("/api/runs/{}/{verb}", part(id)), &json!(body))?;
        return Ok(show(&answer, bulk.server.json, |_| format!("{done} {id}")));
    }
    let status = bulk.filter.status.map(|status| status.as_str().to_owned());
    let given = [
        ("workflow", bulk.filter.workflow.clone()),
        ("status", status),
        ("since", bulk.filter.since.clone()),
        ("q", bulk.filter.search.clone()),
    ];
    body.extend(given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))));
    body.insert("all".to_owned(), bulk.all.into());
    body.insert("limit".to_owned(), bulk.limit.into());
    body.insert("dryRun".to_owned(), bulk.dry_run.into());
    let answer = client.post(&format!("/api/runs/{verb}"), &json!(body))?;
    let failed = items(&answer, "failed");
    for one in failed {
        ui::tell(&format!("{}: {}", cell(one, "id"), cell(one, "reason")));
    }
    let ids: Vec<&str> = items(&answer, "ids").iter().filter_map(Value::as_str).collect();
    let more = if answer["hasMore"] == true { "; there are more, the limit left them out" } else { "" };
    let word = if bulk.dry_run { format!("would be {done}") } else { format!("were {done}") };
    ui::tell(&format!("{} runs {word}{more}", ids.len()));
    if failed.is_empty() || !ids.is_empty() {
        return Ok(show(&answer, bulk.server.json, |_| ids.join("\n")));
    }
    Err(Diagnostic::new(Code::Conflict, format!("none of {} runs could be {done}", failed.len())))
}

fn replay(
    id: &str,
    payload: Option<&str>,
    from_step: Option<String>,
    mocks: Vec<(String, String)>,
    server: &args::Server,
) -> Result<String, Diagnostic> {
    run_id(id)?;
    let payload = payload.map(read_payload).transpose()?;
    // Written by hand, so that payloads keep their bytes.
    let mut fields: Vec<String> = Vec::new();
    fields.extend(payload.map(|payload| format!("\"overridePayload\":{}", payload.as_str())));
    fields.extend(from_step.map(|step| format!("\"fromStep\":{}", json!(step))));
    if !mocks.is_empty() {
        let mocks: Vec<String> = mocks.iter().map(|(step, output)| format!("{}:{output}", json!(step))).collect();
        fields.push(format!("\"mockSteps\":{{{}}}", mocks.join(",")));
    }
    let body = format!("{{{}}}", fields.join(","));
    let path = format!("/api/runs/{}/replay", part(id));
    let answer = Client::open(server)?.call(Method::POST, &path, Some(body))?;
    Ok(show(&answer, server.json, |answer| cell(answer, "run_id")))
}

fn table(listed: &Value) -> String {
    let row = |run: &Value| {
        let took = run["durationMs"].as_i64().map_or_else(|| "-".to_owned(), ui::duration);
        vec![cell(run, "id"), cell(run, "workflowId"), cell(run, "status"), cell(run, "createdAt"), took]
    };
    let rows: Vec<Vec<String>> = items(listed, "runs").iter().map(row).collect();
    if let Some(next) = listed["nextCursor"].as_str() {
        ui::tell(&format!("there may be more: --cursor {next}"));
    }
    if rows.is_empty() {
        return "no runs".to_owned();
    }
    let colour = ui::colour();
    ui::table::render(&["id", "workflow", "status", "created", "took"], &rows, |column, cell| {
        if column == 2 { ui::status(cell, colour) } else { cell.to_owned() }
    })
}
