//! Lists of runs out of `workflow_runs`: pages, searches and counts. Only a search reads payloads, and
//! no more of them than its limits say.

use crate::{
    columns::{IdText, optional_parsed, optional_time, parsed, text, time},
    workflow_runs::IS_OPEN,
};
use cronflow_core::{
    id::RunId,
    machine::RunStatus,
    storage::{MAX_SEARCHED, MAX_SEARCHED_BYTES, RunCount, RunFilter, RunPage, RunSummary, has_text},
    time::Timestamp,
};
use rusqlite::{Connection, Row, ToSql, params, params_from_iter, types::ValueRef};

macro_rules! summary {
    () => {
        "id, workflow_id, version, status, created_at, started_at, completed_at, parent, replay_of"
    };
}

/// How many columns a summary has.
const SUMMARY_COLUMNS: usize = 9;

/// Outcomes of the newest runs, by workflow.
pub(crate) const COUNT: &str = "SELECT workflow_id, status, count(*),
      coalesce(sum(max(0, completed_at - coalesce(started_at, created_at))), 0)
    FROM (SELECT workflow_id, status, created_at, started_at, completed_at FROM workflow_runs
          WHERE id >= ?1 ORDER BY id DESC LIMIT ?2)
    GROUP BY workflow_id, status ORDER BY workflow_id, status";

/// Runs that a filter lets through, newest first.
pub(crate) fn list(connection: &Connection, filter: &RunFilter) -> rusqlite::Result<RunPage> {
    let mut statement = connection.prepare_cached(&list_sql(filter))?;
    let values = values(filter, filter.limit);
    let runs: Vec<_> = statement.query_map(params_from_iter(values), summary)?.collect::<Result<_, _>>()?;
    let is_full = runs.len() == filter.limit as usize;
    let next = runs.last().filter(|_| is_full).map(|run| run.id);
    Ok(RunPage { runs, next })
}

/// As [`list`], of those that have a text in them.
pub(crate) fn search(connection: &Connection, filter: &RunFilter, needle: &str) -> rusqlite::Result<RunPage> {
    let mut statement = connection.prepare_cached(&list_sql(filter))?;
    let mut rows = statement.query(params_from_iter(values(filter, MAX_SEARCHED)))?;
    let mut page = RunPage::default();
    if filter.limit == 0 {
        return Ok(page);
    }
    let (mut looked_at, mut bytes) = (0, 0);
    while let Some(row) = rows.next()? {
        let run = summary(row)?;
        let id = run.id.to_string();
        let mut texts = vec![id.as_str(), &*run.workflow_id];
        for column in SUMMARY_COLUMNS..SUMMARY_COLUMNS + 3 {
            if let ValueRef::Text(text) = row.get_ref(column)? {
                texts.push(std::str::from_utf8(text).unwrap_or_default());
            }
        }
        looked_at += 1;
        bytes += texts.iter().map(|text| text.len()).sum::<usize>();
        let last = run.id;
        if has_text(&texts, needle) {
            page.runs.push(run);
        }
        let is_full = page.runs.len() >= filter.limit as usize;
        if is_full || looked_at >= MAX_SEARCHED || bytes >= MAX_SEARCHED_BYTES {
            page.next = Some(last);
            break;
        }
    }
    Ok(page)
}

/// How many of the newest runs are of which workflow and status.
pub(crate) fn count(connection: &Connection, since: Timestamp, limit: u32) -> rusqlite::Result<Vec<RunCount>> {
    let first = IdText::new(RunId::first_at(since));
    let mut statement = connection.prepare_cached(COUNT)?;
    let rows = statement.query_map(params![first, limit], |row| {
        Ok(RunCount {
            workflow_id: text(row, 0)?,
            status: parsed(row, 1)?,
            count: row.get::<_, i64>(2)?.unsigned_abs(),
            total_millis: row.get::<_, i64>(3)?.unsigned_abs(),
        })
    })?;
    rows.collect()
}

fn values(filter: &RunFilter, limit: u32) -> Vec<Box<dyn ToSql>> {
    let mut values: Vec<Box<dyn ToSql>> = Vec::new();
    if let Some(workflow) = &filter.workflow {
        values.push(Box::new(workflow.clone()));
    }
    let ids = [filter.parent, filter.since.map(RunId::first_at), filter.before];
    values.extend(ids.into_iter().flatten().map(|id| -> Box<dyn ToSql> { Box::new(IdText::new(id)) }));
    values.push(Box::new(limit));
    values
}

/// The statement for a filter. Statuses stand in it as literals (they are words of an enum), so
/// that the partial indexes apply.
pub(crate) fn list_sql(filter: &RunFilter) -> String {
    let mut conditions = Vec::new();
    if filter.workflow.is_some() {
        conditions.push("workflow_id = ?".to_owned());
    }
    if let Some(status) = filter.status {
        conditions.extend(index_condition(status).map(str::to_owned));
        conditions.push(format!("status = '{}'", status.as_str()));
    }
    if filter.parent.is_some() {
        conditions.push("parent = ?".to_owned());
    }
    if filter.since.is_some() {
        conditions.push("id >= ?".to_owned());
    }
    if filter.before.is_some() {
        conditions.push("id < ?".to_owned());
    }
    let mut sql = concat!("SELECT ", summary!()).to_owned();
    if filter.text.is_some() {
        sql.push_str(", payload, output, error");
    }
    sql.push_str(" FROM workflow_runs");
    if !conditions.is_empty() {
        sql.push_str(" WHERE ");
        sql.push_str(&conditions.join(" AND "));
    }
    sql.push_str(" ORDER BY id DESC LIMIT ?");
    sql
}

/// The condition of the partial index that holds a status.
fn index_condition(status: RunStatus) -> Option<&'static str> {
    match status {
        RunStatus::Pending | RunStatus::Running | RunStatus::Waiting => Some(IS_OPEN),
        RunStatus::Failed | RunStatus::Cancelled | RunStatus::TimedOut => {
            Some("(status = 'failed' OR status = 'cancelled' OR status = 'timed_out')")
        }
        RunStatus::Completed => None,
    }
}

fn summary(row: &Row<'_>) -> rusqlite::Result<RunSummary> {
    Ok(RunSummary {
        id: parsed(row, 0)?,
        workflow_id: text(row, 1)?,
        version: text(row, 2)?,
        status: parsed(row, 3)?,
        created_at: time(row, 4)?,
        started_at: optional_time(row, 5)?,
        completed_at: optional_time(row, 6)?,
        parent: optional_parsed(row, 7)?,
        replay_of: optional_parsed(row, 8)?,
    })
}
