//! The arguments. A file or folder without a command means `run`.

mod manage;
#[cfg(test)]
mod reference;

pub(crate) use manage::*;

use crate::test_runner::{ReporterKind, Shard};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use cronflow_core::duration;
use serde::{Deserialize, Serialize};
use std::{ffi::OsString, path::PathBuf, time::Duration};

const AFTER_HELP: &str = "\
Examples:
  cronflow-rt workflow.ts                    serve a file on http://127.0.0.1:3000
  cronflow-rt run flows/ --port 8080         serve every workflow file of a folder
  cronflow-rt trigger hello --payload '{\"name\":\"World\"}' --wait
  cronflow-rt runs list --status failed --since 2h
  cronflow-rt runs watch

Exit codes:
  0 ok, 1 failure, 2 wrong usage, 3 the workflow file is not valid, 4 no test was found,
  5 the engine or its database, 130 and 143 stopped by a signal before everything had finished";

/// A durable workflow engine for TypeScript, without Node.js.
#[derive(Debug, Parser)]
#[command(name = "cronflow-rt", version, after_help = AFTER_HELP, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve workflow files (the default when a file is given)
    Run(Run),
    /// Compile and check workflow files without serving them
    Check {
        /// Workflow files or folders
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        load: Load,
        #[command(flatten)]
        allow: Allow,
        /// Print errors as one JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Pack a workflow file and all that it imports into one archive, which runs like the file
    Build {
        /// The workflow file
        file: PathBuf,
        /// The archive [default: the file's name with .cfar]
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Run tests
    Test(Test),
    /// Write declarations for editors and tsc, with a tsconfig.json
    Types {
        /// The folder of the project
        #[arg(default_value = ".", value_name = "DIR")]
        folder: PathBuf,
    },
    /// Start a run of a workflow
    Trigger(Trigger),
    /// Look at runs, follow them, cancel, retry, replay
    #[command(subcommand)]
    Runs(RunsCommand),
    /// Look at workflows
    #[command(subcommand)]
    Workflows(WorkflowsCommand),
    /// Publish events, look at them
    #[command(subcommand)]
    Events(EventsCommand),
    /// Decide what waits for a person
    #[command(subcommand)]
    Approvals(ApprovalsCommand),
    /// Look at schedules, pause, resume, run them now
    #[command(subcommand)]
    Schedules(SchedulesCommand),
    /// Look at requests to webhooks, replay them
    #[command(subcommand)]
    Deliveries(DeliveriesCommand),
    /// Look at durable values, change them
    #[command(subcommand)]
    State(StateCommand),
    /// Tokens of the management API
    #[command(subcommand)]
    Token(TokenCommand),
    /// What was asked of the management API
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Print shell completions
    Completions {
        /// The shell
        shell: Shell,
    },
    /// One process that runs test files; started by `test`
    #[command(name = "__test", hide = true)]
    TestProcess,
    /// Starts another program with the limits of the system instead of a worker's; started by workers
    #[command(name = "__run", hide = true)]
    Launch {
        /// The program, its own name, and its arguments
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<std::ffi::OsString>,
    },
    /// One worker process; started by the engine
    #[command(name = "__worker", hide = true)]
    Worker {
        /// Memory that it may use, in bytes
        memory_limit: u64,
    },
    /// Conformance tests of the web platform
    #[command(name = "__wpt", hide = true)]
    Wpt(Wpt),
    /// One file of them; started by `__wpt`
    #[command(name = "__wpt-file", hide = true)]
    WptFile(WptFile),
}

/// `__wpt`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Wpt {
    /// A checkout of web-platform-tests
    pub(crate) dir: PathBuf,
    /// Only files whose path begins with this; may be given more than once
    #[arg(long)]
    pub(crate) filter: Vec<String>,
    /// Folder with the expected failures
    #[arg(long, default_value = "tests/wpt", value_name = "DIR")]
    pub(crate) ledger: PathBuf,
    /// Write what came out into the ledger instead of comparing
    #[arg(long)]
    pub(crate) update: bool,
    /// Files at the same time
    #[arg(long, default_value_t = 2)]
    pub(crate) jobs: usize,
}

