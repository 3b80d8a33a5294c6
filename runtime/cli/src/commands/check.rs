//! `check`: compile, evaluate in a worker and check, without serving.

use crate::{
    args::{Allow, Load},
    exit::Exit,
    serve, sources, telemetry, ui,
};
use std::path::PathBuf;

pub(crate) fn check(files: &[PathBuf], load: &Load, allow: &Allow, json: bool) -> Exit {
    telemetry::init(json);
    match sources::expand(files).and_then(|files| serve::check(&files, load, allow)) {
        Ok(program) => {
            let names: Vec<_> = program.workflows.iter().map(|workflow| workflow.id.to_string()).collect();
            ui::print(&if json {
                serde_json::json!({ "workflows": names, "requests": program.serving.map(|serving| serving.by) })
                    .to_string()
            } else {
                let requests = program.serving.map(|serving| format!("requests by {}", serving.by));
                format!("ok: {}", names.into_iter().chain(requests).collect::<Vec<_>>().join(", "))
            });
            Exit::Ok
        }
        Err(problems) => {
            ui::diagnostic::print_all(&problems, json);
            problems.first().map_or(Exit::Failure, |problem| Exit::of(problem.code))
        }
    }
}
