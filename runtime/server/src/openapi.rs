//! The OpenAPI 3.1 document: the management API out of the table that routes it, and every webhook out of
//! the workflows.

use crate::api::{
    schemas,
    table::{Access, ENDPOINTS, Endpoint},
};
use cronflow_core::definition::{Source, WebhookRules, Workflow};
use serde_json::{Map, Value, json};
use std::{collections::HashMap, sync::Arc};

/// The whole document.
pub(crate) fn document(workflows: &[Arc<Workflow>]) -> Value {
    let mut paths = Map::new();
    for endpoint in ENDPOINTS {
        let path = paths.entry(endpoint.path).or_insert_with(|| json!({}));
        path[endpoint.method.to_ascii_lowercase()] = operation(endpoint);
    }
    let mut shapes = HashMap::new();
    for workflow in workflows {
        for (index, trigger) in workflow.triggers.iter().enumerate() {
            if let Source::Webhook { path, methods, rules } = &trigger.source {
                let hook = Hook { workflow, index, path, methods, rules };
                add_webhook(&mut paths, &mut shapes, &hook);
            }
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "cronflow-rt",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Webhooks of the workflows that are served, and the management API.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": "webhooks"}, {"name": "management"}],
        "paths": paths,
        "components": {
            "schemas": schemas::components(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "made by 'cronflow-rt token create'; on a loopback address none is needed"}},
        },
    })
}

fn operation(endpoint: &Endpoint) -> Value {
    let in_path = endpoint
        .parameters()
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
    let in_query = endpoint.query.iter().map(|name| json!({"name": name, "in": "query", "schema": query_schema(name)}));
    let (kind, schema) = endpoint.answer;
    let mut answers = Map::new();
    answers.insert(
        endpoint.status.to_string(),
        json!({"description": "it went well", "content": content(kind, schema())}),
    );
    if endpoint.id == "triggerWorkflow" {
        answers.insert("200".to_owned(), json!({"description": "with wait: the run has ended", "content": content("application/json", schemas::run())}));
    }
    answers.insert("default".to_owned(), json!({"description": "it did not", "content": content("application/json", json!({"$ref": "#/components/schemas/Error"}))}));
    let mut operation = json!({
        "operationId": endpoint.id, "summary": endpoint.summary, "tags": ["management"],
        "parameters": in_path.chain(in_query).collect::<Vec<_>>(), "responses": answers,
    });
    if let Some(body) = endpoint.body {
        let is_needed =
            body()["required"].as_array().is_some_and(|names| !names.is_empty()) || endpoint.method == "PUT";
        operation["requestBody"] = json!({"required": is_needed, "content": content("application/json", body())});
    }
    // Where no token is needed an empty requirement says so.
    operation["security"] = if endpoint.access == Access::Open { json!([]) } else { json!([{"token": []}, {}]) };
    operation
}

fn query_schema(name: &str) -> Value {
    match name {
        "limit" | "count" => json!({"type": "integer", "minimum": 1, "maximum": 1000}),
        "format" => json!({"enum": ["text", "mermaid", "dot"]}),
        _ => json!({"type": "string"}),
    }
}

fn content(kind: &str, schema: Value) -> Value {
    let mut content = Map::new();
    content.insert(kind.to_owned(), json!({ "schema": schema }));
    Value::Object(content)
}

/// One webhook of a workflow.
struct Hook<'a> {
    workflow: &'a Workflow,
    /// Which of its triggers.
    index: usize,
    path: &'a str,
    methods: &'a [String],
    rules: &'a WebhookRules,
}

/// Paths that match the same requests are one path of the document, with the names of the first.
fn add_webhook(paths: &mut Map<String, Value>, shapes: &mut HashMap<String, String>, hook: &Hook<'_>) {
    let Hook { workflow, index, path, methods, rules } = hook;
    let (own, shape) = templates(path);
    let template = shapes.entry(shape).or_insert(own).clone();
    let in_path = template
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
    let in_head = rules
        .required
        .iter()
        .map(|header| json!({"name": header.name, "in": "header", "required": true, "schema": {"type": "string"}}));
    let parameters: Vec<Value> = in_path.chain(in_head).collect();
    for method in *methods {
        let mut operation = json!({
            "operationId": format!("webhook_{}_{index}_{}", workflow.id, method.to_ascii_lowercase()),
            "summary": format!("Starts the workflow '{}'", workflow.name),
            "tags": ["webhooks"],
            "parameters": parameters,
            "responses": webhook_answers(),
            "security": [],
        });
        if let Some(description) = &workflow.description {
            operation["description"] = description.as_str().into();
        }
        if !["GET", "HEAD"].contains(&method.as_str()) {
            // A schema that only its function understands is not said.
            let schema = rules.schema.clone().unwrap_or_else(|| json!({}));
            let is_needed = rules.schema.is_some() || rules.schema_by_code;
            operation["requestBody"] = json!({"required": is_needed, "content": content("application/json", schema)});
        }
        let entry = paths.entry(template.clone()).or_insert_with(|| json!({}));
        entry[method.to_ascii_lowercase()] = operation;
    }
}

