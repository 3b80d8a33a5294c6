//! JSON Schemas that are judged here, before any code is asked. It says the same as the judge of the
//! built-in modules (stdlib/schema/json.ts), which has checked the schema; the words are the same too.
//!
//! Regular expressions, formats and a few rare keywords are left to that judge: an expression can take
//! for ever, and a worker can be killed.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Keywords that are judged here.
const KNOWN: &[&str] = &[
    "type",
    "enum",
    "const",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "properties",
    "required",
    "additionalProperties",
    "minProperties",
    "maxProperties",
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "uniqueItems",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "$ref",
    "$defs",
];
/// Keywords that tell readers something.
const ANNOTATIONS: &[&str] = &[
    "title",
    "description",
    "examples",
    "$comment",
    "$schema",
    "$id",
    "deprecated",
    "readOnly",
    "writeOnly",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
];
/// Deepest schema.
const MAX_DEPTH: usize = 100;
/// How often schemas may meet objects and arrays.
const MAX_WORK: usize = 1_000_000;
/// Issues that are told.
const SHOWN: usize = 3;

/// See the module's text.
#[derive(Debug)]
pub(crate) struct Schema(Value);

impl Schema {
    /// `None` when it has anything that is left to code.
    pub(crate) fn new(schema: &Value) -> Option<Self> {
        is_known(schema, 0).then(|| Self(schema.clone()))
    }

    /// What is wrong with a payload, as text.
    pub(crate) fn complaint(&self, payload: &Value) -> Option<String> {
        let mut judging = Judging { root: &self.0, path: Vec::new(), issues: Vec::new(), work: 0 };
        judging.judge(&self.0, payload);
        let issues = judging.issues;
        if issues.is_empty() {
            return None;
        }
        let mut texts: Vec<String> = issues
            .iter()
            .take(SHOWN)
            .map(|issue| format!("payload{}: {}", path_text(&issue.path), issue.message))
            .collect();
        if issues.len() > SHOWN {
            texts.push(format!("and {} more", issues.len() - SHOWN));
        }
        Some(texts.join("; "))
    }
}

fn is_known(schema: &Value, depth: usize) -> bool {
    let schemas = |value: &Value| value.as_array().is_some_and(|all| all.iter().all(|one| is_known(one, depth + 1)));
    let named = |value: &Value| value.as_object().is_some_and(|all| all.values().all(|one| is_known(one, depth + 1)));
    match schema {
        Value::Bool(_) => true,
        Value::Object(rules) if depth < MAX_DEPTH => rules.iter().all(|(key, value)| match key.as_str() {
            "properties" | "$defs" => named(value),
            "additionalProperties" | "items" | "not" | "if" | "then" | "else" => is_known(value, depth + 1),
            "allOf" | "anyOf" | "oneOf" | "prefixItems" => schemas(value),
            key => KNOWN.contains(&key) || ANNOTATIONS.contains(&key) || key.starts_with("x-"),
        }),
        _ => false,
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Step<'a> {
    Key(&'a str),
    At(usize),
}

#[derive(Debug)]
struct Issue<'a> {
    path: Vec<Step<'a>>,
    message: String,
}

struct Judging<'a> {
    root: &'a Value,
    /// Where the value in hand is.
    path: Vec<Step<'a>>,
    issues: Vec<Issue<'a>>,
    work: usize,
}

impl<'a> Judging<'a> {
    fn judge(&mut self, schema: &'a Value, value: &'a Value) {
        let rules = match schema {
            Value::Bool(false) => return self.wrong("is not allowed"),
            Value::Object(rules) => rules,
            _ => return,
        };
        self.work += 1;
        if self.work > MAX_WORK {
            if self.work == MAX_WORK + 1 {
                self.wrong("needs too much work to be checked");
            }
            return;
        }
        if let Some(types) = rules.get("type") {
            let types: Vec<&str> = match types {
                Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
                one => one.as_str().into_iter().collect(),
            };
            if !types.iter().any(|name| is_of_type(value, name)) {
                let words: Vec<_> = types.iter().map(|name| type_word(name)).collect();
                return self.wrong(&format!("must be {}", words.join(" or ")));
            }
        }
        self.combined(rules, value);
        self.same(rules, value);
        match value {
            Value::Number(number) => self.number(rules, number.as_f64().unwrap_or_default()),
            Value::String(text) => self.counted(rules, "Length", text.chars().count(), ("character", "characters")),
            Value::Array(list) => self.array(rules, list),
            Value::Object(object) => self.object(rules, object),
            _ => {}
        }
    }

