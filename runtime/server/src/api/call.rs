//! One call of an endpoint: path parameters, query and body, checked.

use crate::{listener::Kill, service::Shared};
use bytes::Bytes;
use cronflow_core::{duration, json::JsonText, machine::RunStatus, moment, storage::RunFilter, time::Timestamp};
use hyper::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use std::{str::FromStr, time::Duration};

/// Things on one page, unless asked otherwise.
const PAGE: u32 = 50;
/// Most things on one page.
pub(crate) const MAX_PAGE: u32 = 1_000;

/// See the module's text.
pub(crate) struct Call<'a> {
    pub(crate) shared: &'a Shared,
    /// Decoded, in the order of the path.
    pub(crate) params: Vec<String>,
    pub(crate) query: Query,
    pub(crate) head: &'a Parts,
    pub(crate) body: Bytes,
    pub(crate) kill: Kill,
}

impl Call<'_> {
    /// A path parameter.
    pub(super) fn param(&self, index: usize) -> &str {
        self.params.get(index).map_or("", String::as_str)
    }

    /// The body; without one, that of `{}`.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, String> {
        let bytes: &[u8] = if self.body.is_empty() { b"{}" } else { &self.body };
        serde_json::from_slice(bytes).map_err(|error| format!("the body is not what this takes: {error}"))
    }
}

/// Checks JSON that will rest in the database.
pub(super) fn checked(raw: Option<&RawValue>) -> Result<Option<JsonText>, String> {
    let parsed = raw.map(|raw| JsonText::parse(raw.get())).transpose();
    parsed.map_err(|error| format!("the payload is not valid JSON: {error}"))
}

/// The query, by name.
#[derive(Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads it; only known names are allowed.
    pub(super) fn parse(text: &str, known: &[&str]) -> Result<Self, String> {
        let pairs: Vec<_> = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
        for (name, _) in &pairs {
            if !known.contains(&name.as_str()) {
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                return Err(format!("unknown parameter '{name}'; known here: {known}"));
            }
        }
        Ok(Self(pairs))
    }

    /// The value of a name. An empty one counts as absent.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// `limit`.
    pub(super) fn limit(&self) -> Result<u32, String> {
        limit(self.get("limit").map(str::parse::<u32>).transpose().unwrap_or(Some(0)), PAGE)
    }

    /// A value that must parse.
    pub(super) fn parsed<T: FromStr>(&self, name: &str) -> Result<Option<T>, String> {
        let parsed = self.get(name).map(|value| value.parse().map_err(|_| format!("'{value}' is no {name}")));
        parsed.transpose()
    }
}

/// A number of things from 1 to [`MAX_PAGE`].
pub(super) fn limit(given: Option<u32>, default: u32) -> Result<u32, String> {
    let limit = given.unwrap_or(default);
    if (1..=MAX_PAGE).contains(&limit) {
        return Ok(limit);
    }
    Err(format!("limit must be a number from 1 to {MAX_PAGE}"))
}

/// Which runs, as a query or a body says it.
#[derive(Debug, Clone, Default)]
pub(super) struct Which {
    pub(super) workflow: Option<String>,
    pub(super) status: Option<String>,
    pub(super) since: Option<String>,
    pub(super) q: Option<String>,
}

impl Which {
    pub(super) fn of_query(query: &Query) -> Self {
        let get = |name: &str| query.get(name).map(str::to_owned);
        Self { workflow: get("workflow"), status: get("status"), since: get("since"), q: get("q") }
    }

    /// The filter, without a page.
    pub(super) fn filter(&self, now: Timestamp) -> Result<RunFilter, String> {
        let since = self.since.as_deref().map(|text| moment::parse(text, now)).transpose();
        Ok(RunFilter {
            workflow: self.workflow.clone(),
            status: self.status.as_deref().map(status).transpose()?,
            since: since?,
            text: self.q.clone(),
            ..RunFilter::default()
        })
    }
}

fn status(word: &str) -> Result<RunStatus, String> {
    let known = || RunStatus::ALL.iter().map(|status| status.as_str()).collect::<Vec<_>>().join(", ");
    word.parse().map_err(|error| format!("{error}; use one of {}", known()))
}

/// A time to live.
pub(super) fn ttl(text: Option<&str>) -> Result<Option<Duration>, String> {
    text.map(|text| duration::parse(text).map_err(|error| error.to_string())).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn unknown_parameters_are_refused() {
        let error = Query::parse("limit=1&limt=2", &["limit", "cursor"]).unwrap_err();
        assert_eq!(error, "unknown parameter 'limt'; known here: limit, cursor");
    }

    #[rstest]
    #[case("", Some(50))]
    #[case("limit=7", Some(7))]
    #[case("limit=0", None)]
    #[case("limit=1001", None)]
    #[case("limit=-1", None)]
    #[case("limit=x", None)]
    fn limits(#[case] query: &str, #[case] expected: Option<u32>) {
        assert_eq!(Query::parse(query, &["limit"]).unwrap().limit().ok(), expected);
    }
}