/// `__wpt-file`.
#[derive(Debug, ClapArgs)]
pub(crate) struct WptFile {
    /// A checkout of web-platform-tests
    pub(crate) dir: PathBuf,
    /// The file in it
    pub(crate) file: String,
    /// The variant, as in ?1-1000
    #[arg(long, default_value = "")]
    pub(crate) variant: String,
    /// Seconds that it may take
    #[arg(long, default_value_t = 60)]
    pub(crate) limit: u64,
}

/// `run`.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Run {
    /// Workflow files; a folder stands for every workflow file in it
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Port to listen on; 0 picks a free one [default: 3000]
    #[arg(long, env = "CRONFLOW_PORT")]
    pub(crate) port: Option<u16>,
    /// Address to listen on [default: 127.0.0.1]
    #[arg(long, env = "CRONFLOW_HOST")]
    pub(crate) host: Option<String>,
    /// Database file [default: .cronflow/data.db beside the first workflow file]
    #[arg(long, env = "CRONFLOW_DB_PATH", value_name = "FILE")]
    pub(crate) db: Option<PathBuf>,
    /// Worker processes that execute steps [default: one for each core]
    #[arg(long, env = "CRONFLOW_WORKERS", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) workers: Option<u16>,
    /// Memory that one worker may use, such as 512M or 2G
    #[arg(long, env = "CRONFLOW_MEMORY_LIMIT", default_value = "512M", value_parser = parse_size, value_name = "SIZE")]
    pub(crate) memory_limit: u64,
    #[command(flatten)]
    pub(crate) load: Load,
    /// What an acknowledged trigger survives: full = a power cut, normal = a crash of the process
    #[arg(long, env = "CRONFLOW_DURABILITY", default_value = "full")]
    pub(crate) durability: DurabilityArg,
    /// How long finished runs are kept, such as 12h or 90d; forever keeps them all
    #[arg(long, env = "CRONFLOW_RETENTION", default_value = "30d", value_parser = parse_retention, value_name = "TIME")]
    pub(crate) retention: Retention,
    /// Want a token for the management API also on a loopback address, as behind a proxy
    #[arg(long, env = "CRONFLOW_REQUIRE_TOKEN")]
    pub(crate) require_token: bool,
    #[command(flatten)]
    pub(crate) allow: Allow,
    /// For tests of the engine: forget every run after every commit and read it back
    #[arg(long, hide = true)]
    pub(crate) always_replay: bool,
    /// Log as one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

/// How files are loaded.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Load {
    /// Longest time for the top level of the files, such as 90s; a slow or busy machine may need more
    #[arg(long = "load-timeout", env = "CRONFLOW_LOAD_TIMEOUT", default_value = "30s", value_parser = parse_timeout, value_name = "TIME")]
    pub(crate) timeout: Duration,
}

/// What workflow code may reach. Without a value, a flag allows everything of its kind.
#[derive(Debug, Clone, Default, ClapArgs, Serialize, Deserialize)]
#[command(next_help_heading = "Permissions")]
pub(crate) struct Allow {
    /// Read files outside of the project: all, or these files and folders
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "*", value_delimiter = ',', value_name = "PATHS")]
    pub(crate) allow_read: Option<Vec<String>>,
    /// Write files outside of the project: all, or these files and folders
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "*", value_delimiter = ',', value_name = "PATHS")]
    pub(crate) allow_write: Option<Vec<String>>,
    /// See environment variables: all, or these; NAME_* stands for all that begin so
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "*", value_delimiter = ',', value_name = "NAMES")]
    pub(crate) allow_env: Option<Vec<String>>,
    /// Connect to hosts: all, which is also the default, or only these (HOST, HOST:PORT, *.DOMAIN); none closes the network
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "*", value_delimiter = ',', value_name = "HOSTS", value_parser = parse_host)]
    pub(crate) allow_net: Option<Vec<String>>,
    /// Start other programs: all, or these names and paths
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "*", value_delimiter = ',', value_name = "PROGRAMS")]
    pub(crate) allow_run: Option<Vec<String>>,
}