    fn wrong(&mut self, message: &str) {
        self.issues.push(Issue { path: self.path.clone(), message: message.to_owned() });
    }

    fn at(&mut self, step: Step<'a>, schema: &'a Value, value: &'a Value) {
        self.path.push(step);
        self.judge(schema, value);
        self.path.pop();
    }

    /// What is wrong with the value, kept apart.
    fn attempt(&mut self, schema: &'a Value, value: &'a Value) -> Vec<Issue<'a>> {
        let before = std::mem::take(&mut self.issues);
        self.judge(schema, value);
        std::mem::replace(&mut self.issues, before)
    }

    fn combined(&mut self, rules: &'a Map<String, Value>, value: &'a Value) {
        if let Some(target) = rules.get("$ref").and_then(Value::as_str).and_then(|at| resolve(self.root, at)) {
            self.judge(target, value);
        }
        for schema in list(rules, "allOf") {
            self.judge(schema, value);
        }
        if rules.contains_key("anyOf") {
            self.any_of(list(rules, "anyOf"), value);
        }
        if rules.contains_key("oneOf") {
            self.one_of(list(rules, "oneOf"), value);
        }
        if let Some(schema) = rules.get("not")
            && self.attempt(schema, value).is_empty()
        {
            self.wrong("must not be what 'not' describes");
        }
        if let Some(schema) = rules.get("if") {
            let next = if self.attempt(schema, value).is_empty() { "then" } else { "else" };
            if let Some(next) = rules.get(next) {
                self.judge(next, value);
            }
        }
    }

    fn any_of(&mut self, schemas: &'a [Value], value: &'a Value) {
        let mut failed = Vec::new();
        for schema in schemas {
            let issues = self.attempt(schema, value);
            if issues.is_empty() {
                return;
            }
            failed.push(issues);
        }
        self.fits_none(failed);
    }

    fn one_of(&mut self, schemas: &'a [Value], value: &'a Value) {
        let tried: Vec<_> = schemas.iter().map(|schema| self.attempt(schema, value)).collect();
        match tried.iter().filter(|issues| issues.is_empty()).count() {
            1 => {}
            0 => self.fits_none(tried),
            good => self.wrong(&format!("must fit one of {} schemas, but fits {good}", schemas.len())),
        }
    }

    /// The most useful of the reasons: that of the only schema which may have been meant, or all when
    /// they are short.
    fn fits_none(&mut self, mut failed: Vec<Vec<Issue<'a>>>) {
        let depth = self.path.len();
        let is_inside = |issues: &Vec<Issue<'_>>| issues.iter().any(|issue| issue.path.len() > depth);
        let inside: Vec<usize> = (0..failed.len()).filter(|index| is_inside(&failed[*index])).collect();
        match inside.as_slice() {
            [only] => {
                let issues = failed.swap_remove(*only);
                self.issues.extend(issues);
            }
            [] => {
                let mut words: Vec<String> = Vec::new();
                for issue in failed.into_iter().filter_map(|issues| issues.into_iter().next()) {
                    if !words.contains(&issue.message) {
                        words.push(issue.message);
                    }
                }
                self.wrong(&words.join(", or "));
            }
            _ => self.wrong(&format!("fits none of {} schemas", failed.len())),
        }
    }

    fn same(&mut self, rules: &'a Map<String, Value>, value: &Value) {
        if let Some(all) = rules.get("enum").and_then(Value::as_array) {
            let text = canonical(value);
            if !all.iter().any(|one| canonical(one) == text) {
                let names: Vec<String> = all.iter().take(8).map(shown).collect();
                let more = if all.len() > 8 { ", ..." } else { "" };
                self.wrong(&format!("must be one of {}{more}", names.join(", ")));
            }
        }
        if let Some(only) = rules.get("const")
            && canonical(only) != canonical(value)
        {
            self.wrong(&format!("must be {}", shown(only)));
        }
    }

    fn number(&mut self, rules: &'a Map<String, Value>, value: f64) {
        let limit = |name: &str| rules.get(name).and_then(Value::as_f64);
        let broken = [
            limit("minimum").filter(|limit| value < *limit).map(|limit| format!("must be at least {limit}")),
            limit("maximum").filter(|limit| value > *limit).map(|limit| format!("must be at most {limit}")),
            limit("exclusiveMinimum").filter(|limit| value <= *limit).map(|limit| format!("must be above {limit}")),
            limit("exclusiveMaximum").filter(|limit| value >= *limit).map(|limit| format!("must be below {limit}")),
        ];
        broken.into_iter().flatten().for_each(|message| self.wrong(&message));
    }

    /// `minLength`, `maxItems` and the like.
    fn counted(&mut self, rules: &'a Map<String, Value>, of: &str, count: usize, (one, many): (&str, &str)) {
        let limit = |bound: &str| rules.get(&format!("{bound}{of}")).and_then(Value::as_f64);
        let plural = |limit: f64| format!("{limit} {}", if limit == 1.0 { one } else { many });
        if let Some(limit) = limit("min").filter(|limit| (count as f64) < *limit) {
            self.wrong(&format!("must have at least {}", plural(limit)));
        }
        if let Some(limit) = limit("max").filter(|limit| (count as f64) > *limit) {
            self.wrong(&format!("must have at most {}", plural(limit)));
        }
    }

    fn array(&mut self, rules: &'a Map<String, Value>, values: &'a [Value]) {
        self.counted(rules, "Items", values.len(), ("item", "items"));
        let prefix = list(rules, "prefixItems");
        for (index, value) in values.iter().enumerate() {
            let Some(schema) = prefix.get(index).or_else(|| rules.get("items")) else { break };
            self.at(Step::At(index), schema, value);
        }
        if rules.get("uniqueItems") == Some(&Value::Bool(true)) {
            let mut places: BTreeMap<String, usize> = BTreeMap::new();
            for (index, value) in values.iter().enumerate() {
                if let Some(first) = places.insert(canonical(value), index) {
                    return self.wrong(&format!("must not have equal items, but {first} and {index} are"));
                }
            }
        }
    }

    fn object(&mut self, rules: &'a Map<String, Value>, given: &'a Map<String, Value>) {
        self.counted(rules, "Properties", given.len(), ("property", "properties"));
        for name in list(rules, "required").iter().filter_map(Value::as_str) {
            if !given.contains_key(name) {
                self.at_missing(name);
            }
        }
        let known = rules.get("properties").and_then(Value::as_object);
        for (key, value) in given {
            let own = known.and_then(|known| known.get(key));
            match own.or_else(|| rules.get("additionalProperties")) {
                Some(Value::Bool(false)) if own.is_none() => {
                    self.path.push(Step::Key(key));
                    self.wrong("is not a known property");
                    self.path.pop();
                }
                Some(schema) => self.at(Step::Key(key), schema, value),
                None => {}
            }
        }
    }

    fn at_missing(&mut self, name: &'a str) {
        self.path.push(Step::Key(name));
        self.wrong("is required");
        self.path.pop();
    }
}

