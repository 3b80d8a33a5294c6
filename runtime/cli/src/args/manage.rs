//! Arguments of the commands that look at a server or a database, and of those that change something.

use clap::{ArgMatches, Args, Command, FromArgMatches, Subcommand, ValueEnum, error::ErrorKind, parser::ValueSource};
use cronflow_core::{
    machine::RunStatus, moment, outline::Format, storage::DeliveryOutcome, time::Timestamp, token::TokenScope,
};
use std::path::PathBuf;

/// Where to read from: of a server and a database at most one is said.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) url: Option<String>,
    pub(crate) db: Option<PathBuf>,
    pub(crate) json: bool,
}

/// The arguments of a [`Place`].
#[derive(Debug, Args)]
struct PlaceArgs {
    /// Ask this server [default: that of cronflow.toml, else http://127.0.0.1:3000]
    #[arg(long, env = "CRONFLOW_URL")]
    url: Option<String>,
    /// Read this database file [default: .cronflow/data.db when no server answers]
    #[arg(long, env = "CRONFLOW_DB_PATH", value_name = "FILE")]
    db: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl FromArgMatches for Place {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let PlaceArgs { url, db, json } = PlaceArgs::from_arg_matches(matches)?;
        let is_flag = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
        let (url, db) = match (is_flag("url"), is_flag("db")) {
            (true, true) => {
                let message = "the argument '--url <URL>' cannot be used with '--db <FILE>'\n";
                return Err(clap::Error::raw(ErrorKind::ArgumentConflict, message));
            }
            // A flag comes before the variables, and a server before a database.
            (false, true) => (None, db),
            _ if url.is_some() => (url, None),
            _ => (None, db),
        };
        Ok(Self { url, db, json })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Place {
    fn augment_args(command: Command) -> Command {
        PlaceArgs::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        PlaceArgs::augment_args_for_update(command)
    }
}

/// Which server to ask.
#[derive(Debug, Clone, Args)]
pub(crate) struct Server {
    /// The server [default: that of cronflow.toml, else http://127.0.0.1:3000]
    #[arg(long, env = "CRONFLOW_URL")]
    pub(crate) url: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `trigger`.
#[derive(Debug, Args)]
pub(crate) struct Trigger {
    /// The workflow's id
    pub(crate) workflow: String,
    /// The payload: JSON, @FILE, or - for standard input
    #[arg(long, default_value = "null")]
    pub(crate) payload: String,
    /// A second call with this key starts nothing and gets the first one's run
    #[arg(long, value_name = "KEY")]
    pub(crate) idempotency_key: Option<String>,
    /// Wait for the run's end and print its output
    #[arg(long)]
    pub(crate) wait: bool,
    #[command(flatten)]
    pub(crate) server: Server,
}

/// Which runs.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Filter {
    /// Only of this workflow
    #[arg(long)]
    pub(crate) workflow: Option<String>,
    /// Only with this status
    #[arg(long)]
    pub(crate) status: Option<RunStatus>,
    /// Only accepted since then: 2h (ago), 2026-11-24 or 2026-11-24T12:00:00Z
    #[arg(long, value_parser = parse_since, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Only with this text in the payload, the output, the error or an id
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
}

fn parse_since(text: &str) -> Result<String, String> {
    moment::parse(text, Timestamp(0)).map(|_| text.to_owned())
}

/// `runs`.
#[derive(Debug, Subcommand)]
pub(crate) enum RunsCommand {
    /// List runs, newest first
    List {
        #[command(flatten)]
        filter: Filter,
        /// At most so many
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        /// Go on behind this run, as the page before says
        #[arg(long, value_name = "RUN")]
        cursor: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Show one run with its steps and its log
    Show {
        /// The run's id
        id: String,
        #[command(flatten)]
        place: Place,
    },
    /// Print the log of a run
    Logs {
        /// The run's id
        id: String,
        #[command(flatten)]
        place: Place,
    },
    /// Print whole runs, one JSON object a line
    Export {
        /// Ids of runs; without any, those that the filter lets through
        ids: Vec<String>,
        #[command(flatten)]
        filter: Filter,
        /// At most so many
        #[arg(long, default_value_t = 1000)]
        limit: u32,
        #[command(flatten)]
        place: Place,
    },
    /// Follow runs as they change; with an id, until that run has ended
    Watch {
        /// The run's id
        id: Option<String>,
        /// Only of this workflow
        #[arg(long, conflicts_with = "id")]
        workflow: Option<String>,
        #[command(flatten)]
        server: Server,
    },
    /// End a run, or all that a filter lets through
    Cancel {
        /// Why
        #[arg(long)]
        reason: Option<String>,
        #[command(flatten)]
        bulk: Bulk,
    },
    /// Let a failed run go on from where it failed, or all that a filter lets through
    Retry {
        #[command(flatten)]
        bulk: Bulk,
    },
    /// Start a new run from an old one
    Replay {
        /// The old run's id
        id: String,
        /// Another payload: JSON, @FILE, or - for standard input
        #[arg(long)]
        payload: Option<String>,
        /// Steps before this one keep the outputs of the old run
        #[arg(long, value_name = "STEP")]
        from_step: Option<String>,
        /// An output that stands for a step; can be given more than once
        #[arg(long = "mock", value_name = "STEP=JSON", value_parser = parse_mock)]
        mocks: Vec<(String, String)>,
        #[command(flatten)]
        server: Server,
    },
}

/// One run, or many.
#[derive(Debug, Clone, Args)]
pub(crate) struct Bulk {
    /// The run's id
    #[arg(conflicts_with_all = ["workflow", "status", "since", "search", "all"], required_unless_present_any = ["workflow", "status", "since", "search", "all"])]
    pub(crate) id: Option<String>,
    #[command(flatten)]
    pub(crate) filter: Filter,
    /// All of them, without a filter
    #[arg(long, conflicts_with_all = ["workflow", "status", "since", "search"])]
    pub(crate) all: bool,
    /// At most so many
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000), conflicts_with = "id")]
    pub(crate) limit: u32,
    /// Only say which
    #[arg(long, conflicts_with = "id")]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) server: Server,
}

