//! Starts a process for each file, some at a time, and watches that none hangs.

use super::{files::Test, report::FileReport};
use crate::ui;
use cronflow_js::THIS_PROGRAM;
use std::{collections::VecDeque, path::Path, process::Stdio, time::Duration};
use tokio::{
    io::AsyncReadExt as _,
    process::{Child, Command},
    task::JoinSet,
};

/// A process that has not ended so long after its time hangs.
const GRACE: Duration = Duration::from_secs(5);

/// Runs all tests; prints the results of each as one line of JSON. In order of the tests.
pub(super) async fn run_all(root: &Path, tests: Vec<Test>, jobs: usize) -> Result<Vec<FileReport>, String> {
    let mut waiting: VecDeque<(usize, Test)> = tests.into_iter().enumerate().collect();
    let mut running = JoinSet::new();
    let mut reports = Vec::new();
    loop {
        while running.len() < jobs.max(1) {
            let Some((index, test)) = waiting.pop_front() else { break };
            let child = start(root, &test)?;
            running.spawn(async move { (index, watch(test, child).await) });
        }
        let Some(ended) = running.join_next().await else { break };
        let (index, report) = ended.map_err(|error| error.to_string())?;
        ui::print(&report.to_json());
        reports.push((index, report));
    }
    reports.sort_by_key(|(index, _)| *index);
    Ok(reports.into_iter().map(|(_, report)| report).collect())
}

fn start(root: &Path, test: &Test) -> Result<Child, String> {
    let command = Command::new(THIS_PROGRAM)
        .arg("__wpt-file")
        .arg(root)
        .arg(&test.path)
        .arg(format!("--variant={}", test.variant))
        .arg(format!("--limit={}", test.limit.as_secs()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn();
    command.map_err(|error| format!("cannot start a process for {}: {error}", test.path))
}

async fn watch(test: Test, mut child: Child) -> FileReport {
    let mut output = Vec::new();
    let read = async {
        let Some(stdout) = &mut child.stdout else { return };
        while stdout.read_buf(&mut output).await.is_ok_and(|count| count > 0) {}
    };
    let in_time = tokio::time::timeout(test.limit + GRACE, read).await.is_ok();
    let end = if in_time {
        child.wait().await.ok().filter(|status| status.code().is_none()).map(|status| status.to_string())
    } else {
        // It may have ended by itself just now.
        let _ = child.kill().await;
        Some(format!("killed after {} s", (test.limit + GRACE).as_secs()))
    };
    FileReport::read(test.name(), &String::from_utf8_lossy(&output), end)
}