fn list<'a>(rules: &'a Map<String, Value>, key: &str) -> &'a [Value] {
    rules.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Where a reference such as `#/$defs/name` leads.
fn resolve<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    let pointer = crate::router::decode(reference.strip_prefix('#')?)?;
    root.pointer(&pointer)
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "string" => value.is_string(),
        _ => false,
    }
}

fn type_word(name: &str) -> &str {
    match name {
        "boolean" => "true or false",
        "object" => "an object",
        "array" => "an array",
        "number" => "a number",
        "integer" => "a whole number",
        "string" => "a string",
        other => other,
    }
}

/// Two values are the same JSON when their texts are the same: names in order, no difference between 1
/// and 1.0.
fn canonical(value: &Value) -> String {
    match value {
        Value::Array(all) => format!("[{}]", all.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Object(all) => {
            let sorted: BTreeMap<&String, &Value> = all.iter().collect();
            let pairs =
                sorted.into_iter().map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), canonical(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
        }
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => format!("{float}"),
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}

fn shown(value: &Value) -> String {
    let text = canonical(value);
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

fn path_text(path: &[Step<'_>]) -> String {
    let part = |step: &Step<'_>| match step {
        Step::At(index) => format!("[{index}]"),
        Step::Key(key) if is_identifier(key) => format!(".{key}"),
        Step::Key(key) => format!("[{}]", Value::from(*key)),
    };
    path.iter().map(part).collect()
}

fn is_identifier(key: &str) -> bool {
    let mut chars = key.chars();
    chars.next().is_some_and(|first| first.is_alphabetic() || matches!(first, '$' | '_'))
        && chars.all(|char| char.is_alphanumeric() || matches!(char, '$' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    #[rstest]
    #[case(json!({"type": "number"}), json!(1.5), None)]
    #[case(json!({"type": "integer"}), json!(1.0), None)]
    #[case(json!({"type": "integer"}), json!(1.5), Some("payload: must be a whole number"))]
    #[case(json!({"type": ["string", "null"]}), json!(1), Some("payload: must be a string or null"))]
    #[case(json!({"enum": [1, "a"]}), json!(1.0), None)]
    #[case(json!({"enum": [1, "a"]}), json!("b"), Some("payload: must be one of 1, \"a\""))]
    #[case(json!({"const": {"a": 1, "b": 2}}), json!({"b": 2, "a": 1}), None)]
    #[case(json!({"minimum": 3}), json!(2), Some("payload: must be at least 3"))]
    #[case(json!({"exclusiveMaximum": 3}), json!(3), Some("payload: must be below 3"))]
    #[case(json!({"minLength": 2}), json!("🦀"), Some("payload: must have at least 2 characters"))]
    #[case(json!({"maxItems": 1}), json!([1, 2]), Some("payload: must have at most 1 item"))]
    #[case(json!({"uniqueItems": true}), json!([1, 2, 1.0]), Some("payload: must not have equal items, but 0 and 2 are"))]
    #[case(json!({"prefixItems": [true], "items": false}), json!([1, 2]), Some("payload[1]: is not allowed"))]
    #[case(json!({"required": ["a", "b c"]}), json!({}), Some("payload.a: is required; payload[\"b c\"]: is required"))]
    #[case(json!({"additionalProperties": false, "properties": {"a": {}}}), json!({"b": 1}), Some("payload.b: is not a known property"))]
    #[case(json!({"properties": {"a": {"properties": {"b": {"type": "string"}}}}}), json!({"a": {"b": 1}}), Some("payload.a.b: must be a string"))]
    #[case(json!({"anyOf": [{"type": "string"}, {"type": "number"}]}), json!(null), Some("payload: must be a string, or must be a number"))]
    #[case(json!({"oneOf": [{"minimum": 1}, {"maximum": 5}]}), json!(3), Some("payload: must fit one of 2 schemas, but fits 2"))]
    #[case(json!({"not": {"type": "string"}}), json!("a"), Some("payload: must not be what 'not' describes"))]
    #[case(json!({"if": {"type": "string"}, "then": {"minLength": 2}}), json!("a"), Some("payload: must have at least 2 characters"))]
    #[case(json!({"$ref": "#/$defs/a", "$defs": {"a": {"type": "string"}}}), json!(1), Some("payload: must be a string"))]
    #[case(json!({"required": ["a", "b", "c", "d"]}), json!({}), Some("payload.a: is required; payload.b: is required; payload.c: is required; and 1 more"))]
    fn judges(#[case] schema: Value, #[case] value: Value, #[case] complaint: Option<&str>) {
        assert_eq!(Schema::new(&schema).unwrap().complaint(&value).as_deref(), complaint);
    }

    #[rstest]
    #[case(json!({"pattern": "a"}))]
    #[case(json!({"properties": {"a": {"format": "email"}}}))]
    #[case(json!({"items": {"multipleOf": 2}}))]
    #[case(json!({"properties": {"a": {"default": 1}}}))]
    fn leaves_to_code_what_it_does_not_know(#[case] schema: Value) {
        assert!(Schema::new(&schema).is_none());
    }

    #[test]
    fn a_schema_that_branches_at_each_level_comes_to_an_end() {
        let again = json!({"$ref": "#"});
        let schema = json!({"items": {"allOf": [again.clone(), again.clone(), again]}});
        let mut value = json!(1);
        for _ in 0..60 {
            value = json!([value]);
        }
        let complaint = Schema::new(&schema).unwrap().complaint(&value).unwrap();
        assert!(complaint.contains("too much work"), "{complaint}");
    }
}
