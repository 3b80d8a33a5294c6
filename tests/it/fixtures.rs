//! `tests/fixtures/<case>/workflow.ts` through the built binary: the finished run's output and
//! what it printed, against `expected.out`: as it is, and with an engine that forgets every run after
//! every commit and reads it back.

use crate::env::Env;
use rstest::rstest;
use serde_json::Value;
use std::{fs, path::Path};

/// Runs a fixture and describes what it did. A fixture has one workflow, `main`; its payload is
/// `payload.json` beside it, or null.
fn describe(folder: &Path, mode: &[&str]) -> String {
    let env = Env::new();
    for file in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        env.write(file.file_name().to_str().unwrap(), fs::read(file.path()).unwrap());
    }
    let payload = fs::read_to_string(folder.join("payload.json")).unwrap_or_else(|_| "null".to_owned());
    let server = env.serve_with(&[&["run", "workflow.ts", "--port", "0"], mode].concat());
    let run = server.ended(&server.trigger("main", payload.trim()));
    let mut lines = vec![format!("status: {}", text(&run["status"]))];
    match &run["error"] {
        Value::Null => lines.push(format!("output: {}", run["output"])),
        error => lines.push(format!("error: {}: {}", text(&error["name"]), text(&error["message"]))),
    }
    if let Value::Object(place) = &run["error"]["location"] {
        lines.push(format!("at: {}:{}:{}", text(&place["file"]), place["line"], place["column"]));
    }
    for step in run["steps"].as_array().unwrap() {
        lines.push(format!("step {}: {} {}", text(&step["name"]), text(&step["status"]), step["output"]));
    }
    for log in run["logs"].as_array().unwrap() {
        lines.push(format!("{}: {}", text(&log["level"]), text(&log["message"])));
    }
    lines.join("\n") + "\n"
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[rstest]
#[case::plain(&[])]
#[case::always_replay(&["--always-replay"])]
fn every_fixture_does_what_it_did(#[case] mode: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut folders: Vec<_> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(!folders.is_empty());
    let mut wrong = Vec::new();
    for folder in folders {
        let (got, expected) = (describe(&folder, mode), folder.join("expected.out"));
        if mode.is_empty() && std::env::var_os("CRONFLOW_UPDATE_FIXTURES").is_some() {
            fs::write(&expected, &got).unwrap();
        }
        let wanted = fs::read_to_string(&expected).unwrap_or_default();
        if got != wanted {
            wrong.push(format!("{}\n--- expected\n{wanted}--- got\n{got}", folder.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
