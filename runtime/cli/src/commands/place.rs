//! Where runs and workflows are read from: a server, or a database file.

use crate::{args, client, errors};
use cronflow_core::{
    error::{Code, Diagnostic},
    storage::{Reader, RunFilter},
    view,
};
use cronflow_store::SqliteReader;
use reqwest::Method;
use serde_json::{Value, json};
use std::path::Path;

/// The database when nothing else is said.
const DEFAULT_DATABASE: &str = ".cronflow/data.db";

/// An open place.
pub(super) enum Place {
    Server(String),
    Database(Box<dyn Reader>),
}

impl Place {
    /// What was asked for; else a server that answers at the default address, else the database in
    /// the current folder.
    pub(super) fn open(args: &args::Place) -> Result<Self, Diagnostic> {
        if let Some(url) = &args.url {
            return Ok(Self::Server(url.clone()));
        }
        if let Some(path) = &args.db {
            return Self::database(path);
        }
        if client::is_up(client::DEFAULT_URL) {
            return Ok(Self::Server(client::DEFAULT_URL.to_owned()));
        }
        if Path::new(DEFAULT_DATABASE).exists() {
            return Self::database(Path::new(DEFAULT_DATABASE));
        }
        let message = format!("no server answers at {}, and there is no {DEFAULT_DATABASE} here", client::DEFAULT_URL);
        Err(Diagnostic::new(Code::ServerUnreachable, message)
            .with_help("name a server with --url or a database with --db"))
    }

    fn database(path: &Path) -> Result<Self, Diagnostic> {
        let reader = SqliteReader::open(path).map_err(|error| errors::of_store(&error))?;
        Ok(Self::Database(Box::new(reader)))
    }

    /// `{"runs": [...], "nextCursor"}`.
    pub(super) fn runs(&self, filter: &RunFilter) -> Result<Value, Diagnostic> {
        match self {
            Self::Server(url) => client::call(url, Method::GET, &format!("/api/runs?{}", query(filter)), None),
            Self::Database(reader) => {
                let runs = reader.runs(filter).map_err(|error| errors::of_store(&error))?;
                let next = (runs.len() == filter.limit as usize).then(|| runs.last().map(|run| run.id.to_string()));
                Ok(json!({"runs": runs.iter().map(view::summary).collect::<Vec<_>>(), "nextCursor": next.flatten()}))
            }
        }
    }

    /// The whole run.
    pub(super) fn run(&self, id: &str) -> Result<Value, Diagnostic> {
        let unknown = || Diagnostic::new(Code::UnknownRun, format!("there is no run '{id}'"));
        let parsed = id.parse().map_err(|_| unknown())?;
        match self {
            Self::Server(url) => client::call(url, Method::GET, &format!("/api/runs/{id}"), None),
            Self::Database(reader) => {
                let run = reader.run(parsed).map_err(|error| errors::of_store(&error))?.ok_or_else(unknown)?;
                let logs = reader.logs(parsed).map_err(|error| errors::of_store(&error))?;
                Ok(view::run(&run, &logs))
            }
        }
    }

    /// `{"workflows": [...]}`.
    pub(super) fn workflows(&self) -> Result<Value, Diagnostic> {
        match self {
            Self::Server(url) => client::call(url, Method::GET, "/api/workflows", None),
            Self::Database(reader) => {
                let rows = reader.workflows().map_err(|error| errors::of_store(&error))?;
                Ok(json!({"workflows": rows.iter().map(|row| row.definition.to_value()).collect::<Vec<_>>()}))
            }
        }
    }
}

fn query(filter: &RunFilter) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("limit", &filter.limit.to_string());
    if let Some(workflow) = &filter.workflow {
        query.append_pair("workflow", workflow);
    }
    if let Some(status) = filter.status {
        query.append_pair("status", status.as_str());
    }
    query.finish()
}
