//! Where data is read from: a server, or a database file. Both give the same JSON.

use crate::{
    args,
    client::{self, Client, part},
    errors,
    settings::Settings,
};
use cronflow_core::{
    definition::thaw,
    error::{Code, Diagnostic},
    moment,
    outline::{self, Format},
    storage::{DeliveryFilter, DeliveryOutcome, EventFilter, Reader, RunFilter, ScheduleRow},
    time::Timestamp,
    token::{TOKEN_SCOPE, Token},
    view,
};
use cronflow_store::SqliteReader;
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

/// The database when nothing else is said.
const DEFAULT_DATABASE: &str = ".cronflow/data.db";

/// An open place.
pub(super) enum Place {
    Server(Client),
    Database(Box<dyn Reader>),
}

/// Which database a command means that finds no server.
pub(super) fn database_path(args: &args::Place, settings: &Settings) -> PathBuf {
    let given = args.db.clone().or_else(|| settings.db.clone());
    given.unwrap_or_else(|| DEFAULT_DATABASE.into())
}

impl Place {
    /// What was asked for; else a server that answers where the settings or the defaults say, else the
    /// database there.
    pub(super) fn open(args: &args::Place) -> Result<Self, Diagnostic> {
        let settings = Settings::find()?;
        if let Some(url) = &args.url {
            return Ok(Self::Server(Client::of(url, &settings)?));
        }
        let path = database_path(args, &settings);
        if args.db.is_some() {
            return Self::database(&path);
        }
        let client = Client::of(settings.url.as_deref().unwrap_or(client::DEFAULT_URL), &settings)?;
        if client.is_up() {
            return Ok(Self::Server(client));
        }
        if path.exists() {
            return Self::database(&path);
        }
        let message = format!("no server answers at {}, and there is no {} here", client.url, path.display());
        Err(Diagnostic::new(Code::ServerUnreachable, message)
            .with_help("name a server with --url or a database with --db"))
    }

    fn database(path: &Path) -> Result<Self, Diagnostic> {
        let reader = SqliteReader::open(path).map_err(|error| errors::of_store(&error))?;
        Ok(Self::Database(Box::new(reader)))
    }

    /// `{"runs": [...], "nextCursor"}`.
    pub(super) fn runs(&self, filter: &args::Filter, limit: u32, cursor: Option<&str>) -> Result<Value, Diagnostic> {
        match self {
            Self::Server(client) => client.get(&format!("/api/runs?{}", query(filter, limit, cursor))),
            Self::Database(reader) => {
                let filter = RunFilter { limit, before: cursor.map(run_id).transpose()?, ..rows(filter)? };
                let page = reader.runs(&filter).map_err(|error| errors::of_store(&error))?;
                Ok(view::page(&page))
            }
        }
    }

    /// The whole run.
    pub(super) fn run(&self, id: &str) -> Result<Value, Diagnostic> {
        let parsed = run_id(id)?;
        match self {
            Self::Server(client) => client.get(&format!("/api/runs/{}", part(id))),
            Self::Database(reader) => {
                let run = view::stored_run(&**reader, parsed).map_err(|error| errors::of_store(&error))?;
                run.ok_or_else(|| unknown_run(id))
            }
        }
    }

    /// `{"workflows": [...]}`.
    pub(super) fn workflows(&self) -> Result<Value, Diagnostic> {
        match self {
            Self::Server(client) => client.get("/api/workflows"),
            Self::Database(reader) => {
                let rows = reader.workflows().map_err(|error| errors::of_store(&error))?;
                Ok(json!({"workflows": rows.iter().map(|row| row.definition.to_value()).collect::<Vec<_>>()}))
            }
        }
    }

    /// One workflow.
    pub(super) fn workflow(&self, id: &str) -> Result<Value, Diagnostic> {
        if let Self::Server(client) = self {
            return client.get(&format!("/api/workflows/{}", part(id)));
        }
        let all = self.workflows()?;
        let found =
            all["workflows"].as_array().and_then(|all| all.iter().find(|workflow| workflow["id"] == id).cloned());
        found.ok_or_else(|| {
            Diagnostic::new(Code::UnknownWorkflow, format!("there is no workflow '{id}'"))
                .with_help("'cronflow-rt workflows list' shows them")
        })
    }

    /// The picture of a workflow.
    pub(super) fn graph(&self, id: &str, format: Format) -> Result<String, Diagnostic> {
        Ok(outline::draw(&self.workflow(id)?, format))
    }