fn webhook_answers() -> Value {
    let json = |name: &str| content("application/json", json!({"$ref": format!("#/components/schemas/{name}")}));
    json!({
        "200": {"description": "the run completed", "content": json("WebhookSuccess")},
        "202": {"description": "the run goes on", "content": json("Accepted")},
        "400": {"description": "the request cannot be a payload", "content": json("WebhookError")},
        "500": {"description": "the run failed", "content": json("WebhookError")},
        "503": {"description": "no run can be accepted now", "content": json("WebhookError")},
    })
}

/// A path with `{name}` for `:name`, and the same without names.
fn templates(path: &str) -> (String, String) {
    let mut wildcards = 0;
    let mut part = |text: &str| match text.strip_prefix(':') {
        Some(name) => format!("{{{name}}}"),
        None if text.starts_with('*') => {
            wildcards += 1;
            let name = text.trim_start_matches('*');
            if name.is_empty() { format!("{{wildcard{wildcards}}}") } else { format!("{{{name}}}") }
        }
        None => text.to_owned(),
    };
    let own: Vec<String> = path.split('/').map(&mut part).collect();
    let shape: Vec<&str> = own.iter().map(|part| if part.starts_with('{') { "{}" } else { part.as_str() }).collect();
    (own.join("/"), shape.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cronflow_core::definition::validate;
    use roas::{
        v3_1::spec::Spec,
        validation::{Options, Validate as _},
    };

    fn workflow(id: &str, path: &str, methods: &[&str]) -> Arc<Workflow> {
        let schema = json!({"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}});
        let options = json!({"schema": schema, "required": [{"name": "x-shop"}]});
        let draft = json!({
            "id": id, "description": "what it does",
            "triggers": [{"type": "webhook", "path": path, "methods": methods, "options": options}],
            "nodes": [{"kind": "step", "name": "s", "roles": ["handler"]}],
        });
        Arc::new(validate(&serde_json::from_value(draft).unwrap(), &"v".into()).unwrap())
    }

    fn served() -> Vec<Arc<Workflow>> {
        vec![
            workflow("orders", "/orders/:id", &["GET", "POST"]),
            workflow("other", "/orders/:number", &["PUT"]),
            workflow("items", "/orders/:id/items/:item", &["POST"]),
            workflow("root", "/", &["POST"]),
            workflow("files", "/files/*path", &["GET"]),
        ]
    }

    #[test]
    fn the_document_is_valid() {
        for workflows in [Vec::new(), served()] {
            let document = document(&workflows);
            let spec: Spec = serde_json::from_value(document.clone()).unwrap();
            // Without webhooks nothing is said with their components.
            let checked = spec.validate(Options::IgnoreUnusedSchemas | Options::IgnoreUnusedTags, None);
            assert!(checked.is_ok(), "{:#?}\n{document:#}", checked.err());
        }
    }

    #[test]
    fn the_validator_finds_what_is_wrong() {
        let mut document = document(&served());
        document["paths"]["/orders/{id}"]["post"]["parameters"] = json!([]);
        document["paths"]["/api/runs"]["get"]["operationId"] = "getRun".into();
        let spec: Spec = serde_json::from_value(document).unwrap();
        assert!(spec.validate(Options::new(), None).is_err());
    }

    #[test]
    fn webhooks_have_their_parameters() {
        let document = document(&served());
        let post = &document["paths"]["/orders/{id}/items/{item}"]["post"];
        let names: Vec<_> = post["parameters"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
        assert_eq!(names, ["id", "item", "x-shop"]);
        let schema = &post["requestBody"]["content"]["application/json"]["schema"];
        assert_eq!(schema["properties"]["n"]["type"], "integer");
        assert_eq!(document["paths"]["/files/{path}"]["get"]["parameters"][0]["name"], "path");
        // Two names for one parameter would be two paths that are the same.
        assert_eq!(document["paths"]["/orders/{id}"]["put"]["parameters"][0]["name"], "id");
        assert!(document["paths"].get("/orders/{number}").is_none());
        assert!(document["paths"]["/"]["post"].is_object());
    }
}