fn parse_host(text: &str) -> Result<String, String> {
    if text == "*" || cronflow_core::permissions::is_host_pattern(text) {
        return Ok(text.to_owned());
    }
    Err("use HOST, HOST:PORT or *.DOMAIN, without a scheme or path; or none".to_owned())
}

/// `--retention`; `None` is for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Retention(pub(crate) Option<Duration>);

fn parse_retention(text: &str) -> Result<Retention, String> {
    if text == "forever" {
        return Ok(Retention(None));
    }
    match duration::parse(text) {
        Ok(time) if time.is_zero() => Err("use a time longer than zero, or forever".to_owned()),
        Ok(time) => Ok(Retention(Some(time))),
        Err(error) => Err(error.to_string()),
    }
}

/// `--durability`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DurabilityArg {
    Full,
    Normal,
}

/// `test`.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Test {
    /// Test files, or folders with them [default: the current folder]
    pub(crate) files: Vec<PathBuf>,
    /// Only tests whose full name matches this regular expression
    #[arg(short = 't', long = "test-name-pattern", value_name = "PATTERN", value_parser = parse_pattern)]
    pub(crate) pattern: Option<String>,
    /// Only files whose path contains this text
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,
    /// End after the first failure, or after so many
    #[arg(long, value_name = "COUNT", num_args = 0..=1, default_missing_value = "1", require_equals = true,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) bail: Option<u32>,
    /// Only one of several equal parts of the files, such as 1/3
    #[arg(long, value_name = "PART", value_parser = Shard::parse)]
    pub(crate) shard: Option<Shard>,
    /// Run files and tests in a random order
    #[arg(long)]
    pub(crate) shuffle: bool,
    /// The order of --shuffle, to repeat it
    #[arg(long, requires = "shuffle", value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,
    /// Longest real time of one test
    #[arg(long, env = "CRONFLOW_TEST_TIMEOUT", default_value = "5s", value_parser = parse_timeout, value_name = "TIME")]
    pub(crate) timeout: Duration,
    /// Write snapshots anew, and remove those that no test uses
    #[arg(short, long)]
    pub(crate) update: bool,
    /// Run again what a change of a file concerns, until q is typed
    #[arg(long, conflicts_with = "replay")]
    pub(crate) watch: bool,
    /// Replay recorded runs, as 'runs export' writes them, with the workflow files as they are now, and tell where
    /// they differ
    #[arg(long, value_name = "EXPORT", conflicts_with_all = ["pattern", "filter", "update", "shuffle", "bail", "shard"])]
    pub(crate) replay: Option<PathBuf>,
    /// Tell what the tests go through: steps, branches, retries and error paths of workflows, lines of files
    #[arg(long, conflicts_with = "replay")]
    pub(crate) coverage: bool,
    /// The folder for the files that --coverage writes
    #[arg(long, default_value = "coverage", requires = "coverage", value_name = "DIR")]
    pub(crate) coverage_dir: PathBuf,
    /// What to print
    #[arg(long, default_value = "pretty")]
    pub(crate) reporter: ReporterKind,
    #[command(flatten)]
    pub(crate) allow: Allow,
}

/// A regular expression as JavaScript has them.
fn parse_pattern(text: &str) -> Result<String, String> {
    regress::Regex::new(text).map(|_| text.to_owned()).map_err(|error| format!("it is no regular expression: {error}"))
}

