//! `token create`, `list` and `revoke`: through the server that runs, else in the database itself, so that
//! the first token can be made before a server may listen to others.

use super::{
    cell, finish, items,
    place::{Place, database_path, now},
    show,
};
use crate::{
    args::{self, TokenCommand},
    client::part,
    errors,
    exit::Exit,
    settings::Settings,
    ui,
};
use cronflow_core::{
    error::{Code, Diagnostic},
    storage::{Reader as _, StateOp, Store as _, Write},
    token::{TOKEN_SCOPE, Token, TokenScope},
    view,
};
use cronflow_store::{Durability, SqliteReader, SqliteStore};
use reqwest::Method;
use serde_json::{Value, json};
use std::path::Path;

pub(crate) fn token(command: TokenCommand) -> Exit {
    finish(match command {
        TokenCommand::Create { name, scope, place } => {
            create(&name, scope, &place).map(|made| show(&made, place.json, |made| cell(made, "token")))
        }
        TokenCommand::List { place } => {
            Place::open(&place).and_then(|open| open.tokens()).map(|listed| show(&listed, place.json, table))
        }
        TokenCommand::Revoke { name, place } => {
            revoke(&name, &place).map(|answer| show(&answer, place.json, |_| format!("revoked {name}")))
        }
    })
}

fn create(name: &str, scope: TokenScope, place: &args::Place) -> Result<Value, Diagnostic> {
    if let Some(Place::Server(client)) = server(place)? {
        return client.post("/api/tokens", &json!({"name": name, "scope": scope.as_str()}));
    }
    let secret = cronflow_server::new_secret();
    let token =
        Token::new(name, &secret, scope, now()).map_err(|message| Diagnostic::new(Code::InvalidPayload, message))?;
    change(place, |tokens| {
        if tokens.iter().any(|other| other.name == token.name && other.revoked_at.is_none()) {
            return Err(Diagnostic::new(Code::Conflict, format!("there is a token '{name}' already"))
                .with_help("revoke it first, or choose another name"));
        }
        Ok(token.clone())
    })?;
    let mut made = view::token(&token);
    made["token"] = secret.into();
    Ok(made)
}

fn revoke(name: &str, place: &args::Place) -> Result<Value, Diagnostic> {
    if let Some(Place::Server(client)) = server(place)? {
        return client.call(Method::DELETE, &format!("/api/tokens/{}", part(name)), None);
    }
    let revoked = change(place, |tokens| {
        let live = tokens.iter().find(|token| *token.name == *name && token.revoked_at.is_none());
        let message = || Diagnostic::new(Code::UnknownObject, format!("there is no token '{name}' to revoke"));
        Ok(Token { revoked_at: Some(now()), ..live.cloned().ok_or_else(message)? })
    })?;
    Ok(view::token(&revoked))
}

/// The server that is asked; `None` when the database is meant.
fn server(place: &args::Place) -> Result<Option<Place>, Diagnostic> {
    if place.db.is_some() {
        return Ok(None);
    }
    match Place::open(place) {
        Ok(open @ Place::Server(_)) => Ok(Some(open)),
        // Without a database one is made.
        Ok(Place::Database(_)) => Ok(None),
        Err(problem) if problem.code == Code::ServerUnreachable && place.url.is_none() => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// Changes one token in a database that no server has.
fn change(place: &args::Place, make: impl FnOnce(&[Token]) -> Result<Token, Diagnostic>) -> Result<Token, Diagnostic> {
    let path = database_path(place, &Settings::find()?);
    let mut store = SqliteStore::open(&path, Durability::Full).map_err(|error| {
        let problem = errors::of_store(&error);
        let is_locked = problem.code == Code::DatabaseLocked;
        if is_locked { problem.with_help("a server has it: ask that one, with --url") } else { problem }
    })?;
    let token = make(&all(&path)?)?;
    let op = StateOp::Set { value: token.to_json(), expires_at: None };
    let write = Write::State { scope: TOKEN_SCOPE.into(), key: token.name.clone(), op, at: now() };
    store.commit(&[write]).map_err(|error| errors::of_store(&error))?;
    Ok(token)
}

fn all(path: &Path) -> Result<Vec<Token>, Diagnostic> {
    let reader = SqliteReader::open(path).map_err(|error| errors::of_store(&error))?;
    let rows = reader.state(TOKEN_SCOPE, false).map_err(|error| errors::of_store(&error))?;
    Ok(rows.iter().filter_map(Token::of_row).collect())
}

fn table(listed: &Value) -> String {
    let row = |token: &Value| ["name", "scope", "createdAt", "revokedAt"].map(|key| cell(token, key)).to_vec();
    let rows: Vec<Vec<String>> = items(listed, "tokens").iter().map(row).collect();
    if rows.is_empty() {
        return "no tokens".to_owned();
    }
    ui::table::render(&["name", "scope", "created", "revoked"], &rows, |_, cell| cell.to_owned())
}