    /// `{"events": [...]}`.
    pub(super) fn events(&self, name: Option<&str>, since: Option<&str>, limit: u32) -> Result<Value, Diagnostic> {
        match self {
            Self::Server(client) => {
                let mut query = url::form_urlencoded::Serializer::new(String::new());
                query.append_pair("limit", &limit.to_string());
                for (key, value) in [("name", name), ("since", since)] {
                    if let Some(value) = value {
                        query.append_pair(key, value);
                    }
                }
                client.get(&format!("/api/events?{}", query.finish()))
            }
            Self::Database(reader) => {
                let since = since.map(|text| moment::parse(text, now())).transpose();
                let since = since.map_err(|message| Diagnostic::new(Code::BadRequest, message))?;
                let filter = EventFilter { name: name.map(str::to_owned), since, before: None, limit };
                let rows = reader.events(&filter).map_err(|error| errors::of_store(&error))?;
                let next = rows.last().filter(|_| rows.len() == limit as usize).map(|row| row.id.to_string());
                Ok(json!({"events": rows.iter().map(view::event).collect::<Vec<_>>(), "nextCursor": next}))
            }
        }
    }

    /// `{"schedules": [...]}`: without a server, what rests of those that were served last.
    pub(super) fn schedules(&self) -> Result<Value, Diagnostic> {
        let Self::Database(reader) = self else { return self.server("/api/schedules") };
        let rows = reader.schedules().map_err(|error| errors::of_store(&error))?;
        let served = rows.iter().filter(|row| row.is_served);
        let all: Vec<Value> =
            served.map(|row| view::schedule(row, next_after(row, now()).filter(|_| !row.is_paused))).collect();
        Ok(json!({ "schedules": all }))
    }

    /// `{"next": [...]}`: of all that are not paused, or of one.
    pub(super) fn next_fires(&self, count: u32, id: Option<&str>) -> Result<Value, Diagnostic> {
        if let Self::Server(client) = self {
            let Some(id) = id else { return client.get(&format!("/api/upcoming?count={count}")) };
            let found = client.get(&format!("/api/schedules/{}?count={count}", part(id)))?;
            let times = found["next"].as_array().cloned().unwrap_or_default();
            let fire = |at: Value| json!({"at": at, "schedule": id, "workflowId": found["workflowId"]});
            return Ok(json!({"next": times.into_iter().map(fire).collect::<Vec<_>>()}));
        }
        let Self::Database(reader) = self else { return Ok(Value::Null) };
        let rows = reader.schedules().map_err(|error| errors::of_store(&error))?;
        let wanted = rows.iter().filter(|row| row.is_served && id.map_or(!row.is_paused, |id| *row.id == *id));
        let mut all = Vec::new();
        for row in wanted {
            let times = std::iter::successors(next_after(row, now()), |at| next_after(row, *at)).take(count as usize);
            all.extend(times.map(|at| (at, row.id.clone(), row.workflow_id.clone())));
        }
        if let Some(id) = id.filter(|id| !rows.iter().any(|row| row.is_served && *row.id == **id)) {
            return Err(Diagnostic::new(Code::UnknownObject, format!("there is no schedule '{id}'")));
        }
        all.sort();
        all.truncate(count as usize);
        let all: Vec<Value> = all.iter().map(|(at, id, workflow)| view::fire(*at, id, workflow)).collect();
        Ok(json!({ "next": all }))
    }

    /// `{"deliveries": [...]}`.
    pub(super) fn deliveries(
        &self,
        workflow: Option<&str>,
        outcome: Option<DeliveryOutcome>,
        limit: u32,
    ) -> Result<Value, Diagnostic> {
        if let Self::Database(reader) = self {
            let filter = DeliveryFilter { workflow: workflow.map(str::to_owned), outcome, before: None, limit };
            let rows = reader.deliveries(&filter).map_err(|error| errors::of_store(&error))?;
            let next = rows.last().filter(|_| rows.len() == limit as usize).map(|row| row.id.to_string());
            return Ok(json!({"deliveries": rows.iter().map(view::delivery).collect::<Vec<_>>(), "nextCursor": next}));
        }
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("limit", &limit.to_string());
        for (key, value) in [("workflow", workflow), ("outcome", outcome.map(DeliveryOutcome::as_str))] {
            if let Some(value) = value {
                query.append_pair(key, value);
            }
        }
        self.server(&format!("/api/deliveries?{}", query.finish()))
    }

    /// One delivery.
    pub(super) fn delivery(&self, id: i64) -> Result<Value, Diagnostic> {
        let Self::Database(reader) = self else { return self.server(&format!("/api/deliveries/{id}")) };
        let row = reader.delivery(id).map_err(|error| errors::of_store(&error))?;
        let message = || format!("there is no delivery '{id}'");
        row.map(|row| view::delivery(&row)).ok_or_else(|| Diagnostic::new(Code::UnknownObject, message()))
    }

    /// `{"approvals": [...]}`.
    pub(super) fn approvals(&self) -> Result<Value, Diagnostic> {
        let Self::Database(reader) = self else { return self.server("/api/approvals") };
        let mut all = Vec::new();
        for row in reader.paused().map_err(|error| errors::of_store(&error))? {
            let run = reader.run_row(row.run_id).map_err(|error| errors::of_store(&error))?;
            all.extend(run.filter(|run| !run.status.is_terminal()).and_then(|run| view::approval(&row, &run)));
        }
        Ok(json!({ "approvals": all }))
    }

