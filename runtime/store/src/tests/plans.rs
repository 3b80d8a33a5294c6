//! Each list is read through its index, without sorting.

use super::{Folder, open};
use crate::{audit, deliveries, events, run_lists, schedules, state, steps, workflow_runs};
use cronflow_core::{machine::RunStatus, storage::RunFilter, time::Timestamp};
use cronflow_testkit::build;
use rstest::rstest;
use rusqlite::types::Null;

fn plan(sql: &str) -> String {
    let folder = Folder::new();
    let store = open(&folder.database());
    let explain = format!("EXPLAIN QUERY PLAN {sql}");
    let mut statement = store.connection.prepare(&explain).unwrap();
    let values = vec![Null; statement.parameter_count()];
    let rows = statement.query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>("detail"));
    rows.unwrap().map(|row| row.unwrap() + "\n").collect()
}

#[rstest]
#[case::all(None, None, "sqlite_autoindex_workflow_runs_1")]
#[case::of_workflow(Some("a"), None, "workflow_runs_by_workflow")]
#[case::open(None, Some(RunStatus::Waiting), "workflow_runs_open")]
#[case::unsuccessful(None, Some(RunStatus::Failed), "workflow_runs_unsuccessful")]
#[case::completed(None, Some(RunStatus::Completed), "sqlite_autoindex_workflow_runs_1")]
fn lists_of_runs(
    #[case] workflow: Option<&str>,
    #[case] status: Option<RunStatus>,
    #[case] index: &str,
    #[values(None, Some(build::run_id(1)))] before: Option<cronflow_core::id::RunId>,
    #[values(None, Some(Timestamp(1)))] since: Option<Timestamp>,
) {
    let filter =
        RunFilter { workflow: workflow.map(str::to_owned), status, before, limit: 1, since, ..RunFilter::default() };
    let plan = plan(&run_lists::list_sql(&filter));
    assert!(plan.contains(index), "{plan}");
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
}

#[rstest]
#[case(workflow_runs::OPEN, "workflow_runs_open")]
#[case(steps::OF_RUN, "steps_by_run")]
#[case(steps::OF_OPEN_RUNS, "steps_by_run")]
#[case(steps::OF_OPEN_RUNS, "workflow_runs_open")]
#[case(steps::FINISH, "USING INTEGER PRIMARY KEY")]
#[case(steps::PAUSED, "steps_paused")]
#[case(events::OF_NAME, "events_by_name")]
#[case(events::AFTER, "events_by_name")]
#[case(deliveries::LIST, "PRIMARY KEY")]
#[case(deliveries::ANSWER, "PRIMARY KEY")]
#[case(deliveries::SWEEP_SURPLUS, "deliveries_without_run")]
#[case(state::OF_SCOPE, "PRIMARY KEY")]
#[case(state::OF_PREFIX, "PRIMARY KEY")]
#[case(state::PAGE, "PRIMARY KEY")]
#[case(audit::LIST, "PRIMARY KEY")]
#[case(state::SWEEP, "state_by_expiry")]
#[case(schedules::MISSES, "PRIMARY KEY")]
#[case(schedules::SWEEP_MISSES, "schedule_misses_by_age")]
#[case(schedules::POLL_IDS, "PRIMARY KEY")]
#[case(workflow_runs::ENDED, "workflow_runs_by_workflow")]
fn statements(#[case] sql: &str, #[case] index: &str) {
    let plan = plan(sql);
    assert!(plan.contains(index), "{plan}");
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
}

/// A temporary table for each write would cost more than the write.
#[rstest]
#[case(workflow_runs::INSERT)]
#[case(workflow_runs::SET_STATUS)]
#[case(workflow_runs::FINISH)]
#[case(steps::INSERT)]
#[case(steps::UPDATE)]
#[case(steps::FINISH)]
#[case(deliveries::INSERT)]
#[case(deliveries::ANSWER)]
fn writes_make_no_tables(#[case] sql: &str) {
    let folder = Folder::new();
    let store = open(&folder.database());
    let mut statement = store.connection.prepare(&format!("EXPLAIN {sql}")).unwrap();
    let values = vec![Null; statement.parameter_count()];
    let rows = statement.query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>("opcode"));
    // The update of a row that is found by its key is one pass; what prepares another way is a no-op.
    let made = rows.unwrap().map(Result::unwrap).filter(|opcode| opcode == "OpenEphemeral").count();
    assert_eq!(made, 0);
}