fn parse_mock(text: &str) -> Result<(String, String), String> {
    let (step, json) = text.split_once('=').ok_or_else(|| "write STEP=JSON".to_owned())?;
    let checked = cronflow_core::json::JsonText::parse(json);
    checked.map_err(|error| format!("the output is not valid JSON: {error}"))?;
    Ok((step.to_owned(), json.to_owned()))
}

/// `workflows`.
#[derive(Debug, Subcommand)]
pub(crate) enum WorkflowsCommand {
    /// List workflows
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Show one workflow with its triggers and nodes
    Show {
        /// The workflow's id
        id: String,
        #[command(flatten)]
        place: Place,
    },
    /// Draw a workflow
    Graph {
        /// The workflow's id
        id: String,
        /// How
        #[arg(long, default_value = "text")]
        format: GraphFormat,
        #[command(flatten)]
        place: Place,
    },
}

/// `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// A tree
    Text,
    /// A flowchart for Mermaid
    Mermaid,
    /// A graph for Graphviz
    Dot,
}

impl From<GraphFormat> for Format {
    fn from(format: GraphFormat) -> Self {
        match format {
            GraphFormat::Text => Self::Text,
            GraphFormat::Mermaid => Self::Mermaid,
            GraphFormat::Dot => Self::Dot,
        }
    }
}

/// `events`.
#[derive(Debug, Subcommand)]
pub(crate) enum EventsCommand {
    /// Publish an event
    Publish {
        /// Its name
        name: String,
        /// The payload: JSON, @FILE, or - for standard input
        #[arg(long, default_value = "null")]
        payload: String,
        #[command(flatten)]
        server: Server,
    },
    /// List events, newest first
    List {
        /// Only of this name, or of names that a pattern such as order.* covers
        #[arg(long)]
        name: Option<String>,
        /// Only published since then: 2h (ago), 2026-11-24 or 2026-11-24T12:00:00Z
        #[arg(long, value_parser = parse_since, value_name = "TIME")]
        since: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        #[command(flatten)]
        place: Place,
    },
}

