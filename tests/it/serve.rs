//! The main job: a workflow file is served, and every run and step is on record.

use crate::env::Env;
use serde_json::json;

fn hello() -> Env {
    Env::with(include_str!("../../examples/hello/workflow.ts"))
}

#[test]
fn hello_answers_and_is_recorded() {
    let env = hello();
    let server = env.serve();
    let (status, answer) = server.post("/hello", r#"{"name":"World"}"#);
    let run = answer["run_id"].as_str().unwrap().to_owned();
    assert_eq!(status, 200);
    assert_eq!(
        answer,
        json!({"status": "success", "message": "Webhook processed successfully", "workflow_triggered": true,
               "run_id": run, "output": {"message": "Hello, World!"}})
    );
    let (status, view) = server.get(&format!("/api/runs/{run}"));
    assert_eq!(status, 200);
    assert_eq!(view["workflowId"], "hello");
    assert_eq!(view["status"], "completed");
    assert_eq!(view["payload"], json!({"name": "World"}));
    assert_eq!(view["trigger"]["type"], "webhook");
    let names: Vec<_> = view["steps"].as_array().unwrap().iter().map(|step| step["name"].clone()).collect();
    assert_eq!(names, ["greet", "notify", "log"]);
    assert!(view["steps"].as_array().unwrap().iter().all(|step| step["status"] == "completed"));
    assert_eq!(view["steps"][0]["attempts"].as_array().unwrap().len(), 1);
    assert_eq!(view["logs"][0]["message"], "said \"Hello, World!\"");
    let rows = env.query("select id, workflow_id, status, payload from workflow_runs");
    assert_eq!(rows, [[run.as_str(), "hello", "completed", r#"{"name":"World"}"#]]);
    let rows = env.query("select name, status, result from steps where run_id is not null order by id");
    assert_eq!(rows[0], ["greet", "completed", r#"{"message":"Hello, World!"}"#]);
    assert_eq!(env.query("select id from workflows"), [["hello"]]);
}

#[test]
fn health_and_unknown_paths() {
    let env = hello();
    let server = env.serve();
    assert_eq!(server.get("/health").0, 200);
    assert_eq!(server.get("/nothing").1, json!({"error": "Not found"}));
    assert_eq!(server.get("/hello").0, 405);
    assert_eq!(server.get("/api/runs/not-an-id").0, 404);
    assert_eq!(server.get("/api/runs/01890000-0000-7000-8000-000000000000").1["error"]["code"], "CF4004");
}

#[test]
fn several_files_of_a_folder_are_served() {
    let env = Env::new();
    let file = |id: &str| {
        format!(
            "import {{ cronflow }} from 'cronflow';\ncronflow.define({{ id: '{id}' }}).onWebhook('/{id}').step('s', () => '{id}');\n"
        )
    };
    env.write("flows/a.ts", file("a"));
    env.write("flows/deep/b.ts", file("b"));
    env.write("flows/helper.ts", "export const x = 1;");
    let server = env.serve_with(&["run", "flows", "--port", "0"]);
    assert_eq!(server.post("/a", "null").1["output"], "a");
    assert_eq!(server.post("/b", "null").1["output"], "b");
}

#[test]
fn imports_enums_and_json_work_end_to_end() {
    let env = Env::with(
        "import { cronflow } from 'cronflow';\n\
         import { Colour, paint } from './lib/paint';\n\
         import data from './data.json';\n\
         cronflow.define({ id: 'w' }).onWebhook('/w').step('s', ctx => paint(Colour.Red, data.items, ctx.payload as string));\n",
    );
    env.write(
        "lib/paint.ts",
        "export enum Colour { Red = 'red' }\n\
         export namespace Brush { export const size = 2 }\n\
         class Painter { constructor(private readonly colour: Colour) {} paint(x: number) { return `${this.colour}${x * Brush.size}` } }\n\
         export const paint = (c: Colour, items: number[], who: string): string[] => items.map(i => new Painter(c).paint(i) + who);\n",
    );
    env.write("data.json", "{\"items\":[1,2]}");
    let server = env.serve();
    assert_eq!(server.post("/w", "\"!\"").1["output"], json!(["red2!", "red4!"]));
}

#[test]
fn a_step_sees_the_steps_before_it() {
    let env = Env::with(
        "import { cronflow } from 'cronflow';\n\
         cronflow.define({ id: 'w' }).onWebhook('/w/:id')\n\
           .step('a', ctx => ({ n: ctx.payload.n }))\n\
           .action('side', async () => 'ignored')\n\
           .step('b', ctx => { ctx.steps.a.output.n = 99; return ctx.last.n + 1 })\n\
           .step('c', ctx => [ctx.steps.a.output, ctx.steps.b.output, ctx.last, ctx.trigger.params.id, ctx.run.id, ctx.steps.a.attempts]);\n",
    );
    let server = env.serve();
    let (_, answer) = server.post("/w/x%20y", "{\"n\":1}");
    assert_eq!(answer["output"], json!([{"n": 1}, 2, 2, "x y", answer["run_id"], 1]));
}

#[test]
fn a_failing_step_fails_the_run_and_tells_no_secrets() {
    let env = Env::with(
        "import { cronflow } from 'cronflow';\n\
         cronflow.define({ id: 'w' }).onWebhook('/w').step('bad', async () => {\n  throw new TypeError('the password is hunter2');\n});\n",
    );
    let mut server = env.serve();
    let (status, answer) = server.post("/w", "{}");
    assert_eq!(status, 500);
    assert_eq!(answer["workflow_triggered"], true);
    assert!(!answer.to_string().contains("hunter2"), "{answer}");
    let view = server.ended(answer["run_id"].as_str().unwrap());
    assert_eq!(view["status"], "failed");
    assert_eq!(view["error"]["name"], "TypeError");
    assert_eq!(view["error"]["location"], json!({"file": "workflow.ts", "line": 3, "column": 9}));
    let line = server.wait_for("workflow.ts:3:9");
    assert!(!line.is_empty());
}

#[test]
fn fetch_talks_json() {
    let env = Env::with(
        "import { cronflow } from 'cronflow';\n\
         cronflow.define({ id: 'echo' }).onWebhook('/echo').step('s', ctx => ({ got: ctx.payload, header: ctx.trigger.headers['x-a'] }));\n\
         cronflow.define({ id: 'w' }).onWebhook('/w').step('s', async ctx => {\n\
           const answer = await fetch(`${ctx.payload.url}/echo`, { method: 'POST', body: JSON.stringify({ é: 1 }),\n\
             headers: { 'content-type': 'application/json', 'X-A': 'b' } });\n\
           const body = await answer.json();\n\
           return [answer.status, answer.ok, answer.headers.get('content-type'), body.output];\n\
         });\n",
    );
    let server = env.serve();
    let (_, answer) = server.post("/w", &format!("{{\"url\":\"http://127.0.0.1:{}\"}}", server.port));
    assert_eq!(answer["output"], json!([200, true, "application/json", {"got": {"é": 1}, "header": "b"}]));
}

#[test]
fn falsy_payloads_are_legal() {
    let env = Env::with(
        "import { cronflow } from 'cronflow';\n\
         cronflow.define({ id: 'w' }).onWebhook('/w').step('s', ctx => [typeof ctx.payload, ctx.payload]);\n",
    );
    let server = env.serve();
    for (body, kind) in [("null", "object"), ("0", "number"), ("\"\"", "string"), ("false", "boolean")] {
        let expected: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(server.post("/w", body).1["output"], json!([kind, expected]));
    }
}

#[test]
fn top_level_start_resolves_when_the_server_listens() {
    let env = Env::with(
        "import { cronflow } from 'cronflow';\n\
         cronflow.define({ id: 'w' }).onWebhook('/w').step('s', () => 1);\n\
         await cronflow.start({ webhookServer: { port: 0 } });\n\
         console.log('user code: listening');\n",
    );
    let mut server = env.serve_with(&["workflow.ts", "--workers", "2"]);
    server.wait_for("user code: listening");
    assert_eq!(server.post("/w", "1").0, 200);
}
