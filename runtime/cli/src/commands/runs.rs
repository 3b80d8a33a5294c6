//! `runs list` and `runs show`.

use super::{fail, place::Place};
use crate::{
    args::{Runs, RunsCommand},
    exit::Exit,
    ui,
};
use cronflow_core::{error::Diagnostic, storage::RunFilter};
use serde_json::Value;

pub(crate) fn runs(args: Runs) -> Exit {
    let printed = match args.command {
        RunsCommand::List { workflow, status, limit, place } => {
            let filter = RunFilter { workflow, status, parent: None, before: None, limit };
            let listed = Place::open(&place).and_then(|open| open.runs(&filter));
            listed.map(|listed| if place.json { listed.to_string() } else { table(&listed) })
        }
        RunsCommand::Show { id, place } => {
            let shown = Place::open(&place).and_then(|open| open.run(&id));
            shown.map(|run| if place.json { run.to_string() } else { ui::run::render(&run, ui::colour()) })
        }
    };
    finish(printed)
}

pub(super) fn finish(printed: Result<String, Diagnostic>) -> Exit {
    match printed {
        Ok(text) => {
            ui::print(&text);
            Exit::Ok
        }
        Err(problem) => fail(&problem),
    }
}

fn table(listed: &Value) -> String {
    let runs = listed["runs"].as_array().map(Vec::as_slice).unwrap_or_default();
    if runs.is_empty() {
        return "no runs".to_owned();
    }
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let rows: Vec<Vec<String>> = runs
        .iter()
        .map(|run| {
            let took = run["durationMs"].as_i64().map_or_else(|| "-".to_owned(), ui::duration);
            vec![text(&run["id"]), text(&run["workflowId"]), text(&run["status"]), text(&run["createdAt"]), took]
        })
        .collect();
    let colour = ui::colour();
    ui::table::render(&["id", "workflow", "status", "created", "took"], &rows, |column, cell| {
        if column == 2 { ui::status(cell, colour) } else { cell.to_owned() }
    })
}
