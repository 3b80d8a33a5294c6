//! What the runner and the processes that run test files tell each other, one JSON object a line.

use crate::args::Allow;
use cronflow_core::{error::Diagnostic, id::Digest};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

/// A file to run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) file: PathBuf,
    /// What its tests are run with; see `stdlib/testing/run.ts`.
    pub(super) options: JobOptions,
    /// What its code may reach.
    pub(super) allow: Allow,
    /// Recorded runs to replay, instead of tests; the file is a workflow then.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) replay: Option<Arc<[serde_json::Value]>>,
    /// The time zone of the recorded runs; those of other zones are for other jobs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) zone: Option<String>,
}

/// See [`Job`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JobOptions {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) pattern: Option<String>,
    /// Milliseconds for one test.
    pub(super) timeout: u64,
    /// Failures after which the rest is left out; 0 is never.
    pub(super) bail: u32,
    /// The order of the tests, and everything else that chance decides.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) seed: Option<u64>,
    pub(super) update: bool,
    pub(super) ci: bool,
    /// Whether to count what they go through.
    pub(super) coverage: bool,
    /// The text of the snapshot file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) snapshots: Option<String>,
}

/// What a process reports.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Event {
    /// The file was compiled, or could not be: what it was made of, and what was not there.
    Compiled { sources: BTreeMap<PathBuf, Option<Digest>> },
    /// What will run.
    Collected {
        tests: Vec<Planned>,
        /// How many the file has, with those that are left out.
        found: usize,
    },
    /// A test begins.
    Begin {
        test: usize,
        path: Vec<String>,
        line: u32,
        /// Milliseconds that it may take with everything around it.
        limit: u64,
    },
    /// A test has ended.
    End {
        test: usize,
        path: Vec<String>,
        status: Status,
        errors: Vec<Failure>,
        #[serde(default)]
        retries: u32,
        #[serde(default)]
        line: u32,
        /// Milliseconds of real time.
        #[serde(default)]
        ms: f64,
    },
    /// Something is wrong around tests.
    Suite { path: Vec<String>, errors: Vec<Failure> },
    /// A remark of a test.
    Note { test: usize, text: String },
    /// Console output, of a test or of the file.
    Print { test: Option<usize>, level: String, text: String },
    /// What its tests have gone through.
    Coverage(Coverage),
    /// The file has run.
    Done { snapshots: Snapshots },
    /// The runner itself failed.
    Broken { error: Failure },
    /// The file does not compile or load.
    Invalid { problems: Vec<Diagnostic> },
}

/// What the tests of one file have gone through.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Coverage {
    pub(super) files: Vec<Counted>,
    pub(super) workflows: Vec<WorkflowFigures>,
}

/// The counters of one file of the project.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Counted {
    pub(super) file: String,
    /// What they stand for: JSON of the compiler.
    pub(super) points: String,
    pub(super) counts: Vec<u64>,
}

/// What became of a workflow in all runs; see `stdlib/testing/workflow/coverage.ts`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WorkflowFigures {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) runs: u64,
    pub(super) may_time_out: bool,
    pub(super) timed_out: u64,
    pub(super) nodes: Vec<NodeFigures>,
}

/// What became of a node.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NodeFigures {
    pub(super) path: String,
    pub(super) kind: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) line: Option<u32>,
    pub(super) ran: u64,
    pub(super) completed: u64,
    pub(super) failed: u64,
    pub(super) may_retry: bool,
    pub(super) retried: u64,
    pub(super) handles_errors: bool,
    pub(super) handled: u64,
    pub(super) may_time_out: bool,
    pub(super) timed_out: u64,
    pub(super) yes: u64,
    pub(super) no: u64,
    /// What it runs: the rounds of a loop, or branches.
    #[serde(default)]
    pub(super) bodies: Vec<BodyFigures>,
}

/// What became of a body.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct BodyFigures {
    pub(super) path: String,
    /// How often it was begun.
    pub(super) entered: u64,
    /// How often it declared its steps, or ended by itself: without that its steps are not known.
    pub(super) known: u64,
    /// How often it was the first of a race.
    pub(super) first: u64,
}

/// A test that will run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Planned {
    pub(super) test: usize,
    pub(super) path: Vec<String>,
}

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Passed,
    Failed,
    Skipped,
    Todo,
}

/// Why a test failed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Failure {
    pub(super) name: String,
    pub(super) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stack: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) column: Option<u32>,
    /// Lines that begin with `- `, `+ ` or two spaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) diff: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) matcher: Option<String>,
}

impl Failure {
    /// What a replay did otherwise than the record.
    pub(super) fn divergence(message: String) -> Self {
        Self { name: "DivergenceError".to_owned(), message, ..Self::default() }
    }

    /// The same in a run of a subflow; of the run itself when that has no name.
    pub(super) fn of_part(self, workflow: &str) -> Self {
        if workflow.is_empty() {
            return self;
        }
        Self { message: format!("in the subflow '{workflow}': {}", self.message), ..self }
    }
}

/// What became of snapshots.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Snapshots {
    /// The file's new text; null when it is not needed any more, absent when it stays.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub(super) text: Option<Option<String>>,
    pub(super) inline: Vec<Inline>,
    pub(super) written: u32,
    pub(super) obsolete: Vec<String>,
}

/// A text to write into the source.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Inline {
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) text: String,
}

/// Tells null from absent.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Deserialize::deserialize(deserializer).map(Some)
}