/// `approvals`.
#[derive(Debug, Subcommand)]
pub(crate) enum ApprovalsCommand {
    /// List what waits for a person
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Approve
    Approve {
        #[command(flatten)]
        decision: Decision,
    },
    /// Reject
    Reject {
        #[command(flatten)]
        decision: Decision,
    },
}

/// A decision.
#[derive(Debug, Clone, Args)]
pub(crate) struct Decision {
    /// The token of the wait, as the list shows it
    pub(crate) token: String,
    /// Why
    #[arg(long)]
    pub(crate) reason: Option<String>,
    /// Who decides
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// More for the run: a JSON object, @FILE, or - for standard input
    #[arg(long)]
    pub(crate) payload: Option<String>,
    #[command(flatten)]
    pub(crate) server: Server,
}

/// `state`.
#[derive(Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// List the values of a scope
    List {
        /// global, or a workflow's id
        scope: String,
        #[command(flatten)]
        place: Place,
    },
    /// Print a value
    Get {
        /// global, or a workflow's id
        scope: String,
        /// Its name
        key: String,
        #[command(flatten)]
        place: Place,
    },
    /// Replace a value
    Set {
        /// global, or a workflow's id
        scope: String,
        /// Its name
        key: String,
        /// The value: JSON, @FILE, or - for standard input
        value: String,
        /// How long it counts, such as 30m
        #[arg(long)]
        ttl: Option<String>,
        #[command(flatten)]
        server: Server,
    },
    /// Delete a value
    Delete {
        /// global, or a workflow's id
        scope: String,
        /// Its name
        key: String,
        #[command(flatten)]
        server: Server,
    },
}

/// `token`.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token and print its secret, once
    Create {
        /// Who or what has it
        name: String,
        /// read or write
        #[arg(long, default_value = "read")]
        scope: TokenScope,
        #[command(flatten)]
        place: Place,
    },
    /// List tokens
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Revoke a token
    Revoke {
        /// Its name
        name: String,
        #[command(flatten)]
        place: Place,
    },
}

/// `audit`.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// List what was asked and changes something, newest first
    List {
        /// At most so many
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        #[command(flatten)]
        place: Place,
    },
}

/// `deliveries`.
#[derive(Debug, Subcommand)]
pub(crate) enum DeliveriesCommand {
    /// List requests to webhooks, newest first
    List {
        /// Only to this workflow
        #[arg(long)]
        workflow: Option<String>,
        /// Only with this outcome: accepted, duplicate, skipped, answered, rejected, failed or turned_away
        #[arg(long)]
        outcome: Option<DeliveryOutcome>,
        /// At most so many
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        #[command(flatten)]
        place: Place,
    },
    /// Show one with its headers and the beginning of its body
    Show {
        /// Its number
        id: i64,
        #[command(flatten)]
        place: Place,
    },
    /// Start a new run with the payload of a delivery
    Replay {
        /// Its number
        id: i64,
        #[command(flatten)]
        server: Server,
    },
}

/// `schedules`.
#[derive(Debug, Subcommand)]
pub(crate) enum SchedulesCommand {
    /// List schedules, intervals and polls
    List {
        #[command(flatten)]
        place: Place,
    },
    /// The next times at which schedules fire
    Next {
        /// How many
        #[arg(default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
        count: u32,
        /// Only of this schedule, paused or not
        #[arg(long)]
        id: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Let a schedule rest
    Pause {
        /// Its id
        id: String,
        #[command(flatten)]
        server: Server,
    },
    /// Let a schedule go on; what it did not do meanwhile is not made up for
    Resume {
        /// Its id
        id: String,
        #[command(flatten)]
        server: Server,
    },
    /// Start a run of a schedule now; ask a poll now
    Run {
        /// Its id
        id: String,
        #[command(flatten)]
        server: Server,
    },
}
