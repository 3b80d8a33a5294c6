//! The workflow language through the built binary: what authors write, and what runs become.

mod approvals;
mod bodies;
mod crashes;
mod engine;
mod flow_control;
mod flows;
mod reliability;
mod services;

use crate::env::{Env, Server};
use serde_json::Value;

/// A server with one workflow for each chain: `w0`, `w1` and so on.
struct Table {
    env: Env,
    server: Server,
}

impl Table {
    /// `before` stands above the workflows; each chain follows a `define` with its options.
    fn new(before: &str, workflows: &[(&str, &str)]) -> Self {
        Self::with_mode(before, workflows, &[])
    }

    /// The same with more arguments for the server.
    fn with_mode(before: &str, workflows: &[(&str, &str)], mode: &[&str]) -> Self {
        let mut source =
            format!("import {{ cronflow, NonRetryableError, RetryableError }} from 'cronflow';\n{before}\n");
        for (index, (options, chain)) in workflows.iter().enumerate() {
            source.push_str(&format!("cronflow.define({{ id: 'w{index}', {options} }}){chain};\n"));
        }
        let env = Env::with(&source);
        let server = env.serve_with(&[&["run", "workflow.ts", "--port", "0"], mode].concat());
        Self { env, server }
    }

    /// Kills the server, and starts it again when so much time has passed.
    fn after_minutes(self, minutes: i64) -> Self {
        let Self { env, server } = self;
        server.kill();
        env.let_minutes_pass(minutes);
        let server = env.serve();
        Self { env, server }
    }

    /// Runs a workflow to its end.
    fn run(&self, index: usize, payload: &str) -> Value {
        self.server.ended(&self.server.trigger(&format!("w{index}"), payload))
    }
}

/// One workflow, run to its end.
fn run_one(options: &str, chain: &str, payload: &str) -> Value {
    Table::new("", &[(options, chain)]).run(0, payload)
}

/// `name: status` of each step, in order.
fn steps(run: &Value) -> Vec<String> {
    let steps = run["steps"].as_array().unwrap().iter();
    steps.map(|step| format!("{}: {}", step["path"].as_str().unwrap(), step["status"].as_str().unwrap())).collect()
}

/// A step by its path.
fn step<'a>(run: &'a Value, path: &str) -> &'a Value {
    let found = run["steps"].as_array().unwrap().iter().find(|step| step["path"] == path);
    found.unwrap_or_else(|| panic!("there is no step {path} in {run:#}"))
}

/// `name: message` of the run's error.
fn error(run: &Value) -> String {
    format!(
        "{}: {}",
        run["error"]["name"].as_str().unwrap_or_default(),
        run["error"]["message"].as_str().unwrap_or_default()
    )
}