    /// `{"values": [...]}`: all of a scope.
    pub(super) fn values(&self, scope: &str) -> Result<Value, Diagnostic> {
        let Self::Database(reader) = self else { return self.pages(scope) };
        let now = now();
        let mut rows = reader.state(&stored_scope(scope), false).map_err(|error| errors::of_store(&error))?;
        rows.retain(|row| row.expires_at.is_none_or(|end| end > now));
        Ok(json!({"values": rows.iter().map(view::value).collect::<Vec<_>>()}))
    }

    fn pages(&self, scope: &str) -> Result<Value, Diagnostic> {
        let mut all: Vec<Value> = Vec::new();
        let mut cursor = String::new();
        loop {
            let mut page = self.server(&format!("/api/state/{}?limit=1000&cursor={cursor}", part(scope)))?;
            if let Some(values) = page["values"].as_array_mut() {
                all.append(values);
            }
            match page["nextCursor"].as_str() {
                Some(next) => cursor = part(next),
                None => return Ok(json!({ "values": all })),
            }
        }
    }

    /// One value.
    pub(super) fn value(&self, scope: &str, key: &str) -> Result<Value, Diagnostic> {
        let Self::Database(reader) = self else {
            return self.server(&format!("/api/state/{}/{}", part(scope), part(key)));
        };
        let row = reader.value(&stored_scope(scope), key).map_err(|error| errors::of_store(&error))?;
        let row = row.filter(|row| row.expires_at.is_none_or(|end| end > now()));
        let message = || format!("there is no value '{key}' in the scope '{scope}'");
        row.map(|row| view::value(&row)).ok_or_else(|| Diagnostic::new(Code::UnknownObject, message()))
    }

    /// `{"audit": [...]}`.
    pub(super) fn audit(&self, limit: u32) -> Result<Value, Diagnostic> {
        match self {
            Self::Server(client) => client.get(&format!("/api/audit?limit={limit}")),
            Self::Database(reader) => {
                let rows = reader.audit(None, limit).map_err(|error| errors::of_store(&error))?;
                let next = rows.last().filter(|_| rows.len() == limit as usize).map(|row| row.id.to_string());
                Ok(json!({"audit": rows.iter().map(view::audit).collect::<Vec<_>>(), "nextCursor": next}))
            }
        }
    }

    /// `{"tokens": [...]}`.
    pub(super) fn tokens(&self) -> Result<Value, Diagnostic> {
        let Self::Database(reader) = self else { return self.server("/api/tokens") };
        let rows = reader.state(TOKEN_SCOPE, false).map_err(|error| errors::of_store(&error))?;
        let tokens: Vec<Token> = rows.iter().filter_map(Token::of_row).collect();
        Ok(json!({"tokens": tokens.iter().map(view::token).collect::<Vec<_>>()}))
    }

    fn server(&self, path: &str) -> Result<Value, Diagnostic> {
        match self {
            Self::Server(client) => client.get(path),
            // The callers ask a database themselves.
            Self::Database(_) => Err(errors::internal(&"a database has no paths")),
        }
    }
}

fn next_after(row: &ScheduleRow, after: Timestamp) -> Option<Timestamp> {
    thaw(&row.id, &row.spec.to_value())?.next_after(after)
}

fn stored_scope(scope: &str) -> String {
    if scope == "global" { scope.to_owned() } else { format!("workflow:{scope}") }
}

/// The filter for a database.
fn rows(filter: &args::Filter) -> Result<RunFilter, Diagnostic> {
    let since = filter.since.as_deref().map(|text| moment::parse(text, now())).transpose();
    Ok(RunFilter {
        workflow: filter.workflow.clone(),
        status: filter.status,
        since: since.map_err(|message| Diagnostic::new(Code::BadRequest, message))?,
        text: filter.search.clone(),
        ..RunFilter::default()
    })
}

/// The filter for a server.
fn query(filter: &args::Filter, limit: u32, cursor: Option<&str>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("limit", &limit.to_string());
    let status = filter.status.map(|status| status.as_str());
    let pairs = [
        ("workflow", filter.workflow.as_deref()),
        ("status", status),
        ("since", filter.since.as_deref()),
        ("q", filter.search.as_deref()),
        ("cursor", cursor),
    ];
    for (name, value) in pairs {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    query.finish()
}

pub(super) fn run_id(id: &str) -> Result<cronflow_core::id::RunId, Diagnostic> {
    id.parse().map_err(|_| unknown_run(id))
}

fn unknown_run(id: &str) -> Diagnostic {
    Diagnostic::new(Code::UnknownRun, format!("there is no run '{id}'"))
        .with_help("'cronflow-rt runs list' shows their ids")
}

pub(super) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