/// A duration such as 10s, or milliseconds.
fn parse_timeout(text: &str) -> Result<Duration, String> {
    let parsed = text.parse().map(Duration::from_millis).ok();
    let time = match parsed {
        Some(time) => time,
        None => duration::parse(text).map_err(|error| error.to_string())?,
    };
    if time.is_zero() { Err("use a time longer than zero".to_owned()) } else { Ok(time) }
}

/// Puts `run` before a first argument that is a file, a folder, or looks like one.
pub(crate) fn with_default_command(args: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut args: Vec<OsString> = args.collect();
    if args.get(1).is_some_and(names_a_file) {
        args.insert(1, "run".into());
    }
    args
}

fn names_a_file(argument: &OsString) -> bool {
    let Some(text) = argument.to_str() else { return true };
    if text.starts_with('-') {
        return false;
    }
    let path = std::path::Path::new(text);
    let is_script = path
        .extension()
        .is_some_and(|ending| ["ts", "mts", "js", "mjs", "cjs", "cfar"].iter().any(|known| ending == *known));
    is_script || text.contains('/') || path.is_file() || (path.is_dir() && !is_command(text))
}

fn is_command(text: &str) -> bool {
    use clap::CommandFactory as _;
    Args::command().get_subcommands().any(|command| command.get_name() == text)
}

/// `512M`, `2G`, or bytes.
fn parse_size(text: &str) -> Result<u64, String> {
    let wrong = || format!("'{text}' is no size; write for example 512M or 2G");
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..digits].parse().map_err(|_| wrong())?;
    let unit: u64 = match text[digits..].trim_end_matches(['b', 'B']).trim_end_matches('i') {
        "" => 1,
        "K" | "k" => 1 << 10,
        "M" | "m" => 1 << 20,
        "G" | "g" => 1 << 30,
        _ => return Err(wrong()),
    };
    let bytes = number.checked_mul(unit).ok_or_else(wrong)?;
    if bytes < 64 << 20 { Err("a worker needs at least 64M".to_owned()) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn parse(args: &[&str]) -> Result<Command, String> {
        let given = ["cronflow-rt"].iter().chain(args).map(OsString::from);
        Args::try_parse_from(with_default_command(given)).map(|args| args.command).map_err(|error| error.to_string())
    }

    #[rstest]
    #[case(&["missing.ts"])]
    #[case(&["run", "a.ts", "b.ts", "--port", "0", "--host", "::1", "--workers", "4", "--memory-limit", "1G"])]
    #[case(&["./flows", "--json"])]
    #[case(&["src"])]
    fn these_run(#[case] args: &[&str]) {
        assert!(matches!(parse(args), Ok(Command::Run(_))));
    }

    #[rstest]
    #[case(&["rnus", "list"], "runs")]
    #[case(&["run"], "required")]
    #[case(&["run", "a.ts", "--port", "70000"], "70000")]
    #[case(&["run", "a.ts", "--workers", "0"], "0")]
    #[case(&["run", "a.ts", "--memory-limit", "lots"], "512M")]
    #[case(&["run", "a.ts", "--memory-limit", "1M"], "at least 64M")]
    #[case(&["run", "a.ts", "--retention", "0s"], "forever")]
    #[case(&["run", "a.ts", "--retention", "soon"], "not a duration")]
    #[case(&["runs", "list", "--status", "odd"], "odd")]
    #[case(&["runs", "list", "--url", "http://x", "--db", "y"], "cannot be used with")]
    fn these_are_refused(#[case] args: &[&str], #[case] message: &str) {
        let error = parse(args).unwrap_err();
        assert!(error.contains(message), "{error}");
    }

    #[rstest]
    #[case("512M", 512 << 20)]
    #[case("2G", 2 << 30)]
    #[case("100000000", 100_000_000)]
    #[case("256MiB", 256 << 20)]
    fn sizes(#[case] text: &str, #[case] bytes: u64) {
        assert_eq!(parse_size(text), Ok(bytes));
    }
}
