//! The routing table: which workflow a method and a path mean.

use cronflow_core::definition::{Source, Workflow};
use std::sync::Arc;

/// A webhook route that matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Match<'a> {
    pub(crate) workflow: &'a Arc<str>,
    /// Which of the workflow's triggers.
    pub(crate) entry: u32,
    /// Path parameters, decoded.
    pub(crate) params: Vec<(&'a str, String)>,
}

/// What a path means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    Webhook(Match<'a>),
    /// The path is known, by these methods.
    WrongMethod(Vec<&'a str>),
    Unknown,
}

#[derive(Debug, Clone)]
enum Part {
    Literal(String),
    Parameter(String),
}

#[derive(Debug, Clone)]
struct Entry {
    parts: Vec<Part>,
    methods: Vec<String>,
    workflow: Arc<str>,
    entry: u32,
}

/// Built once from the workflows. Entries are sorted so that the first match is the right one:
/// a literal part wins over a parameter.
#[derive(Debug, Clone, Default)]
pub(crate) struct Router(Vec<Entry>);

impl Router {
    pub(crate) fn new(workflows: &[Arc<Workflow>]) -> Self {
        let mut entries = Vec::new();
        for workflow in workflows {
            for (entry, trigger) in (0..).zip(&workflow.triggers) {
                let Source::Webhook { path, methods } = &trigger.source else { continue };
                let parts = split(path).map(part).collect();
                entries.push(Entry { parts, methods: methods.clone(), workflow: workflow.id.clone(), entry });
            }
        }
        let rank = |entry: &Entry| -> Vec<bool> {
            entry.parts.iter().map(|part| matches!(part, Part::Parameter(_))).collect()
        };
        entries.sort_by_key(rank);
        Self(entries)
    }

    /// HEAD is answered where GET is.
    pub(crate) fn find(&self, method: &str, path: &str) -> Route<'_> {
        let mut known: Vec<&str> = Vec::new();
        for entry in &self.0 {
            let Some(params) = matches(&entry.parts, path) else { continue };
            let wanted = if method == "HEAD" { "GET" } else { method };
            if entry.methods.iter().any(|one| one == method || one == wanted) {
                return Route::Webhook(Match { workflow: &entry.workflow, entry: entry.entry, params });
            }
            known.extend(entry.methods.iter().map(String::as_str));
        }
        if known.is_empty() { Route::Unknown } else { Route::WrongMethod(known) }
    }
}

fn part(text: &str) -> Part {
    match text.strip_prefix(':') {
        Some(name) => Part::Parameter(name.to_owned()),
        None => Part::Literal(text.to_owned()),
    }
}

/// The parts of a path; a slash at the end does not count.
fn split(path: &str) -> impl Iterator<Item = &str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    path.split('/')
}

fn matches<'a>(parts: &'a [Part], path: &str) -> Option<Vec<(&'a str, String)>> {
    let mut params = Vec::new();
    let mut given = split(path);
    for part in parts {
        let text = given.next()?;
        match part {
            Part::Literal(literal) if literal == text => {}
            Part::Literal(literal) if text.contains('%') && decode(text).as_deref() == Some(literal) => {}
            Part::Parameter(name) if !text.is_empty() => params.push((name.as_str(), decode(text)?)),
            _ => return None,
        }
    }
    given.next().is_none().then_some(params)
}

/// Percent-decoding; `None` when the bytes are not UTF-8 text.
pub(crate) fn decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        let value = hex.filter(|pair| pair.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match (first, value.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use cronflow_core::definition::validate;
    use rstest::rstest;

    fn router() -> Router {
        let workflow = |id: &str, path: &str, methods: &[&str]| {
            let draft = serde_json::json!({
                "id": id, "triggers": [{"type": "webhook", "path": path, "methods": methods}],
                "nodes": [{"kind": "step", "name": "s", "roles": ["handler"]}],
            });
            let draft = serde_json::from_value(draft).unwrap();
            Arc::new(validate(&draft, &"v".into()).unwrap())
        };
        Router::new(&[
            workflow("param", "/orders/:id", &["GET", "POST"]),
            workflow("new", "/orders/new", &["POST"]),
            workflow("item", "/orders/:id/items/:item", &["POST"]),
            workflow("root", "/", &["POST"]),
        ])
    }

    #[rstest]
    #[case("POST", "/orders/new", "new", &[])]
    #[case("GET", "/orders/new", "param", &[("id", "new")])]
    #[case("HEAD", "/orders/7", "param", &[("id", "7")])]
    #[case("POST", "/orders/7/", "param", &[("id", "7")])]
    #[case("POST", "/orders/a%20b%2Fc", "param", &[("id", "a b/c")])]
    #[case("POST", "/orders/100%", "param", &[("id", "100%")])]
    #[case("POST", "/orders/1/items/2", "item", &[("id", "1"), ("item", "2")])]
    #[case("POST", "/", "root", &[])]
    fn finds(#[case] method: &str, #[case] path: &str, #[case] workflow: &str, #[case] params: &[(&str, &str)]) {
        let router = router();
        let Route::Webhook(found) = router.find(method, path) else { panic!("{path} is not found") };
        assert_eq!(&**found.workflow, workflow);
        let got: Vec<_> = found.params.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(got, params);
    }

    #[rstest]
    #[case("/orders")]
    #[case("/orders/1/items")]
    #[case("/orders//items/2")]
    #[case("/orders/%ff")]
    #[case("/Orders/1")]
    fn does_not_find(#[case] path: &str) {
        assert_eq!(router().find("POST", path), Route::Unknown);
    }

    #[test]
    fn knows_the_other_methods() {
        assert_eq!(router().find("DELETE", "/orders/1"), Route::WrongMethod(vec!["GET", "POST"]));
    }

    proptest::proptest! {
        #[test]
        fn never_panics(path in "\\PC*") {
            let _ = router().find("POST", &path);
            let _ = decode(&path);
        }
    }
}
