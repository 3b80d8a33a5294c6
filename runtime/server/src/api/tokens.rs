//! `/api/tokens`: who may use this API.

use super::{bad, call::Call, stopping};
use crate::{
    answer::{self, Answer},
    auth::new_secret,
};
use cronflow_core::{
    error::Code,
    token::{Token, TokenScope},
    view,
};
use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    name: String,
    scope: TokenScope,
}

/// `GET /api/tokens`.
pub(super) async fn list(call: Call<'_>) -> Answer {
    let mut tokens = call.shared.auth.all();
    tokens.sort_by(|a, b| a.name.cmp(&b.name));
    let all: Vec<Value> = tokens.iter().map(view::token).collect();
    answer::json(StatusCode::OK, &json!({ "tokens": all }))
}

/// `POST /api/tokens {name, scope}`.
pub(super) async fn create(call: Call<'_>) -> Answer {
    let body: New = match call.json() {
        Ok(body) => body,
        Err(message) => return bad(&message),
    };
    let (auth, engine) = (&call.shared.auth, &call.shared.engine);
    let secret = new_secret();
    let token = match Token::new(&body.name, &secret, body.scope, engine.now()) {
        Ok(token) => token,
        Err(message) => return bad(&message),
    };
    if auth.live(&token.name).is_some() {
        let message = format!("there is a token '{}' already", token.name);
        let hint = Some("revoke it first, or choose another name");
        return answer::api_error(StatusCode::CONFLICT, Code::Conflict, &message, hint);
    }
    if !engine.put_token(&token).await {
        return stopping();
    }
    let mut made = view::token(&token);
    made["token"] = secret.into();
    auth.put(token);
    answer::json(StatusCode::CREATED, &made)
}

/// `DELETE /api/tokens/{name}`.
pub(super) async fn revoke(call: Call<'_>) -> Answer {
    let (auth, engine) = (&call.shared.auth, &call.shared.engine);
    let Some(token) = auth.revoked(call.param(0), engine.now()) else {
        let message = format!("there is no token '{}' to revoke", call.param(0));
        return answer::api_error(StatusCode::NOT_FOUND, Code::UnknownObject, &message, None);
    };
    // It stops counting before it is durable, never after.
    auth.put(token.clone());
    if !engine.put_token(&token).await {
        return stopping();
    }
    answer::json(StatusCode::OK, &view::token(&token))
}
