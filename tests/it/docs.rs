//! The examples in the documentation: all are valid, and those that state an output give it.

use crate::env::{Env, Server, raw, stderr, stdout};
use serde_json::Value;
use std::{fs, path::Path};

/// The TypeScript blocks of a page.
fn blocks(page: &str) -> Vec<String> {
    fenced(page, "```ts\n")
}

fn fenced(page: &str, fence: &str) -> Vec<String> {
    let parts = page.split(fence).skip(1);
    parts.map(|part| part.split("```").next().unwrap_or_default().to_owned()).collect()
}

fn line_after<'a>(block: &'a str, mark: &str) -> Option<&'a str> {
    block.lines().find_map(|line| line.strip_prefix(mark)).map(str::trim)
}

/// `METHOD PATH [header=value ...] [body]`.
fn ask(server: &Server, request: &str) -> (u16, Value) {
    let mut words = request.split(' ');
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let rest: Vec<&str> = words.collect();
    let is_header = |word: &&&str| word.split_once('=').is_some_and(|(name, _)| !name.contains(['{', '[', '"']));
    let headers = rest.iter().take_while(is_header).count();
    let body = rest[headers..].join(" ");
    let mut head =
        format!("{method} {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in rest[..headers].iter().filter_map(|word| word.split_once('=')) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let (status, text) = raw(server.port, format!("{head}\r\n{body}").as_bytes());
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// The requests of a block, `// > ...`, have the answers that follow them: `// < STATUS BODY`, of whose body
/// only the fields that are written count.
fn talk(env: &Env, block: &str) -> bool {
    let lines: Vec<&str> = block.lines().filter_map(|line| line.strip_prefix("// ")).collect();
    if !lines.iter().any(|line| line.starts_with("> ")) {
        return false;
    }
    let mut command = env.command(&["run", "workflow.ts", "--port", "0"]);
    command.env("HOOK_SECRET", "It's a Secret to Everybody");
    let server = Server::start(command);
    let mut answer = (0, Value::Null);
    for line in lines {
        if let Some(request) = line.strip_prefix("> ") {
            answer = ask(&server, request);
        } else if let Some((status, body)) = line.strip_prefix("< ").and_then(|line| line.split_once(' ')) {
            assert_eq!(answer.0, status.parse::<u16>().unwrap(), "{line}: {}", answer.1);
            let body: Value = serde_json::from_str(body).unwrap();
            for (key, value) in body.as_object().unwrap() {
                assert_eq!(&answer.1[key], value, "{line}: {}", answer.1);
            }
        }
    }
    true
}

#[test]
fn every_test_in_the_guide_passes() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide/testing.md")).unwrap();
    let blocks = fenced(&page, "```ts test\n");
    assert!(blocks.len() >= 2);
    for block in blocks {
        let env = Env::new();
        env.write("guide.test.ts", &block);
        let output = env.run(&["test"]);
        assert!(output.status.success(), "{block}\n{}{}", stdout(&output), stderr(&output));
    }
}

#[test]
fn every_example_is_valid_and_gives_its_output() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages: Vec<_> = fs::read_dir(root.join("docs/guide")).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.push(root.join("README.md"));
    let mut ran = 0;
    for page in pages {
        for block in blocks(&fs::read_to_string(&page).unwrap()) {
            let env = Env::with(&block);
            if talk(&env, &block) {
                ran += 1;
                continue;
            }
            let Some(expected) = line_after(&block, "// output:") else {
                let checked = env.run(&["check", "workflow.ts"]);
                assert!(checked.status.success(), "{}:\n{block}\n{}", page.display(), stderr(&checked));
                continue;
            };
            // The workflow that is defined last is the one that is shown.
            let id = block.rsplit("define({ id: '").next().unwrap().split('\'').next().unwrap();
            let server = env.serve();
            let run = server.ended(&server.trigger(id, line_after(&block, "// payload:").unwrap_or("null")));
            assert_eq!(run["output"], serde_json::from_str::<Value>(expected).unwrap(), "{block}\n{run:#}");
            ran += 1;
        }
    }
    assert!(ran >= 7, "only {ran} examples ran");
}
