//! The routing table: which webhook a method and a path mean.

use crate::webhook::schema::Schema;
use cronflow_core::definition::{Source, WebhookRules, Workflow};
use std::sync::Arc;

/// A webhook that is served.
#[derive(Debug)]
pub(crate) struct Hook {
    pub(crate) workflow: Arc<Workflow>,
    /// Which of the workflow's triggers.
    pub(crate) entry: u32,
    /// Its path as declared.
    pub(crate) path: String,
    pub(crate) methods: Vec<String>,
    pub(crate) rules: WebhookRules,
    /// What judges payloads without code.
    pub(crate) schema: Option<Schema>,
}

impl Hook {
    /// Whether its function judges by the schema: it is asked for that, or the server cannot.
    pub(crate) fn schema_by_code(&self) -> bool {
        self.rules.schema_by_code || (self.rules.schema.is_some() && self.schema.is_none())
    }

    fn answers(&self, method: &str) -> bool {
        // HEAD is answered where GET is.
        self.methods.iter().any(|one| one == method || (method == "HEAD" && one == "GET"))
    }
}

/// A webhook route that matched.
#[derive(Debug, Clone)]
pub(crate) struct Match<'a> {
    pub(crate) hook: &'a Arc<Hook>,
    /// Path parameters, decoded.
    pub(crate) params: Vec<(&'a str, String)>,
}

/// What a path means.
#[derive(Debug, Clone)]
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
    /// Everything that follows.
    Rest(String),
}

#[derive(Debug, Clone)]
struct Entry {
    parts: Vec<Part>,
    hook: Arc<Hook>,
}

/// Built once from the workflows. Entries are sorted so that the first match is the right one:
/// a literal part wins over a parameter, and that over a wildcard.
#[derive(Debug, Clone, Default)]
pub(crate) struct Router(Vec<Entry>);

impl Router {
    pub(crate) fn new(workflows: &[Arc<Workflow>]) -> Self {
        let mut entries = Vec::new();
        for workflow in workflows {
            for (entry, trigger) in (0..).zip(&workflow.triggers) {
                let Source::Webhook { path, methods, rules } = &trigger.source else { continue };
                let schema = rules.schema.as_ref().filter(|_| !rules.schema_by_code).and_then(Schema::new);
                let hook = Arc::new(Hook {
                    workflow: workflow.clone(),
                    entry,
                    path: path.clone(),
                    methods: methods.clone(),
                    rules: (**rules).clone(),
                    schema,
                });
                entries.push(Entry { parts: split(path).map(part).collect(), hook });
            }
        }
        let rank = |entry: &Entry| -> Vec<u8> {
            let rank = |part: &Part| match part {
                Part::Literal(_) => 0,
                Part::Parameter(_) => 1,
                Part::Rest(_) => 2,
            };
            entry.parts.iter().map(rank).collect()
        };
        entries.sort_by_key(rank);
        Self(entries)
    }

    pub(crate) fn find(&self, method: &str, path: &str) -> Route<'_> {
        let mut known: Vec<&str> = Vec::new();
        for Entry { parts, hook } in &self.0 {
            let Some(params) = matches(parts, path) else { continue };
            if hook.answers(method) {
                return Route::Webhook(Match { hook, params });
            }
            known.extend(hook.methods.iter().map(String::as_str));
        }
        if known.is_empty() { Route::Unknown } else { Route::WrongMethod(known) }
    }
}

fn part(text: &str) -> Part {
    match (text.strip_prefix(':'), text.strip_prefix('*')) {
        (Some(name), _) => Part::Parameter(name.to_owned()),
        (_, Some("")) => Part::Rest("*".to_owned()),
        (_, Some(name)) => Part::Rest(name.to_owned()),
        _ => Part::Literal(text.to_owned()),
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
            Part::Rest(name) if !text.is_empty() => {
                params.push((name.as_str(), rest(std::iter::once(text).chain(given))?));
                return Some(params);
            }
            _ => return None,
        }
    }
    given.next().is_none().then_some(params)
}

/// What a wildcard stands for. Nobody gets out of a folder with it.
fn rest<'a>(parts: impl Iterator<Item = &'a str>) -> Option<String> {
    let decoded: Vec<String> = parts.map(decode).collect::<Option<_>>()?;
    let climbs = |part: &String| part.split(['/', '\\']).any(|step| step == "..");
    if decoded.iter().any(climbs) { None } else { Some(decoded.join("/")) }
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
            workflow("files", "/files/*", &["GET"]),
            workflow("param", "/orders/:id", &["GET", "POST"]),
            workflow("new", "/orders/new", &["POST"]),
            workflow("item", "/orders/:id/items/:item", &["POST"]),
            workflow("root", "/", &["POST"]),
            workflow("named", "/files/special/*path", &["GET"]),
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
    #[case("GET", "/files/a", "files", &[("*", "a")])]
    #[case("GET", "/files/a/b%20c/d.txt", "files", &[("*", "a/b c/d.txt")])]
    #[case("GET", "/files/special/x/y", "named", &[("path", "x/y")])]
    #[case("GET", "/files/special", "files", &[("*", "special")])]
    fn finds(#[case] method: &str, #[case] path: &str, #[case] workflow: &str, #[case] params: &[(&str, &str)]) {
        let router = router();
        let Route::Webhook(found) = router.find(method, path) else { panic!("{path} is not found") };
        assert_eq!(&*found.hook.workflow.id, workflow);
        let got: Vec<_> = found.params.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(got, params);
    }

    #[rstest]
    #[case("/orders")]
    #[case("/orders/1/items")]
    #[case("/orders//items/2")]
    #[case("/orders/%ff")]
    #[case("/Orders/1")]
    #[case("/files")]
    #[case("/files/")]
    #[case("/files/a/../b")]
    #[case("/files/%2e%2e/b")]
    #[case("/files/a%2F..%2Fb")]
    #[case("/files/..%5Cb")]
    fn does_not_find(#[case] path: &str) {
        assert!(matches!(router().find("POST", path), Route::Unknown));
        assert!(matches!(router().find("GET", path), Route::Unknown));
    }

    #[test]
    fn knows_the_other_methods() {
        let router = router();
        let Route::WrongMethod(known) = router.find("DELETE", "/orders/1") else { panic!("it is found") };
        assert_eq!(known, ["GET", "POST"]);
    }

    proptest::proptest! {
        #[test]
        fn never_panics(path in "\\PC*") {
            let _ = router().find("POST", &path);
            let _ = decode(&path);
        }

        /// Whatever a path looks like, a wildcard stays below its folder.
        #[test]
        fn a_wildcard_does_not_climb(parts in proptest::collection::vec("(\\.|%2e|/|%2f|\\\\|%5C|a){1,4}", 1..6)) {
            let path = format!("/files/{}", parts.join("/"));
            if let Route::Webhook(found) = router().find("GET", &path) {
                let rest = &found.params[0].1;
                proptest::prop_assert!(!rest.split(['/', '\\']).any(|part| part == ".."), "{}", rest);
            }
        }
    }
}
